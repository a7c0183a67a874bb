"""What a logistic model returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.frames import Framed, Row, flat
from analysis.intervals import normal_quantile, two_sided_p
from analysis.results import Interval


@dataclass(frozen=True)
class Coefficient:
    """A log odds ratio with its standard error, Wald test and interval, and the same as an odds ratio."""

    name: str
    estimate: float | None
    se: float | None
    z: float | None
    p: float | None
    interval: Interval | None
    odds_ratio: float | None
    odds_interval: Interval | None


@dataclass(frozen=True)
class LogisticResult(Framed):
    """Coefficients; correlation of a marginal model's clusters, or standard deviations of random effects."""

    outcome: str
    coefficients: tuple[Coefficient, ...]
    correlation: float | None
    reader_sd: float | None
    case_sd: float | None
    log_likelihood: float | None
    readings: int
    readers: int
    cases: int
    clusters: int
    level: float
    method: str
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each coefficient."""
        return [flat(each) for each in self.coefficients]


def coefficient(name: str, estimate: float, variance: float, level: float) -> Coefficient:
    """Normal interval and test; without a positive variance the estimate alone."""
    if not math.isfinite(estimate):
        return Coefficient(name, None, None, None, None, None, None, None)
    ratio = math.exp(estimate) if estimate < 700 else math.inf
    if not math.isfinite(variance) or variance <= 0:
        return Coefficient(name, estimate, None, None, None, None, ratio, None)
    se = math.sqrt(variance)
    half = normal_quantile(level) * se
    interval = Interval(estimate - half, estimate + half, level)
    odds = Interval(math.exp(min(interval.low, 700.0)), math.exp(min(interval.high, 700.0)), level)
    z = estimate / se
    return Coefficient(name, estimate, se, z, two_sided_p(z, None), interval, ratio, odds)
