"""Means of readers and their variances by U-statistics: unbiased, readers and cases random, nothing cut off.

The variance is the readers' mean square over their number plus the unbiased covariance of two readers, which
is Gallas's one-shot estimate for readers who all read all cases; it may come out negative. Degrees of freedom
by Satterthwaite from the parts of readers, negative and positive cases.
Sources: Gallas BD, Acad Radiol 2006; 13: 353-362. Gaylor DW, Hopper FN, Technometrics 1969; 11: 691-706.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analysis.clusters import repeated
from analysis.delong import components
from analysis.design import CROSSED, arrange
from analysis.figures import Figure, evaluate, scored
from analysis.frames import Framed, Row, flat
from analysis.table import Numbers, ReadingTable

_SEVERAL = "some patients gave several cases: U-statistics take cases as independent and are not computed"
_NESTED = "conditions have cases of their own: only the means are computed by U-statistics"
_ONE_READER = "one reader: the variance over readers is undefined"


@dataclass(frozen=True)
class UMean:
    """The readers' mean under one condition; df None where the variance is not positive."""

    condition: str
    estimate: float | None
    variance: float | None
    df: float | None


@dataclass(frozen=True)
class UDifference:
    """First less second, of the same readers on the same cases."""

    between: tuple[str, str]
    estimate: float | None
    variance: float | None
    df: float | None


@dataclass(frozen=True)
class UStatistics(Framed):
    """Means and differences; where they cannot be had the notes say why."""

    conditions: tuple[UMean, ...]
    differences: tuple[UDifference, ...]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """Means and differences, a row each."""
        means = [flat(entry, quantity="mean") for entry in self.conditions]
        return means + [flat(entry, quantity="difference") for entry in self.differences]


def u_statistics(table: ReadingTable, figure: Figure = "auc") -> UStatistics:
    """U-statistics of a complete design (IncompleteDesign otherwise); proportions have one kind of case."""
    table, scores = scored(table, figure)
    design = arrange(table, scores)
    if any(repeated(block.patient) for block in design.blocks):
        return UStatistics((), (), (_SEVERAL,))
    means = tuple(
        UMean(block.condition, *_moments(figure, block.truth, (block.scores,))) for block in design.blocks
    )
    notes = (_ONE_READER,) if len(design.readers) == 1 else ()
    if design.kind != CROSSED:
        return UStatistics(means, (), (*notes, _NESTED) if len(means) > 1 else notes)
    pairs = combinations(design.blocks, 2)
    differences = tuple(
        UDifference((one.condition, two.condition), *_moments(figure, one.truth, (one.scores, two.scores)))
        for one, two in pairs
    )
    return UStatistics(means, differences, notes)


def _moments(
    figure: Figure, truth: NDArray[np.int8], scores: tuple[Numbers, ...]
) -> tuple[float | None, float | None, float | None]:
    """(estimate, variance, df) of the readers' mean, of one condition or of the first less the second."""
    found = _area(truth, scores) if figure == "auc" else _share(figure, truth, scores)
    theta, parts, shared = found
    estimate, readers = float(theta.mean()), len(theta)
    if np.isnan(estimate):
        return None, None, None
    if readers < 2 or np.isnan(shared):
        return estimate, None, None
    own = float(theta.var(ddof=1)) / readers
    variance = own + shared
    below = own**2 / (readers - 1) + sum(part**2 / (count - 1) for part, count in parts)
    df = variance**2 / below if variance > 0 and below > 0 else None
    return estimate, variance, df


Found = tuple[Numbers, list[tuple[float, int]], float]


def _share(figure: Figure, truth: NDArray[np.int8], scores: tuple[Numbers, ...]) -> Found:
    """Readers' proportions, the part of the cases, and the mean covariance of two readers."""
    counted = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
    right = [(calls == truth)[:, counted].astype(np.float64) for calls in scores]
    moved = right[0] if len(right) == 1 else right[0] - right[1]
    readers, n = moved.shape
    if n < 2 or readers < 2:
        return moved.mean(axis=1) if n else np.full(readers, np.nan), [], np.nan
    deviation = moved - moved.mean(axis=1, keepdims=True)
    shared = ((deviation.sum(axis=0) ** 2).sum() - (deviation**2).sum()) / (n * (n - 1))
    part = float(moved.mean(axis=0).var(ddof=1)) / n
    return moved.mean(axis=1), [(part, n)], float(shared) / (readers * (readers - 1))


def _area(truth: NDArray[np.int8], scores: tuple[Numbers, ...]) -> Found:
    """Readers' AUCs, the parts of positive and negative cases, and the mean covariance of two readers."""
    stacked = np.concatenate(scores)
    found = components(truth, stacked)
    theta, up, down = (_moved(each, len(scores)) for each in (found.auc, found.positive, found.negative))
    readers, n1, n0 = len(theta), up.shape[1], down.shape[1]
    if not n1 or not n0:
        return theta, [], np.nan
    parts = [(float(each.mean(axis=0).var(ddof=1)) / each.shape[1], each.shape[1]) for each in (up, down)]
    if readers < 2 or n1 < 2 or n0 < 2:
        return theta, parts, np.nan
    matrix = _moved(_moved(evaluate("auc", "unbiased", truth, stacked)[1], len(scores)).T, len(scores))
    return theta, parts, float(matrix.sum() - matrix.trace()) / (readers * (readers - 1))


def _moved(rows: Numbers, conditions: int) -> Numbers:
    """The readers' rows of one condition, or of the first less the second."""
    return rows if conditions == 1 else rows[: len(rows) // 2] - rows[len(rows) // 2 :]
