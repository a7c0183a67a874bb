"""`python -m analysis agreement`: readers with each other and with themselves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers
    from analysis.table import ReadingTable

OF = ("call", "rating", "confidence")


def add(commands: Subparsers) -> None:
    command = shared.add_command(commands, "agreement", "readers with each other and with themselves", run)
    shared.add_readings(command)
    command.add_argument("--of", choices=OF, help="default calls and ratings, as far as they are there")
    command.add_argument("--condition", metavar="NAME", help="one condition alone; default each by itself")
    command.add_argument(
        "--weights",
        choices=("identity", "linear", "quadratic", "ordinal"),
        help="of rating categories; default linear and quadratic, and identity on scales of up to 20",
    )


def run(options: argparse.Namespace) -> str:
    from analysis.agreement.as_text import agreement_as_text
    from analysis.agreement.study import reader_agreement
    from analysis.frames import plain

    column = "confidence" if options.of == "confidence" else "rating"
    of = None if options.of is None else ["call" if options.of == "call" else "rating"]
    table = _table(options, column)
    found = reader_agreement(table, of, options.weights, options.level, _again(options, column))  # type: ignore[arg-type]
    return shared.dump(plain(found)) if options.json else agreement_as_text(found)


def _table(options: argparse.Namespace, column: str, repeats: bool = False) -> ReadingTable:
    from analysis.formats.door import read_readings
    from analysis.table import with_calls_from_rating

    table = read_readings(
        options.file,
        condition_column=options.condition_column,
        leave_out_algorithms=True,
        rating_column=column,
        repeats=repeats,
        truth_needed=False,
    )
    if options.condition is not None:
        table = table.only(condition=options.condition)
    return table if options.call_at_least is None else with_calls_from_rating(table, options.call_at_least)


def _again(options: argparse.Namespace, column: str) -> ReadingTable | None:
    """The second showings, where the file has any."""
    from analysis.errors import NothingToAnalyse

    try:
        return _table(options, column, repeats=True)
    except NothingToAnalyse:
        return None
