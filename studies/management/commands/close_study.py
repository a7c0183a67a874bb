"""manage.py close_study SLUG [--reason REASON]"""

from typing import Any

from django.core.management.base import CommandParser

from studies import audit, lifecycle
from studies.management.command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Ends reading: no answer is taken from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="kept in the audit")

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        lifecycle.close_study(study, audit.OPERATOR, options["reason"])
        self.stdout.write(f"{study.slug} is closed: it takes no more answers.")
