"""manage.py open_study SLUG [--override REASON | --override leaks=REASON --override unseen=REASON]"""

from typing import Any

from django.core.management.base import CommandParser

from studies import audit, lifecycle, overrides
from studies.management.command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Freezes the protocol and opens reading; refuses with every reason when the study is not ready."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--override",
            metavar="REASON",
            action="append",
            default=[],
            help="open in spite of the leak audit (leaks=REASON), of images that nobody looked at "
            "(unseen=REASON), or of both (REASON)",
        )

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        said = options["override"]
        override = overrides.parse([said] if isinstance(said, str) else said)
        lifecycle.open_study(study, audit.OPERATOR, override)
        self.stdout.write(f"{study.slug} is open; its protocol is frozen as {study.protocol.sha256}.")
