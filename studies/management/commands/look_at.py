"""manage.py look_at SLUG [--all --reason REASON] [--json]"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from studies import audit, looks
from studies.management.command import FoundWanting, StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Says which images wait for a person's look for burned-in text; exit 1 while any does."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", dest="everything", help="accept them unseen")
        parser.add_argument("--reason", default="", help="why; printed on all that leaves the study")

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        reason = options["reason"].strip()
        if options["everything"] != bool(reason):
            raise CommandError("--all and --reason belong together.", returncode=2)
        accepted = looks.accept_rest(study, audit.OPERATOR, reason) if reason else 0
        found = looks.seen(study)
        counts: dict[str, int] = {state: sum(one.state == state for one in found) for state in looks.STATES}
        said = {"study": study.slug, "images": len(found), "accepted_unseen": accepted, **counts}
        text = f"{accepted} images accepted unseen. " if accepted else ""
        text += f"{study.slug}: {looks.waiting_words(study, found)}."
        self.answer(text, {**said, "address": looks.address(study)})
        if counts["clear"] < len(found):
            raise FoundWanting(f"Refused by a person: {looks.stopped_words(found)}.")
