"""The mean ROC curve of several readers, with intervals over readers and cases.

Readers' sensitivities are averaged at each false positive rate, so that the area under the mean curve is the
mean of the areas. Each point is a figure of merit of its own (sensitivity at a specificity) and has the
single-condition Obuchowski-Rockette interval; the intervals are pointwise, not simultaneous.
Sources: Chen W, Samuelson FW, Br J Radiol 2014; 87: 20140016 (averages that keep the area). Hillis SL, Stat
Med 2014; 33: 330-360 (single condition).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis import merits
from analysis.cells import Cells
from analysis.design import arrange
from analysis.figures import scored
from analysis.frames import Framed, Row
from analysis.intervals import check_level
from analysis.obuchowski_rockette import analyse
from analysis.table import Numbers, ReadingTable

GRID = tuple(np.linspace(0.05, 0.95, 19))


@dataclass(frozen=True)
class MeanPoint:
    """The readers' mean sensitivity at one false positive rate; limits None where there is no interval."""

    false_positive_rate: float
    estimate: float | None
    low: float | None
    high: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeanCurve(Framed):
    """The mean curve of one condition."""

    condition: str
    points: tuple[MeanPoint, ...]
    level: float
    readers: int
    cases: int
    method: str = "vertical mean; pointwise intervals, random readers, random cases"
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each false positive rate."""
        return [{"condition": self.condition, **vars(point)} for point in self.points]


def mean_curves(table: ReadingTable, level: float = 0.95, rates: ArrayLike = GRID) -> tuple[MeanCurve, ...]:
    """The mean curve of every condition; IncompleteDesign unless every reader rated every case of it.

    rates (m,): false positive rates between 0 and 1. One reader has no interval over readers.
    """
    check_level(level)
    table, scores = scored(table, "auc")
    design = arrange(table, scores)
    found = []
    for block in design.blocks:
        units = np.arange(len(block.truth)) if block.patient is None else block.patient
        estimates, covariances = merits.along(
            block.truth, block.scores, units, np.asarray(rates, dtype=float)
        )
        points = []
        for rate, means, matrix in zip(np.asarray(rates), estimates, covariances, strict=True):
            cells = _cells(design.readers, block.condition, block.truth, means, matrix)
            mean = analyse(cells, level).conditions_to_report[0]
            low, high = (mean.interval.low, mean.interval.high) if mean.interval else (None, None)
            points.append(MeanPoint(float(rate), mean.estimate, low, high, mean.notes))
        cases, readers = len(block.cases), len(design.readers)
        found.append(MeanCurve(block.condition, tuple(points), level, readers, cases, notes=table.remarks))
    return tuple(found)


def _cells(
    readers: tuple[str, ...], condition: str, truth: NDArray[np.int8], means: Numbers, matrix: Numbers
) -> Cells:
    return Cells(
        figure_of_merit="sensitivity at a specificity",
        method="jackknife",
        design="one condition",
        readers=readers,
        conditions=(condition,),
        cases=(len(truth),),
        negatives=int((truth == 0).sum()),
        positives=int((truth == 1).sum()),
        estimates=means[None, :],
        covariance=matrix[None, :, None, :],
    )
