"""Limits of agreement of scores on a scale (Bland and Altman): where differences mostly lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.judgements import patients
from analysis.agreement.variance import BOTH, CASES, Without, added, over_cases
from analysis.clusters import repeated
from analysis.errors import ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level, normal_quantile, t_quantile
from analysis.results import Interval
from analysis.table import Codes, Numbers

SHARE = 0.95
NO_INTERVAL = "fewer than three readers, one patient, or no variation: the limits have no interval"
_FEW = "fewer than two differences: undefined"
_SAME = "all differences are the same: the limits have no interval"


@dataclass(frozen=True)
class LimitsOfAgreement(Framed):
    """bias: mean difference; lower, upper: limits that hold 95 % of differences, if these are normal.

    Intervals are those of the bias and of each limit, at `level`; sd is that of one difference. Units are
    those of the scores.
    """

    bias: float | None
    bias_interval: Interval | None
    sd: float | None
    lower: float | None
    lower_interval: Interval | None
    upper: float | None
    upper_interval: Interval | None
    readers: int
    cases: int
    method: str
    notes: tuple[str, ...] = ()


def limits_of_agreement(
    first: ArrayLike, second: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> LimitsOfAgreement:
    """Limits of the differences first - second of two readers, or of a reader's two showings; cases are
    random.

    first, second (cases,): scores, nan where missing (the case is left out). Intervals of the limits are
    exact for normal differences (noncentral t); where a patient gave several cases, linearised over
    patients with t quantiles. Undefined: fewer than two differences; no intervals where all are the same.
    Raises ValueRefused. Sources: Bland JM, Altman DG, Lancet 1986; 327: 307-310; Carkeet A, Optom Vis Sci
    2015; 92: e71-e80.
    """
    check_level(level)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or np.isinf(a).any() or np.isinf(b).any():
        raise ValueRefused("scores", "two readers have finite scores of the same cases", "check both arrays")
    gap = a - b
    kept = np.isfinite(gap)
    code, gap = patients(patient, len(gap))[kept], gap[kept]
    n = len(gap)
    if n < 2:
        return nothing(2, n, CASES, _FEW)
    bias, sd = float(gap.mean()), float(gap.std(ddof=1))
    if sd == 0:
        low = high = middle = None
        notes: tuple[str, ...] = (_SAME,)
    else:
        found = _over_patients(gap, code, level) if repeated(code) else _exact(bias, sd, n, level)
        (low, middle, high), notes = found, ()
    half = normal_quantile(SHARE) * sd
    return LimitsOfAgreement(bias, middle, sd, bias - half, low, bias + half, high, 2, n, CASES, notes)


def limits_between_readers(
    scores: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> LimitsOfAgreement:
    """Limits of the difference of any two readers' scores of one case; readers and cases are random.

    scores (cases, readers), nan where missing. Which of two readers comes first is arbitrary, so bias is 0;
    sd² is the mean squared difference of two readers, mean over cases: readers' levels and error together.
    Cases by linearisation, readers left out one at a time. Undefined: no case with two scores; no intervals
    with fewer than three readers. Source: the reproducibility standard deviation of ISO 5725-2:2019, times
    sqrt(2), by the method of moments.
    """
    check_level(level)
    grid, code = _grid(scores, patient)
    r = grid.shape[1]
    twice = np.isfinite(grid).sum(axis=1) >= 2
    n = int(twice.sum())
    if n == 0:
        return nothing(r, n, BOTH, "no case has two scores: undefined")
    squares = _between(grid[twice])
    sd = math.sqrt(float(squares.mean()))
    half = normal_quantile(SHARE) * sd
    if sd == 0 or r < 3 or len(np.unique(code[twice])) < 2:
        return LimitsOfAgreement(0.0, None, sd, 0.0 - half, None, half, None, r, n, BOTH, (NO_INTERVAL,))
    moves = (squares - squares.mean()) / n * normal_quantile(SHARE) / (2 * sd)
    left = np.array([_half_width(np.delete(grid, g, axis=1)) for g in range(r)])
    interval = over_both(half, *over_cases(moves, code[twice]), left, level)
    mirrored = interval and Interval(-interval.high, -interval.low, level)
    notes = () if interval else (NO_INTERVAL,)
    return LimitsOfAgreement(0.0, None, sd, 0.0 - half, mirrored, half, interval, r, n, BOTH, notes)


def nothing(readers: int, cases: int, method: str, why: str) -> LimitsOfAgreement:
    return LimitsOfAgreement(None, None, None, None, None, None, None, readers, cases, method, (why,))


def over_both(estimate: float, variance: float, df: float, without: Numbers, level: float) -> Interval | None:
    """The interval over cases and readers of an estimate with these values without each reader."""
    both, freedom = added(variance, df, Without(without))
    if not both > 0:
        return None
    half = t_quantile(freedom, level) * math.sqrt(both)
    return Interval(estimate - half, estimate + half, level)


def _between(grid: Numbers) -> Numbers:
    """The mean squared difference of two scores, for each case: twice their variance."""
    return np.asarray(2 * np.nanvar(grid, axis=1, ddof=1))


def _half_width(grid: Numbers) -> float:
    twice = np.isfinite(grid).sum(axis=1) >= 2
    return (
        normal_quantile(SHARE) * math.sqrt(float(_between(grid[twice]).mean())) if twice.any() else math.nan
    )


def _exact(bias: float, sd: float, n: int, level: float) -> tuple[Interval, Interval, Interval]:
    from scipy.special import nctdtrit

    error, shift = sd / math.sqrt(n), normal_quantile(SHARE) * math.sqrt(n)
    near, far = (error * float(nctdtrit(n - 1, shift, (1 + side * level) / 2)) for side in (-1, 1))
    half = t_quantile(n - 1, level) * error
    return (
        Interval(bias - far, bias - near, level),
        Interval(bias - half, bias + half, level),
        Interval(bias + near, bias + far, level),
    )


def _over_patients(gap: Numbers, code: Codes, level: float) -> tuple[Interval | None, ...]:
    """Lower limit, bias and upper limit, each linearised: variance of a sum over patients, t quantiles."""
    moved, sd, z = gap - gap.mean(), float(gap.std(ddof=1)), normal_quantile(SHARE)
    widened = (moved**2 - (moved**2).mean()) / (2 * sd)
    found = []
    for side in (-z, 0.0, z):
        centre = float(gap.mean()) + side * sd
        variance, df = over_cases((moved + side * widened) / len(gap), code)
        half = t_quantile(df, level) * math.sqrt(variance)
        found.append(Interval(centre - half, centre + half, level) if math.isfinite(half) else None)
    return tuple(found)


def _grid(scores: ArrayLike, patient: ArrayLike | None) -> tuple[Numbers, Codes]:
    grid = np.asarray(scores, dtype=np.float64)
    if grid.ndim != 2 or np.isinf(grid).any():
        raise ValueRefused(
            "scores", "scores are finite or nan, with a row per case and a column per reader", "check them"
        )
    judged = np.isfinite(grid).any(axis=1)
    return grid[judged][:, np.isfinite(grid).any(axis=0)], patients(patient, len(grid))[judged]
