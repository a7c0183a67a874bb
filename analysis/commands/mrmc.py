"""`python -m analysis mrmc`: readers and cases together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.cells import Incomplete
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "readers and cases together: Obuchowski-Rockette analysis"
    command = shared.add_command(commands, "mrmc", told, run)
    shared.add_readings(command)
    shared.add_figure(command)


def run(options: argparse.Namespace) -> str:
    from analysis.as_json import mrmc_as_json
    from analysis.as_text import mrmc_as_text
    from analysis.obuchowski_rockette import mrmc
    from analysis.ustatistics import u_statistics

    table = shared.readings(options, leave_out_algorithms=True)
    table = shared.complete(table, options.fom, options.incomplete)
    incomplete: Incomplete = "refuse" if options.incomplete == "refuse" else "use"
    result = mrmc(table, options.fom, options.covariance, options.level, incomplete)
    if options.json:
        return shared.dump(mrmc_as_json(result, u_statistics(table, options.fom, options.level)))
    return mrmc_as_text(result)
