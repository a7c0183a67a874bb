"""RJafroc's workbooks: sheets TRUTH, FP (or NL) and TP (or LL), of ROC and of free-response data.

Source: RJafroc 2.1.3, DfReadDataFile and DfWriteExcelDataFile (whose TRUTH has the first three columns only).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np

from analysis.design import CROSSED, Design, arrange
from analysis.errors import (
    FileUnreadable,
    LesionRefused,
    MarkRefused,
    PartlyPairedCases,
    ScoreMissing,
    ValueRefused,
)
from analysis.formats.words import numbers, words
from analysis.free_response.table import FreeResponseTable, Lesions, Marks, Readings
from analysis.sheets import Sheet, SheetRow
from analysis.table import Names, ReadingTable, levels, natural_key

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_RATINGS = ("fp_rating", "nl_rating", "nlrating", "tp_rating", "ll_rating", "llrating")
_TRUTH = ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm")
_MOST_ROWS, _MOST_COLUMNS, _MOST_BYTES = 1_048_576, 32, 300_000_000  # of a sheet, and of all when unpacked
_PLAIN = re.compile(r"[,\s]+")


def read_rjafroc(path: str | Path) -> ReadingTable | FreeResponseTable:
    """The ratings of an ROC workbook, or marks and lesions of a FROC or LROC one.

    The column Paradigm says which; without it a workbook with exactly one rating of every case by every
    reader, false ones on cases without lesions only, is ROC. ReaderID and ModalityID of TRUTH say who read
    what; without them see FreeResponseTable. An LROC mark in FP on a case with a lesion is a false mark.
    Raises FileUnreadable, ColumnMissing, ValueRefused, LesionRefused, MarkRefused, and what the table raises.
    """
    truth, false, true = _sheets(Path(path))
    lesions = _lesions(truth)
    rows = [(row, "") for row in false.rows] + [(row, _lesion(row)) for row in true.rows]
    _check_marks(rows, lesions)
    read = _who_read_what(truth)
    stated = [row.text("paradigm").upper() for row in truth.rows if row.text("paradigm")]
    paradigm = stated[0] if stated else "ROC" if _looks_roc(rows, lesions) else "FROC"
    if paradigm not in ("ROC", "FROC", "LROC"):
        rule = f"the paradigm {paradigm} is not ROC, FROC or LROC"
        raise ValueRefused(truth.file, rule, "write one of them in the first row of Paradigm")
    if paradigm == "ROC":
        return _roc(str(path), rows, lesions)
    marks = Marks(
        reader=_names(row.name("readerid") for row, _ in rows),
        condition=_names(row.name("modalityid") for row, _ in rows),
        case=_names(row.name("caseid") for row, _ in rows),
        lesion=_names(lesion for _, lesion in rows),
        rating=np.array([_rating(row) for row, _ in rows], dtype=np.float64),
        source=f"{path}, FP then TP",
    )
    return FreeResponseTable(marks, lesions, read)


def write_rjafroc(table: ReadingTable | FreeResponseTable, path: str | Path) -> dict[str, int]:
    """Write a workbook that RJafroc reads: ROC from ratings, FROC from marks and lesions.

    RJafroc wants whole numbers for cases: their own where all names are such, else counted from 1; they are
    returned by name. Lesions are counted from 1 within their case; commas and spaces in the names of readers
    and conditions become _. All readers must have read all cases under all conditions.
    Raises IncompleteDesign, PartlyPairedCases, ScoreMissing, ValueRefused.
    """
    from openpyxl import Workbook

    if isinstance(table, ReadingTable):
        paradigm, design, (false, true), lesions = "ROC", *_of_ratings(table)
    else:
        paradigm, design, (false, true), lesions = "FROC", *_of_marks(table)
    if design.kind != CROSSED:
        rule = "RJafroc takes the same cases under every condition"
        raise PartlyPairedCases("the readings", rule, "write each condition's cases to a workbook of its own")
    case = numbers(str(name) for name in design.blocks[0].cases)
    who = words(design.readers, _PLAIN.pattern, "_", "readers")
    what = words(design.conditions, _PLAIN.pattern, "_", "conditions")
    book = Workbook()
    book.remove(book.worksheets[0])
    lists = ",".join(who.values()), ",".join(what.values())
    kinds = [paradigm, "FCTRL"]
    rows = [
        [case[name], lesion, weight, *lists, kinds[place] if place < 2 else None]
        for place, (name, lesion, weight) in enumerate(lesions)
    ]
    _fill(book, "TRUTH", _TRUTH, rows)
    marks = ("ReaderID", "ModalityID", "CaseID")
    _fill(book, "FP", (*marks, "FP_Rating"), [[who[r], what[c], case[k], z] for r, c, k, _, z in false])
    hits = [[who[r], what[c], case[k], lesion, z] for r, c, k, lesion, z in true]
    _fill(book, "TP", (*marks, "LesionID", "TP_Rating"), hits)
    book.save(path)
    return case


_Mark = tuple[str, str, str, int, float]  # reader, condition, case, lesion (0: none), rating
_Lesion = tuple[str, int, float]  # case, lesion (0: none), weight


def _of_ratings(table: ReadingTable) -> tuple[Design, tuple[list[_Mark], list[_Mark]], list[_Lesion]]:
    if table.rating is None:
        raise ScoreMissing(table.source, "RJafroc takes ratings, and no reading has one", "give ratings")
    design = arrange(table, table.rating)
    found: tuple[list[_Mark], list[_Mark]] = ([], [])
    for block, (j, reader) in product(design.blocks, enumerate(design.readers)):
        for case, truth, rating in zip(block.cases, block.truth, block.scores[j], strict=True):
            found[truth].append((reader, block.condition, str(case), int(truth), float(rating)))
    first = design.blocks[0]
    cases = zip(first.cases, first.truth, strict=True)
    return design, found, [(str(case), int(truth), float(truth)) for case, truth in cases]


def _of_marks(table: FreeResponseTable) -> tuple[Design, tuple[list[_Mark], list[_Mark]], list[_Lesion]]:
    from analysis.free_response.mark_grid import arranged

    design, lesions, marks = arranged(table).design, table.lesions, table.marks
    order = np.lexsort((levels(lesions.lesion)[1], levels(lesions.case)[1]))
    number: dict[tuple[str, str], int] = {}
    listed: list[_Lesion] = []
    for row in order:
        case, lesion = str(lesions.case[row]), str(lesions.lesion[row])
        within = 1 + listed[-1][1] if listed and listed[-1][0] == case else 1
        number[case, lesion] = within if lesion else 0
        listed.append((case, number[case, lesion], float(lesions.weight[row])))
    columns = (marks.reader, marks.condition, marks.case, marks.lesion, marks.rating)
    rows = sorted(
        (str(r), str(c), str(k), number[str(k), str(n)] if n else 0, float(z))
        for r, c, k, n, z in zip(*columns, strict=True)
    )
    rows.sort(key=lambda row: tuple(natural_key(name) for name in row[:3]))
    return design, ([row for row in rows if not row[3]], [row for row in rows if row[3]]), listed


def _fill(book: Workbook, title: str, header: Iterable[str], rows: Iterable[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(header))
    for row in rows:
        sheet.append(row)


def _sheets(path: Path) -> tuple[Sheet, Sheet, Sheet]:
    """TRUTH, false marks and true ones."""
    from openpyxl import load_workbook

    try:
        with ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_BYTES:
                raise ValueError(f"it has more than {_MOST_BYTES:,} bytes when unpacked")
        with warnings.catch_warnings():  # what openpyxl cannot keep of a workbook's looks is of no interest
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(path, read_only=True, data_only=True)
            found = {sheet.title.strip().upper(): _cells(sheet) for sheet in book.worksheets}
            book.close()
    except Exception as problem:  # a damaged workbook fails in the zip, in its XML or in openpyxl's classes
        raise FileUnreadable(
            str(path), f"the workbook cannot be read ({problem})", "give an .xlsx file"
        ) from None
    needed = {
        ("TRUTH",): ("caseid", "lesionid", "weight"),
        ("FP", "NL"): ("readerid", "modalityid", "caseid"),
        ("TP", "LL"): ("readerid", "modalityid", "caseid", "lesionid"),
    }
    sheets = []
    for titles, columns in needed.items():
        title = next((title for title in titles if title in found), None)
        if title is None:
            rule = f"there is no sheet {' or '.join(titles)}"
            raise FileUnreadable(str(path), rule, "name the three sheets TRUTH, FP and TP")
        sheet = _sheet(f"{path}, sheet {title}", found[title])
        for column in columns:
            sheet.first_of([column], column)
        if title != "TRUTH":
            sheet.first_of(_RATINGS, "FP_Rating or TP_Rating")
        sheets.append(sheet)
    return sheets[0], sheets[1], sheets[2]


def _cells(sheet: Worksheet) -> list[tuple[object, ...]]:
    """As far as a sheet can have any, wherever it says that they are."""
    return list(sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True))


def _sheet(file: str, lines: Sequence[Sequence[object]]) -> Sheet:
    header = [_text(cell).casefold() for cell in lines[0]] if lines else []
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if cells.count(None) == len(cells):
            continue
        named = {name: _text(cell) for name, cell in zip(header, cells, strict=False) if name}
        if any(named.values()):
            rows.append(SheetRow(file, number, named))
    return Sheet(file, frozenset(header), tuple(rows))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _lesion(row: SheetRow) -> str:
    lesion = row.name("lesionid")
    if lesion == "0":
        raise row.refuse(LesionRefused, "a mark in TP names lesion 0", "name its lesion, or move it to FP")
    return lesion


def _lesions(truth: Sheet) -> Lesions:
    lesion = ["" if row.name("lesionid") == "0" else row.text("lesionid") for row in truth.rows]
    return Lesions(
        case=_names(row.name("caseid") for row in truth.rows),
        truth=np.array([name != "" for name in lesion], dtype=np.int8),
        lesion=_names(lesion),
        weight=np.array([row.number("weight", absent=0.0) for row in truth.rows], dtype=np.float64),
        source=truth.file,
        lines=np.array([row.line for row in truth.rows], dtype=np.int64),
    )


def _check_marks(rows: list[tuple[SheetRow, str]], lesions: Lesions) -> None:
    cases = set(lesions.case.tolist())
    known = set(zip(lesions.case.tolist(), lesions.lesion.tolist(), strict=True))
    for row, lesion in rows:
        case = row.name("caseid")
        if case not in cases:
            raise row.refuse(MarkRefused, f"case {case} is not in TRUTH", "list every case there")
        if lesion and (case, lesion) not in known:
            rule = f"lesion {lesion} of case {case} is not in TRUTH"
            raise row.refuse(MarkRefused, rule, "list every lesion there")


def _who_read_what(truth: Sheet) -> Readings | None:
    if not {"readerid", "modalityid"} <= truth.columns:
        return None
    rows = {
        (reader, condition, row.name("caseid"))
        for row in truth.rows
        for reader, condition in product(_split(row, "readerid"), _split(row, "modalityid"))
    }
    read = sorted(rows, key=lambda names: tuple(natural_key(name) for name in names))
    reader, condition, case = (_names(row[place] for row in read) for place in range(3))
    return Readings(reader, condition, case, source=truth.file)


def _split(row: SheetRow, column: str) -> list[str]:
    return [name for name in _PLAIN.split(row.name(column)) if name]


def _looks_roc(rows: list[tuple[SheetRow, str]], lesions: Lesions) -> bool:
    read = [tuple(row.text(name) for name in ("readerid", "modalityid", "caseid")) for row, _ in rows]
    cells, cases = {place[:2] for place in read}, set(lesions.case.tolist())
    truth = dict(zip(lesions.case.tolist(), lesions.truth.tolist(), strict=True))
    once = len(set(read)) == len(read) == len(cells) * len(cases) and len(cases) == len(lesions.case)
    return once and all(bool(lesion) == bool(truth.get(row.text("caseid"))) for row, lesion in rows)


def _roc(path: str, rows: list[tuple[SheetRow, str]], lesions: Lesions) -> ReadingTable:
    truth = dict(zip(lesions.case.tolist(), lesions.truth.tolist(), strict=True))
    for row, lesion in rows:
        case = row.text("caseid")
        if bool(lesion) != bool(truth[case]):
            rule = f"case {case} has truth {truth[case]}, and ROC data keep its rating in the other sheet"
            raise row.refuse(MarkRefused, rule, "rate cases without lesions in FP, the others in TP")
    return ReadingTable(
        reader=_names(row.name("readerid") for row, _ in rows),
        case=_names(row.name("caseid") for row, _ in rows),
        condition=_names(row.name("modalityid") for row, _ in rows),
        truth=np.array([truth[row.text("caseid")] for row, _ in rows], dtype=np.int8),
        rating=np.array([_rating(row) for row, _ in rows], dtype=np.float64),
        source=path,
    )


def _rating(row: SheetRow) -> float:
    return row.number(next(name for name in _RATINGS if name in row.cells))


def _names(values: Iterable[str]) -> Names:
    return np.array(list(values), dtype=np.str_)
