"""manage.py export_study SLUG --to FOLDER [--json]"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from studies import audit
from studies.export import export
from studies.management.command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = (
        "Writes a study's readings, answers, audit and protocol into a new folder; truth once it is locked."
    )
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new or empty folder")
        parser.add_argument(
            "--images",
            action="store_true",
            help="with PNG copies of what readers saw, signed by C2PA",
        )
        parser.add_argument(
            "--dicom", action="store_true", help="with de-identified copies of DICOM originals, once locked"
        )

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        made = export(study, options["to"], audit.OPERATOR, options["images"], options["dicom"])
        flag = "SIMULATED. " if made.simulated else ""
        truth = "with truth" if made.unblinded else f"without truth ({made.state}, not locked)"
        self.answer(
            f"{flag}{made.study} is in {made.folder}, {truth}: {made.rows['readings.csv']} reading slots. "
            f"Signed with key {made.key_id}.",
            asdict(made),
        )
