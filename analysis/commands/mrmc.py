"""`python -m analysis mrmc`: readers and cases together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.cells import Incomplete
    from analysis.commands.options import Subparsers
    from analysis.frames import Framed
    from analysis.table import ReadingTable


def add(commands: Subparsers) -> None:
    told = "readers and cases together: Obuchowski-Rockette analysis"
    command = shared.add_command(commands, "mrmc", told, run)
    shared.add_readings(command)
    shared.add_figure(command)
    shared.add_margin(command)
    command.add_argument("--bootstrap", type=int, metavar="N", help="N draws of readers and cases beside")
    command.add_argument(
        "--permute", type=int, metavar="N", help="permutation test beside, of two conditions"
    )
    command.add_argument("--seed", type=int, default=1, help="of both (default 1)")


def run(options: argparse.Namespace) -> str:
    from analysis.as_json import mrmc_as_json
    from analysis.as_text import mrmc_as_text
    from analysis.frames import plain
    from analysis.obuchowski_rockette import mrmc
    from analysis.paired_text import margins_as_text
    from analysis.ustatistics import u_statistics

    table = shared.readings(options, leave_out_algorithms=True)
    table = shared.complete(table, options.fom, options.incomplete)
    incomplete: Incomplete = "refuse" if options.incomplete == "refuse" else "use"
    result = mrmc(table, options.fom, options.covariance, options.level, incomplete)
    claims = shared.claims(options, result.differences_to_report)
    beside: dict[str, tuple[Any, str]] = {}
    for name, found in _resampled(table, options).items():
        beside[name] = plain(found), f"{name}\n{shared.frame(found.to_frame())}"
    if options.json:
        told = mrmc_as_json(result, u_statistics(table, options.fom, options.level))
        resampled = {name: each for name, (each, _) in beside.items()}
        return shared.dump(told | shared.margins(options, claims) | resampled)
    texts = (text for _, text in beside.values())
    return "\n\n".join([mrmc_as_text(result), *margins_as_text(claims), *texts])


def _resampled(table: ReadingTable, options: argparse.Namespace) -> dict[str, Framed]:
    from analysis.bootstrap import bootstrap_of
    from analysis.permutation import permutation_test

    found: dict[str, Framed] = {}
    if options.bootstrap:
        found["bootstrap"] = bootstrap_of(
            table, options.fom, options.bootstrap, options.seed, level=options.level
        )
    if options.permute:
        found["permutation"] = permutation_test(
            table, options.fom, permutations=options.permute, seed=options.seed
        )
    return found
