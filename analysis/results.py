"""What every estimate carries: the number, its interval, how many readers and cases, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A two-sided confidence interval; `level` is its nominal coverage, 0.95 by default."""

    low: float
    high: float
    level: float


@dataclass(frozen=True)
class Proportion:
    """A proportion of `n` trials with an interval; undefined (None) when `n` is 0, and a note says so.

    effective_n: how many independent trials the interval counts, where that is not n.
    """

    estimate: float | None
    interval: Interval | None
    successes: int
    n: int
    method: str
    notes: tuple[str, ...] = ()
    effective_n: float | None = None


@dataclass(frozen=True)
class Spread:
    """Standard error, degrees of freedom (None: normal distribution) and interval of one estimate."""

    se: float | None
    df: float | None
    interval: Interval | None
    notes: tuple[str, ...] = ()
