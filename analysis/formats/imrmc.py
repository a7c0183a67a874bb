"""iMRMC's text: a head in any words, a line BEGIN DATA:, then reader,case,modality,score.

Truth has rows of its own, of a reader called `truth` (iMRMC) or -1 (RJafroc's reading of it, which also wants
whole numbers for all names). Source: the input format of iMRMC 4.0.3, and RJafroc 2.1.3, DfReadDataFile.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.errors import FileUnreadable, ScoreMissing, TruthConflict, TruthMissing, ValueRefused
from analysis.formats.words import numbers, score, words
from analysis.sheets import SheetRow
from analysis.table import ReadingTable

BEGIN = re.compile(r"\s*BEGIN DATA:?\s*", re.IGNORECASE)
_TRUTH_READERS = ("truth", "-1")
_COLUMNS = ("reader", "case", "modality", "score")


@dataclass(frozen=True)
class Key:
    """What readers, cases and conditions are called in a file: words, or numbers as words."""

    readers: dict[str, str]
    cases: dict[str, str]
    conditions: dict[str, str]


def key_of(
    readers: Iterable[str], cases: Iterable[str], conditions: Iterable[str], numbered: bool = False
) -> Key:
    """Names as iMRMC takes them, commas replaced by semicolons; numbered: as RJafroc takes them."""

    def named(names: Iterable[str], what: str) -> dict[str, str]:
        if numbered:
            return {name: str(number) for name, number in numbers(names).items()}
        return words(dict.fromkeys(names), ",", ";", what)

    return Key(named(readers, "readers"), named(cases, "cases"), named(conditions, "conditions"))


def imrmc_text(
    head: str,
    truth: Mapping[str, int],
    scores: Iterable[tuple[str, str, str, float]],
    key: Key,
    numbered: bool = False,
) -> str:
    """The file's text: truth by case, and scores as (reader, case, condition, rating)."""
    mark = "-1" if numbered else "truth"
    lines = [f"{mark},{key.cases[case]},truth,{value}" for case, value in truth.items()]
    lines += [
        f"{key.readers[reader]},{key.cases[case]},{key.conditions[condition]},{score(rating)}"
        for reader, case, condition, rating in scores
    ]
    return "\n".join([head, "BEGIN DATA:", *lines, ""])


def write_imrmc(table: ReadingTable, path: str | Path, numbered: bool = False) -> Key:
    """Write the ratings of a table; numbered: in the dialect that RJafroc reads. Returns the names used.

    Readings without a rating are left out, as iMRMC has them. Raises ScoreMissing where nobody rated.
    """
    if table.rating is None:
        raise ScoreMissing(table.source, "iMRMC takes ratings, and no reading has one", "give ratings")
    table = table.rows(~np.isnan(table.rating)).in_order()
    key = key_of(table.reader.tolist(), table.case.tolist(), table.condition.tolist(), numbered)
    truth = dict(zip(table.case.tolist(), table.truth.tolist(), strict=True))
    columns = (table.reader, table.case, table.condition, table.rating)
    scores = zip(*(column.tolist() for column in columns if column is not None), strict=True)
    head = f"{len(key.readers)} readers, {len(key.cases)} cases, {len(key.conditions)} conditions"
    text = imrmc_text(head, truth, scores, key, numbered)
    Path(path).write_text(text, encoding="utf-8")
    return key


def read_imrmc(path: str | Path) -> ReadingTable:
    """The ratings of an iMRMC file of either dialect; its modalities are the conditions.

    Cases with truth and no score are left out with a note. Raises FileUnreadable, ValueRefused, TruthMissing,
    TruthConflict, and what ReadingTable raises.
    """
    rows = _rows(Path(path))
    truth: dict[str, int] = {}
    for row in rows:
        if row.text("reader").casefold() in _TRUTH_READERS:
            value = _truth(row)
            if truth.setdefault(row.name("case"), value) != value:
                rule = f"case {row.text('case')} has truth 0 and 1"
                raise row.refuse(TruthConflict, rule, "give each case one truth")
    scored = [row for row in rows if row.text("reader").casefold() not in _TRUTH_READERS]
    for row in scored:
        if row.name("case") not in truth:
            rule = f"case {row.text('case')} has no row of truth"
            raise row.refuse(TruthMissing, rule, f"add the row truth,{row.text('case')},truth,0 or 1")
    unread = len(truth.keys() - {row.text("case") for row in scored})
    return ReadingTable(
        reader=np.array([row.name("reader") for row in scored], dtype=np.str_),
        case=np.array([row.name("case") for row in scored], dtype=np.str_),
        condition=np.array([row.name("modality") for row in scored], dtype=np.str_),
        truth=np.array([truth[row.text("case")] for row in scored], dtype=np.int8),
        rating=np.array([row.number("score") for row in scored], dtype=np.float64),
        source=str(path),
        lines=np.array([row.line for row in scored], dtype=np.int64),
        notes=(f"{unread} cases with truth and without any score are left out",) if unread else (),
    )


def _rows(path: Path) -> list[SheetRow]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise FileUnreadable(
            str(path), f"the file cannot be read ({problem})", "give a text file in UTF-8"
        ) from None
    begin = next((place for place, line in enumerate(lines) if BEGIN.fullmatch(line)), None)
    if begin is None:
        raise FileUnreadable(str(path), "there is no line BEGIN DATA:", "write it between head and rows")
    rows = []
    for number, cells in enumerate(csv.reader(lines[begin + 1 :]), begin + 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(_COLUMNS):
            rule = f"a row has four cells, and this one has {len(cells)}"
            raise ValueRefused(f"{path}, line {number}", rule, "write reader,case,modality,score")
        named = {name: cell.strip() for name, cell in zip(_COLUMNS, cells, strict=True)}
        rows.append(SheetRow(str(path), number, named))
    return rows


def _truth(row: SheetRow) -> int:
    value = row.number("score")
    if value not in (0, 1):
        rule = f"truth '{row.text('score')}' is not 0 or 1"
        raise row.refuse(ValueRefused, rule, "write 0 for absent, 1 for present")
    return int(value)
