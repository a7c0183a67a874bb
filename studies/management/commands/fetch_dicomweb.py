"""manage.py fetch_dicomweb SERVER [--study UID] [--series UID] [--query KEY=VALUE …] --to FOLDER [--json]"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from studies.imports import dicomweb
from studies.imports.arrange import arrange, table
from studies.management.command import OperatorCommand

RECEIVED, TABLE = ".received", "cases.csv"


class Command(OperatorCommand):
    """Leaves a folder with images in stacks and a cases.csv to complete; again, it goes on where it stood."""

    help = "Fetch images from a DICOMweb server into a folder, with a cases.csv to complete."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which server, what, and where to."""
        parser.add_argument("server", help="a name of READERSTUDY_DICOMWEB, or an address")
        parser.add_argument("--study", default="", help="Study Instance UID")
        parser.add_argument("--series", default="", help="Series Instance UID")
        parser.add_argument(
            "--query", nargs="+", default=[], metavar="KEY=VALUE", help=", ".join(dicomweb.KEYS)
        )
        parser.add_argument("--to", type=Path, required=True, help="the folder to make")
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        """Fetches, sorts into stacks, writes the table."""
        query = dict(_pair(text) for text in options["query"])
        query |= {"StudyInstanceUID": options["study"]} if options["study"] else {}
        query |= {"SeriesInstanceUID": options["series"]} if options["series"] else {}
        name, folder = options["server"], options["to"]
        at = dicomweb.Server(name, name.rstrip("/")) if "://" in name else dicomweb.server(name)
        if (folder / TABLE).exists():
            raise CommandError(f"{folder / TABLE} is there already. Name another folder.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        count = dicomweb.fetch(at, query, folder / RECEIVED, _silent)
        shutil.rmtree(folder / "images", ignore_errors=True)  # of an attempt that was broken off
        proposal = arrange(folder / RECEIVED, folder, "", _silent)
        (folder / TABLE).write_text(table(proposal.rows, ""), encoding="utf-8")
        shutil.rmtree(folder / RECEIVED)
        lines = [f"{count} files, {len(proposal.rows)} images in {folder}. Complete its cases.csv."]
        lines += [f"Left out: {refusal}" for refusal in proposal.left_out]
        document = {"files": count, "images": [asdict(row) for row in proposal.rows]}
        self.answer("\n".join(lines), document | {"left_out": [asdict(one) for one in proposal.left_out]})


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"{text!r} is no KEY=VALUE.", returncode=2)
    return key, value


def _silent(done: int, total: int) -> None:
    """Nobody watches."""
