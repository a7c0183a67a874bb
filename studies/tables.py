"""CSV tables with known columns; every refusal names file, line, rule and remedy."""

from __future__ import annotations

import csv
import difflib
import io
import math
from dataclasses import dataclass

from studies.refusals import Refusal, Refused

LONGEST_CELL = 20_000


@dataclass(frozen=True)
class Table:
    """Rows of a CSV file, with every known column present (empty where the file lacks it)."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]

    def refusal(self, index: int, rule: str, remedy: str) -> Refusal:
        """A refusal that names a row's line."""
        return Refusal(self.file, rule, remedy, self.lines[index])

    def too_long(self, index: int, longest: dict[str, int]) -> list[Refusal]:
        """Refusals of a row's cells that are longer than the tables take."""
        cells = self.rows[index]
        return [
            self.refusal(index, f"{column} has {len(cells[column])} letters.", f"Use at most {most}.")
            for column, most in longest.items()
            if len(cells[column]) > most
        ]

    def number(self, index: int, column: str, refusals: list[Refusal]) -> float | None:
        """A cell as a finite number, None where it is empty."""
        text = self.rows[index][column]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            refusals.append(self.refusal(index, f"{column}: {text!r} is no number.", "Write a plain number."))
            return None
        return value


def read_table(
    text: str,
    file: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    refusals: list[Refusal],
    warnings: list[str],
) -> Table:
    """Reads a table; required columns are filled in every row. Unknown columns are told and left out."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows, lines = [], []
    try:
        columns = tuple(name.strip() for name in reader.fieldnames or ())
        reader.fieldnames = columns
        _check_columns(file, columns, required, optional, warnings)
        for cells in reader:
            if None in cells or None in cells.values():
                rule = f"The row has not {len(columns)} cells."
                refusals.append(Refusal(file, rule, "Quote cells that hold commas.", reader.line_num))
                continue
            row = {name: (cells.get(name) or "").strip() for name in required + optional}
            empty = [name for name in required if not row[name]]
            if empty and not (file == "truth.csv" and empty == ["truth"]):
                rule = f"The cell {', '.join(empty)} is empty."
                refusals.append(Refusal(file, rule, "Fill it or remove the row.", reader.line_num))
                continue
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise Refused(
            [Refusal(file, f"It is no CSV: {error}.", "Mend this line.", reader.line_num)]
        ) from None
    if not rows and not refusals:
        refusals.append(Refusal(file, "It has no rows.", "Add at least one row below the header."))
    return Table(file, columns, tuple(rows), tuple(lines))


def _check_columns(
    file: str,
    columns: tuple[str, ...],
    required: tuple[str, ...],
    optional: tuple[str, ...],
    warnings: list[str],
) -> None:
    known = required + optional
    twice = {name for name in columns if columns.count(name) > 1}
    if twice:
        raise Refused([Refusal(file, f"The column {min(twice)!r} stands twice.", "Remove one.", 1)])
    unknown = [name for name in columns if name not in known]
    for name in required:
        if name not in columns:
            near = difflib.get_close_matches(name, unknown, n=1)
            remedy = f"Rename {near[0]!r} to {name!r}." if near else f"Add the column {name!r}."
            raise Refused([Refusal(file, f"The column {name!r} is missing.", remedy, 1)])
    warnings += [f"{file}: the column {name!r} is not used." for name in unknown]
