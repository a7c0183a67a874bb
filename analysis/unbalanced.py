"""How far means may be off when some readers lack a condition, or each has one only.

A condition's mean is over its own readers. Readers' figures under one condition vary by v, beyond what cases
that they share explain; one reader's figures under two conditions covary by c. Both come from deviations from
the condition's mean (within groups of readers with cases of their own), pooled over conditions. With weights
W (t, t) of the conditions' covariances, as a contrast or a mean square gives them, the variance is

    sum W_ik (v r_ii + c r_ik) / (r_i r_k)  +  max(sum W_ik (cov2 or cov3) q_ik / (r_i r_k), 0)

for r_i readers, r_ik of them under both, and q_ik pairs of readers of one group. Its df are Satterthwaite's,
from the first sum as a quadratic form of normal figures. For a whole table, and for readers nested in
conditions, these are Hillis's formulas exactly (Stat Med 2014; 33: 330-360); in between they are an
extension of them, and a test of three or more conditions has t - 1 df in approximation.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.mean_errors import Error, hillis
from analysis.mrmc_result import FIXED_CASES, FIXED_READERS, Components, Covariances
from analysis.table import Codes, Numbers

_ROUNDING = 1e-24  # as in moments: sums of squares below this are rounding


class Unbalanced:
    """Of estimates (t, r), nan where a reader lacks a condition, with errors (t, r, t, r)."""

    def __init__(self, estimates: Numbers, covariance: Numbers, groups: Codes | None = None) -> None:
        self.there = ~np.isnan(estimates)
        self.condition_of, self.reader_of = np.nonzero(self.there)
        self.estimates = estimates[self.there]
        count = len(self.estimates)
        self.errors = covariance[self.there][:, self.there].reshape(count, count)
        self.groups = np.zeros(estimates.shape[1], dtype=np.int64) if groups is None else groups
        self.conditions = len(estimates)
        self.counts = self.there.sum(axis=1).astype(np.float64)
        self.common = self.there.astype(np.float64) @ self.there.T
        sizes = np.array([self.there[:, self.groups == one].sum(axis=1) for one in np.unique(self.groups)])
        self.together = (sizes.T @ sizes).astype(np.float64)

    @property
    def means(self) -> Numbers:
        total = np.bincount(self.condition_of, weights=self.estimates, minlength=self.conditions)
        return np.where(self.counts > 0, total / np.maximum(self.counts, 1), np.nan)

    def readers(self, *places: int) -> int:
        return int(np.any(self.there[list(places)], axis=0).sum())

    @cached_property
    def covariances(self) -> Covariances:
        found = (self._mean(kind) for kind in (self._variances, self._same_reader, self._cov2, self._cov3))
        return Covariances(*(value if np.isfinite(value) else None for value in found))

    @cached_property
    def components(self) -> Components:
        """v and c less their errors: v = reader + both + variance - cov2, c = reader + cov1 - cov3."""
        c1, c2, c3 = (self._mean(kind) for kind in (self._same_reader, self._cov2, self._cov3))
        reader = self.covarying - c1 + (0.0 if np.isnan(c3) else c3) if self._pairs else np.nan
        either = self.varying - self._mean(self._variances) + c2
        if not self._pairs:
            return Components(float(either) if np.isfinite(either) else None, None)
        both = either - reader
        return Components(*(float(x) if np.isfinite(x) else None for x in (reader, both)))

    def condition(self, name: str, i: int) -> Error:
        """From the readings of this condition alone."""
        own, r = self.condition_of == i, float(self.counts[i])
        free = r - len(np.unique(self.groups[self.there[i]]))
        together = float(self.together[i, i])
        pairs = self._cov2 & own[:, None]
        shared = max(self._mean(pairs), 0.0) if pairs.any() else 0.0
        if name == FIXED_READERS:
            variance = self._mean(self._variances & own[:, None])
            return variance / r + (together - r) / r**2 * shared, None
        ms = float((self.deviations[own] ** 2).sum() / free) if free else np.nan
        if name == FIXED_CASES:
            return ms / r, float(free) or None
        error = ms + together / r * shared
        return error / r, hillis(error, ms, float(free))

    def difference(self, name: str, a: int, b: int) -> Error:
        contrast = np.zeros(self.conditions)
        contrast[[a, b]] = 1, -1
        return self._variance(name, np.outer(contrast, contrast))

    def test(self, name: str) -> tuple[float, float, float | None]:
        """Conditions weigh by their readers: r_i (mean_i - grand mean)^2 over t - 1."""
        weights = (np.diag(self.counts) - np.outer(self.counts, self.counts) / self.counts.sum()) / (
            self.conditions - 1
        )
        return float(self.means @ weights @ self.means), *self._variance(name, weights)

    def _variance(self, name: str, weights: Numbers) -> Error:
        counts = np.maximum(self.counts, 1)  # a condition without a figure has weight 0
        per_pair = weights / np.outer(counts, counts)
        off = per_pair * ~np.eye(self.conditions, dtype=bool)
        alone, paired = float(np.trace(per_pair * self.common)), float((off * self.common).sum())
        if name == FIXED_READERS:
            pairs = self.together - self.common  # of two readers
            own = alone * self._mean(self._variances) + self._times(paired, self._same_reader)
            return own + self._cases(per_pair, off, pairs), None
        own = max(alone * self.varying + paired * self.covarying, 0.0)
        df = self._df(alone, paired)
        if name == FIXED_CASES:
            return own, df
        error = own + self._cases(per_pair, off, self.together)
        return error, None if df is None else hillis(error, own, df)

    def _cases(self, per_pair: Numbers, off: Numbers, pairs: Numbers) -> float:
        """What cases that readers share add; never less than nothing."""
        within, between = float(np.trace(per_pair * pairs)), float((off * pairs).sum())
        return max(self._times(within, self._cov2) + self._times(between, self._cov3), 0.0)

    def _times(self, weight: float, kind: NDArray[np.bool_]) -> float:
        return weight * self._mean(kind) if weight else 0.0

    def _mean(self, kind: NDArray[np.bool_]) -> float:
        values = self.errors[kind]
        values = values[~np.isnan(values)]
        return float(values.mean()) if values.size else float("nan")

    @cached_property
    def deviations(self) -> Numbers:
        """Of each figure from the mean of its condition and group."""
        return np.asarray(self._centring @ self.estimates)

    @cached_property
    def varying(self) -> float:
        """v: pooled mean square of readers; nan where no condition has two."""
        free = float(np.trace(self._centring))
        total = float((self.deviations**2).sum())
        return np.nan if free < 0.5 else 0.0 if total < _ROUNDING else total / free

    @cached_property
    def covarying(self) -> float:
        """c: pooled mean product of a reader's deviations under two conditions; 0 where nobody has two."""
        if not self._pairs:
            return 0.0
        return float(self.deviations @ self._same_reader @ self.deviations) / self._pairs

    def _df(self, alone: float, paired: float) -> float | None:
        """Satterthwaite's, of alone v + paired c; None where readers do not vary."""
        if not self.varying > 0:
            return None
        one = alone / float(np.trace(self._centring)) * self._centring
        two = self._centring @ self._same_reader @ self._centring
        quadratic = one + (paired / self._pairs * two if self._pairs else 0.0)
        spread_out = self.varying * np.eye(len(self.estimates)) + self.covarying * self._same_reader
        product = quadratic @ spread_out
        below = float((product * product.T).sum())
        return float(np.trace(product)) ** 2 / below if below > 0 else None

    @cached_property
    def _centring(self) -> Numbers:
        block = self.condition_of * (int(self.groups.max()) + 1) + self.groups[self.reader_of]
        same = block[:, None] == block[None, :]
        return np.asarray(np.eye(len(block)) - same / same.sum(axis=1))

    @cached_property
    def _pairs(self) -> float:
        """How many independent products of a reader's two deviations there are."""
        crossed = self._centring @ self._same_reader
        found = float((crossed * crossed.T).sum())
        return found if found > 1e-9 else 0.0

    @cached_property
    def _kinds(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """(N, N): same condition, same reader, same group of readers."""
        group = self.groups[self.reader_of]
        codes = (self.condition_of, self.reader_of, group)
        one, two, three = (code[:, None] == code[None, :] for code in codes)
        return one, two, three

    @property
    def _variances(self) -> NDArray[np.bool_]:
        return np.eye(len(self.estimates), dtype=bool)

    @property
    def _same_reader(self) -> NDArray[np.bool_]:
        condition, reader, _ = self._kinds
        return reader & ~condition

    @property
    def _cov2(self) -> NDArray[np.bool_]:
        condition, reader, group = self._kinds
        return condition & ~reader & group

    @property
    def _cov3(self) -> NDArray[np.bool_]:
        condition, reader, group = self._kinds
        return ~condition & ~reader & group
