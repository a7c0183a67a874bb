"""Rows of one CSV file, by column name and with their line numbers."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ColumnMissing, FileUnreadable, Refusal, ValueRefused


@dataclass(frozen=True)
class SheetRow:
    """One line of a file."""

    file: str
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"

    def text(self, *names: str) -> str:
        """The first of these columns that is there; empty where none is."""
        return next((self.cells[name] for name in names if name in self.cells), "")

    def name(self, *names: str) -> str:
        """As `text`, and it must not be empty."""
        found = self.text(*names)
        if not found:
            raise ValueRefused(self.place, f"{names[0]} is empty", f"give every row a {names[0]}")
        return found

    def number(self, name: str, absent: float | None = None) -> float:
        """A finite number; `absent` for an empty cell, where that is allowed."""
        text = self.cells.get(name, "").removeprefix("'")
        if not text and absent is not None:
            return absent
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise ValueRefused(
                self.place, f"{name} '{text}' is not a finite number", f"write the {name} as a number"
            )
        return found

    def refuse(self, refusal: type[Refusal], rule: str, remedy: str) -> Refusal:
        return refusal(self.place, rule, remedy)


@dataclass(frozen=True)
class Sheet:
    """A file's columns and rows; blank lines are left out."""

    file: str
    columns: frozenset[str]
    rows: tuple[SheetRow, ...]

    def first_of(self, names: Iterable[str], told: str) -> str:
        """The first of these columns that the file has; refuses where it has none."""
        wanted = list(names)
        found = next((name for name in wanted if name in self.columns), None)
        if found is None:
            rule = f"there is no column {' or '.join(wanted)}"
            raise ColumnMissing(f"{self.file}, line 1", rule, f"name one column {told}")
        return found


def read_sheet(path: str | Path) -> Sheet:
    """All rows of a UTF-8 CSV file; names of columns in lower case. Raises FileUnreadable, ColumnMissing."""
    file = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            header = [name.strip().casefold() for name in next(lines, [])]
            rows = tuple(
                SheetRow(file, lines.line_num, dict(zip(header, _padded(cells, len(header)), strict=False)))
                for cells in lines
                if any(cell.strip() for cell in cells)
            )
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise FileUnreadable(file, f"the file cannot be read ({problem})", "give a UTF-8 CSV file") from None
    if not header:
        raise FileUnreadable(file, "the file is empty", "give a CSV file with a header line")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ColumnMissing(f"{file}, line 1", f"column {min(twice)} stands there twice", "keep one of them")
    return Sheet(file, frozenset(header), rows)


def _padded(cells: list[str], width: int) -> list[str]:
    return [cell.strip() for cell in cells] + [""] * (width - len(cells))
