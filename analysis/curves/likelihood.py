"""Maximum likelihood of an ROC model on rating counts, thresholds and two parameters at once.

Ratings are an ordered scale: a case is in category k where its decision variable lies between two thresholds.
Continuous ratings are put into runs of one truth, which leaves the likelihood's maximum where it is (Metz CE,
Herman BA, Shen JH, Stat Med 1998; 17: 1033-1053). Fisher's scoring: the information is tridiagonal in the
thresholds with two borders, so a step costs as much as there are categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.table import Numbers

MAX_STEPS = 500
_SMALL = 1e-300
_ROUNDED = 1e-15  # shares below this are differences of rounded numbers: they inform of nothing


class Model(Protocol):
    """An ROC model with two parameters theta (2,) and increasing thresholds t (k,) on its own scale."""

    def cumulative(self, theta: Numbers, t: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Shares (2, k) of negatives and positives below t, their slopes in t (2, k) and theta (2, 2, k)."""

    def allowed(self, theta: Numbers, t: Numbers) -> bool:
        """Whether the parameters lie within the model."""


class Scale(Protocol):
    """An unbounded scale z (2,) for the two parameters."""

    def free(self, theta: Numbers) -> Numbers:
        """z of theta."""

    def theta(self, z: Numbers) -> Numbers:
        """theta of z."""

    def slope(self, z: Numbers) -> Numbers:
        """Slopes (2,) of theta in z, each in its own."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Parameters (2,), thresholds ascending, log-likelihood, and whether the maximum was reached.

    covariance (2, 2) of the parameters from the observed information, thresholds profiled out; nan where
    that is not positive.
    """

    theta: Numbers
    thresholds: Numbers
    log_likelihood: float
    converged: bool
    covariance: Numbers


def categories(positive: Numbers, negative: Numbers) -> NDArray[np.float64]:
    """Counts (2, k) of negatives and positives, lowest rating first, runs of one truth put together."""
    counts = np.array([negative[::-1], positive[::-1]])
    counts = counts[:, counts.sum(axis=0) > 0]
    pure = np.where(counts[0] == 0, 1, np.where(counts[1] == 0, 0, -1))
    starts = np.flatnonzero(np.r_[True, (pure[1:] != pure[:-1]) | (pure[1:] < 0)])
    return np.asarray(np.add.reduceat(counts, starts, axis=1))


def maximise(model: Model, counts: Numbers, theta: Numbers, t: Numbers, errors: bool = True) -> Fit:
    """Uphill in all parameters at once, until no step gains; halves a step that leaves or falls."""
    now = _evaluate(model, counts, theta, t)
    converged = False
    for _ in range(MAX_STEPS):
        step = _solve(now.information, now.score)
        gain = float(step @ now.score)
        if not _worth(gain, now.value):
            converged = bool(np.isfinite(gain))
            break
        moved = _uphill(model, counts, now, step)
        if moved is None:
            converged = gain < 1e-6
            break
        now = moved
    return _fit(model, counts, now, converged, errors)


def maximise_profile(
    model: Model, counts: Numbers, theta: Numbers, t: Numbers, scale: Scale, errors: bool = True
) -> Fit:
    """Uphill in the two parameters on an unbounded scale, the thresholds following: for curved ridges."""
    from scipy.optimize import minimize

    best = [_follow(model, counts, _evaluate(model, counts, theta, t))]

    def fall(z: Numbers) -> tuple[float, Numbers]:
        asked, slope = scale.theta(z), scale.slope(z)
        if not model.allowed(asked, best[0].t):
            return np.inf, np.zeros(2)
        now = _follow(model, counts, _evaluate(model, counts, asked, best[0].t))
        if now.value > best[0].value:
            best[0] = now
        return -now.value, -now.score[:2] * slope

    with np.errstate(over="ignore", invalid="ignore"):  # of steps out of the model, which are taken back
        found = minimize(fall, scale.free(theta), jac=True, method="BFGS", options={"gtol": 1e-5})
    end = best[0]
    steepest = float(np.abs(end.score[:2] * scale.slope(scale.free(end.theta))).max())
    return _fit(model, counts, end, bool(found.success) or steepest < 1e-3, errors)


def _fit(model: Model, counts: Numbers, end: _State, converged: bool, errors: bool) -> Fit:
    covariance = _covariance(model, counts, end) if errors else np.full((2, 2), np.nan)
    return Fit(end.theta, end.t, end.value, converged, covariance)


@dataclass(frozen=True, eq=False)
class _Information:
    diagonal: Numbers  # (k,)
    beside: Numbers  # (k - 1,)
    border: Numbers  # (k, 2)
    corner: Numbers  # (2, 2)


@dataclass(frozen=True, eq=False)
class _State:
    theta: Numbers
    t: Numbers
    value: float
    score: Numbers  # (2 + k,), the parameters first
    information: _Information


def _evaluate(model: Model, counts: Numbers, theta: Numbers, t: Numbers) -> _State:
    below, slope, by_theta = model.cumulative(theta, t)
    share = np.maximum(np.diff(below, axis=1, prepend=0.0, append=1.0), _SMALL)  # (2, k + 1)
    moves = np.diff(by_theta, axis=2, prepend=0.0, append=0.0)  # (2, 2, k + 1)
    ratio = counts / share
    by_t = (slope * (ratio[:, :-1] - ratio[:, 1:])).sum(axis=0)
    score = np.r_[np.einsum("sk,spk->p", ratio, moves), by_t]
    weight = counts.sum(axis=1)[:, None] / np.maximum(share, _ROUNDED)
    steps = weight[:, None, :-1] * moves[:, :, :-1] - weight[:, None, 1:] * moves[:, :, 1:]
    information = _Information(
        (slope**2 * (weight[:, :-1] + weight[:, 1:])).sum(axis=0),
        -(slope[:, :-1] * slope[:, 1:] * weight[:, 1:-1]).sum(axis=0),
        np.einsum("sk,spk->kp", slope, steps),
        np.einsum("sk,spk,sqk->pq", weight, moves, moves),
    )
    return _State(theta, t, float((counts * np.log(share)).sum()), score, information)


def _worth(gain: float, value: float) -> bool:
    """Whether the gain that a step promises is more than rounding of the likelihood."""
    return gain > 1e-12 * (1 + abs(value))


def _uphill(model: Model, counts: Numbers, now: _State, step: Numbers) -> _State | None:
    size = 1.0
    for _ in range(30):
        theta, t = now.theta + size * step[:2], now.t + size * step[2:]
        if (np.diff(t) > 0).all() and model.allowed(theta, t):
            new = _evaluate(model, counts, theta, t)
            if new.value > now.value:
                return new
        size /= 2
    return None


def _follow(model: Model, counts: Numbers, now: _State) -> _State:
    """The thresholds at their maximum, the parameters held."""
    for _ in range(30):
        step = np.r_[0.0, 0.0, _tridiagonal(now.information, now.score[2:])]
        if not _worth(float(step @ now.score), now.value):
            t = now.t + step[2:]  # too near for the value to tell: the last step is taken on trust
            return _evaluate(model, counts, now.theta, t) if (np.diff(t) > 0).all() else now
        moved = _uphill(model, counts, now, step)
        if moved is None:
            break
        now = moved
    return now


def _solve(information: _Information, score: Numbers) -> Numbers:
    """The step (2 + k,) of a bordered tridiagonal system, by the Schur complement of the thresholds."""
    inner = _tridiagonal(information, np.c_[information.border, score[2:]])
    complement = information.corner - information.border.T @ inner[:, :2]
    try:
        theta = np.linalg.solve(complement, score[:2] - information.border.T @ inner[:, 2])
    except np.linalg.LinAlgError:
        return np.full(len(score), np.nan)
    step: Numbers = np.r_[theta, inner[:, 2] - inner[:, :2] @ theta]
    return step


def _covariance(model: Model, counts: Numbers, now: _State) -> Numbers:
    """Inverse of the observed information of theta, the thresholds following to their own maximum."""
    hessian = np.empty((2, 2))
    for place, size in enumerate(1e-4 * np.maximum(np.abs(now.theta), 0.1)):
        for side in (1, -1):
            theta = now.theta + side * size * np.eye(2)[place]
            if not model.allowed(theta, now.t):
                return np.full((2, 2), np.nan)
            score = _follow(model, counts, _evaluate(model, counts, theta, now.t)).score[:2]
            hessian[place] = score if side == 1 else (score - hessian[place]) / (2 * size)
    symmetric = (hessian + hessian.T) / 2
    if not np.isfinite(symmetric).all() or (np.linalg.eigvalsh(symmetric) <= 1e-6).any():
        return np.full((2, 2), np.nan)
    return np.asarray(np.linalg.inv(symmetric))


def _tridiagonal(information: _Information, right: Numbers) -> Numbers:
    from scipy.linalg import solveh_banded

    bands = np.array([np.r_[0.0, information.beside], information.diagonal])
    try:
        return np.asarray(solveh_banded(bands, right, check_finite=False))
    except np.linalg.LinAlgError:
        return np.full_like(right, np.nan)
