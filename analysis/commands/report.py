"""`python -m analysis report`: a page with tables and figures from a file of readings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    command = shared.add_command(commands, "report", "a page with tables and figures, in a new folder", run)
    shared.add_readings(command)
    command.add_argument("--to", required=True, metavar="FOLDER", help="a new or empty folder")
    command.add_argument(
        "--readers",
        metavar="FILE",
        help="CSV of readers' specialty and years (default: readers.csv beside)",
    )


def run(options: argparse.Namespace) -> str:
    from analysis.frames import plain
    from analysis.reporting.of_file import report_file

    made = report_file(
        options.file,
        options.to,
        options.readers,
        options.condition_column,
        options.call_at_least,
        options.level,
    )
    if options.json:
        return shared.dump(plain(made))
    return f"{made.folder}/report.html: {len(made.tables)} tables, {len(made.figures)} figures"
