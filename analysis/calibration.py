"""How well ratings, taken as probabilities, agree with truth: Brier score and calibration curve.

Sources: Brier GW, Mon Weather Rev 1950; 78: 1-3. Murphy AH, J Appl Meteorol 1973; 12: 595-600 (reliability,
resolution, uncertainty).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.clusters import effective_cases, repeated
from analysis.errors import ValueRefused
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level, spread, wilson
from analysis.results import Interval, Proportion
from analysis.roc import checked
from analysis.table import Codes, Numbers


@dataclass(frozen=True)
class CalibrationPoint:
    """The cases of one rating or bin: their mean probability as rated, and the share that is positive."""

    probability: float
    cases: int
    positive: Proportion


@dataclass(frozen=True)
class Calibration(Framed):
    """Brier score (mean squared error, 0 is best) with its interval over cases, and Murphy's three parts.

    estimate = reliability - resolution + uncertainty, exactly where every bin holds one probability only; a
    note says where it does not.
    """

    estimate: float | None
    se: float | None
    interval: Interval | None
    reliability: float | None
    resolution: float | None
    uncertainty: float | None
    points: tuple[CalibrationPoint, ...]
    cases: int
    readers: int = 1
    method: str = "Brier score, cases random"
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each point of the calibration curve."""
        return [flat(point) for point in self.points]


def calibration_of(
    truth: ArrayLike,
    rating: ArrayLike,
    scale: tuple[float, float],
    level: float = 0.95,
    bins: int = 10,
    patient: ArrayLike | None = None,
) -> Calibration:
    """Brier score and calibration curve of ratings (n,) on truth (n,), 0 or 1.

    scale: the ratings that mean probability 0 and 1; between them it is linear. bins: at most so many points;
    more distinct ratings than that are put into bins of equal width. patient (n,): names; the error then
    counts patients as random. No case leaves everything undefined. Raises ValueRefused for ratings outside
    the scale or an empty scale.
    """
    check_level(level)
    y, x = checked(truth, rating)
    low, high = scale
    if not low < high or (len(x) and (x.min() < low or x.max() > high)):
        raise ValueRefused(
            f"scale {low:g} to {high:g}",
            "every rating lies on the scale, whose first end means probability 0",
            "give the lowest and highest rating that a reader could choose",
        )
    if not len(x):
        return Calibration(None, None, None, None, None, None, (), 0, notes=("no readings: undefined",))
    probability = (x - low) / (high - low)
    code = np.arange(len(x)) if patient is None else np.unique(np.asarray(patient), return_inverse=True)[1]
    lost = (probability - y) ** 2
    brier = float(lost.mean())
    got = spread(brier, _variance(lost, code), None, level, (0.0, 1.0))
    values, bin_of = np.unique(probability, return_inverse=True)
    notes = got.notes
    if len(values) > bins:
        bin_of = np.minimum((probability * bins).astype(np.int64), bins - 1)
        notes += (f"{bins} bins of equal width: the three parts are approximate",)
    points, parts = _points(y.astype(np.float64), probability, bin_of, code, level)
    return Calibration(brier, got.se, got.interval, *parts, points, len(x), notes=notes)


def _points(
    y: Numbers, probability: Numbers, bin_of: Codes, code: Codes, level: float
) -> tuple[tuple[CalibrationPoint, ...], tuple[float, float, float]]:
    clustered, base = repeated(code), float(y.mean())
    points, reliability, resolution = [], 0.0, 0.0
    for place in np.unique(bin_of):
        here = bin_of == place
        own = y[here]
        telling = effective_cases(own, code[here], level) if clustered else None
        mean, share = float(probability[here].mean()), float(own.mean())
        points.append(CalibrationPoint(mean, len(own), wilson(int(own.sum()), len(own), level, telling)))
        reliability += len(own) / len(y) * (mean - share) ** 2
        resolution += len(own) / len(y) * (share - base) ** 2
    return tuple(points), (reliability, resolution, base * (1 - base))


def _variance(values: Numbers, code: Codes) -> float:
    """Of the mean, patients drawn with all their cases."""
    sums = np.bincount(code, weights=values - values.mean())
    count = len(sums)
    return float("nan") if count < 2 else float(count / (count - 1) * (sums**2).sum() / len(values) ** 2)
