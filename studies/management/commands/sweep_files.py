"""manage.py sweep_files [--delete] [--json]"""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from studies.imports import area
from studies.management.command import OperatorCommand
from studies.orphans import sweep


class Command(OperatorCommand):
    help = "Lists files of the data folder that no study refers to and that are older than a day."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--delete", action="store_true", help="delete them, and imports not confirmed in time"
        )
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        delete = options["delete"]
        if delete:
            area.sweep()
        found = sweep(delete)
        size = sum(one.bytes for one in found)
        lines = [f"{one.name}  {one.bytes:,} bytes, {one.days} days old" for one in found]
        done = "deleted" if delete else "to delete with --delete" if found else "nothing to delete"
        said = {"deleted": delete, "bytes": size, "files": [asdict(one) for one in found]}
        self.answer("\n".join([*lines, f"{len(found)} files, {size:,} bytes: {done}."]), said)
