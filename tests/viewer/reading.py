"""A reader's browser without a browser: Django's test client that begins, steps and answers."""

import uuid
from pathlib import Path
from typing import Any

from django.test import Client

from studies import audit, enrolment, lifecycle
from studies.ingest import load
from studies.models import Reader, Study
from tests.planted import write_folder
from tests.studies.builders import looked_at


def open_planted(folder: Path) -> Study:
    """The planted study, loaded and open."""
    load(write_folder(folder), audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get(slug="planted")), audit.OPERATOR)
    return Study.objects.get(slug="planted")


class Browser:
    """One reader at a browser; remembers every reply."""

    def __init__(self, reader: Reader) -> None:
        self.secret = enrolment.invite(reader, audit.OPERATOR)
        self.client = Client()
        self.replies: list[Any] = []

    def get(self, path: str, **headers: str) -> Any:
        return self._kept(self.client.get(path, headers=headers or None))

    def post(self, path: str, **form: Any) -> Any:
        return self._kept(self.client.post(path, form))

    def send(
        self, address: str, answers: dict[str, Any], submission_id: str | None = None, **said: Any
    ) -> Any:
        message = {"submission_id": submission_id or str(uuid.uuid4()), "answers": answers, **said}
        path = f"/api/v1/readings/{address}/"
        return self._kept(self.client.post(path, message, content_type="application/json"))

    def begin(self) -> "Browser":
        """Through invitation, consent, profile and the first briefing."""
        self.get(f"/read/{self.secret}/")
        self.post(f"/read/{self.secret}/")
        for name, form in [
            ("consent", {"agreed": "on"}),
            ("profile", {"specialty": "thoracic", "years": 3, "institution": "Centre", "country": "DE"}),
            ("briefing", {}),
        ]:
            self.get("/reading/")
            self.post(f"/reading/{name}/", **form)
        return self

    def next(self) -> Any:
        """The current case's page data; None when the session's cases are done."""
        reply = self.get("/api/v1/readings/next/")
        return reply.json() if reply.status_code == 200 else None

    def read_session(self, answers: dict[str, Any]) -> None:
        """Answers every case of the session in the same way, fetching every frame on the way."""
        page = self.next()
        while page:
            for image in page["images"]:
                self.get(image["frames"][0])
            reply = self.send(page["reading"], answers)
            assert reply.status_code == 200, reply.content
            page = reply.json()["next"]

    def _kept(self, reply: Any) -> Any:
        self.replies.append(reply)
        return reply
