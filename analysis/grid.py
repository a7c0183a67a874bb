"""From rows to arrays: the score of every reader for every case under every condition, gaps and all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.table import Codes, Numbers, ReadingTable, levels


@dataclass(frozen=True, eq=False)
class Grid:
    """scores (t, r, n) of t conditions, r readers and n distinct cases, nan where there is no score.

    truth (n,): 0 or 1; patient (n,): codes, None where no patient is known. Names come in natural order.
    """

    readers: tuple[str, ...]
    conditions: tuple[str, ...]
    cases: tuple[str, ...]
    truth: NDArray[np.int8]
    scores: Numbers
    patient: Codes | None

    @property
    def present(self) -> NDArray[np.bool_]:
        """(t, r, n): whether there is a score."""
        return np.asarray(~np.isnan(self.scores))

    @property
    def read(self) -> NDArray[np.bool_]:
        """(t, n): read by anybody under this condition."""
        return np.asarray(self.present.any(axis=1))


def grid_of(table: ReadingTable, scores: Numbers) -> Grid:
    """The table's readings with these scores (n,), nan meaning no score, as a grid."""
    (readers, reader), (conditions, condition), (cases, case) = table.readers, table.conditions, table.cases
    grid = np.full((len(conditions), len(readers), len(cases)), np.nan)
    grid[condition, reader, case] = scores
    truth = np.zeros(len(cases), dtype=np.int8)
    truth[case] = table.truth
    patient = None
    if table.patient is not None:
        patient = np.zeros(len(cases), dtype=np.int64)
        patient[case] = levels(table.patient)[1]
    return Grid(readers, conditions, cases, truth, grid, patient)
