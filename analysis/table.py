"""The readings as aligned columns, checked once: every analysis starts from a ReadingTable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DuplicateReading, NothingToAnalyse, ScoreMissing, TruthConflict, ValueRefused

Names = NDArray[np.str_]
Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Levels = tuple[tuple[str, ...], Codes]
_COLUMNS = (
    "reader",
    "case",
    "condition",
    "truth",
    "rating",
    "call",
    "patient",
    "position",
    "read_ms",
    "lines",
)


@dataclass(frozen=True, eq=False)
class ReadingTable:
    """One reading a row: 1-D arrays of one length n, in any order.

    reader, case, condition: names. truth: 0 (target condition absent) or 1 (present), one value per case.
    rating: ordered score, higher means more likely present; nan where not given; None when nobody rated.
    call: 0 or 1; nan where not given; None when nobody called. patient: name, for cases of one patient; an
    empty name means that the case is its patient's only one; None where no patient is known. position: place
    in the reader's order from 1, and read_ms: reading time; nan where not known, None where known of none.
    source and lines say where each row came from, for messages. notes go along into every result.
    Raises ValueRefused, TruthConflict, DuplicateReading, NothingToAnalyse.
    """

    reader: Names
    case: Names
    condition: Names
    truth: NDArray[np.int8]
    rating: Numbers | None = None
    call: Numbers | None = None
    patient: Names | None = None
    position: Numbers | None = None
    read_ms: Numbers | None = None
    source: str = "the table"
    lines: Codes | None = None
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        self._check_shapes()
        self._check_values()
        self._check_truth_per_case()
        self._name_patients()
        self._check_repeats()

    def __len__(self) -> int:
        return len(self.reader)

    @cached_property
    def readers(self) -> Levels:
        """The distinct readers in natural order, and each row's place among them (n,)."""
        return levels(self.reader)

    @cached_property
    def conditions(self) -> Levels:
        """As `readers`, of conditions."""
        return levels(self.condition)

    @cached_property
    def cases(self) -> Levels:
        """As `readers`, of cases."""
        return levels(self.case)

    def where(self, row: int) -> str:
        """The place of a row in words: file and line where known."""
        return (
            f"{self.source}, row {row + 1}"
            if self.lines is None
            else f"{self.source}, line {self.lines[row]}"
        )

    def only(
        self,
        condition: str | None = None,
        readers: Iterable[str] | None = None,
        cases: Iterable[str] | None = None,
    ) -> ReadingTable:
        """The readings of one condition, of some readers, of some cases; refuses when none is left."""
        keep = np.ones(len(self), dtype=bool)
        if condition is not None:
            keep &= self.condition == condition
        if readers is not None:
            keep &= np.isin(self.reader, list(readers))
        if cases is not None:
            keep &= np.isin(self.case, list(cases))
        return self.rows(keep)

    def rows(self, keep: NDArray[np.bool_]) -> ReadingTable:
        """The readings where `keep` (n,) is true."""
        if not keep.any():
            raise NothingToAnalyse(
                self.source, "no reading is left after the selection", "widen the selection"
            )
        return self._take(np.flatnonzero(keep))

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, and a caution where patients gave more than one case."""
        if self.patient is None:
            return self.notes
        cases, patients = len(np.unique(self.case)), len(np.unique(self.patient))
        if patients >= cases:
            return self.notes
        note = f"{cases} cases of {patients} patients: intervals count patients, not cases, as independent"
        return (*self.notes, note)

    def in_order(self) -> ReadingTable:
        """The same readings by condition, reader and case: sums then do not depend on the rows' order."""
        return self._take(np.lexsort((self.cases[1], self.readers[1], self.conditions[1])))

    def _take(self, places: Codes) -> ReadingTable:
        given = {name: getattr(self, name) for name in _COLUMNS}
        return replace(self, **{name: column[places] for name, column in given.items() if column is not None})

    def _check_shapes(self) -> None:
        columns = [getattr(self, name) for name in _COLUMNS]
        if any(column is not None and column.shape != (len(self.reader),) for column in columns):
            raise ValueRefused(
                self.source, "columns are 1-D and of one length", "give every reading every column"
            )
        if len(self.reader) == 0:
            raise NothingToAnalyse(
                self.source, "there is no reading to analyse", "check the file and its filters"
            )
        if self.rating is None and self.call is None:
            raise ValueRefused(self.source, "readings hold a rating or a call", "give one of the two columns")

    def _check_values(self) -> None:
        self._refuse_where(
            ~np.isin(self.truth, (0, 1)), "truth is 0 or 1", "write 0 for absent, 1 for present"
        )
        if self.rating is not None:
            self._refuse_where(np.isinf(self.rating), "a rating is a finite number", "correct the rating")
        if self.call is not None:
            bad = ~np.isnan(self.call) & ~np.isin(self.call, (0, 1))
            self._refuse_where(bad, "a call is 0 or 1", "write 0 for absent, 1 for present")

    def _refuse_where(self, bad: NDArray[np.bool_], rule: str, remedy: str) -> None:
        if bad.any():
            raise ValueRefused(self.where(int(np.argmax(bad))), rule, remedy)

    def _check_truth_per_case(self) -> None:
        cases, codes = self.cases
        first = np.full(len(cases), -1, dtype=np.int8)
        first[codes] = self.truth
        conflict = first[codes] != self.truth
        if conflict.any():
            row = int(np.argmax(conflict))
            raise TruthConflict(
                self.where(row),
                f"case {self.case[row]} has truth 0 and 1",
                "give each case one truth, or two names",
            )

    def _name_patients(self) -> None:
        """A case without a patient's name is a patient of its own; a case has one patient."""
        if self.patient is None:
            return
        own = np.char.add("\x1f", self.case)
        object.__setattr__(self, "patient", np.where(self.patient == "", own, self.patient))
        first, case = np.unique(self.case, return_index=True, return_inverse=True)[1:]
        conflict = self.patient[first][case] != self.patient
        self._refuse_where(conflict, "a case is of one patient", "give the case one patient in every row")

    def _check_repeats(self) -> None:
        (_, reader), (conditions, condition), (cases, case) = self.readers, self.conditions, self.cases
        key = (reader * len(conditions) + condition) * len(cases) + case
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order[1:]] == key[order[:-1]]]
        if len(again):
            row = int(again.min())
            raise DuplicateReading(
                self.where(row),
                f"reader {self.reader[row]} read case {self.case[row]} twice under {self.condition[row]}",
                "mark later readings with repeat=1, or name the conditions apart",
            )


def make_table(
    reader: Sequence[object],
    case: Sequence[object],
    condition: Sequence[object],
    truth: Sequence[int],
    rating: Sequence[float | None] | None = None,
    call: Sequence[int | None] | None = None,
    patient: Sequence[object] | None = None,
) -> ReadingTable:
    """A ReadingTable from plain sequences of one length n; None in rating or call means not given."""
    return ReadingTable(
        reader=_names(reader),
        case=_names(case),
        condition=_names(condition),
        truth=np.asarray(truth, dtype=np.int8),
        rating=None if rating is None else np.asarray(rating, dtype=np.float64),
        call=None if call is None else np.asarray(call, dtype=np.float64),
        patient=None if patient is None else _names(patient),
    )


def joined(one: ReadingTable, two: ReadingTable) -> ReadingTable:
    """The readings of both; a column that only one has is unknown in the other."""
    columns: dict[str, Any] = {}
    for name in _COLUMNS:
        parts = [getattr(each, name) for each in (one, two)]
        if name == "lines" or all(part is None for part in parts):
            columns[name] = None
            continue
        unknown = "" if name == "patient" else np.nan
        columns[name] = np.concatenate(
            [
                np.full(len(each), unknown) if part is None else part
                for each, part in zip((one, two), parts, strict=True)
            ]
        )
    notes = tuple(dict.fromkeys((*one.notes, *two.notes)))
    return replace(one, **columns, source=f"{one.source} and {two.source}", notes=notes)


def with_calls_from_rating(table: ReadingTable, at_least: float) -> ReadingTable:
    """The same readings with call = 1 where the rating is at least the threshold; unrated stays uncalled."""
    if table.rating is None:
        raise ScoreMissing(table.source, "calls at a threshold need ratings", "give a rating column")
    call = np.where(np.isnan(table.rating), np.nan, (table.rating >= at_least).astype(np.float64))
    return replace(table, call=call, notes=(*table.notes, f"call = 1 where rating >= {at_least:g}"))


def levels(values: Names) -> Levels:
    """The distinct names in natural order (2 before 10), and each row's place among them."""
    listed = values.tolist()
    names = sorted(dict.fromkeys(listed), key=natural_key)
    place = {name: number for number, name in enumerate(names)}
    return tuple(names), np.fromiter(map(place.__getitem__, listed), dtype=np.int64, count=len(listed))


def natural_key(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """A sort key that takes runs of digits as numbers; total, because the name itself breaks ties."""
    parts = [part for part in re.split(r"(\d+)", name) if part]
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], name


def _names(values: Sequence[object]) -> Names:
    return np.asarray([str(value) for value in values], dtype=np.str_)
