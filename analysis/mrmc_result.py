"""What an Obuchowski-Rockette analysis returns. None means undefined, and a note says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from analysis.frames import Framed, Row, flat
from analysis.intervals import on_log_odds, wider
from analysis.results import Interval, Spread

RANDOM_BOTH = "random readers, random cases"
FIXED_READERS = "fixed readers, random cases"
FIXED_CASES = "random readers, fixed cases"
_NEAR_END = (
    "a figure lies within 5 % of the end of its range: in simulated studies of areas, 95 % intervals of "
    "differences held the true one in 90-93 % there"
)


@dataclass(frozen=True)
class ReaderEstimate:
    """One reader under one condition; the interval holds the reader fixed and counts cases as random."""

    reader: str
    condition: str
    estimate: float | None
    se: float | None
    interval: Interval | None
    cases: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Covariances:
    """Error covariances, averaged: of one estimate with itself (variance), of one reader under two conditions
    (cov1), of two readers under one condition (cov2), of two readers under two conditions (cov3)."""

    variance: float | None
    cov1: float | None
    cov2: float | None
    cov3: float | None


@dataclass(frozen=True)
class Components:
    """Variance components of readers and of reader by condition; estimates, so they may be negative."""

    reader: float | None
    condition_by_reader: float | None


@dataclass(frozen=True)
class Test:
    """F on df1 and df2, or chi-squared on df1 with df2 None."""

    statistic: float | None
    df1: float
    df2: float | None
    p: float | None


@dataclass(frozen=True)
class ConditionEstimate:
    """The mean of the readers under one condition; df None means normal quantiles."""

    condition: str
    estimate: float | None
    se: float | None
    df: float | None
    interval: Interval | None
    readers: int
    cases: int
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """First less second; t is a normal deviate where df is None."""

    between: tuple[str, str]
    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    interval: Interval | None
    readers: int
    cases: int
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """One choice of what is random; test is None with one condition."""

    name: str
    test: Test | None
    conditions: tuple[ConditionEstimate, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MrmcResult(Framed):
    """An Obuchowski-Rockette analysis; random_readers_random_cases is the one to report by default."""

    method: str
    figure_of_merit: str
    covariance: str
    design: str
    level: float
    readers: tuple[str, ...]
    conditions: tuple[str, ...]
    negatives: int
    positives: int
    per_reader: tuple[ReaderEstimate, ...]
    covariances: Covariances
    components: Components
    random_readers_random_cases: Analysis
    fixed_readers_random_cases: Analysis
    random_readers_fixed_cases: Analysis
    notes: tuple[str, ...] = ()
    bounds: tuple[float, float] = (0.0, 1.0)

    def rows(self) -> list[Row]:
        """Means and differences of each analysis, a row each."""
        analyses = (
            self.random_readers_random_cases,
            self.fixed_readers_random_cases,
            self.random_readers_fixed_cases,
        )
        means = [flat(entry, quantity="mean") for each in analyses for entry in each.conditions]
        return means + [flat(entry, quantity="difference") for each in analyses for entry in each.differences]

    @property
    def cases(self) -> int:
        return self.negatives + self.positives

    @property
    def conditions_to_report(self) -> tuple[ConditionEstimate, ...]:
        """Means over random readers and cases, with intervals on the scale of log odds, which hold the truth
        near 0 and 1 too, and never narrower than over cases alone."""
        pairs = zip(
            self.random_readers_random_cases.conditions,
            self.fixed_readers_random_cases.conditions,
            strict=True,
        )
        return tuple(never_narrower(self._within(both), self._within(fixed)) for both, fixed in pairs)

    def _within(self, mean: ConditionEstimate) -> ConditionEstimate:
        if mean.estimate is None or mean.interval is None:
            return mean
        plain = Spread(mean.se, mean.df, mean.interval)
        interval = on_log_odds(mean.estimate, plain, self.level, self.bounds)
        return replace(mean, interval=interval, notes=tuple(n for n in mean.notes if " clipped to " not in n))

    @property
    def differences_to_report(self) -> tuple[Difference, ...]:
        """Differences over random readers and cases, never more certain than over cases alone."""
        pairs = zip(
            self.random_readers_random_cases.differences,
            self.fixed_readers_random_cases.differences,
            strict=True,
        )
        means = {one.condition: one.estimate for one in self.random_readers_random_cases.conditions}
        found = [never_narrower(both, fixed) for both, fixed in pairs]
        return tuple(
            told_near_end(one, [means[name] for name in one.between], self.figure_of_merit, self.bounds)
            for one in found
        )


Estimate = TypeVar("Estimate", bound=ConditionEstimate | Difference)


def never_narrower(both: Estimate, fixed: Estimate) -> Estimate:
    """One reader keeps no interval: what can be said of other readers is nothing, not what cases allow."""
    stood_in: tuple[str, ...] = () if both.readers == 1 else wider(both.interval, fixed.interval)[1]
    if not stood_in:
        return both
    return replace(fixed, notes=(*stood_in, *fixed.notes))


def told_near_end(
    gap: Difference, means: Sequence[float | None], figure: str, bounds: tuple[float, float]
) -> Difference:
    """The difference, with a caution where one of its means is so near an end that normal errors are short.

    Proportions need none: their intervals held.
    """
    low, high = bounds
    near = [m is not None and min(m - low, high - m) < 0.05 * (high - low) for m in means]
    if gap.interval is None or not any(near) or figure in ("accuracy", "sensitivity", "specificity"):
        return gap
    return replace(gap, notes=(*gap.notes, _NEAR_END))
