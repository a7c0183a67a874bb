"""MRMCaov's long table: one row per reader, condition and case; the higher level of truth is positive."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from analysis.errors import ScoreMissing, TruthMissing, ValueRefused
from analysis.formats.words import score
from analysis.sheets import read_sheet
from analysis.table import ReadingTable, natural_key
from analysis.tidy_csv import CONDITION_COLUMNS

_HEADER = ("reader", "treatment", "case", "truth", "rating")


def read_mrmcaov(path: str | Path) -> ReadingTable:
    """Columns reader, treatment (or condition, modality, test), case, truth, rating.

    truth has any two levels, numbers or words; as in R the one that sorts later is positive, and a note says
    which. Raises FileUnreadable, ColumnMissing, TruthMissing, ValueRefused, and what ReadingTable raises.
    """
    sheet = read_sheet(path)
    condition = sheet.first_of(CONDITION_COLUMNS, "treatment")
    for name in ("reader", "case", "truth", "rating"):
        sheet.first_of([name], name)
    for row in sheet.rows:
        if not row.text("truth"):
            raise row.refuse(TruthMissing, "truth is empty", "give each row the truth of its case")
    found = sorted({row.text("truth") for row in sheet.rows}, key=natural_key)
    if len(found) > 2:
        rule = f"truth has the levels {', '.join(found[:5])}: more than two"
        raise ValueRefused(sheet.file, rule, "write two levels, the higher one for present")
    positive = found[-1] if len(found) == 2 else "1"
    return ReadingTable(
        reader=np.array([row.name("reader") for row in sheet.rows], dtype=np.str_),
        case=np.array([row.name("case") for row in sheet.rows], dtype=np.str_),
        condition=np.array([row.name(condition) for row in sheet.rows], dtype=np.str_),
        truth=np.array([row.text("truth") == positive for row in sheet.rows], dtype=np.int8),
        rating=np.array([row.number("rating") for row in sheet.rows], dtype=np.float64),
        source=sheet.file,
        lines=np.array([row.line for row in sheet.rows], dtype=np.int64),
        notes=() if found in (["0", "1"], ["1"], ["0"]) else (f"truth '{positive}' is taken as present",),
    )


def write_mrmcaov(table: ReadingTable, path: str | Path) -> None:
    """Write the ratings of a table; readings without one are left out. Raises ScoreMissing."""
    if table.rating is None:
        raise ScoreMissing(table.source, "MRMCaov takes ratings, and no reading has one", "give ratings")
    table = table.rows(~np.isnan(table.rating)).in_order()
    columns = (table.reader, table.condition, table.case, table.truth, table.rating)
    with Path(path).open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(_HEADER)
        for *names, rating in zip(
            *(column.tolist() for column in columns if column is not None), strict=True
        ):
            lines.writerow([*names, score(rating)])
