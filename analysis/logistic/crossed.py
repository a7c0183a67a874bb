"""A logistic model with crossed random readers and cases, by Laplace's approximation of the likelihood.

Random intercepts of readers and of cases are integrated out at the mode of each parameter value; parameters
and standard deviations maximise that likelihood together, and errors come from its curvature there.
Sources: Breslow NE, Clayton DG, J Am Stat Assoc 1993; 88: 9-25. Bates D et al., J Stat Softw 2015; 67(1) (the
penalised least squares; the case block is diagonal here, so a step costs cases times readers squared).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.intervals import check_level
from analysis.logistic.result import LogisticResult, coefficient
from analysis.logistic.terms import Covariate, Outcome, Terms, terms
from analysis.table import Numbers, ReadingTable

_ALIKE = "the outcome does not vary: the model is undefined"
_SEPARATED = "a predictor tells the outcome almost perfectly: its coefficient runs off and is undefined"


def crossed_model(
    table: ReadingTable,
    outcome: Outcome = "correct",
    covariates: Mapping[str, Covariate] | None = None,
    level: float = 0.95,
    position: Numbers | None = None,
) -> LogisticResult:
    """Log odds of a right (or positive) call by condition and covariates, of one reader on one case.

    Readers and cases (patients, where some gave several cases) have normal random intercepts, so both are
    counted as random; coefficients are those within a reader and a case, farther from 0 than averages over
    the population (`marginal_model`). Undefined (None, with a note) where the outcome does not vary. Raises
    what `terms` raises.
    """
    check_level(level)
    found = terms(table, outcome, covariates, position)
    counts = (len(found.outcome), len(np.unique(found.reader)), found.cases, len(np.unique(found.cluster)))
    method = "logistic model, crossed random readers and cases, Laplace"
    if np.ptp(found.outcome) == 0:
        nothing = tuple(coefficient(name, np.nan, np.nan, level) for name in found.names)
        return LogisticResult(
            outcome, nothing, None, None, None, None, *counts, level, method, (*found.notes, _ALIKE)
        )
    fit = _fit(found)
    told = found.notes + (() if fit.converged else ("the climb of the likelihood did not settle",))
    runaway = np.abs(fit.beta) > 15
    if runaway.any():
        told += (_SEPARATED,)
    pairs = zip(found.names, np.where(runaway, np.nan, fit.beta), fit.variances, strict=True)
    return LogisticResult(
        outcome,
        tuple(coefficient(name, float(beta), float(variance), level) for name, beta, variance in pairs),
        correlation=None,
        reader_sd=float(fit.sd[0]),
        case_sd=float(fit.sd[1]),
        log_likelihood=fit.log_likelihood,
        readings=counts[0],
        readers=counts[1],
        cases=counts[2],
        clusters=counts[3],
        level=level,
        method=method,
        notes=told,
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    beta: Numbers
    variances: Numbers
    sd: Numbers
    log_likelihood: float
    converged: bool


def _fit(data: Terms) -> _Fit:
    from scipy.optimize import minimize

    likelihood = _Laplace(data)
    share = float(np.clip(data.outcome.mean(), 0.02, 0.98))
    start = np.zeros(2 + data.columns.shape[1])
    start[0], start[1] = np.log(0.5), np.log(1.0)
    start[2] = np.log(share / (1 - share))
    bounds = [(-8.0, 3.0), (-8.0, 3.0)] + [(-25.0, 25.0)] * data.columns.shape[1]
    found = minimize(
        likelihood,
        start,
        jac=partial(_slope, likelihood),
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-13, "gtol": 1e-5, "maxiter": 500},
    )
    hessian = _curvature(likelihood, found.x)
    inside = np.r_[
        found.x[:2] > -7.5, np.full(len(found.x) - 2, True)
    ]  # an effect without spread has no error
    variances = np.full(len(found.x), np.nan)
    with suppress(np.linalg.LinAlgError):
        variances[inside] = np.diagonal(np.linalg.inv(hessian[np.ix_(inside, inside)]))
    sd = np.where(found.x[:2] > -7.5, np.exp(found.x[:2]), 0.0)
    return _Fit(found.x[2:], variances[2:], sd, -float(found.fun), bool(found.success))


class _Laplace:
    """Minus the approximate log-likelihood at (log sd of readers, log sd of cases, beta)."""

    def __init__(self, data: Terms) -> None:
        self.data = data
        self.readers, self.cases = int(data.reader.max()) + 1, int(data.cluster.max()) + 1
        self.reader_effect, self.case_effect = np.zeros(self.readers), np.zeros(self.cases)

    def __call__(self, at: Numbers) -> float:
        sd = np.exp(at[:2])
        fixed = self.data.columns @ at[2:]
        u, v = self.reader_effect.copy(), self.case_effect.copy()  # standard normal effects
        value = self._penalised(fixed, sd, u, v)
        for _ in range(60):
            du, dv, log_determinant, gain = self._step(fixed, sd, u, v)
            if gain < 1e-18:
                break
            size = 1.0
            while (
                gain > 1e-9
                and size > 1e-8
                and self._penalised(fixed, sd, u + size * du, v + size * dv) < value
            ):
                size /= 2
            u, v = u + size * du, v + size * dv
            value = self._penalised(fixed, sd, u, v)
        self.reader_effect, self.case_effect = u, v
        return -(value - log_determinant / 2)

    def _penalised(self, fixed: Numbers, sd: Numbers, u: Numbers, v: Numbers) -> float:
        eta = fixed + sd[0] * u[self.data.reader] + sd[1] * v[self.data.cluster]
        return float((self.data.outcome * eta - np.logaddexp(0, eta)).sum() - (u @ u + v @ v) / 2)

    def _step(
        self, fixed: Numbers, sd: Numbers, u: Numbers, v: Numbers
    ) -> tuple[Numbers, Numbers, float, float]:
        """Newton's step of the effects, their curvature's log-determinant, and what the step promises."""
        reader, case = self.data.reader, self.data.cluster
        mu = 1 / (1 + np.exp(-(fixed + sd[0] * u[reader] + sd[1] * v[case])))
        residual, weight = self.data.outcome - mu, mu * (1 - mu)
        gradient_u = sd[0] * np.bincount(reader, residual, self.readers) - u
        gradient_v = sd[1] * np.bincount(case, residual, self.cases) - v
        own_u = 1 + sd[0] ** 2 * np.bincount(reader, weight, self.readers)
        own_v = 1 + sd[1] ** 2 * np.bincount(case, weight, self.cases)
        both = sd[0] * sd[1] * np.bincount(case * self.readers + reader, weight, self.cases * self.readers)
        both = both.reshape(self.cases, self.readers)
        complement = np.diag(own_u) - both.T @ (both / own_v[:, None])
        du = np.linalg.solve(complement, gradient_u - both.T @ (gradient_v / own_v))
        dv = (gradient_v - both @ du) / own_v
        log_determinant = float(np.linalg.slogdet(complement)[1] + np.log(own_v).sum())
        return du, dv, log_determinant, float(gradient_u @ du + gradient_v @ dv)


def _slope(function: _Laplace, at: Numbers) -> Numbers:
    """First differences (k,) on both sides."""
    size = 1e-4
    moves = size * np.eye(len(at))
    return np.array([(function(at + move) - function(at - move)) / (2 * size) for move in moves])


def _curvature(function: _Laplace, at: Numbers) -> Numbers:
    """Second differences (k, k) of a function at its minimum."""
    k, size = len(at), 1e-3
    moves, hessian = size * np.eye(k), np.empty((k, k))
    middle = function(at)
    for i in range(k):
        hessian[i, i] = (function(at + moves[i]) - 2 * middle + function(at - moves[i])) / size**2
        for j in range(i):
            corners = [function(at + a * moves[i] + b * moves[j]) for a in (1, -1) for b in (1, -1)]
            hessian[i, j] = hessian[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (
                4 * size**2
            )
    return hessian
