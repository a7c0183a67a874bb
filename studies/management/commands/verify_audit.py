"""manage.py verify_audit [SLUG] [--head HEAD ...] [--json]"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

from studies import audit, evidence
from studies.management.command import FoundWanting, OperatorCommand, find_study
from studies.models import AuditEvent, Reading, Study

HEAD = re.compile(r"[0-9a-f]{64}\Z")


class Command(OperatorCommand):
    help = "Checks every chain of events and every kept reading; exit 1 names the first that does not hold."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="one study; without it all are checked")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            type=_head,
            help="a hash kept elsewhere that must be reached",
        )
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        slug = options["slug"]
        studies = [find_study(slug)] if slug else list(Study.objects.select_related("protocol"))
        checked = [self._checked(study) for study in studies]
        stray = [] if slug else audit.strays()
        if stray:
            self._wanting(f"The chain {stray[0]} tells of something that is gone.")
        for head in options["head"]:
            if not audit.reaches(head):
                self._wanting(
                    f"No event has the hash {head}: a chain's tail is cut, or this is another database."
                )
        lines = [
            f"{each['study']}: OK, {each['events']} events, {each['readings']} readings" for each in checked
        ]
        lines += [f"head {head}: reached" for head in options["head"]] or []
        self.answer("\n".join(lines) or "No study is here.", {"ok": True, "studies": checked})

    def _checked(self, study: Study) -> dict[str, Any]:
        broken = evidence.verify_study(study)
        if broken:
            self._wanting(f"{study.slug}: {broken}.")
        return {
            "study": study.slug,
            "events": AuditEvent.objects.filter(chain__in=audit.chains_of(study)).count(),
            "readings": Reading.objects.filter(assignment__session__study=study).read().count(),
        }

    def _wanting(self, found: str) -> None:
        if self.as_json:
            self.answer("", {"ok": False, "broken": found})
        raise FoundWanting(found)


def _head(text: str) -> str:
    if not HEAD.match(text):
        raise ArgumentTypeError("a head is a SHA-256 in 64 lower-case hexadecimal digits")
    return text
