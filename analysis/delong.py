"""DeLong's variance of the empirical AUC, and the covariance matrix of several AUCs on the same cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level, spread
from analysis.pairs import kernel_sums
from analysis.results import Interval
from analysis.roc import Numbers, checked


@dataclass(frozen=True)
class AucEstimate(Framed):
    """AUC of one reader over random cases; None where undefined, with the reason in notes."""

    estimate: float | None
    se: float | None
    interval: Interval | None
    negatives: int
    positives: int
    method: str = "delong"
    notes: tuple[str, ...] = ()
    readers: int = 1

    @property
    def cases(self) -> int:
        return self.negatives + self.positives


@dataclass(frozen=True, eq=False)
class Components:
    """Structural components of m AUCs on the same cases.

    positive (m, n1): share of negatives that each positive case outscores; negative (m, n0): share of
    positives that outscore each negative case; auc (m,): their common mean, nan when a class is empty.
    """

    positive: Numbers
    negative: Numbers
    auc: Numbers

    @property
    def deviations(self) -> tuple[Numbers, Numbers]:
        return self.positive - self.auc[:, None], self.negative - self.auc[:, None]


def delong_auc(
    truth: ArrayLike, rating: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> AucEstimate:
    """AUC of one reader with DeLong's standard error and the normal interval, clipped to [0, 1].

    truth (n,): 0 or 1; rating (n,): finite, higher means more likely present. The reader is held fixed, cases
    are random; patient (n,), where given, names the patients of whom some gave several cases: then patients
    are random (Obuchowski 1997). An empty class leaves everything undefined; one case in a class leaves the
    error undefined; perfect or constant ratings have variance 0 and no interval: each with a note.
    Raises ValueRefused on ragged or non-finite input.
    Source: DeLong ER et al., Biometrics 1988; 44: 837-845.
    """
    check_level(level)
    y, x = checked(truth, rating)
    n1, n0 = int(y.sum()), int((1 - y).sum())
    if n1 == 0 or n0 == 0:
        empty = "positive" if n1 == 0 else "negative"
        return AucEstimate(None, None, None, n0, n1, notes=(f"no {empty} cases: the AUC is undefined",))
    found = components(y, x[None, :])
    estimate = float(found.auc[0])
    if n1 == 1 or n0 == 1:
        note = "one case in a class: the standard error is undefined"
        return AucEstimate(estimate, None, None, n0, n1, notes=(note,))
    matrix = covariance(found)
    if patient is not None:
        from analysis.clusters import area_components

        matrix = area_components(
            y.astype(np.int8), found, np.unique(np.asarray(patient), return_inverse=True)[1]
        )
    got = spread(estimate, float(matrix[0, 0]), None, level, (0.0, 1.0))
    return AucEstimate(estimate, got.se, got.interval, n0, n1, notes=got.notes)


def delong_covariance(truth: ArrayLike, ratings: ArrayLike) -> Numbers:
    """DeLong's covariance matrix (m, m) of the AUCs of ratings (m, n) on cases with truth (n,).

    nan throughout where a class has fewer than two cases. Raises ValueRefused on ragged or non-finite input.
    Source: DeLong ER et al., Biometrics 1988; 44: 837-845.
    """
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2:
        raise ValueRefused(
            "ratings", "ratings have one row per curve", "pass an array of shape (curves, cases)"
        )
    y = np.asarray(truth, dtype=np.int64)
    for row in x:
        checked(y, row)
    return covariance(components(y, x))


def components(truth: NDArray[np.int64] | NDArray[np.int8], ratings: Numbers) -> Components:
    """Structural components of ratings (m, n) on truth (n,), by sorting: O(m n log n)."""
    above, below = kernel_sums(truth, ratings)
    n1, n0 = above.shape[1], below.shape[1]
    if not n1 or not n0:
        return Components(above * np.nan, below * np.nan, np.full(len(ratings), np.nan))
    above, below = above / n0, below / n1
    return Components(above, below, above.mean(axis=1))


def covariance(found: Components) -> Numbers:
    """S10 / n1 + S01 / n0, (m, m); nan where a class has fewer than two cases."""
    n1, n0 = found.positive.shape[1], found.negative.shape[1]
    if n1 < 2 or n0 < 2:
        return np.full((len(found.auc), len(found.auc)), np.nan)
    positive, negative = found.deviations
    matrix: Numbers = positive @ positive.T / (n1 * (n1 - 1)) + negative @ negative.T / (n0 * (n0 - 1))
    return matrix
