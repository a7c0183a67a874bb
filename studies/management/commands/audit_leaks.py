"""manage.py audit_leaks SLUG [--alpha A] [--all] [--json]"""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

from studies import audit
from studies.leaks.audit import make
from studies.leaks.document import as_text
from studies.leaks.level import HIGHEST, level
from studies.management.command import FoundWanting, StudyCommand
from studies.models import Study
from studies.refusals import NotReady


class Command(StudyCommand):
    help = "Says what a study's files tell of truth and case set; exit 1 where the readers' files tell it."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--alpha",
            type=_alpha,
            metavar="A",
            help="how likely any rule of the report may be wrong, as 0.01",
        )
        parser.add_argument("--all", action="store_true", dest="everything", help="print quiet rules, too")
        super().add_arguments(parser)

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        result = make(study, audit.OPERATOR, alpha=options.get("alpha")).result
        self.answer(as_text(result, options["everything"]), {"study": study.slug, **result})
        if result["refuses"]:
            raise FoundWanting(f"{study.slug}: {len(result['refusals'])} rules of the readers' files tell.")


def _alpha(text: str) -> float:
    try:
        return level(float(text)).alpha
    except (ValueError, NotReady):
        raise ArgumentTypeError(f"“{text}” is no number above 0 and at most {HIGHEST}") from None
