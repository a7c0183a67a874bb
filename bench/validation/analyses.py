"""Parts of Obuchowski-Rockette analyses that several programs print."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.cells import Cells
from analysis.intervals import normal_quantile, t_quantile
from analysis.moments import Moments, moments
from analysis.mrmc_result import Analysis, ConditionEstimate, Difference, MrmcResult, ReaderEstimate
from analysis.obuchowski_rockette import analyse
from bench.validation.compared import CLOSED, Compared, number

ANALYSES = {
    "RRRC": "random_readers_random_cases",
    "FRRC": "fixed_readers_random_cases",
    "RRFC": "random_readers_fixed_cases",
}
LEVEL = 0.95


def analysis(result: MrmcResult, random: str) -> Analysis:
    found: Analysis = getattr(result, ANALYSES[random])
    return found


def moments_of(cells: Cells) -> Moments:
    return moments(cells.estimates, cells.covariance, cells.groups)


def one_reader(cells: Cells, place: int) -> Cells:
    """The cells of one reader alone."""
    return replace(
        cells,
        readers=(cells.readers[place],),
        estimates=cells.estimates[:, [place]],
        covariance=cells.covariance[:, [place]][:, :, :, [place]],
        groups=None,
        read=None if cells.read is None else cells.read[:, [place]],
    )


def of_conditions(cells: Cells, places: list[int]) -> MrmcResult:
    """The analysis of some conditions, the others away."""
    chosen = replace(
        cells,
        conditions=tuple(cells.conditions[place] for place in places),
        cases=tuple(cells.cases[place] for place in places),
        estimates=cells.estimates[places],
        covariance=cells.covariance[places][:, :, places],
        read=None if cells.read is None else cells.read[places],
    )
    return analyse(chosen)


def alone(cells: Cells, place: int, random: str = "FRRC") -> Analysis:
    """The differences of one reader, the others away."""
    return analysis(analyse(one_reader(cells, place)), random)


def limits(estimate: float, se: float, df: float | None) -> tuple[float, float]:
    """An interval that is not cut off where the figure of merit ends."""
    half = (normal_quantile(LEVEL) if df is None or math.isinf(df) else t_quantile(df, LEVEL)) * se
    return estimate - half, estimate + half


def interval(
    quantity: str,
    ours: ConditionEstimate | Difference | ReaderEstimate,
    low: Any,
    high: Any,
    tolerance: float = CLOSED,
    rule: tuple[float, float] | None = None,
) -> Iterator[Compared]:
    """Both limits; by_their_rule without a cut at the ends of the range, unless another rule is given."""
    if ours.estimate is None:
        return
    found = (None, None) if ours.interval is None else (ours.interval.low, ours.interval.high)
    rule = rule or limits(ours.estimate, ours.se or 0.0, getattr(ours, "df", None))
    for name, own, other, theirs in (
        ("lower limit", found[0], low, rule[0]),
        ("upper limit", found[1], high, rule[1]),
    ):
        yield Compared(f"{quantity} {name}", own, number(other), tolerance, by_their_rule=theirs)


def degrees(found: Any) -> float | None:
    """Degrees of freedom, where infinitely many are ours as None."""
    df = number(found)
    return None if df is None or math.isinf(df) else df


def covariances(cells: Cells) -> dict[tuple[str, str, str, str], float]:
    """Error covariances by condition and reader of the one and of the other."""
    c, r = cells.conditions, cells.readers
    return {
        (c[i], r[j], c[k], r[m]): float(cells.covariance[i, j, k, m])
        for i, j, k, m in np.ndindex(*cells.covariance.shape)
    }
