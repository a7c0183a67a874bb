"""Limits of agreement of readers with themselves: pairs of scores by several readers of several cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.judgements import patients
from analysis.agreement.limits import (
    NO_INTERVAL,
    SHARE,
    LimitsOfAgreement,
    limits_of_agreement,
    nothing,
    over_both,
)
from analysis.agreement.variance import BOTH, Without
from analysis.errors import ValueRefused
from analysis.intervals import check_level, normal_quantile
from analysis.results import Interval
from analysis.table import Numbers


def limits_of_repeats(
    first: ArrayLike, second: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> LimitsOfAgreement:
    """Limits of the difference of two scores of one reader and case, for another reader and another case.

    first, second (cases, readers): scores at two showings or under two conditions, nan for none. bias is
    the mean of the readers' mean differences; sd² is the mean of half the squared difference of two
    differences that share neither reader nor case, by pairs of readers, which holds the variance between
    readers and between cases whatever the gaps. Cases and readers are left out one at a time. One reader:
    as `limits_of_agreement`. Undefined: no two differences of different readers and cases; no intervals
    with fewer than three readers. Raises ValueRefused. After Bland JM, Altman DG, Stat Methods Med Res
    1999; 8: 135-160, section 5, with readers random too.
    """
    check_level(level)
    a, b = both_showings(first, second, None)
    gap = (a - b)[:, np.isfinite(a).any(axis=0)]
    if gap.shape[1] == 1:
        return limits_of_agreement(gap[:, 0], np.zeros(len(gap)), level, patient)
    kept = np.isfinite(gap).any(axis=1)
    code, gap = patients(patient, len(gap))[kept], gap[kept]
    whole = _Sums.of(gap)
    (n, r), sd = gap.shape, math.sqrt(whole.variance) if gap.size else math.nan
    if math.isnan(sd):
        return nothing(r, n, BOTH, "no two differences of different readers and cases: undefined")
    without = [_Sums.of(np.delete(gap, g, axis=1)) for g in range(r)]
    less = [whole.less(_Sums.of(gap[code == one])) for one in np.unique(code)]
    z = normal_quantile(SHARE)
    (lower, low), (bias, middle), (upper, high) = (
        (whole.at(side), _interval(side, whole, less, without, level)) for side in (-z, 0.0, z)
    )
    notes = () if high else (NO_INTERVAL,)
    return LimitsOfAgreement(bias, middle, sd, lower, low, upper, high, r, n, BOTH, notes)


def _interval(
    side: float, whole: _Sums, less: Sequence[_Sums], without: Sequence[_Sums], level: float
) -> Interval | None:
    """Over patients and readers, each left out one at a time; None where too few are left for it."""
    patients, readers = (np.array([some.at(side) for some in left]) for left in (less, without))
    if len(readers) < 3 or len(patients) < 2 or not np.isfinite([*patients, *readers]).all():
        return None
    return over_both(whole.at(side), Without(patients).variance, len(patients) - 1.0, readers, level)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over cases of differences d (n, r): by reader, and by pair of readers over the cases of both."""

    n: Numbers
    d: Numbers
    dd: Numbers
    n_both: Numbers
    dd_both: Numbers
    cross: Numbers

    @classmethod
    def of(cls, gap: Numbers) -> _Sums:
        known = np.isfinite(gap).astype(np.float64)
        d = np.where(known > 0, gap, 0.0)
        squares = (d**2).T @ known
        return cls(known.sum(axis=0), d.sum(axis=0), np.diag(squares), known.T @ known, squares, d.T @ d)

    def less(self, some: _Sums) -> _Sums:
        return _Sums(*(getattr(self, name) - getattr(some, name) for name in self.__dataclass_fields__))

    def at(self, side: float) -> float:
        """The bias and so many standard deviations of one difference."""
        return self.bias + side * math.sqrt(self.variance)

    @property
    def bias(self) -> float:
        """The mean of the readers' means; nan where a reader is left without a difference."""
        return float((self.d / self.n).mean()) if (self.n > 0).all() else math.nan

    @property
    def variance(self) -> float:
        """Half the mean squared difference of two differences that share neither reader nor case."""
        halves = (np.outer(self.dd, self.n) + np.outer(self.n, self.dd)) / 2 - np.outer(self.d, self.d)
        halves = halves - (self.dd_both + self.dd_both.T) / 2 + self.cross
        count = np.outer(self.n, self.n) - self.n_both
        usable = (count > 0) & ~np.eye(len(self.n), dtype=bool)
        return max(float((halves[usable] / count[usable]).mean()), 0.0) if usable.any() else math.nan


def both_showings(
    first: ArrayLike, second: ArrayLike, names: Sequence[str] | None
) -> tuple[Numbers, Numbers]:
    """Both scores (cases, readers) where a reader gave both, nan elsewhere."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    wrong = a.ndim != 2 or a.shape != b.shape or np.isinf(a).any() or np.isinf(b).any()
    if wrong or (names is not None and a.shape[1] != len(names)):
        raise ValueRefused(
            "scores", "two showings have finite or missing scores of the same cases and readers", "check both"
        )
    seen = np.isfinite(a) & np.isfinite(b)
    if not seen.any():
        raise ValueRefused(
            "scores", "no case was judged twice by one reader", "give two showings of some cases"
        )
    return np.where(seen, a, np.nan), np.where(seen, b, np.nan)
