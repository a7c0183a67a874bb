"""Mean squares of estimates and averages of their error covariances, for Obuchowski-Rockette tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.mrmc_result import Components, Covariances
from analysis.table import Codes, Numbers

_ROUNDING = 1e-24  # mean squares of figures in [0, 1] below this are rounding, not variation


@dataclass(frozen=True, eq=False)
class Moments:
    """Estimates (t, r) of t conditions and r readers; nan marks what the design leaves undefined.

    Mean squares of conditions, readers and their interaction, and of readers within each condition (t,).
    variance, cov1, cov2, cov3: averages over cells; variance_within, cov2_within (t,): within each condition.
    groups: how many sets of readers have cases of their own; then readers and interaction vary within groups,
    and cov2 and cov3 are those of two readers of one group.
    """

    estimates: Numbers
    ms_condition: float
    ms_reader: float
    ms_condition_reader: float
    ms_reader_within: Numbers
    variance: float
    cov1: float
    cov2: float
    cov3: float
    variance_within: Numbers
    cov2_within: Numbers
    groups: int = 1
    grouped: float | None = None

    @property
    def conditions(self) -> int:
        return int(self.estimates.shape[0])

    @property
    def readers(self) -> int:
        return int(self.estimates.shape[1])

    @property
    def together(self) -> float:
        """Of how many readers, on average over readers, the errors hang together."""
        return float(self.readers) if self.grouped is None else self.grouped

    @property
    def free_readers(self) -> int:
        """Degrees of freedom of readers."""
        return self.readers - self.groups

    @property
    def means(self) -> Numbers:
        return np.asarray(self.estimates.mean(axis=1))

    @property
    def excess(self) -> float:
        """max(cov2 - cov3, 0); 0 with one reader, who is correlated with nobody."""
        return max(self.cov2 - self.cov3, 0.0) if self.readers > 1 else 0.0

    @property
    def covariances(self) -> Covariances:
        return Covariances(*(_defined(x) for x in (self.variance, self.cov1, self.cov2, self.cov3)))

    @property
    def components(self) -> Components:
        """Expected mean squares solved for the components (Hillis 2014, table 1)."""
        if self.readers == 1:
            return Components(None, None)
        if self.conditions == 1:
            return Components(_defined(self.ms_reader - self.variance + self.cov2), None)
        reader = (self.ms_reader - self.ms_condition_reader) / self.conditions - self.cov1 + self.cov3
        both = self.ms_condition_reader - self.variance + self.cov1 + self.cov2 - self.cov3
        return Components(_defined(reader), _defined(both))


def moments(estimates: Numbers, covariance: Numbers, groups: Codes | None = None) -> Moments:
    """Moments of estimates (t, r) with error covariance (t, r, t, r).

    groups (r,): codes of the sets of readers who have cases of their own, two readers or more in each.
    """
    t, r = estimates.shape
    codes = np.zeros(r, dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(codes)
    same = codes[:, None] == codes[None, :]
    of_group = same / sizes[codes]  # projects readers on the means of their groups
    by_condition, by_reader = estimates.mean(axis=1), estimates.mean(axis=0)
    within = estimates - estimates @ of_group
    reader = by_reader - by_reader @ of_group
    free = r - len(sizes)
    own, others = average_errors(covariance, same)
    off = ~np.eye(t, dtype=bool)
    return Moments(
        estimates=estimates,
        ms_condition=_mean_square(r * ((by_condition - estimates.mean()) ** 2).sum(), t - 1),
        ms_reader=_mean_square(t * (reader**2).sum(), free),
        ms_condition_reader=_mean_square(((within - reader) ** 2).sum(), (t - 1) * free),
        ms_reader_within=np.array([_mean_square(row, free) for row in (within**2).sum(axis=1)]),
        variance=float(np.diagonal(own).mean()),
        cov1=_mean(own[off]),
        cov2=float(np.diagonal(others).mean()),
        cov3=_mean(others[off]),
        variance_within=np.diagonal(own),
        cov2_within=np.diagonal(others),
        groups=len(sizes),
        grouped=float((sizes**2).sum()) / r,
    )


def average_errors(covariance: Numbers, same: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Error covariances (t, r, t, r) of two conditions, averaged (t, t) where defined.

    Of one reader, and of two readers that `same` (r, r) puts into one group; nan where there are none.
    """
    by_pair = covariance.transpose(0, 2, 1, 3)
    one = np.eye(covariance.shape[1], dtype=bool)
    return _average(by_pair, one), _average(by_pair, same & ~one)


def _average(by_pair: Numbers, chosen: NDArray[np.bool_]) -> Numbers:
    """Means (t, t) of what is defined among the chosen (r, r) of (t, t, r, r)."""
    values = by_pair[:, :, chosen]
    there = ~np.isnan(values)
    total, count = np.where(there, values, 0.0).sum(axis=2), there.sum(axis=2)
    mean: Numbers = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _mean(values: Numbers) -> float:
    return float(values.mean()) if values.size else float("nan")


def _mean_square(total: float, df: int) -> float:
    if df == 0:
        return float("nan")
    found = float(total) / df
    return 0.0 if found < _ROUNDING else found


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
