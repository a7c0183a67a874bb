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
    shared.add_margin(command)


def run(options: argparse.Namespace) -> str:
    from analysis.as_json import mrmc_as_json
    from analysis.as_text import mrmc_as_text
    from analysis.obuchowski_rockette import mrmc
    from analysis.paired_text import margins_as_text
    from analysis.ustatistics import u_statistics

    table = shared.readings(options, leave_out_algorithms=True)
    table = shared.complete(table, options.fom, options.incomplete)
    result = mrmc(table, options.fom, options.covariance, options.level)
    claims = shared.claims(options, result.differences_to_report)
    if options.json:
        beside = u_statistics(table, options.fom, options.level)
        return shared.dump(mrmc_as_json(result, beside) | shared.margins(options, claims))
    return "\n\n".join([mrmc_as_text(result), *margins_as_text(claims)])
