"""python -m analysis: statistics of a tidy CSV of readings.

Exit codes: 0 done, 1 the input was refused (the reason is on stderr), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.figures import Figure
    from analysis.table import ReadingTable

FIGURES = ("auc", "accuracy", "sensitivity", "specificity")
COVARIANCES = ("delong", "jackknife", "unbiased")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 < options.level < 1:
        parser.error("--level lies between 0 and 1, for example 0.95")
    if options.command != "reader" and options.covariance == "delong" and options.fom != "auc":
        parser.error(
            f"--covariance delong is for --fom auc alone; choose jackknife or unbiased for {options.fom}"
        )
    from analysis.errors import Refusal

    try:
        text = {"mrmc": _mrmc, "reader": _reader, "algorithm": _algorithm}[options.command](options)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(text)
    return 0


def _mrmc(options: argparse.Namespace) -> str:
    from analysis.as_json import mrmc_as_json
    from analysis.as_text import mrmc_as_text
    from analysis.obuchowski_rockette import mrmc
    from analysis.ustatistics import u_statistics

    table = _complete(_table(options, leave_out_algorithms=True), options.fom, options.incomplete)
    result = mrmc(table, options.fom, options.covariance, options.level)
    if options.json:
        return _dump(mrmc_as_json(result, u_statistics(table, options.fom)))
    return mrmc_as_text(result)


def _reader(options: argparse.Namespace) -> str:
    from analysis.accuracy import each_reader
    from analysis.as_json import readers_as_json
    from analysis.as_text import readers_as_text

    table = _table(options, leave_out_algorithms=False)
    found = each_reader(table, options.level)
    if options.json:
        return _dump(readers_as_json(found, options.level, table.remarks))
    return readers_as_text(found, options.level, table.remarks)


def _algorithm(options: argparse.Namespace) -> str:
    from analysis.algorithm import against_panel
    from analysis.as_json import algorithm_as_json
    from analysis.as_text import algorithm_as_text

    table = _table(options, leave_out_algorithms=True, but_for=options.algorithm)
    if options.condition is not None:
        table = table.only(condition=options.condition)
    table = _complete(table, options.fom, options.incomplete)
    found = against_panel(table, options.algorithm, options.fom, options.covariance, options.level)
    return _dump(algorithm_as_json(found)) if options.json else algorithm_as_text(found)


def _table(options: argparse.Namespace, leave_out_algorithms: bool, but_for: str = "") -> ReadingTable:
    from analysis.table import with_calls_from_rating
    from analysis.tidy_csv import read_csv

    table = read_csv(
        options.file,
        condition_column=options.condition_column,
        leave_out_algorithms=leave_out_algorithms,
        but_for=but_for,
    )
    return table if options.call_at_least is None else with_calls_from_rating(table, options.call_at_least)


def _complete(table: ReadingTable, figure: Figure, incomplete: str) -> ReadingTable:
    from analysis.design import restrict_to_complete

    if incomplete == "refuse":
        return table
    drop = {"drop": "fewest", "drop-cases": "cases", "drop-readers": "readers"}[incomplete]
    return restrict_to_complete(table, figure, drop).table  # type: ignore[arg-type]


def _dump(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Statistics of reader studies.")
    commands = parser.add_subparsers(dest="command", required=True)
    reader = commands.add_parser("reader", help="every reader alone: accuracy, sensitivity, specificity, AUC")
    mrmc = commands.add_parser("mrmc", help="readers and cases together: Obuchowski-Rockette analysis")
    algorithm = commands.add_parser("algorithm", help="one algorithm against the readers")
    for command in (reader, mrmc, algorithm):
        command.add_argument(
            "file", metavar="FILE", help="tidy CSV: reader, case, condition, truth, rating, call"
        )
        command.add_argument("--json", action="store_true", help="print one JSON object")
        command.add_argument("--level", type=float, default=0.95, help="confidence level (default 0.95)")
        command.add_argument("--condition-column", metavar="NAME", help="take this column as the condition")
        command.add_argument(
            "--call-at-least", type=float, metavar="RATING", help="call = 1 where the rating is at least this"
        )
    for command in (mrmc, algorithm):
        command.add_argument("--fom", choices=FIGURES, default="auc", help="figure of merit (default auc)")
        command.add_argument(
            "--covariance", choices=COVARIANCES, help="default delong for auc, else jackknife"
        )
        command.add_argument(
            "--incomplete",
            choices=("refuse", "drop", "drop-cases", "drop-readers"),
            default="refuse",
            help="where readers lack cases: refuse (default), or drop the fewest readings, cases, or readers",
        )
    algorithm.add_argument(
        "--algorithm", required=True, metavar="NAME", help="the algorithm's name as reader"
    )
    algorithm.add_argument("--condition", metavar="NAME", help="the condition, where there are several")
    return parser


if __name__ == "__main__":
    sys.exit(main())
