"""Correlation of readers' figures of merit with their years in practice."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import UnknownChoice
from analysis.figures import Figure, evaluate, scored
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level, normal_quantile
from analysis.results import Interval
from analysis.table import Numbers, ReadingTable, natural_key


@dataclass(frozen=True)
class Correlation:
    """One coefficient in [-1, 1]; undefined numbers are None with a note."""

    method: str
    estimate: float | None
    interval: Interval | None
    p: float | None
    readers: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CorrelationResult(Framed):
    """Three coefficients over the same readers; points holds (reader, years, figure of merit)."""

    pearson: Correlation
    spearman: Correlation
    kendall: Correlation
    readers: int
    points: tuple[tuple[str, float, float], ...]
    notes: tuple[str, ...] = ()
    method: str = "correlation over readers, cases fixed"

    def rows(self) -> list[Row]:
        """A row for each coefficient."""
        return [flat(each) for each in (self.pearson, self.spearman, self.kendall)]


def reader_figures(table: ReadingTable, figure: Figure = "accuracy") -> dict[str, float | None]:
    """Each reader's figure of merit over the cases that reader scored; None where undefined.

    table: readings of one condition (UnknownChoice otherwise); readers need not share cases.
    """
    table, scores = scored(table.in_order(), figure)
    if len(table.conditions[0]) > 1:
        raise UnknownChoice(
            table.source, "one figure a reader needs one condition", "select one: table.only(condition=...)"
        )
    readers, reader = table.readers
    found: dict[str, float | None] = {}
    for place, name in enumerate(readers):
        rows = (reader == place) & ~np.isnan(scores)
        estimate = float(evaluate(figure, "jackknife", table.truth[rows], scores[rows][None, :])[0][0])
        found[name] = None if math.isnan(estimate) else estimate
    return found


def correlate_with_years(
    figures: Mapping[str, float | None], years: Mapping[str, float | None], level: float = 0.95
) -> CorrelationResult:
    """Pearson, Spearman and Kendall (tau-b) correlation of figures of merit with years over readers.

    figures, years: by reader; readers lacking either are left out and counted. Fewer than 3 readers, or a
    column without variation, leave the coefficients undefined; intervals need 4 readers (Kendall's 5) and |r|
    < 1. p-values: t with n - 2 degrees of freedom (Pearson, Spearman), exact without ties else normal
    (Kendall). Each figure carries error from its finite number of cases, which draws the coefficients towards
    0.
    Source: Fisher's z with variance 1/(n - 3) for Pearson, (1 + r^2/2)/(n - 3) for Spearman, 0.437/(n - 4)
    for Kendall: Bonett DG, Wright TA, Psychometrika 2000; 65: 23-28.
    """
    check_level(level)
    points = []
    for who in sorted(set(figures) | set(years), key=natural_key):
        figure, known = figures.get(who), years.get(who)
        if figure is not None and known is not None:
            points.append((who, float(known), float(figure)))
    lost = len(set(figures) | set(years)) - len(points)
    notes = (f"{lost} readers lack years or a figure of merit and are left out",) if lost else ()
    x, y = np.array([point[1] for point in points]), np.array([point[2] for point in points])
    return CorrelationResult(
        pearson=_coefficient("pearson", x, y, level),
        spearman=_coefficient("spearman", x, y, level),
        kendall=_coefficient("kendall", x, y, level),
        readers=len(points),
        points=tuple(points),
        notes=notes,
    )


def _coefficient(method: str, x: Numbers, y: Numbers, level: float) -> Correlation:
    from scipy import stats

    n = len(x)
    if n < 3:
        return Correlation(method, None, None, None, n, ("fewer than 3 readers: undefined",))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        constant = "years" if np.ptp(x) == 0 else "the figure of merit"
        return Correlation(method, None, None, None, n, (f"{constant} does not vary: undefined",))
    known: dict[str, Callable[[Numbers, Numbers], Iterable[Any]]]
    known = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
    r, p = (float(value) for value in known[method](x, y))
    interval, notes = _fisher(method, r, n, level)
    return Correlation(method, r, interval, p, n, notes)


def _fisher(method: str, r: float, n: int, level: float) -> tuple[Interval | None, tuple[str, ...]]:
    spare = n - (4 if method == "kendall" else 3)
    if spare < 1:
        return None, (f"{n} readers are too few for an interval",)
    if abs(r) >= 1 - 1e-12:
        return None, ("perfect correlation: the interval is undefined",)
    spread = {"pearson": 1.0, "spearman": 1 + r * r / 2, "kendall": 0.437}[method] / spare
    centre, half = math.atanh(r), normal_quantile(level) * math.sqrt(spread)
    return Interval(math.tanh(centre - half), math.tanh(centre + half), level), ()
