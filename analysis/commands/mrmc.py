"""`python -m analysis mrmc`: readers and cases together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "readers and cases together: Obuchowski-Rockette analysis"
    command = shared.add_command(commands, "mrmc", told, run)
    shared.add_readings(command)
    shared.add_figure(command)
    command.add_argument(
        "--margin",
        type=shared.margin,
        metavar="X",
        help="non-inferiority of each condition to each other, by X",
    )
    command.add_argument(
        "--equivalence", action="store_true", help="with --margin: a difference smaller than X either way"
    )


def run(options: argparse.Namespace) -> str:
    from analysis.as_json import mrmc_as_json
    from analysis.as_text import mrmc_as_text
    from analysis.frames import plain
    from analysis.margins import all_claims
    from analysis.obuchowski_rockette import mrmc
    from analysis.paired_text import margins_as_text
    from analysis.ustatistics import u_statistics

    table = shared.readings(options, leave_out_algorithms=True)
    table = shared.complete(table, options.fom, options.incomplete)
    result = mrmc(table, options.fom, options.covariance, options.level)
    claims = (
        all_claims(result.differences_to_report, options.margin, options.equivalence, options.level)
        if options.margin is not None
        else ()
    )
    if options.json:
        told = mrmc_as_json(result, u_statistics(table, options.fom, options.level))
        return shared.dump(told if options.margin is None else {**told, "margins": plain(claims)})
    return "\n\n".join([mrmc_as_text(result), *([margins_as_text(claims)] if claims else [])])
