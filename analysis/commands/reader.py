"""`python -m analysis reader`: every reader alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "every reader alone: accuracy, sensitivity, specificity, AUC"
    shared.add_readings(shared.add_command(commands, "reader", told, run))


def run(options: argparse.Namespace) -> str:
    from analysis.accuracy import each_reader
    from analysis.as_json import readers_as_json
    from analysis.as_text import readers_as_text

    table = shared.readings(options, leave_out_algorithms=False)
    found = each_reader(table, options.level)
    if options.json:
        return shared.dump(readers_as_json(found, options.level, table.remarks))
    return readers_as_text(found, options.level, table.remarks)
