"""Estimates of every reader under every condition, and the covariance of their errors over cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.design import CROSSED, Design, arrange
from analysis.figures import Covariance, Figure, bounds_of, covariance_for, evaluate, scored
from analysis.table import Numbers, ReadingTable


@dataclass(frozen=True, eq=False)
class Cells:
    """What an Obuchowski-Rockette analysis starts from, whatever the figure of merit.

    estimates (t, r) of t conditions and r readers and their covariance (t, r, t, r) over cases, nan where
    undefined and 0 between conditions without a common case. cases (t,): how many each condition has;
    negatives, positives: distinct ones of all conditions. bounds: the range of the figure of merit.
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

    @property
    def all_cases(self) -> int:
        return self.negatives + self.positives

    @property
    def range_of_difference(self) -> tuple[float, float]:
        low, high = self.bounds
        return low - high, high - low


def cells_of(table: ReadingTable, figure: Figure, covariance: Covariance | None) -> Cells:
    """The cells of a complete design; refuses as `arrange`, `scored` and `covariance_for` do."""
    method = covariance_for(figure, covariance)
    table, scores = scored(table, figure)
    design = arrange(table, scores)
    estimates, matrix = _evaluate(design, figure, method)
    return Cells(
        figure_of_merit=figure,
        method=method,
        design=design.kind,
        readers=design.readers,
        conditions=design.conditions,
        cases=tuple(len(block.cases) for block in design.blocks),
        negatives=int((design.truth == 0).sum()),
        positives=int((design.truth == 1).sum()),
        estimates=estimates,
        covariance=matrix,
        bounds=bounds_of(figure),
        notes=table.remarks,
    )


def _evaluate(design: Design, figure: Figure, method: Covariance) -> tuple[Numbers, Numbers]:
    t, r = len(design.blocks), len(design.readers)
    if design.kind == CROSSED:
        scores = np.concatenate([block.scores for block in design.blocks])
        estimates, matrix = evaluate(figure, method, design.truth, scores, design.blocks[0].patient)
        return estimates.reshape(t, r), matrix.reshape(t, r, t, r)
    estimates, matrix = np.empty((t, r)), np.zeros((t, r, t, r))
    for i, block in enumerate(design.blocks):
        estimates[i], matrix[i, :, i, :] = evaluate(figure, method, block.truth, block.scores, block.patient)
    return estimates, matrix
