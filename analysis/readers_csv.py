"""Covariates of readers from a CSV file: specialty, years in practice and whatever else stands there."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import ColumnMissing, DuplicateReading, FileUnreadable, ValueRefused

Covariates = Mapping[str, Mapping[str, str | float | None]]


def read_readers(path: str | Path) -> Covariates:
    """Every column by name, as values by reader; a column of numbers alone holds numbers, an empty cell None.

    The first of the columns reader, code and id names the reader. Raises FileUnreadable, ColumnMissing,
    ValueRefused, DuplicateReading.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise FileUnreadable(
            str(path), f"the file cannot be read ({problem})", "give a UTF-8 CSV file"
        ) from None
    if not rows:
        raise FileUnreadable(str(path), "the file is empty", "give a CSV file with a header line")
    header = [name.strip().casefold() for name in rows[0]]
    key = next((name for name in ("reader", "code", "id") if name in header), None)
    if key is None:
        raise ColumnMissing(f"{path}, line 1", "there is no column reader", "name one column reader")
    readers = [_cell(row, header.index(key)) for row in rows[1:]]
    for line, who in enumerate(readers, 2):
        if not who:
            raise ValueRefused(f"{path}, line {line}", f"{key} is empty", "name the reader")
        if readers.index(who) + 2 < line:
            raise DuplicateReading(f"{path}, line {line}", f"reader {who} stands there twice", "keep one row")
    return {
        name: dict(zip(readers, _values([_cell(row, place) for row in rows[1:]]), strict=True))
        for place, name in enumerate(header)
        if name and name != key
    }


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _values(texts: list[str]) -> list[str | float | None]:
    try:
        return [float(text) if text else None for text in texts]
    except ValueError:
        return [text or None for text in texts]
