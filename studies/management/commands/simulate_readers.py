"""manage.py simulate_readers SLUG --seed N [--readers 17 --skill 0.75 --spread 0.09] [--json]"""

import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from studies.management.command import StudyCommand
from studies.models import Study
from studies.simulation import simulate


class Command(StudyCommand):
    help = "Simulated readers read an open study; from then on its reports and exports say SIMULATED."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same answers")
        parser.add_argument("--readers", type=int, default=17)
        parser.add_argument("--skill", type=float, default=0.75, help="mean accuracy")
        parser.add_argument(
            "--spread", type=float, default=0.09, help="between-reader standard deviation of it"
        )

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        begun = time.monotonic()
        made = simulate(study, options["seed"], options["readers"], options["skill"], options["spread"])
        seconds = round(time.monotonic() - begun, 1)
        self.answer(
            f"SIMULATED: {made.readers} readers read {made.study}: {made.readings} readings in {seconds} s.",
            {**asdict(made), "simulated": True, "seconds": seconds},
        )
