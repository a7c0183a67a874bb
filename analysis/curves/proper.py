"""The proper binormal ROC curve by maximum likelihood: the likelihood ratio of two normals, never hooked.

Parameters d_a >= 0 and -1 < c < 1 of Metz and Pan; c = 0 is the binormal curve of equal variances.
Sources: Metz CE, Pan X, J Math Psychol 1999; 43: 1-33 (model, area). Pesce LL, Metz CE, Acad Radiol 2007; 14:
814-829. Owen DB, Commun Stat Simul Comput 1980; 9: 389-419 (the bivariate normal in the area).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.curves.binormal import NOT_REACHED, FittedCurve, ends, start, with_area
from analysis.curves.counts import Counts, counted
from analysis.curves.likelihood import Fit, categories, maximise_profile
from analysis.intervals import check_level
from analysis.roc import checked
from analysis.table import Numbers

_LARGEST_D = 20.0


class ProperBinormal:
    """theta = (d_a, c); thresholds are probits of the share of negatives below them, as in the binormal."""

    def __init__(self) -> None:
        self._last: Numbers | None = None  # where the thresholds were, on the model's own scale

    def cumulative(self, theta: Numbers, t: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        from scipy.special import ndtr

        below = ndtr(t)
        self._last = _thresholds(theta, below, self._last)
        shares, slope, by_theta = _likelihood_ratio(theta, self._last)
        density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
        ratio = slope[1] / np.maximum(slope[0], 1e-300)
        moved = np.zeros_like(by_theta)
        moved[1] = by_theta[1] - ratio * by_theta[0]
        return np.array([below, shares[1]]), density * np.array([np.ones_like(t), ratio]), moved

    def allowed(self, theta: Numbers, t: Numbers) -> bool:
        d, c = theta
        return bool(0 < d < _LARGEST_D and 0 < abs(c) < 1 - 1e-9)


class _FreeScale:
    """log d_a and the inverse hyperbolic tangent of c."""

    def free(self, theta: Numbers) -> Numbers:
        return np.array([np.log(theta[0]), np.arctanh(theta[1])])

    def theta(self, z: Numbers) -> Numbers:
        return np.array([np.exp(np.clip(z[0], -15, 15)), np.tanh(z[1])])

    def slope(self, z: Numbers) -> Numbers:
        d, c = self.theta(z)
        return np.array([d, 1 - c * c])


def _likelihood_ratio(theta: Numbers, v: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Shares (2, k) of negatives and positives below v, their slopes in v (2, k) and in theta (2, 2, k)."""
    from scipy.special import ndtr

    d, c = theta
    root = np.sqrt(1 + c * c)
    near = d * root / 2
    far, near_c = near / c, d * c / (2 * root)
    far_c = near_c / c - near / c**2
    signs = np.array([[-1.0], [1.0]])  # negatives, positives
    scale = -(1 + signs * c)
    one, two = scale * v + signs * near, scale * v + far
    f, g = (np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi) for u in (one, two))
    below = 1 + (c > 0) - ndtr(one) - ndtr(two)
    by_d = -(f * signs * root / 2 + g * root / (2 * c))
    by_c = -(f * signs * (near_c - v) + g * (far_c - signs * v))
    return below, -scale * (f + g), np.stack([by_d, by_c], axis=1)


def proper_curve(truth: ArrayLike, rating: ArrayLike, level: float = 0.95) -> FittedCurve:
    """The proper binormal curve of one reader over random cases; parameters d_a and c.

    Shapes, undefined cases and errors as for `binormal_curve`.
    """
    check_level(level)
    y, x = checked(truth, rating)
    n1, n0 = int(y.sum()), int((1 - y).sum())
    found = counted(y.astype(np.int8), x)
    area, note, fit = _fit(categories(found.positive[0], found.negative[0]))
    if fit is None:
        return FittedCurve(
            "proper binormal", (), area, None, None, n0, n1, None, notes=(note,) if note else ()
        )
    slope = _probit_slope(fit.theta)
    return with_area("proper binormal", ("d_a", "c"), fit, area, slope, (n0, n1), level, note)


def areas(counts: Counts) -> Numbers:
    """Proper binormal areas (v,) of counts (v, k); nan where undefined, the limit where degenerate."""
    sides = zip(counts.positive, counts.negative, strict=True)
    found = [_fit(categories(*each), errors=False)[0] for each in sides]
    return np.array([np.nan if area is None else area for area in found])


def true_positive_rate(d_a: float, c: float, false_positive_rate: ArrayLike) -> Numbers:
    """The curve's height at false positive rates (m,)."""
    x = np.asarray(false_positive_rate, dtype=np.float64)
    theta = np.array([d_a, c])
    inside = 1 - _likelihood_ratio(theta, _thresholds(theta, np.clip(1 - x, 1e-12, 1 - 1e-12)))[0][1]
    return np.asarray(np.where(x <= 0, 0.0, np.where(x >= 1, 1.0, inside)))


def area_of(d_a: float, c: float) -> float:
    """Phi(d_a / sqrt 2) + 2 F(-d_a / sqrt 2, 0; rho), rho = -(1 - c^2) / (1 + c^2), F bivariate normal."""
    from scipy.special import ndtr, owens_t

    h = -d_a / np.sqrt(2)
    joint = ndtr(h) / 2 - owens_t(h, (1 - c * c) / (2 * abs(c))) if c else 0.0
    return float(ndtr(-h) + 2 * joint)


def _fit(counts: Numbers, errors: bool = True) -> tuple[float | None, str | None, Fit | None]:
    known = ends(counts)
    if known is not None:
        return (*known, None)
    (a, b), t = start(counts)
    d, c = max(a * np.sqrt(2 / (1 + b * b)), 0.1), (b - 1) / (b + 1) or 1e-3
    # The likelihood can have two tops: one near the binormal's, one where the means are almost the same.
    starts = np.array([[d, c], [0.05, np.copysign(0.7, c)]])
    climbs = [maximise_profile(ProperBinormal(), counts, theta, t, _FreeScale(), errors) for theta in starts]
    fit = max(climbs, key=lambda each: each.log_likelihood)
    d, c = fit.theta
    degenerate = not fit.converged or abs(c) > 1 - 1e-6 or d > _LARGEST_D - 1
    return area_of(d, c), NOT_REACHED if degenerate else None, fit


def _thresholds(theta: Numbers, below: Numbers, near: Numbers | None = None) -> Numbers:
    """Where the share of negatives below is as asked (m,): by Newton from near, else by halving first."""
    d, c = theta
    bound, reach = d * np.sqrt(1 + c * c) / (4 * c), (40 + d) / (1 - abs(c))
    low = np.full(len(below), max(bound, -reach) if c < 0 else -reach)
    high = np.full(len(below), min(bound, reach) if c > 0 else reach)
    if near is not None and near.shape == below.shape:
        found = _polished(theta, below, near, low, high, 5)
        if np.allclose(_likelihood_ratio(theta, found)[0][0], below, rtol=0, atol=1e-13):
            return found
    for _ in range(20):
        middle = (low + high) / 2
        under = _likelihood_ratio(theta, middle)[0][0] < below
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return _polished(theta, below, (low + high) / 2, low, high, 4)


def _polished(
    theta: Numbers, below: Numbers, found: Numbers, low: Numbers, high: Numbers, steps: int
) -> Numbers:
    for _ in range(steps):
        shares, slope, _ = _likelihood_ratio(theta, found)
        found = np.clip(found - (shares[0] - below) / np.maximum(slope[0], 1e-300), low, high)
    return found


def _probit_slope(theta: Numbers) -> Numbers:
    from scipy.special import ndtri

    step = 1e-5
    moves = [ndtri(area_of(*(theta + side * step * unit))) for unit in np.eye(2) for side in (1.0, -1.0)]
    return np.array([(moves[0] - moves[1]) / (2 * step), (moves[2] - moves[3]) / (2 * step)])
