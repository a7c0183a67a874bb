"""`python -m analysis order`: learning and fatigue over the order of reading."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "right calls and reading time over the order of reading"
    shared.add_readings(shared.add_command(commands, "order", told, run))


def run(options: argparse.Namespace) -> str:
    from analysis.frames import plain
    from analysis.order import over_order

    found = over_order(shared.readings(options, leave_out_algorithms=True), options.level)
    if options.json:
        return shared.dump(plain(found))
    frame = found.to_frame().drop(columns=["level"], errors="ignore")
    notes = [f"Note: {note}" for note in found.notes]
    return "\n".join(["Change over ten readings, " + found.method, "", shared.frame(frame), *notes])
