"""`python -m analysis paired`: two conditions, one reader at a time."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "two conditions on the same cases, one reader at a time: McNemar, DeLong, Holm"
    command = shared.add_command(commands, "paired", told, run)
    shared.add_readings(command)
    shared.add_merit(command)
    command.add_argument(
        "--between",
        nargs=2,
        metavar="NAME",
        help="the two conditions, where there are more; first less second",
    )


def run(options: argparse.Namespace) -> str:
    from analysis.frames import plain
    from analysis.paired import each_reader_paired
    from analysis.paired_text import paired_as_text

    table = shared.readings(options, leave_out_algorithms=True)
    between = None if options.between is None else (options.between[0], options.between[1])
    found = each_reader_paired(table, options.fom, between, options.level)
    if not options.json:
        return paired_as_text(found, options.level, table.remarks)
    return shared.dump(
        {
            "method": "each reader alone, two conditions on the same cases, cases random",
            "figure_of_merit": options.fom,
            "level": options.level,
            "between": list(found[0].between),
            "readers": len(found),
            "cases": len(table.cases[0]),
            "each_reader": plain(found),
            "adjustment": "holm",
            "notes": [
                *table.remarks,
                *(f"reader {one.reader}: {note}" for one in found for note in one.notes),
            ],
        }
    )
