"""Estimates of every reader under every condition, and the covariance of their errors over cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.design import CROSSED, arrange
from analysis.figures import Covariance, Figure, bounds_of, covariance_for, evaluate, scored
from analysis.grid import Grid, grid_of
from analysis.layout import GridLayout, layout_of
from analysis.overlap import evaluate_overlapping
from analysis.score_products import of_truth
from analysis.table import Codes, Numbers, ReadingTable

Incomplete = Literal["use", "refuse"]


@dataclass(frozen=True, eq=False)
class Cells:
    """What an Obuchowski-Rockette analysis starts from, whatever the figure of merit.

    estimates (t, r) of t conditions and r readers and their covariance (t, r, t, r) over cases, nan where
    undefined and 0 between cells without a common case. cases (t,): how many each condition has; negatives,
    positives: distinct ones of all conditions. bounds: the range of the figure of merit.
    groups (r,): codes of the sets of readers who have cases of their own, where there are several. read
    (t, r): how many cases each reader has, 0 where the reader lacks the condition; None where all have all.
    """

    figure_of_merit: str
    method: str
    design: str
    readers: tuple[str, ...]
    conditions: tuple[str, ...]
    cases: tuple[int, ...]
    negatives: int
    positives: int
    estimates: Numbers
    covariance: Numbers
    bounds: tuple[float, float] = (0.0, 1.0)
    notes: tuple[str, ...] = ()
    groups: Codes | None = None
    read: NDArray[np.int64] | None = None

    @property
    def all_cases(self) -> int:
        return self.negatives + self.positives

    @property
    def range_of_difference(self) -> tuple[float, float]:
        low, high = self.bounds
        return low - high, high - low

    def has(self, i: int, j: int) -> bool:
        """Whether reader j read under condition i."""
        return self.read is None or bool(self.read[i, j])

    def cases_of(self, i: int, j: int) -> int:
        """How many cases reader j read under condition i."""
        return self.cases[i] if self.read is None else int(self.read[i, j])

    @property
    def lacking(self) -> bool:
        """Whether some figures are there and some are not."""
        found = ~np.isnan(self.estimates)
        return bool(found.any() and not found.all())


def cells_of(
    table: ReadingTable, figure: Figure, covariance: Covariance | None, incomplete: Incomplete = "refuse"
) -> Cells:
    """The cells of a design; refuses as `scored` and `covariance_for` do.

    incomplete 'refuse': as `arrange` does, where readers who share a condition do not share its cases. 'use':
    whatever was read, and the notes count what was not.
    """
    method = covariance_for(figure, covariance)
    table, scores = scored(table, figure)
    grid = grid_of(table, scores)
    if grid.present.all():
        return _crossed(table, grid, figure, method)
    if incomplete == "refuse":
        arrange(table, scores)
    return _partial(table, grid, layout_of(grid), figure, method)


def _crossed(table: ReadingTable, grid: Grid, figure: Figure, method: Covariance) -> Cells:
    t, r, n = grid.scores.shape
    estimates, matrix = evaluate(figure, method, grid.truth, grid.scores.reshape(t * r, n), grid.patient)
    return Cells(
        figure_of_merit=figure,
        method=method,
        design=CROSSED,
        readers=grid.readers,
        conditions=grid.conditions,
        cases=(n,) * t,
        negatives=int((grid.truth == 0).sum()),
        positives=int((grid.truth == 1).sum()),
        estimates=estimates.reshape(t, r),
        covariance=matrix.reshape(t, r, t, r),
        bounds=bounds_of(figure),
        notes=table.remarks,
    )


def _partial(
    table: ReadingTable, grid: Grid, layout: GridLayout, figure: Figure, method: Covariance
) -> Cells:
    read = grid.read.any(axis=0)
    estimates, matrix = _by_set(grid, layout, figure, method)
    cells = Cells(
        figure_of_merit=figure,
        method=method,
        design=layout.name,
        readers=grid.readers,
        conditions=grid.conditions,
        cases=tuple(int(count) for count in grid.read.sum(axis=1)),
        negatives=int((read & (grid.truth == 0)).sum()),
        positives=int((read & (grid.truth == 1)).sum()),
        estimates=estimates,
        covariance=matrix,
        bounds=bounds_of(figure),
        notes=table.remarks + layout.notes,
        groups=layout.groups,
        read=grid.present.sum(axis=2),
    )
    return _without_undefined(cells)


def _by_set(grid: Grid, layout: GridLayout, figure: Figure, method: Covariance) -> tuple[Numbers, Numbers]:
    """Estimates (t, r) and covariances (t, r, t, r): readers of two sets share no case, so each set alone."""
    t, r, _ = grid.scores.shape
    estimates, matrix = np.full((t, r), np.nan), np.zeros((t, r, t, r))
    counted = of_truth(figure, grid.truth) & grid.read.any(axis=0)
    units = np.arange(len(counted)) if grid.patient is None else grid.patient
    distinct = len(np.unique(units[counted]))
    for one in np.unique(layout.sets):
        members = np.flatnonzero(layout.sets == one)
        own = grid.present[:, members].any(axis=(0, 1))
        scores = grid.scores[:, members][:, :, own]
        patient = None if grid.patient is None else grid.patient[own]
        found, errors = evaluate_overlapping(
            figure, method, grid.truth[own], scores.reshape(-1, int(own.sum())), patient, distinct
        )
        count = len(members)
        estimates[:, members] = found.reshape(t, count)
        places = np.arange(t)
        matrix[np.ix_(places, members, places, members)] = errors.reshape(t, count, t, count)
    return estimates, matrix


def _without_undefined(cells: Cells) -> Cells:
    """Readers who read, but lack the cases that the figure needs, are left out and named."""
    assert cells.read is not None
    gone = np.isnan(cells.estimates) & (cells.read > 0)
    keep = np.asarray(~np.isnan(cells.estimates).all(axis=0))
    if not gone.any() or not keep.any():
        return cells
    told = [f"{cells.readers[j]} under {cells.conditions[i]}" for i, j in np.argwhere(gone)]
    note = f"without the cases that {cells.figure_of_merit} needs, and left out: {', '.join(told)}"
    groups = None if cells.groups is None else cells.groups[keep]
    return replace(
        cells,
        readers=tuple(name for name, kept in zip(cells.readers, keep, strict=True) if kept),
        estimates=cells.estimates[:, keep],
        covariance=cells.covariance[:, keep][:, :, :, keep],
        groups=None if groups is None or np.unique(groups, return_counts=True)[1].min() < 2 else groups,
        read=np.where(gone, 0, cells.read)[:, keep],
        notes=(*cells.notes, note),
    )
