"""One door for files of readings: tidy CSV, iMRMC's text, RJafroc's workbook, by ending or by content."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from analysis.errors import NothingToAnalyse, UnknownChoice
from analysis.formats.imrmc import BEGIN, read_imrmc
from analysis.table import ReadingTable
from analysis.tidy_csv import read_csv

_HEAD = 1000  # lines in which BEGIN DATA: is looked for


def read_readings(
    path: str | Path,
    *,
    condition_column: str | None = None,
    leave_out_algorithms: bool = False,
    but_for: str = "",
    rating_column: str = "rating",
    repeats: bool = False,
    truth_needed: bool = True,
) -> ReadingTable:
    """The readings of a file: .xlsx as RJafroc's workbook, .imrmc or a line BEGIN DATA: as iMRMC's text, else
    a tidy CSV, for which the options are (see read_csv).

    Raises what that reader raises, UnknownChoice for a workbook of free-response data or a chosen
    column where there are none, and NothingToAnalyse for second showings, which only a CSV file has.
    """
    ending = Path(path).suffix.casefold()
    foreign = ending == ".xlsx" or ending == ".imrmc" or _begins_data(Path(path))
    if not foreign:
        return read_csv(
            path,
            condition_column=condition_column,
            leave_out_algorithms=leave_out_algorithms,
            but_for=but_for,
            rating_column=rating_column,
            repeats=repeats,
            truth_needed=truth_needed,
        )
    if condition_column is not None or rating_column != "rating":
        rule = "columns can be chosen in CSV files alone; here conditions are modalities, ratings scores"
        raise UnknownChoice(str(path), rule, "leave the choice of a column out")
    if repeats:
        rule = "no case is marked as shown again, for this format cannot say so"
        raise NothingToAnalyse(str(path), rule, "give a CSV file with a column repeat")
    return _workbook(path) if ending == ".xlsx" else read_imrmc(path)


def _workbook(path: str | Path) -> ReadingTable:
    from analysis.formats.rjafroc import read_rjafroc

    table = read_rjafroc(path)
    if not isinstance(table, ReadingTable):
        rule = "the workbook holds free-response data, not one rating a case"
        raise UnknownChoice(str(path), rule, "use the command froc, or froc() on read_rjafroc()")
    return table


def _begins_data(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            return any(BEGIN.fullmatch(line) for line in islice(stream, _HEAD))
    except (OSError, UnicodeDecodeError):
        return False  # read_csv says what is wrong
