"""Mean squares of estimates and averages of their error covariances, for Obuchowski-Rockette tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mrmc_result import Components, Covariances
from analysis.table import Numbers

_ROUNDING = 1e-24  # mean squares of figures in [0, 1] below this are rounding, not variation


@dataclass(frozen=True, eq=False)
class Moments:
    """Estimates (t, r) of t conditions and r readers; nan marks what the design leaves undefined.

    Mean squares of conditions, readers and their interaction, and of readers within each condition (t,).
    variance, cov1, cov2, cov3: averages over cells; variance_within, cov2_within (t,): within each condition.
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

    @property
    def conditions(self) -> int:
        return int(self.estimates.shape[0])

    @property
    def readers(self) -> int:
        return int(self.estimates.shape[1])

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


def moments(estimates: Numbers, covariance: Numbers) -> Moments:
    """Moments of estimates (t, r) with error covariance (t, r, t, r)."""
    t, r = estimates.shape
    by_condition, by_reader = estimates.mean(axis=1), estimates.mean(axis=0)
    grand = estimates.mean()
    residual = estimates - by_condition[:, None] - by_reader[None, :] + grand
    within = estimates - by_condition[:, None]
    same_reader = np.einsum("ijkj->ik", covariance)
    all_pairs = covariance.sum(axis=(1, 3))
    variance_within = np.diagonal(same_reader) / r
    cov2_within = _ratio(np.diagonal(all_pairs) - np.diagonal(same_reader), r * (r - 1))
    off = ~np.eye(t, dtype=bool)
    return Moments(
        estimates=estimates,
        ms_condition=_mean_square(r * ((by_condition - grand) ** 2).sum(), t - 1),
        ms_reader=_mean_square(t * ((by_reader - grand) ** 2).sum(), r - 1),
        ms_condition_reader=_mean_square((residual**2).sum(), (t - 1) * (r - 1)),
        ms_reader_within=np.array([_mean_square(row, r - 1) for row in (within**2).sum(axis=1)]),
        variance=float(variance_within.mean()),
        cov1=float(_ratio(same_reader[off].sum(), t * (t - 1) * r)),
        cov2=float(cov2_within.mean()),
        cov3=float(_ratio((all_pairs - same_reader)[off].sum(), t * (t - 1) * r * (r - 1))),
        variance_within=variance_within,
        cov2_within=cov2_within,
    )


def _ratio(total: Numbers, count: int) -> Numbers:
    return np.asarray(total / count if count else np.full_like(total, np.nan), dtype=np.float64)


def _mean_square(total: float, df: int) -> float:
    if df == 0:
        return float("nan")
    found = float(total) / df
    return 0.0 if found < _ROUNDING else found


def _defined(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
