"""Which design a grid of readings has: what is crossed, what is nested, and what is missing from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.design import CROSSED, NESTED
from analysis.grid import Grid
from analysis.table import Codes

CASES_IN_READERS = "cases nested in readers"
CASES_IN_GROUPS = "cases nested in groups of readers"
READERS_IN_CONDITIONS = "readers nested in conditions"
BOTH_IN_CONDITIONS = "readers and cases nested in conditions"
GAPS = "with gaps"
PARTLY = "readers share some of their cases"
_MANY = 1 / 4  # of the expected readings: more than that are missing by plan
UNBALANCED = "not every reader under every condition"


@dataclass(frozen=True, eq=False)
class GridLayout:
    """A design by name, and its parts.

    sets (r,): codes of the smallest sets of readers who share no case (no patient) with another set; cells
    (t, r): whether the reader has a score under the condition. missing: scores absent from the named design,
    of so many expected, within these cells.
    """

    name: str
    sets: Codes
    cells: NDArray[np.bool_]
    missing: int
    expected: int

    @property
    def groups(self) -> Codes | None:
        """The sets, where there are several and each has two readers or more."""
        sizes = np.bincount(self.sets)
        return self.sets if len(sizes) > 1 and sizes.min() > 1 else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing, and what was done about it."""
        told = []
        if self.missing:
            told.append(
                f"{self.missing} of {self.expected} readings, all readers on all cases, are not there: each "
                "figure is over the cases its reader read, errors hang together through common cases; "
                "this is right if who read what has nothing to do with how hard a case is"
            )
        if len(np.unique(self.sets)) not in (1, len(self.sets)) and self.groups is None:
            told.append("some sets of cases have one reader: readers' mean squares ignore the sets")
        return tuple(told)


def layout_of(grid: Grid) -> GridLayout:
    """The design that the scores of a grid show, whoever planned it."""
    present = grid.present
    cells = np.asarray(present.any(axis=2))
    sets = _sets(_by_patient(np.asarray(present.any(axis=0)), grid.patient))
    cases_apart = len(present) > 1 and bool((grid.read.sum(axis=0) <= 1).all())
    readers_apart = len(present) > 1 and bool((cells.sum(axis=0) == 1).all())
    expected = _expected(present, sets, cases_apart) & cells[:, :, None]
    missing = int((expected & ~present).sum())
    name = _name(sets, cells, cases_apart, readers_apart)
    if missing:
        name += f", {PARTLY if missing > _MANY * expected.sum() else GAPS}"
    if not readers_apart and not cells.all():
        name += f", {UNBALANCED}"
    return GridLayout(name, sets, cells, missing, int(expected.sum()))


def _by_patient(read: NDArray[np.bool_], patient: Codes | None) -> NDArray[np.bool_]:
    """Who read any case of whom (r, p), from who read what (r, n)."""
    if patient is None:
        return read
    codes = np.unique(patient, return_inverse=True)[1]
    return np.array([np.bincount(codes, weights=row) > 0 for row in read])


def _sets(read: NDArray[np.bool_]) -> Codes:
    """Sets of readers linked by common cases, from who read what (r, n)."""
    linked = (read.astype(np.float32) @ read.T.astype(np.float32)) > 0
    np.fill_diagonal(linked, True)
    while True:
        further = (linked.astype(np.float32) @ linked.astype(np.float32)) > 0
        if (further == linked).all():
            first = np.argmax(linked, axis=1)
            return np.asarray(np.unique(first, return_inverse=True)[1], dtype=np.int64)
        linked = further


def _expected(present: NDArray[np.bool_], sets: Codes, cases_apart: bool) -> NDArray[np.bool_]:
    """(t, r, n): the cases of a reader's set, under every condition or, apart, under their own."""
    expected = np.zeros_like(present)
    for one in np.unique(sets):
        read = np.asarray(present[:, sets == one].any(axis=1))
        of_set = read if cases_apart else np.broadcast_to(np.any(read, axis=0), read.shape)
        expected[:, sets == one] = of_set[:, None, :]
    return expected


def _name(sets: Codes, cells: NDArray[np.bool_], cases_apart: bool, readers_apart: bool) -> str:
    if readers_apart and cases_apart:
        base, several = BOTH_IN_CONDITIONS, len(cells)
    elif readers_apart or cases_apart:
        base, several = (READERS_IN_CONDITIONS if readers_apart else NESTED), 1
    else:
        base, several = CROSSED, 1
    found = len(np.unique(sets))
    if found <= several or len(sets) == 1:
        return base
    nested = CASES_IN_READERS if found == len(sets) else CASES_IN_GROUPS
    return nested if base == CROSSED else f"{base}, {nested}"
