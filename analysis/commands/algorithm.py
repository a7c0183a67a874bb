"""`python -m analysis algorithm`: one algorithm against the readers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    command = shared.add_command(commands, "algorithm", "one algorithm against the readers", run)
    shared.add_readings(command)
    shared.add_figure(command)
    command.add_argument("--algorithm", required=True, metavar="NAME", help="the algorithm's name as reader")
    shared.add_margin(command)
    command.add_argument("--condition", metavar="NAME", help="the condition, where there are several")


def run(options: argparse.Namespace) -> str:
    from analysis.algorithm import against_panel
    from analysis.as_json import algorithm_as_json
    from analysis.as_text import algorithm_as_text
    from analysis.frames import plain
    from analysis.paired import against_each
    from analysis.paired_text import margins_as_text, paired_as_text

    table = shared.readings(options, leave_out_algorithms=True, but_for=options.algorithm)
    if options.condition is not None:
        table = table.only(condition=options.condition)
    table = shared.complete(table, options.fom, options.incomplete)
    found = against_panel(table, options.algorithm, options.fom, options.covariance, options.level)
    each = against_each(table, options.algorithm, options.fom, options.level)
    claims = shared.claims(options, (found.difference,))
    if options.json:
        return shared.dump(
            {**algorithm_as_json(found), "each_reader": plain(each), **shared.margins(options, claims)}
        )
    parts = [algorithm_as_text(found), *margins_as_text(claims), paired_as_text(each, options.level)]
    return "\n\n".join(parts)
