"""manage.py report SLUG --to FOLDER [--json]"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from studies import audit
from studies.management.command import StudyCommand
from studies.models import Study
from studies.report import make_report


class Command(StudyCommand):
    help = "Writes a locked study's report: report.html, tables/*.csv, figures/*.svg."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new or empty folder")

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        made = make_report(study, options["to"], audit.OPERATOR)
        flag = "SIMULATED. " if made.simulated else ""
        self.answer(
            f"{flag}The report of {made.study} is in {made.folder}: report.html, {len(made.tables)} tables, "
            f"{len(made.figures)} figures.",
            asdict(made),
        )
