"""What the commands share: exit codes 0, 1 and 2, refusals on stderr, one JSON object with --json."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from studies.models import Study
from studies.refusals import NotReady, Refused
from studies.truth import TruthHidden


class FoundWanting(CommandError):
    """A check that did not hold: exit 1."""


class Refusal(CommandError):
    """A step that was not taken: exit 1, with every reason."""


class OperatorCommand(BaseCommand, ABC):
    """A command of the machine's operator: 0 done, 1 refused or found wanting, 2 wrong usage.

    Subclasses give `act`. With `offers_json` the option --json prints the document of `answer` alone.
    """

    offers_json: ClassVar[bool] = False
    as_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Subclasses extend this."""
        if self.offers_json:
            parser.add_argument(
                "--json", action="store_true", dest="as_json", help="print one JSON object and nothing else"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs `act` and turns named refusals into sentences."""
        self.as_json = options.get("as_json", False)
        try:
            self.act(options)
        except NotReady as refusal:
            self.refuse(refusal.reasons)
        except Refused as refusal:
            self.refuse([str(reason) for reason in refusal.refusals])
        except TruthHidden as refusal:
            self.refuse([str(refusal)])
        except DatabaseError as error:
            if Study._meta.db_table in connection.introspection.table_names():
                raise
            self.refuse(["The database has no tables yet. Run `manage.py migrate`."], error)

    @abstractmethod
    def act(self, options: dict[str, Any]) -> None:
        """What the command does."""

    def answer(self, text: str, document: dict[str, Any]) -> None:
        """Prints the sentences, or with --json the document."""
        self.stdout.write(json.dumps(document, ensure_ascii=False) if self.as_json else text)

    def refuse(self, reasons: list[str], cause: Exception | None = None) -> None:
        """Ends with exit code 1 and every reason, a line each."""
        if self.as_json:
            self.stdout.write(json.dumps({"refused": reasons}, ensure_ascii=False))
        raise Refusal("\n".join(reasons)) from cause


class StudyCommand(OperatorCommand):
    """A command on one study, named by its slug."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The slug first; subclasses extend this."""
        parser.add_argument("slug", help="the study's slug")
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        """Finds the study and acts on it."""
        self.act_on(find_study(options["slug"]), options)

    @abstractmethod
    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        """What the command does with the study."""


def find_study(slug: str) -> Study:
    """The study of that slug; refuses with the slugs that there are."""
    study = Study.objects.select_related("protocol").filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet"
        raise NotReady([f"No study has the slug “{slug}”. Studies here: {known}."])
    return study
