"""Bands around one reader's ROC curve that hold the whole true curve at once, over random cases.

Sources: Campbell G, Stat Med 1994; 13: 499-508 (Kolmogorov-Smirnov bands). Ma G, Hall WJ, Med Decis Making
1993; 13: 191-197 (Working-Hotelling bands of the binormal curve).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.curves.binormal import FittedCurve, true_positive_rate
from analysis.curves.parts import sensitivity_at
from analysis.errors import UnknownChoice
from analysis.frames import Framed, Row
from analysis.intervals import check_level
from analysis.roc import checked, roc_points
from analysis.table import Numbers

_GRID = np.linspace(0, 1, 101)


@dataclass(frozen=True, eq=False)
class Band(Framed):
    """Sensitivity and its simultaneous limits (m,) at false positive rates (m,); None where undefined."""

    method: str
    false_positive_rate: Numbers
    sensitivity: Numbers | None
    low: Numbers | None
    high: Numbers | None
    level: float
    negatives: int
    positives: int
    readers: int = 1
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each false positive rate."""
        return [
            {
                "false_positive_rate": float(x),
                "sensitivity": None if self.sensitivity is None else float(self.sensitivity[place]),
                "low": None if self.low is None else float(self.low[place]),
                "high": None if self.high is None else float(self.high[place]),
            }
            for place, x in enumerate(self.false_positive_rate)
        ]


def empirical_band(
    truth: ArrayLike, rating: ArrayLike, level: float = 0.95, rates: ArrayLike | None = None
) -> Band:
    """Kolmogorov-Smirnov band of the empirical curve: nothing is assumed of its shape, and it is wide.

    Both rates are covered at once with probability sqrt(level) each: the limits at x are the curve's height
    at x -+ d, -+ e, with d and e the exact two-sided quantiles for the two numbers of cases. Undefined where
    a class is empty. truth, rating (n,) as for `roc_points`; rates (m,) default to 0, 0.01, ... 1.
    """
    from scipy.stats import kstwo

    check_level(level)
    found, x = roc_points(truth, rating), _rates(rates)
    name = "Kolmogorov-Smirnov, cases random"
    if found.false_positive_rate is None or found.true_positive_rate is None:
        return Band(name, x, None, None, None, level, found.negatives, found.positives, 1, found.notes)
    d, e = (float(kstwo.ppf(math.sqrt(level), n)) for n in (found.negatives, found.positives))

    curve = found.false_positive_rate[None, :], found.true_positive_rate[None, :]
    middle, left, right = (
        np.array([float(sensitivity_at(*curve, 1 - at)[0]) for at in np.clip(x + move, 0, 1)])
        for move in (0.0, -d, d)
    )
    low = np.where(x >= 1, 1.0, np.where(x < d, 0.0, np.clip(left - e, 0, 1)))
    high = np.where(x + d >= 1, 1.0, np.clip(right + e, 0, 1))
    return Band(name, x, middle, low, high, level, found.negatives, found.positives)


def binormal_band(curve: FittedCurve, level: float = 0.95, rates: ArrayLike | None = None) -> Band:
    """Working-Hotelling band of a fitted binormal curve, which assumes that the model holds.

    On the probit scale the curve is a line; its limits are those of all its points at once, from chi-squared
    on 2 degrees of freedom. Undefined where the fit has no covariance. Raises UnknownChoice for other models.
    """
    check_level(level)
    if curve.model != "binormal":
        raise UnknownChoice(
            f"a band of the {curve.model} model", "it is for the binormal", "fit binormal_curve"
        )
    x, name = _rates(rates), "Working-Hotelling, binormal, cases random"
    if not curve.covariance:
        return Band(name, x, None, None, None, level, curve.negatives, curve.positives, 1, curve.notes)
    from scipy.special import ndtr, ndtri

    (_, a), (_, b) = curve.parameters
    inside = np.clip(x, 1e-9, 1 - 1e-9)
    z = ndtri(inside)
    va, cab, _, vb = curve.covariance
    half = np.sqrt(-2 * math.log(1 - level) * (va + 2 * z * cab + z * z * vb))
    low, high = (
        np.where(x <= 0, 0.0, np.where(x >= 1, 1.0, ndtr(a + b * z + side * half))) for side in (-1, 1)
    )
    return Band(name, x, true_positive_rate(a, b, x), low, high, level, curve.negatives, curve.positives)


def _rates(rates: ArrayLike | None) -> Numbers:
    if rates is None:
        return _GRID
    x = np.asarray(rates, dtype=np.float64)
    checked(np.zeros(len(x), dtype=int), x)
    if ((x < 0) | (x > 1)).any():
        raise UnknownChoice("rates", "a false positive rate lies between 0 and 1", "give shares, not percent")
    return x
