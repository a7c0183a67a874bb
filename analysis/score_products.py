"""Means over readers and cases of any design, and their variance, from products of pairs of scores.

One score is a reader's kernel of a positive and a negative case (auc), or a reader's 0 or 1 for a case
(proportions). The mean of all scores there are is the estimate. Its variance needs the means of products of
two scores that share the reader or not, the positive case or not, the negative case or not: eight moments for
areas, four for proportions. Pairs of scores with these very factors in common give unbiased moments and the
U-statistic variance, which may be negative; pairs with at least these in common give the plug-in moments of
maximum likelihood, whose variance is not where readings are crossed. Any readings may be missing.
Sources: Gallas BD, Acad Radiol 2006; 13: 353-362. Gallas BD, Pennello GA, Myers KJ, J Opt Soc Am A 2007; 24:
B70-B80 (proportions). Gallas BD, Bandos A, Samuelson FW, Wagner RF, Commun Stat Theory Methods 2009; 38:
2586-2603 (any design, components).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Figure
from analysis.pairs import kernel_products, kernel_sums
from analysis.table import Numbers

_ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class ProductMoments:
    """Sums over all pairs of a score under one condition and a score under another, or the same.

    totals, counts (2, 2, 2) by reader, positive and negative case, or (2, 2) by reader and case: the sum of
    products, and the number of pairs of scores, that share this factor (index 1) or need not (index 0).
    """

    totals: Numbers
    counts: Numbers

    @property
    def defined(self) -> bool:
        """Whether there are pairs of scores that share nothing, as an unbiased variance needs."""
        return bool(_exactly(self.counts).flat[0] > 0)

    @property
    def weights(self) -> Numbers:
        """The share of pairs that have these factors in common and no other; less 1 where nothing is."""
        shares = _ratio(_exactly(self.counts), np.full_like(self.counts, self.counts.flat[0]))
        shares.flat[0] -= 1.0
        return shares

    @property
    def unbiased(self) -> Numbers:
        """Mean products over pairs that have these very factors in common; 0 where there is none."""
        return _ratio(_exactly(self.totals), _exactly(self.counts))

    @property
    def plugged_in(self) -> Numbers:
        """Mean products over pairs that have at least these factors in common."""
        return _ratio(self.totals, self.counts)

    @property
    def covariance(self) -> float:
        """Unbiased covariance of the two means; nan where every pair of scores shares something."""
        return _sum(self.weights * self.unbiased) if self.defined else np.nan

    @property
    def mle_covariance(self) -> float:
        """The same from plug-in moments."""
        return _sum(self.weights * self.plugged_in) if self.defined else np.nan

    @property
    def levels(self) -> Numbers:
        """Of each factor, how many levels would be shared as often if all were equally common; 0 if never."""
        shared = np.array([self.counts[place] for place in self._singles])
        return _ratio(np.full_like(shared, self.counts.flat[0]), shared)

    @property
    def parts(self) -> Numbers:
        """Of each factor, the plug-in component of variance; 0 where the conditions do not share it."""
        moments = self.plugged_in
        shared = [(moments[place], self.counts[place]) for place in self._singles]
        return np.array([found - moments.flat[0] if count else 0.0 for found, count in shared])

    @property
    def _singles(self) -> list[tuple[int, ...]]:
        k = self.counts.ndim
        return [tuple(int(axis == place) for axis in range(k)) for place in range(k)]


def product_moments(
    figure: Figure, truth: NDArray[np.int8], scores: Numbers
) -> dict[tuple[int, int], ProductMoments]:
    """Moments of every two conditions i <= k of scores (t, r, n), nan where there is none, on truth (n,)."""
    made = _Areas(truth, scores) if figure == "auc" else _Shares(figure, truth, scores)
    conditions = range(len(scores))
    return {(i, k): ProductMoments(*made(i, k)) for i in conditions for k in conditions if i <= k}


def of_truth(figure: Figure, truth: NDArray[np.int8]) -> NDArray[np.bool_]:
    """The cases (n,) that the figure of merit is about."""
    return np.asarray({"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0))


class _Shares:
    """Totals and counts of proportions: products of a reader's being right on a case."""

    def __init__(self, figure: Figure, truth: NDArray[np.int8], calls: Numbers) -> None:
        counted = of_truth(figure, truth)
        self.there = (~np.isnan(calls))[:, :, counted].astype(np.float64)
        self.right = (calls == truth)[:, :, counted].astype(np.float64)

    def __call__(self, i: int, k: int) -> tuple[Numbers, Numbers]:
        return _by_case(self.right[i], self.right[k]), _by_case(self.there[i], self.there[k])


def _by_case(one: Numbers, two: Numbers) -> Numbers:
    """(2, 2) sums of products of one, two (r, n): reader shared or not, case shared or not."""
    sums, other = one.sum(axis=1), two.sum(axis=1)
    free = [sums.sum() * other.sum(), one.sum(axis=0) @ two.sum(axis=0)]
    return np.array([free, [sums @ other, np.vdot(one, two)]])


class _Areas:
    """Totals and counts of areas: products of a reader's kernels of a positive and a negative case."""

    def __init__(self, truth: NDArray[np.int8], ratings: Numbers) -> None:
        t, r, n = ratings.shape
        there = (~np.isnan(ratings)).astype(np.float64)
        self.high, self.low = there[:, :, truth == 1], there[:, :, truth == 0]
        rows, columns = kernel_sums(truth, ratings.reshape(t * r, n))
        self.rows, self.columns = rows.reshape(t, r, -1), columns.reshape(t, r, -1)
        self.products = kernel_products(truth, ratings.reshape(t * r, n)).reshape(t, r, t, r)

    def __call__(self, i: int, k: int) -> tuple[Numbers, Numbers]:
        totals = np.empty((2, 2, 2))
        totals[:, :, 0] = _by_case(self.rows[i], self.rows[k])
        totals[:, 0, 1] = _by_case(self.columns[i], self.columns[k])[:, 1]
        totals[:, 1, 1] = self.products[i, :, k].sum(), np.trace(self.products[i, :, k])
        return totals, self._counts(i, k)

    def _counts(self, i: int, k: int) -> Numbers:
        """A reader's pairs are all positives by all negatives that it scored, so counts multiply."""
        each = [
            (one[i].sum(axis=1)[:, None] * one[k].sum(axis=1), one[i] @ one[k].T)
            for one in (self.high, self.low)
        ]
        pairs = np.array([[highs * lows for lows in each[1]] for highs in each[0]])
        return np.stack([pairs.sum(axis=(2, 3)), np.trace(pairs, axis1=2, axis2=3)])


def _exactly(at_least: Numbers) -> Numbers:
    """From sums over pairs that share at least some factors, those that share these and no other."""
    found = at_least.copy()
    for axis in range(found.ndim):
        free, same = np.moveaxis(found, axis, 0)
        free -= same
    return found


def _sum(terms: Numbers) -> float:
    """Terms up to 1 whose sum is below their rounding are 0: nothing varies."""
    total = float(terms.sum())
    return 0.0 if abs(total) < _ROUNDING else total


def _ratio(totals: Numbers, counts: Numbers) -> Numbers:
    return np.divide(totals, counts, out=np.zeros_like(totals), where=counts > 0)
