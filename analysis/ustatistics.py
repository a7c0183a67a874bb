"""Means of readings and their variances by U-statistics and by maximum likelihood, for any design.

The mean of a condition is that over all its scores: every reader weighs by the pairs of cases (or, for
proportions, the cases) that the reader scored, which is the mean of the readers' figures where all read the
same. Degrees of freedom are Satterthwaite's from the parts of readers, negative and positive cases, never
fewer than the smallest part has, and never cut down to whole numbers.
Sources: Gallas BD, Acad Radiol 2006; 13: 353-362. Gallas BD et al., Commun Stat Theory Methods 2009; 38:
2586-2603. Gaylor DW, Hopper FN, Technometrics 1969; 11: 691-706 (degrees of freedom).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from analysis.clusters import repeated
from analysis.figures import FIGURES, Figure, scored
from analysis.frames import Framed, Row, flat
from analysis.grid import Grid, grid_of
from analysis.intervals import check_level, spread, two_sided_p
from analysis.results import Interval
from analysis.score_products import ProductMoments, of_truth, product_moments
from analysis.table import Numbers, ReadingTable

_SEVERAL = "some patients gave several cases: U-statistics take cases as independent and are not computed"
_NO_MEAN = "{} is no mean over cases or pairs of cases: it has no U-statistic here"
_ONE_READER = "one reader: the variance over readers is undefined"
_FEW = "every two scores share a reader or a case: the variance is undefined"
_EMPTY = "the figure of merit is undefined: the cases needed for it are absent"
_NEGATIVE = "the unbiased variance is not positive: the interval is by the one of maximum likelihood"


@dataclass(frozen=True)
class UMean:
    """The mean of all scores under one condition.

    variance: unbiased, may be negative; mle_variance: never negative where readings are crossed. df, mle_df:
    None where the variance is not positive. pairs: how many scores there are, pairs of cases for areas and
    cases for proportions, summed over readers. The interval uses variance and df, or those of maximum
    likelihood, as the notes say; there is none where neither variance is positive.
    """

    condition: str
    estimate: float | None
    variance: float | None
    df: float | None
    mle_variance: float | None = None
    mle_df: float | None = None
    interval: Interval | None = None
    readers: int = 0
    cases: int = 0
    pairs: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UDifference:
    """First less second. readers and cases: of both; pairs: scores that the same reader gave under both."""

    between: tuple[str, str]
    estimate: float | None
    variance: float | None
    df: float | None
    mle_variance: float | None = None
    mle_df: float | None = None
    interval: Interval | None = None
    readers: int = 0
    cases: int = 0
    pairs: int = 0
    p: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UStatistics(Framed):
    """Means and differences; where they cannot be had the notes say why."""

    conditions: tuple[UMean, ...]
    differences: tuple[UDifference, ...]
    notes: tuple[str, ...] = ()
    level: float = 0.95
    method: str = "u-statistics and maximum likelihood"

    @property
    def readers(self) -> int:
        return max((mean.readers for mean in self.conditions), default=0)

    @property
    def cases(self) -> int:
        return max((mean.cases for mean in self.conditions), default=0)

    def rows(self) -> list[Row]:
        """Means and differences, a row each."""
        means = [flat(entry, quantity="mean") for entry in self.conditions]
        return means + [flat(entry, quantity="difference") for entry in self.differences]


@dataclass(frozen=True)
class _Variance:
    """An estimate with its two variances, and the reader, positive and negative parts of the second."""

    estimate: float
    unbiased: float
    mle: float
    parts: Numbers
    free: Numbers

    def df(self, variance: float) -> float | None:
        """Satterthwaite's, over parts; at least the smallest of theirs."""
        below = float((self.parts**2 / self.free**3).sum()) if (self.free > 0).all() else 0.0
        if not variance > 0 or below == 0:
            return None
        return max(variance**2 / below, float(self.free.min()))


def u_statistics(table: ReadingTable, figure: Figure = "auc", level: float = 0.95) -> UStatistics:
    """Means under each condition and their differences, readers and cases random, whoever read whatever.

    figure: auc from ratings; accuracy, sensitivity, specificity from calls. Readings may be missing in any
    pattern: crossed, nested, split-plot, unpaired, with gaps. Variances are undefined (None, with a note)
    where every two scores share a reader or a case of one truth, as with one reader; everything where
    patients gave several cases. A negative unbiased variance is given as it is, with the one of maximum
    likelihood beside it. Raises ScoreMissing, UnknownChoice.
    """
    check_level(level)
    table, scores = scored(table, figure)
    if figure not in FIGURES:
        return UStatistics((), (), (_NO_MEAN.format(figure),), level)
    grid = grid_of(table, scores)
    if repeated(grid.patient):
        return UStatistics((), (), (_SEVERAL,), level)
    reading = _Reading(figure, grid, product_moments(figure, grid.truth, grid.scores), level)
    places = range(len(grid.conditions))
    means = tuple(reading.mean(i) for i in places)
    differences = tuple(reading.difference(i, k) for i, k in combinations(places, 2))
    return UStatistics(means, differences, (_ONE_READER,) if len(grid.readers) == 1 else (), level)


@dataclass(frozen=True, eq=False)
class _Reading:
    figure: Figure
    grid: Grid
    found: dict[tuple[int, int], ProductMoments]
    level: float

    def mean(self, i: int) -> UMean:
        defined = self.found[i, i].defined
        return UMean(self.grid.conditions[i], **self._numbers([i], self._of(i), defined, (0.0, 1.0)))

    def difference(self, i: int, k: int) -> UDifference:
        one, two, both = self._of(i), self._of(k), self.found[i, k]
        got = _Variance(
            one.estimate - two.estimate,
            one.unbiased + two.unbiased - 2 * both.covariance,
            one.mle + two.mle - 2 * both.mle_covariance,
            one.parts + two.parts - 2 * both.parts,
            np.minimum(one.free, two.free),
        )
        defined = all(self.found[place].defined for place in ((i, i), (k, k), (i, k)))
        numbers = self._numbers([i, k], got, defined, (-1.0, 1.0))
        between = (self.grid.conditions[i], self.grid.conditions[k])
        return UDifference(between, p=_p(numbers), **numbers)

    def _of(self, i: int) -> _Variance:
        own = self.found[i, i]
        scores = own.counts.flat[-1]
        estimate = float(np.sqrt(own.totals.flat[0]) / scores) if scores else np.nan
        return _Variance(estimate, own.covariance, own.mle_covariance, own.parts, own.levels - 1)

    def _numbers(
        self, places: list[int], got: _Variance, defined: bool, bounds: tuple[float, float]
    ) -> dict[str, Any]:
        present = np.asarray(self.grid.present[places].any(axis=0))
        present = present[:, of_truth(self.figure, self.grid.truth)]
        readers, cases = (int(np.any(present, axis=axis).sum()) for axis in (1, 0))
        pairs = round(float(self.found[places[0], places[-1]].counts.flat[-1]))
        numbers: dict[str, Any] = {"readers": readers, "cases": cases, "pairs": pairs}
        if np.isnan(got.estimate):
            return numbers | dict.fromkeys(("estimate", "variance", "df"), None) | {"notes": (_EMPTY,)}
        if not defined:
            note = _ONE_READER if readers == 1 else _FEW
            return numbers | {"estimate": got.estimate, "variance": None, "df": None, "notes": (note,)}
        positive = got.unbiased > 0
        variance = got.unbiased if positive else got.mle
        spread_out = spread(got.estimate, variance, got.df(variance), self.level, bounds)
        return numbers | {
            "estimate": got.estimate,
            "variance": got.unbiased,
            "df": got.df(got.unbiased),
            "mle_variance": got.mle,
            "mle_df": got.df(got.mle),
            "interval": spread_out.interval,
            "notes": spread_out.notes if positive or got.mle <= 0 else (_NEGATIVE, *spread_out.notes),
        }


def _p(numbers: dict[str, Any]) -> float | None:
    """Two-sided, of no difference, by the variance and df of the interval."""
    by = "" if (numbers["variance"] or 0.0) > 0 else "mle_"
    variance = numbers.get(f"{by}variance")
    if not variance or variance <= 0:
        return None
    return two_sided_p(numbers["estimate"] / np.sqrt(variance), numbers[f"{by}df"])
