"""What every estimate carries: the number, its interval, how many readers and cases, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

Row = dict[str, object]


class Framed:
    """A frozen dataclass that is one row of a table, or that holds several (`rows`)."""

    def rows(self) -> list[Row]:
        """One row by default: every field, an interval as low, high and level, notes joined."""
        from analysis.frames import flat

        return [flat(self)]

    def to_frame(self) -> pandas.DataFrame:
        """The result's rows as a DataFrame; undefined numbers are missing, their reasons stand in notes."""
        import pandas

        return pandas.DataFrame(self.rows())


@dataclass(frozen=True)
class Interval:
    """A two-sided confidence interval; `level` is its nominal coverage, 0.95 by default."""

    low: float
    high: float
    level: float


@dataclass(frozen=True)
class Proportion(Framed):
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
    readers: int = 1

    @property
    def cases(self) -> int:
        return self.n


@dataclass(frozen=True)
class Spread:
    """Standard error, degrees of freedom (None: normal distribution) and interval of one estimate."""

    se: float | None
    df: float | None
    interval: Interval | None
    notes: tuple[str, ...] = ()
