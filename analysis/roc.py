"""The empirical ROC curve and its area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ValueRefused
from analysis.results import Framed, Row

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RocPoints(Framed):
    """The operating points of one reader from (0, 0) to (1, 1), strictest threshold first.

    threshold (k,): 'positive' means rating >= threshold; the first is infinite. false_positive_rate and
    true_positive_rate (k,) are proportions; None when one of the two classes is empty, and a note says which.
    """

    threshold: Numbers
    false_positive_rate: Numbers | None
    true_positive_rate: Numbers | None
    negatives: int
    positives: int
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each operating point."""
        x, y = self.false_positive_rate, self.true_positive_rate
        return [
            {
                "threshold": float(threshold),
                "false_positive_rate": None if x is None else float(x[place]),
                "true_positive_rate": None if y is None else float(y[place]),
            }
            for place, threshold in enumerate(self.threshold)
        ]


def roc_points(truth: ArrayLike, rating: ArrayLike) -> RocPoints:
    """Every operating point of the empirical ROC curve, one per distinct rating, ties kept together.

    truth (n,): 0 or 1. rating (n,): finite, higher means more likely present. A class without cases leaves
    its rate undefined (None). Raises ValueRefused on ragged or non-finite input.
    Source: Fawcett T, Pattern Recognit Lett 2006; 27: 861-874.
    """
    y, x = checked(truth, rating)
    values, codes = np.unique(x, return_inverse=True)
    positive = np.bincount(codes, weights=y, minlength=len(values))[::-1]
    negative = np.bincount(codes, weights=1 - y, minlength=len(values))[::-1]
    n1, n0 = int(y.sum()), int((1 - y).sum())
    notes = tuple(
        f"no {name} cases: the {rate} rate is undefined"
        for n, name, rate in ((n0, "negative", "false positive"), (n1, "positive", "true positive"))
        if n == 0
    )
    return RocPoints(
        threshold=np.concatenate([[np.inf], values[::-1]]),
        false_positive_rate=np.concatenate([[0.0], np.cumsum(negative) / n0]) if n0 else None,
        true_positive_rate=np.concatenate([[0.0], np.cumsum(positive) / n1]) if n1 else None,
        negatives=n0,
        positives=n1,
        notes=notes,
    )


def auc(truth: ArrayLike, rating: ArrayLike) -> float | None:
    """The area under the empirical ROC curve: the Mann-Whitney statistic, ties counting one half.

    truth, rating (n,) as for `roc_points`. None when either class is empty. O(n log n).
    Source: Bamber D, J Math Psychol 1975; 12: 387-415.
    """
    y, x = checked(truth, rating)
    positives, negatives = x[y == 1], np.sort(x[y == 0])
    if not len(positives) or not len(negatives):
        return None
    return float(placements(positives, negatives).mean())


def placements(scores: Numbers, reference_sorted: Numbers) -> Numbers:
    """For each score (m,) the share of the sorted reference (k,) below it, ties counting one half."""
    below = np.searchsorted(reference_sorted, scores, side="left")
    not_above = np.searchsorted(reference_sorted, scores, side="right")
    placed: Numbers = (below + not_above) / (2.0 * len(reference_sorted))
    return placed


def checked(truth: ArrayLike, rating: ArrayLike) -> tuple[NDArray[np.int64], Numbers]:
    """Truth and rating as 1-D arrays of one length, or ValueRefused."""
    y, x = np.asarray(truth, dtype=np.int64), np.asarray(rating, dtype=np.float64)
    if y.ndim != 1 or y.shape != x.shape:
        raise ValueRefused("truth and rating", "both are 1-D and of one length", "pass aligned arrays")
    if not np.isin(y, (0, 1)).all():
        raise ValueRefused("truth", "truth is 0 or 1", "write 0 for absent, 1 for present")
    if not np.isfinite(x).all():
        raise ValueRefused("rating", "ratings are finite numbers", "leave readings without a rating out")
    return y, x
