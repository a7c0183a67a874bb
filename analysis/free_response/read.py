"""Reading marks and lesions from CSV files: scored ones, or an export's, scored here by geometry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.errors import (
    ColumnMissing,
    LesionRefused,
    MarkRefused,
    TruthConflict,
    TruthMissing,
    ValueRefused,
)
from analysis.free_response.geometry import circles, hit
from analysis.free_response.table import FreeResponseTable, Lesions, Marks, Readings
from analysis.sheets import Sheet, SheetRow, read_sheet
from analysis.table import Names
from analysis.tidy_csv import CONDITION_COLUMNS, simulated_note

_NO_LESION = {"", "0", "na"}
_FALSE = {"nl", "fp", "ll_il", "il"}
_TRUE = {"ll", "tp"}


def read_free_response(
    marks: str | Path,
    lesions: str | Path,
    readings: str | Path | None = None,
    *,
    condition_column: str | None = None,
    radius: float | None = None,
) -> FreeResponseTable:
    """Marks and lesions of a free-response study from its files.

    Scored: marks has reader, condition (or modality, treatment, test), case, lesion_id (empty or 0: false
    mark) and rating; a column mark may say NL, LL, or LL_IL (marked, but not there). lesions lists every case
    read: case, lesion_id (0 for a case without lesions), and where given truth, weight, patient.
    An export's: marks has places (x, y and kind, width, height, image, frame) and lesions has centres and
    radii; a mark hits the nearest lesion of its frame whose circle holds its point or centre. Truth,
    conditions and the cases without lesions come from readings (readings.csv beside the marks by default).
    Weights there are relative. A mark's rating is the column rating, else its label where all labels are
    numbers, else the rating of its reading, else 1 for all; notes say which.
    readings: who read what (status done, no repeats, no algorithms); without it, see FreeResponseTable.
    condition_column: another column to take as the condition. radius: in pixels, for lesions without one.
    Raises FileUnreadable, ColumnMissing, ValueRefused, TruthMissing, LesionRefused, MarkRefused, and what
    FreeResponseTable raises.
    """
    marked, listed = read_sheet(marks), read_sheet(lesions)
    if "lesion_id" in marked.columns or "x" not in marked.columns:
        return _scored(marked, listed, None if readings is None else read_sheet(readings), condition_column)
    if readings is None:
        readings = Path(marks).parent / "readings.csv"
        if not readings.is_file():
            raise ColumnMissing(
                marked.file,
                "marks with places need the readings: truth and the cases without lesions stand there",
                "give --readings readings.csv",
            )
    return _exported(marked, listed, _slots(read_sheet(readings), condition_column), radius)


def _scored(marks: Sheet, lesions: Sheet, readings: Sheet | None, column: str | None) -> FreeResponseTable:
    condition = marks.first_of([column] if column else CONDITION_COLUMNS, column or "condition")
    for name in ("reader", "case", "lesion_id", "rating"):
        marks.first_of([name], name)
    rows = marks.rows
    table = Marks(
        reader=_names(row.name("reader") for row in rows),
        condition=_names(row.name(condition) for row in rows),
        case=_names(row.name("case") for row in rows),
        lesion=_names(_lesion_of_mark(row) for row in rows),
        rating=np.array([row.number("rating") for row in rows], dtype=np.float64),
        source=marks.file,
        lines=_lines(rows),
    )
    if readings is None:
        return FreeResponseTable(table, _listed(lesions))
    slots = _slots(readings, column).marked(set(table.condition.tolist()))
    return FreeResponseTable(table, _listed(lesions), slots.readings, notes=slots.notes)


def _lesion_of_mark(row: SheetRow) -> str:
    named = row.text("lesion_id")
    lesion = "" if named.casefold() in _NO_LESION else named
    kind = row.text("mark").casefold()
    if kind in _TRUE and not lesion:
        raise row.refuse(MarkRefused, "a mark LL names no lesion", "give its lesion_id, or write NL")
    if kind in _FALSE and lesion:
        raise row.refuse(MarkRefused, f"a mark {kind.upper()} names a lesion", "write LL, or no lesion_id")
    if kind and kind not in _TRUE | _FALSE:
        raise row.refuse(MarkRefused, f"'{row.text('mark')}' is no kind of mark", "write NL, LL or LL_IL")
    return lesion


def _listed(sheet: Sheet) -> Lesions:
    sheet.first_of(["case"], "case")
    column = sheet.first_of(["lesion_id", "lesion"], "lesion_id")
    lesion = ["" if row.text(column).casefold() in _NO_LESION else row.text(column) for row in sheet.rows]
    given = "truth" in sheet.columns
    truth = [_truth(row) if given else bool(name) for row, name in zip(sheet.rows, lesion, strict=True)]
    patient = [row.text("patient") for row in sheet.rows]
    return Lesions(
        case=_names(row.name("case") for row in sheet.rows),
        truth=np.array(truth, dtype=np.int8),
        lesion=_names(lesion),
        weight=np.array([row.number("weight", absent=0.0) for row in sheet.rows], dtype=np.float64),
        patient=_names(patient) if any(patient) else None,
        source=sheet.file,
        lines=_lines(sheet.rows),
    )


def _truth(row: SheetRow) -> int:
    text = row.text("truth")
    if not text:
        rule = "truth is empty, and no figure exists without it"
        raise row.refuse(TruthMissing, rule, "export the study again after it is locked and unblinded")
    if text not in ("0", "1"):
        raise row.refuse(ValueRefused, f"truth '{text}' is not 0 or 1", "write 0 for absent, 1 for present")
    return int(text)


@dataclass(frozen=True)
class _Slots:
    """The rows of readings.csv that count, and notes of what was left out."""

    file: str
    rows: tuple[SheetRow, ...]
    condition: str
    notes: tuple[str, ...]

    @property
    def readings(self) -> Readings:
        return Readings(
            reader=_names(row.name("reader") for row in self.rows),
            condition=_names(row.name(self.condition) for row in self.rows),
            case=_names(row.name("case") for row in self.rows),
            source=self.file,
            lines=_lines(self.rows),
        )

    def marked(self, conditions: set[str]) -> _Slots:
        """Without the conditions under which nobody marked anything: sessions that asked for no marks."""
        empty = sorted({row.text(self.condition) for row in self.rows} - conditions)
        if not conditions or not empty:
            return self
        notes = tuple(f"condition {name} has no mark and is left out" for name in empty)
        rows = tuple(row for row in self.rows if row.text(self.condition) in conditions)
        return replace(self, rows=rows, notes=self.notes + notes)


def _slots(sheet: Sheet, column: str | None) -> _Slots:
    condition = sheet.first_of([column] if column else CONDITION_COLUMNS, column or "condition")
    for name in ("reader", "case"):
        sheet.first_of([name], name)
    reasons = [_reason_to_leave_out(row) for row in sheet.rows]
    rows = tuple(row for row, reason in zip(sheet.rows, reasons, strict=True) if not reason)
    left_out = sorted(Counter(filter(None, reasons)).items())
    told = ", ".join(f"{count} {reason}" for reason, count in left_out)
    notes: tuple[str, ...] = (f"readings left out: {told}",) if told else ()
    simulated = {row.text("reader") for row in rows if row.text("reader_kind") == "simulated"}
    notes += (simulated_note(len(simulated)),) if simulated else ()
    return _Slots(sheet.file, rows, condition, notes)


def _reason_to_leave_out(row: SheetRow) -> str:
    status = row.cells.get("status", "done")
    if status != "done":
        return f"with status {status or 'empty'}"
    if row.text("repeat") not in ("", "0"):
        return "with repeat = 1"
    return "of algorithms" if row.text("reader_kind") == "algorithm" else ""


def _exported(marks: Sheet, lesions: Sheet, slots: _Slots, radius: float | None) -> FreeResponseTable:
    for name in ("reader", "session", "case", "x", "y"):
        marks.first_of([name], name)
    where = {_slot(row): row for row in slots.rows}
    counted = [row for row in marks.rows if _slot(row) in where]
    rating, told = _ratings(counted, where)
    around = circles(lesions, radius)
    table = Marks(
        reader=_names(row.name("reader") for row in counted),
        condition=_names(where[_slot(row)].text(slots.condition) for row in counted),
        case=_names(row.name("case") for row in counted),
        lesion=_names(hit(row, around) for row in counted),
        rating=np.array([rating(row) for row in counted], dtype=np.float64),
        source=marks.file,
        lines=_lines(counted),
    )
    slots = slots.marked(set(table.condition.tolist()))
    notes = [*slots.notes, told, "a mark hits the nearest lesion whose circle holds its point or centre"]
    if len(counted) < len(marks.rows):
        notes.append(f"{len(marks.rows) - len(counted)} marks of readings left out")
    return FreeResponseTable(table, _with_normals(lesions, slots), slots.readings, notes=tuple(notes))


def _slot(row: SheetRow) -> tuple[str, ...]:
    return tuple(row.text(name) for name in ("reader", "session", "position", "case"))


def _ratings(
    marks: list[SheetRow], where: dict[tuple[str, ...], SheetRow]
) -> tuple[Callable[[SheetRow], float], str]:
    """How a mark is rated, and a note of it."""
    if marks and all(row.text("rating") for row in marks):
        return lambda row: row.number("rating"), "marks are rated by their own rating"
    if marks and all(_is_number(row.text("label")) for row in marks):
        return lambda row: row.number("label"), "marks are rated by their labels"
    if marks and all(where[_slot(row)].text("rating") for row in marks):
        told = "marks are rated by their reading's rating: all marks of a reading have the same"
        return lambda row: where[_slot(row)].number("rating"), told
    return lambda row: 1.0, "marks have no rating: all rate 1"


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text.removeprefix("'"))))
    except ValueError:
        return False


def _with_normals(sheet: Sheet, slots: _Slots) -> Lesions:
    """The lesions of the cases read, their relative weights as shares, and the cases without lesions."""
    truth: dict[str, int] = {}
    first: dict[str, SheetRow] = {}
    for row in slots.rows:
        case, value = row.name("case"), _truth(row)
        if truth.setdefault(case, value) != value:
            rule = f"case {case} has truth 0 and 1"
            raise row.refuse(TruthConflict, rule, "give each case one truth")
        first.setdefault(case, row)
    by_case: dict[str, list[SheetRow]] = defaultdict(list)
    for row in sheet.rows:
        if row.name("case") in truth:
            by_case[row.text("case")].append(row)
    rows: list[tuple[str, int, str, float, int]] = []
    for case, value in truth.items():
        own = by_case[case]
        if bool(own) != bool(value):
            rule = f"case {case} has truth {value} and {'a' if own else 'no'} lesion in {sheet.file}"
            place = own[0] if own else first[case]
            raise place.refuse(LesionRefused, rule, "record its lesions, or leave the case out of the files")
        weights = [row.number("weight", absent=1.0) for row in own]
        total = sum(weights) or 1.0
        rows += [
            (case, 1, row.name("lesion"), weight / total, row.line)
            for row, weight in zip(own, weights, strict=True)
        ]
        if not own:
            rows.append((case, 0, "", 0.0, first[case].line))
    patient = {case: row.text("patient") for case, row in first.items()}
    return Lesions(
        case=_names(row[0] for row in rows),
        truth=np.array([row[1] for row in rows], dtype=np.int8),
        lesion=_names(row[2] for row in rows),
        weight=np.array([row[3] for row in rows], dtype=np.float64),
        patient=_names(patient[row[0]] for row in rows) if any(patient.values()) else None,
        source=sheet.file,
        lines=np.array([row[4] for row in rows], dtype=np.int64),
    )


def _names(values: Iterable[str]) -> Names:
    return np.array(list(values), dtype=np.str_)


def _lines(rows: Iterable[SheetRow]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([row.line for row in rows], dtype=np.int64)
