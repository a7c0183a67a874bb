"""Marks, lesions and readings as aligned columns, checked once: every free-response figure starts here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import (
    DuplicateReading,
    LesionRefused,
    MarkRefused,
    NothingToAnalyse,
    TruthConflict,
    ValueRefused,
)
from analysis.table import Codes, Names, Numbers, levels

WEIGHTS_SUM = 0.01 + 1e-9  # how far the weights of a case may miss 1: they are written with few digits


@dataclass(frozen=True, eq=False)
class Lesions:
    """Truth of every case: one row for a case without lesions, else one row for each lesion; (n,) columns.

    case: names. truth: 0 or 1. lesion: its name within the case, empty where truth is 0. weight: share of the
    lesion in its case; a case's weights sum to 1 (they are divided by their sum, which may miss 1 by 1 %), or
    are all 0, which means equal ones. patient: names, None where every case is a patient of its own.
    Raises ValueRefused, TruthConflict, LesionRefused, NothingToAnalyse.
    """

    case: Names
    truth: NDArray[np.int8]
    lesion: Names
    weight: Numbers
    patient: Names | None = None
    source: str = "the lesions"
    lines: Codes | None = None

    def __post_init__(self) -> None:
        _check_aligned(self, self.case, self.truth, self.lesion, self.weight, self.patient)
        if len(self.case) == 0:
            raise NothingToAnalyse(self.source, "there is no case", "give each case read a row")
        bad_truth = ~np.isin(self.truth, (0, 1))
        _refuse(self, bad_truth, ValueRefused, "truth is 0 or 1", "write 0 for absent, 1 for present")
        _refuse(
            self,
            (self.truth == 1) & (self.lesion == ""),
            LesionRefused,
            "a case with truth 1 has a lesion on each of its rows",
            "name the lesions 1, 2, ..., or leave the case out of every file",
        )
        _refuse(
            self,
            (self.truth == 0) & (self.lesion != ""),
            LesionRefused,
            "a case with truth 0 has no lesion",
            "write lesion 0 there, or truth 1",
        )
        bad_weight = ~np.isfinite(self.weight) | (self.weight < 0)
        _refuse(
            self, bad_weight, ValueRefused, "a weight is a number from 0 to 1", "correct the lesion's weight"
        )
        self._check_cases()
        object.__setattr__(self, "weight", self._shares())

    @property
    def count(self) -> int:
        """How many lesions there are."""
        return int((self.truth == 1).sum())

    @property
    def equally_weighted(self) -> bool:
        """Whether the lesions of each case count alike."""
        code = levels(self.case)[1]
        return bool(np.allclose(self.weight * np.bincount(code)[code], self.truth))

    def _check_cases(self) -> None:
        code = levels(self.case)[1]
        first = np.unique(code, return_index=True)[1]
        conflict = self.truth != self.truth[first][code]
        _refuse(self, conflict, TruthConflict, "a case has one truth", "give the case 0 or 1 in every row")
        if self.patient is not None:
            strange = self.patient != self.patient[first][code]
            _refuse(self, strange, ValueRefused, "a case is of one patient", "name one patient in every row")
        again = _repeats(_keys(self.case, self.lesion))
        _refuse(self, again, LesionRefused, "a lesion stands there twice", "keep one row for each lesion")

    def _shares(self) -> Numbers:
        """Weights that sum to 1 in each case with lesions, and are 0 elsewhere."""
        code = levels(self.case)[1]
        weight = np.where(self.truth == 1, self.weight, 0.0)
        order = np.lexsort((self.lesion, code))  # sums must not depend on the rows' order
        total = np.bincount(code[order], weights=weight[order])[code]
        unweighted = (self.truth == 1) & (total == 0)
        wrong = (self.truth == 1) & ~unweighted & (np.abs(total - 1) > WEIGHTS_SUM)
        _refuse(
            self,
            wrong,
            LesionRefused,
            "the weights of the case's lesions do not sum to 1",
            "give weights that sum to 1 in each case, or 0 everywhere for equal ones",
        )
        count = np.bincount(code)[code]
        return np.where(unweighted, 1.0 / count, weight / np.where(total > 0, total, 1.0))


@dataclass(frozen=True, eq=False)
class Marks:
    """One mark a row: (n,) columns; n may be 0 only where the readings are known.

    reader, condition, case: names. lesion: the name of the lesion hit within the case, empty for a false
    mark. rating: finite, higher means more likely a lesion.
    Raises ValueRefused.
    """

    reader: Names
    condition: Names
    case: Names
    lesion: Names
    rating: Numbers
    source: str = "the marks"
    lines: Codes | None = None

    def __post_init__(self) -> None:
        _check_aligned(self, *(getattr(self, name) for name in _MARK_COLUMNS))
        _refuse(
            self, ~np.isfinite(self.rating), ValueRefused, "a rating is a finite number", "correct the rating"
        )

    def __len__(self) -> int:
        return len(self.reader)

    def rows(self, keep: NDArray[np.bool_]) -> Marks:
        """The marks where `keep` (n,) is true."""
        columns = {name: getattr(self, name)[keep] for name in _MARK_COLUMNS}
        return replace(self, **columns, lines=None if self.lines is None else self.lines[keep])


_MARK_COLUMNS = ("reader", "condition", "case", "lesion", "rating")


@dataclass(frozen=True, eq=False)
class Readings:
    """Which reader read which case under which condition, marks or no marks: (n,) columns of names."""

    reader: Names
    condition: Names
    case: Names
    source: str = "the readings"
    lines: Codes | None = None

    def __post_init__(self) -> None:
        _check_aligned(self, self.reader, self.condition, self.case)
        again = _repeats(_keys(self.reader, self.condition, self.case))
        _refuse(
            self,
            again,
            DuplicateReading,
            "a reader read a case twice under one condition",
            "mark later readings with repeat=1, or name the conditions apart",
        )


@dataclass(frozen=True, eq=False)
class FreeResponseTable:
    """Marks on cases with known lesions.

    readings None: every reader who marked anything read every case under every condition, and a note says so.
    ignored: how many further marks on a lesion already hit are dropped; a lesion counts with its highest.
    Raises MarkRefused where a mark names an unknown case, lesion or reading, NothingToAnalyse.
    """

    marks: Marks
    lesions: Lesions
    readings: Readings | None = None
    ignored: int = 0
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        marks, lesions = self.marks, self.lesions
        if len(marks) == 0 and self.readings is None:
            raise NothingToAnalyse(marks.source, "there is no mark", "give the readings, or check the file")
        _refuse(
            marks,
            ~_listed((marks.case,), (lesions.case,)),
            MarkRefused,
            f"a mark lies on a case that {lesions.source} does not list",
            "list every case that was read, also those without lesions",
        )
        hits = _listed((marks.case, marks.lesion), (lesions.case, lesions.lesion))
        _refuse(
            marks,
            (marks.lesion != "") & ~hits,
            MarkRefused,
            f"a mark names a lesion that {lesions.source} does not list for its case",
            "correct the lesion, or leave it empty for a false mark",
        )
        if self.readings is not None:
            self._check_readings(self.readings)
        self._keep_highest()

    def _check_readings(self, readings: Readings) -> None:
        marks = self.marks
        made = _listed(
            (marks.reader, marks.condition, marks.case), (readings.reader, readings.condition, readings.case)
        )
        remedy = "give the readings that the marks belong to"
        _refuse(marks, ~made, MarkRefused, f"{readings.source} has no reading for the mark", remedy)
        unknown = ~_listed((readings.case,), (self.lesions.case,))
        rule = f"a reading is of a case that {self.lesions.source} does not list"
        _refuse(readings, unknown, MarkRefused, rule, "list every case that was read")

    def _keep_highest(self) -> None:
        marks = self.marks
        key = _keys(marks.reader, marks.condition, marks.case, marks.lesion)
        order = np.lexsort((-marks.rating, key))
        again = np.zeros(len(marks), dtype=bool)
        again[order] = _repeats(key[order])
        again &= marks.lesion != ""
        if again.any():
            object.__setattr__(self, "marks", marks.rows(~again))
            object.__setattr__(self, "ignored", self.ignored + int(again.sum()))

    @property
    def false_marks(self) -> int:
        return int((self.marks.lesion == "").sum())

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, and what was taken for granted."""
        told = list(self.notes)
        if self.readings is None:
            told.append("every reader with a mark is taken to have read every case under every condition")
        if self.ignored:
            told.append(f"{self.ignored} further marks on a lesion already hit are ignored")
        return tuple(told)


def _keys(*columns: Names) -> Codes:
    """One number (n,) for all rows with the same names."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        names = column.tolist()
        known = {name: code for code, name in enumerate(dict.fromkeys(names))}
        key = key * max(len(known), 1) + np.fromiter(map(known.__getitem__, names), np.int64, len(names))
    return key


def _listed(rows: tuple[Names, ...], among: tuple[Names, ...]) -> NDArray[np.bool_]:
    """Which rows have the names of any row of `among`."""
    key = _keys(*(np.concatenate(pair) for pair in zip(rows, among, strict=True)))
    count = len(rows[0])
    return np.isin(key[:count], key[count:])


def _repeats(key: Codes) -> NDArray[np.bool_]:
    """True at every row but the first of its key."""
    again = np.ones(len(key), dtype=bool)
    again[np.unique(key, return_index=True)[1]] = False
    return again


def _check_aligned(table: Lesions | Marks | Readings, *columns: NDArray[Any] | None) -> None:
    if any(column is not None and column.shape != (len(table.case),) for column in columns):
        rule = "columns are 1-D and of one length"
        raise ValueRefused(table.source, rule, "give every row every column")


def _refuse(
    table: Lesions | Marks | Readings,
    bad: NDArray[np.bool_],
    refusal: type[ValueRefused | LesionRefused | MarkRefused | TruthConflict | DuplicateReading],
    rule: str,
    remedy: str,
) -> None:
    if not bad.any():
        return
    row = int(np.argmax(bad))
    place = f"row {row + 1}" if table.lines is None else f"line {table.lines[row]}"
    raise refusal(f"{table.source}, {place}", f"{rule} (case {table.case[row]})", remedy)
