"""manage.py invite SLUG [--reader CODE] [--reissue] [--json]"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from studies import audit, enrolment
from studies.management.command import StudyCommand
from studies.models import Invitation, Reader, Study
from studies.refusals import NotReady


class Command(StudyCommand):
    help = "Makes one link for each reader who has none; a link is shown once and stored only as a hash."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reader", metavar="CODE", help="this reader alone")
        parser.add_argument(
            "--reissue", action="store_true", help="new links for all of them; older ones are revoked"
        )

    @transaction.atomic
    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        if study.state != Study.State.OPEN:
            raise NotReady([f"Study {study.slug} is {study.state}; links are made while it is open."])
        readers = _readers(study, options["reader"])
        if options["reissue"]:
            _revoke(readers)
        linked = {invitation.reader_id for invitation in _valid(readers)}
        links = [_link(reader) for reader in readers if reader.pk not in linked]
        lines = [f"{link['reader']}  {link['name']} <{link['email']}>  {link['url']}" for link in links]
        kept = len(readers) - len(links)
        lines.append(f"{len(links)} links made; {kept} readers keep theirs (--reissue replaces them).")
        self.answer("\n".join(lines), {"study": study.slug, "links": links})


def _readers(study: Study, code: str | None) -> list[Reader]:
    readers = study.readers.filter(kind=Reader.Kind.RADIOLOGIST, withdrew_utc=None).select_related("study")
    if code is None:
        return list(readers)
    chosen = list(readers.filter(code=code))
    if not chosen:
        raise NotReady([f"No radiologist of {study.slug} has the code “{code}” and takes part."])
    return chosen


def _valid(readers: list[Reader]) -> list[Invitation]:
    return list(
        Invitation.objects.filter(
            reader__in=readers, revoked_utc=None, expires_utc__gt=timezone.now()
        ).select_related("reader__study")
    )


def _revoke(readers: list[Reader]) -> None:
    for invitation in _valid(readers):
        enrolment.revoke(invitation, audit.OPERATOR, "replaced by a new link")


def _link(reader: Reader) -> dict[str, str]:
    secret = enrolment.invite(reader, audit.OPERATOR)
    url = settings.PUBLIC_URL + reverse("invitation", args=[secret])
    return {"reader": reader.code, "name": reader.name, "email": reader.email, "url": url}
