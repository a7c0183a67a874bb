"""The binormal ROC curve by maximum likelihood, on ordinal or continuous ratings.

Negatives have a standard normal decision variable, positives one of mean a/b and standard deviation 1/b, so
that TPR = Phi(a + b Phi^-1(FPR)) and the area is Phi(a / sqrt(1 + b^2)).
Sources: Dorfman DD, Alf E, J Math Psychol 1969; 6: 487-496. Metz CE, Herman BA, Shen JH, Stat Med 1998; 17:
1033-1053. Ma G, Hall WJ, Med Decis Making 1993; 13: 191-197 (simultaneous band).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.curves.counts import Counts, counted
from analysis.curves.likelihood import Fit, categories, maximise
from analysis.frames import Framed
from analysis.intervals import check_level, normal_quantile
from analysis.results import Interval
from analysis.roc import checked
from analysis.table import Numbers

NO_CLASS = "a class is empty: the curve is undefined"
TWO_CATEGORIES = "two distinct ratings: one point does not determine a curve of two parameters"
ON_THE_AXES = "degenerate: every point lies on the axes, which a curve of this area meets in the limit"
NOT_REACHED = "degenerate: the likelihood rises without reaching a maximum; the area is the limit so far"


@dataclass(frozen=True)
class FittedCurve(Framed):
    """A fitted ROC curve: its two parameters by name, its area with delta-method error and interval.

    The interval is made on the probit scale of the area, so that it stays within (0, 1). covariance: of the
    two parameters, row by row. Degenerate ratings have an area in the limit and no error; None is undefined.
    """

    model: str
    parameters: tuple[tuple[str, float], ...]
    estimate: float | None
    se: float | None
    interval: Interval | None
    negatives: int
    positives: int
    log_likelihood: float | None
    covariance: tuple[float, ...] = ()
    readers: int = 1
    method: str = "maximum likelihood, cases random"
    notes: tuple[str, ...] = ()

    @property
    def cases(self) -> int:
        return self.negatives + self.positives


class Binormal:
    """theta = (a, b)."""

    def cumulative(self, theta: Numbers, t: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        from scipy.special import ndtr

        a, b = theta
        u = np.array([t, b * t - a])
        density = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
        by_theta = np.zeros((2, 2, len(t)))
        by_theta[1] = -density[1], t * density[1]
        return ndtr(u), density * np.array([[1.0], [b]]), by_theta

    def allowed(self, theta: Numbers, t: Numbers) -> bool:
        return bool(1e-6 < theta[1] < 1e6 and abs(theta[0]) < 1e6)


def binormal_curve(truth: ArrayLike, rating: ArrayLike, level: float = 0.95) -> FittedCurve:
    """The binormal curve of one reader over random cases.

    truth (n,): 0 or 1; rating (n,): finite, any ordered scale, higher means more likely present; monotone
    transforms change nothing. parameters: a, b. Standard errors from the expected information. Undefined
    with a note: an empty class, two distinct ratings. Raises ValueRefused on ragged or non-finite input.
    """
    check_level(level)
    y, x = checked(truth, rating)
    n1, n0 = int(y.sum()), int((1 - y).sum())
    counts = categories(*(side[0] for side in _sides(counted(y.astype(np.int8), x))))
    area, note, fit = _fit(counts)
    if fit is None:
        return FittedCurve("binormal", (), area, None, None, n0, n1, None, notes=(note,) if note else ())
    a, b = (float(value) for value in fit.theta)
    slope = np.array([1.0, -a * b / (1 + b * b)]) / np.sqrt(1 + b * b)
    return with_area("binormal", ("a", "b"), fit, area, slope, (n0, n1), level, note)


def with_area(
    model: str,
    names: tuple[str, str],
    fit: Fit,
    area: float | None,
    probit_slope: Numbers,
    cases: tuple[int, int],
    level: float,
    note: str | None,
) -> FittedCurve:
    """The fit as a result; probit_slope (2,): the slope of the area's probit in the parameters."""
    from scipy.special import ndtr, ndtri

    parameters = tuple(zip(names, map(float, fit.theta), strict=True))
    variance = float(probit_slope @ fit.covariance @ probit_slope)
    if note or area is None or not np.isfinite(variance) or not 0 < area < 1:
        notes = (note or "the information is singular: no standard error",)
        return FittedCurve(model, parameters, area, None, None, *cases, fit.log_likelihood, notes=notes)
    probit, error = float(ndtri(area)), float(np.sqrt(variance))
    half = normal_quantile(level) * error
    interval = Interval(float(ndtr(probit - half)), float(ndtr(probit + half)), level)
    se = float(np.exp(-(probit**2) / 2) / np.sqrt(2 * np.pi)) * error
    covariance = tuple(map(float, fit.covariance.ravel()))
    return FittedCurve(model, parameters, area, se, interval, *cases, fit.log_likelihood, covariance)


def areas(counts: Counts) -> Numbers:
    """Binormal areas (v,) of counts (v, k); nan where undefined, the limit where degenerate."""
    found = [_fit(categories(*sides), errors=False)[0] for sides in zip(*_sides(counts), strict=True)]
    return np.array([np.nan if area is None else area for area in found])


def true_positive_rate(a: float, b: float, false_positive_rate: ArrayLike) -> Numbers:
    """The curve's height at false positive rates (m,)."""
    from scipy.special import ndtr, ndtri

    return np.asarray(ndtr(a + b * ndtri(np.asarray(false_positive_rate, dtype=np.float64))))


def ends(counts: Numbers) -> tuple[float | None, str] | None:
    """What needs no fit, or allows none: (area, why) of counts (2, k) by ascending category."""
    if not counts.sum(axis=1).all():
        return None, NO_CLASS
    if counts.shape[1] == 1:
        return None, "constant ratings: they determine no curve"
    above = np.cumsum(counts[:, ::-1], axis=1)[:, :-1] / counts.sum(axis=1, keepdims=True)
    x, y = above
    if ((x == 0) | (y == 1)).all():
        return 1.0, ON_THE_AXES
    if ((x == 1) | (y == 0)).all():
        return 0.0, ON_THE_AXES
    if counts.shape[1] == 2:
        return None, TWO_CATEGORIES
    return None


def start(counts: Numbers) -> tuple[Numbers, Numbers]:
    """(a, b) from a line through the probits of smoothed points, and thresholds of the negatives."""
    from scipy.special import ndtri

    total = counts.sum(axis=1, keepdims=True)
    k = counts.shape[1]
    smooth = (np.cumsum(counts + 0.5 / k, axis=1)[:, :-1]) / (total + 0.5)
    negative, positive = ndtri(smooth)
    apart = negative - negative.mean()
    b = float(apart @ positive / (apart @ apart)) if k > 2 else 1.0
    b = min(max(b, 0.1), 10.0)
    return np.array([float((b * negative - positive).mean()), b]), np.asarray(negative)


def _fit(counts: Numbers, errors: bool = True) -> tuple[float | None, str | None, Fit | None]:
    from scipy.special import ndtr

    known = ends(counts)
    if known is not None:
        return (*known, None)
    fit = maximise(Binormal(), counts, *start(counts), errors)
    a, b = fit.theta
    area = float(ndtr(a / np.sqrt(1 + b * b)))
    degenerate = not fit.converged or not 0.005 < b < 200
    return area, NOT_REACHED if degenerate else None, fit


def _sides(counts: Counts) -> tuple[Numbers, Numbers]:
    return counts.positive, counts.negative
