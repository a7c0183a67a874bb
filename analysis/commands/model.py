"""`python -m analysis model`: logistic models of right or positive calls."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers


def add(commands: Subparsers) -> None:
    told = "logistic models of calls by condition and readers' covariates: GEE, and crossed random effects"
    command = shared.add_command(commands, "model", told, run)
    shared.add_readings(command)
    command.add_argument(
        "--outcome", choices=("correct", "positive"), default="correct", help="what is modelled"
    )
    command.add_argument("--readers", metavar="FILE", help="CSV of readers with covariates")
    command.add_argument(
        "--covariate",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of --readers; repeatable",
    )
    command.add_argument("--order", action="store_true", help="with the position of a reading as predictor")


def run(options: argparse.Namespace) -> str:
    from analysis.errors import UnknownChoice
    from analysis.frames import plain
    from analysis.logistic.crossed import crossed_model
    from analysis.logistic.marginal import marginal_model
    from analysis.readers_csv import read_readers

    table = shared.readings(options, leave_out_algorithms=True)
    known = read_readers(options.readers) if options.readers else {}
    for name in options.covariate:
        if name not in known:
            given = ", ".join(known) or "none, for no --readers is given"
            raise UnknownChoice(f"covariate '{name}'", f"known are {given}", "name one of them")
    covariates = {name: known[name] for name in options.covariate}
    if options.order and table.position is None:
        raise UnknownChoice(
            table.source, "no reading has a position", "leave out --order, or give the column"
        )
    position = table.position if options.order else None
    found = {
        "marginal": marginal_model(table, options.outcome, covariates, "case", options.level, position),
        "crossed": crossed_model(table, options.outcome, covariates, options.level, position),
    }
    if options.json:
        return shared.dump(plain(found))
    lines = []
    for each in found.values():
        lines += [f"{each.method}: {each.readings} readings, {each.readers} readers, {each.cases} cases", ""]
        lines += [shared.frame(each.to_frame().drop(columns=["level", "odds_interval_level"])), ""]
        lines += [f"Note: {note}" for note in each.notes] + [""]
    return "\n".join(lines).rstrip()
