"""Learning and fatigue: what reading time and right calls do over the order of reading.

Each reader's slope over position is an estimate of its own; their mean has a t interval over readers, so the
readers are random and each order of cases is as it was. Cases in random order make the slopes unconfounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import ScoreMissing
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level, spread, two_sided_p
from analysis.results import Interval
from analysis.table import Numbers, ReadingTable

PER = 10  # positions
_SHORTEST = 10  # readings that a reader's slope is taken from
_METHOD = "mean of the readers' slopes, random readers"


@dataclass(frozen=True)
class Trend:
    """What ten readings more do: share of right calls, seconds by ratio (1.0: no change), or their test."""

    quantity: str
    condition: str
    estimate: float | None
    se: float | None
    df: float | None
    p: float | None
    interval: Interval | None
    readers: int
    readings: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderResult(Framed):
    """A trend of right calls and one of reading time for every condition, as far as they are known."""

    trends: tuple[Trend, ...]
    level: float
    readers: int
    cases: int
    method: str = _METHOD
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each trend."""
        return [flat(trend) for trend in self.trends]


def over_order(table: ReadingTable, level: float = 0.95) -> OrderResult:
    """Trends over position, per ten readings, under each condition.

    Right calls: the slope of the share of right calls, in [-1, 1] per ten readings. Reading time: the ratio
    of reading times ten readings apart, from slopes of the logarithm (se is the slope's); below 1 readers get
    faster. Readers with
    fewer than 10 readings, or one position, are left out. One reader has no interval. Raises ScoreMissing
    where no reading has a position, or none has a call or a reading time.
    """
    check_level(level)
    if table.position is None:
        raise ScoreMissing(
            table.source, "order needs positions", "give a column position, from 1 for the first"
        )
    right = None if table.call is None else np.where(np.isnan(table.call), np.nan, table.call == table.truth)
    seconds = None
    if table.read_ms is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            seconds = np.where(table.read_ms > 0, np.log(table.read_ms / 1000), np.nan)
    wanted: list[tuple[str, Numbers | None, Callable[[float], float]]] = [
        ("right calls, change of the share", right, float),
        ("reading time, ratio", seconds, lambda x: float(np.exp(x))),
    ]
    if right is None and seconds is None:
        raise ScoreMissing(
            table.source, "order needs calls or reading times", "give a column call or read_ms"
        )
    trends = tuple(
        _trend(table, condition, quantity, values, shown, level)
        for condition in table.conditions[0]
        for quantity, values, shown in wanted
        if values is not None
    )
    return OrderResult(trends, level, len(table.readers[0]), len(np.unique(table.case)), notes=table.remarks)


def _trend(
    table: ReadingTable,
    condition: str,
    quantity: str,
    values: Numbers,
    shown: Callable[[float], float],
    level: float,
) -> Trend:
    assert table.position is not None
    usable = (table.condition == condition) & ~np.isnan(values) & ~np.isnan(table.position)
    slopes, readings, lost = [], 0, 0
    for who in table.readers[0]:
        own = usable & (table.reader == who)
        x = table.position[own]
        if len(x) < _SHORTEST or np.ptp(x) == 0:
            lost += bool(own.any())
            continue
        apart = x - x.mean()
        slopes.append(PER * float(apart @ values[own] / (apart @ apart)))
        readings += len(x)
    notes = (f"{lost} readers with fewer than {_SHORTEST} readings are left out",) if lost else ()
    return _mean_slope(quantity, condition, np.array(slopes), readings, shown, level, notes)


def _mean_slope(
    quantity: str,
    condition: str,
    slopes: Numbers,
    readings: int,
    shown: Callable[[float], float],
    level: float,
    notes: tuple[str, ...],
) -> Trend:
    r = len(slopes)
    if r == 0:
        return Trend(
            quantity, condition, None, None, None, None, None, 0, readings, (*notes, "no reader is left")
        )
    mean = float(slopes.mean())
    if r == 1:
        alone = (*notes, "one reader: nothing can be said of other readers")
        return Trend(quantity, condition, shown(mean), None, None, None, None, 1, readings, alone)
    got = spread(mean, float(slopes.var(ddof=1)) / r, r - 1.0, level, (-np.inf, np.inf))
    interval, p = None, None
    if got.interval is not None and got.se:
        interval = Interval(shown(got.interval.low), shown(got.interval.high), level)
        p = two_sided_p(mean / got.se, r - 1.0)
    return Trend(
        quantity, condition, shown(mean), got.se, got.df, p, interval, r, readings, notes + got.notes
    )
