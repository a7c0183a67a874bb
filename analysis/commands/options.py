"""What several commands ask for, and the table of readings that they read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas

    from analysis.figures import Figure
    from analysis.margins import MarginTest
    from analysis.mrmc_result import Difference
    from analysis.table import ReadingTable

    Subparsers: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

COVARIANCES = ("delong", "jackknife", "unbiased")


def level(text: str) -> float:
    """A confidence level from the command line."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("the level lies between 0 and 1, for example 0.95")
    return value


def margin(text: str) -> float:
    """A margin from the command line."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("a margin is above 0, for example 0.05")
    return value


def figure(text: str) -> str:
    """A figure of merit by its name, in capitals or not."""
    text = text.casefold().replace(" ", "")
    if text in ("auc", "accuracy", "sensitivity", "specificity"):
        return text
    from analysis.errors import UnknownChoice
    from analysis.merits import merit

    try:
        return merit(text).name
    except UnknownChoice as refusal:
        raise argparse.ArgumentTypeError(f"{refusal.rule}; {refusal.remedy}") from None


def add_command(
    commands: Subparsers, name: str, told: str, run: Callable[[argparse.Namespace], str]
) -> argparse.ArgumentParser:
    """A command that can print JSON at a chosen confidence level."""
    command = commands.add_parser(name, help=told, description=told)
    command.set_defaults(run=run)
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--level", type=level, default=0.95, help="confidence level (default 0.95)")
    return command


def add_readings(command: argparse.ArgumentParser, optional: bool = False) -> None:
    """The file of readings and how its columns are taken."""
    told = "tidy CSV (reader, case, condition, truth, rating, call), .imrmc, or RJafroc's .xlsx"
    command.add_argument("file", metavar="FILE", nargs="?" if optional else None, help=told)
    command.add_argument("--condition-column", metavar="NAME", help="take this column as the condition")
    command.add_argument(
        "--call-at-least", type=float, metavar="RATING", help="call = 1 where the rating is at least this"
    )


def add_figure(
    command: argparse.ArgumentParser, usual_covariance: str = "delong for auc, else jackknife"
) -> None:
    """The figure of merit, the covariance of its errors, and what to do about gaps."""
    add_merit(command)
    command.add_argument("--covariance", choices=COVARIANCES, help=f"default {usual_covariance}")
    command.add_argument(
        "--incomplete",
        choices=("use", "refuse", "drop", "drop-cases", "drop-readers"),
        default="use",
        help="where readers lack cases: use what there is (default), refuse, or drop the fewest readings, "
        "cases, or readers",
    )


def add_merit(command: argparse.ArgumentParser) -> None:
    """The figure of merit."""
    command.add_argument(
        "--fom",
        type=figure,
        default="auc",
        metavar="FIGURE",
        help="figure of merit: auc (default), accuracy, sensitivity, specificity, pauc:0.2, "
        "pauc:specificity=0.8,1, pauc:sensitivity=0.8,1, mean-pauc:..., sensitivity@0.9, specificity@0.9, "
        "utility:1, binormal, proper",
    )


def add_margin(command: argparse.ArgumentParser) -> None:
    """A margin for the differences, in the figure's units."""
    told = "non-inferiority by X, in both directions"
    command.add_argument("--margin", type=margin, metavar="X", help=told)
    told = "with --margin: a difference smaller than X either way"
    command.add_argument("--equivalence", action="store_true", help=told)


def claims(options: argparse.Namespace, differences: Sequence[Difference]) -> tuple[MarginTest, ...]:
    """The claims that `--margin` asks for; none without it."""
    from analysis.margins import all_claims

    if options.margin is None:
        return ()
    return all_claims(differences, options.margin, options.equivalence, options.level)


def margins(options: argparse.Namespace, found: Sequence[MarginTest]) -> dict[str, object]:
    """The claims for JSON; nothing where none were asked for."""
    from analysis.frames import plain

    return {} if options.margin is None else {"margins": plain(found)}


def readings(options: argparse.Namespace, leave_out_algorithms: bool, but_for: str = "") -> ReadingTable:
    """The table of the command's file."""
    from analysis.formats.door import read_readings
    from analysis.table import with_calls_from_rating

    table = read_readings(
        options.file,
        condition_column=options.condition_column,
        leave_out_algorithms=leave_out_algorithms,
        but_for=but_for,
    )
    return table if options.call_at_least is None else with_calls_from_rating(table, options.call_at_least)


def complete(table: ReadingTable, figure: Figure, incomplete: str) -> ReadingTable:
    """The table, or what `--incomplete` leaves of it."""
    from analysis.design import restrict_to_complete

    if incomplete in ("use", "refuse"):
        return table
    drop = {"drop": "fewest", "drop-cases": "cases", "drop-readers": "readers"}[incomplete]
    return restrict_to_complete(table, figure, drop).table  # type: ignore[arg-type]


def frame(table: pandas.DataFrame) -> str:
    """A table for a terminal; `-` where a number is undefined."""
    return table.astype(object).where(table.notna(), "-").to_string(index=False)


def dump(value: dict[str, object]) -> str:
    """One JSON object at full precision."""
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)
