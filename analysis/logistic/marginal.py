"""A marginal logistic model by generalised estimating equations, exchangeable within clusters.

Source: Liang KY, Zeger SL, Biometrika 1986; 73: 13-22, by statsmodels. Mancl LA, DeRouen TA, Biometrics 2001;
57: 126-134 (errors of few clusters).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from analysis.intervals import check_level
from analysis.logistic.result import LogisticResult, coefficient
from analysis.logistic.terms import Covariate, Outcome, terms
from analysis.table import Numbers, ReadingTable

Cluster = Literal["case", "reader"]
_FEW = 40
_FEW_NOTE = "{} clusters: errors by Mancl and DeRouen, for the plain sandwich is too small below {}"
_SEPARATED = "a predictor tells the outcome almost perfectly: odds run off and have no error"
_SINGULAR = "too few different readings for these predictors: undefined"
_EXTREME = 1e-6
_ONE_WAY = "readings share readers and cases; this model counts the {} as random and holds the {} fixed"


def marginal_model(
    table: ReadingTable,
    outcome: Outcome = "correct",
    covariates: Mapping[str, Covariate] | None = None,
    cluster: Cluster = "case",
    level: float = 0.95,
    position: Numbers | None = None,
) -> LogisticResult:
    """Log odds of a right (or positive) call by condition and covariates, averaged over the population.

    cluster: the case (the patient, where some gave several cases) or the reader; readings of one cluster have
    one working correlation, and errors are sandwich estimates, by Mancl and DeRouen for fewer than 40
    clusters. Coefficients are None, with a note, where a predictor (or every call alike) tells the outcome
    almost perfectly: there is no finite maximum. Raises what `terms` raises.
    """
    check_level(level)
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    found = terms(table, outcome, covariates, position)
    groups = found.cluster if cluster == "case" else found.reader
    count, order = len(np.unique(groups)), np.argsort(groups, kind="stable")
    model = GEE(
        found.outcome[order],
        found.columns[order],
        groups=groups[order],
        family=Binomial(),
        cov_struct=Exchangeable(),
    )
    few = count < _FEW
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told by the note below
        try:
            fit = model.fit(maxiter=200, params_niter=1, cov_type="bias_reduced" if few else "robust")
        except np.linalg.LinAlgError:
            fit = None
    other = {"case": "readers", "reader": "cases"}[cluster]
    notes = (*found.notes, _ONE_WAY.format(f"{cluster}s", other))
    notes += (_FEW_NOTE.format(count, _FEW),) if few else ()
    beta, variances, told = _solution(fit, len(found.names))
    notes += told
    return LogisticResult(
        outcome,
        tuple(
            coefficient(name, float(one), float(variance), level)
            for name, one, variance in zip(found.names, beta, variances, strict=True)
        ),
        correlation=None if np.isnan(beta).all() else float(model.cov_struct.dep_params),
        reader_sd=None,
        case_sd=None,
        log_likelihood=None,
        readings=len(found.outcome),
        readers=len(np.unique(found.reader)),
        cases=found.cases,
        clusters=count,
        level=level,
        method=f"logistic GEE, exchangeable by {cluster}",
        notes=notes,
    )


def _solution(fit: Any, count: int) -> tuple[Numbers, Numbers, tuple[str, ...]]:
    """Coefficients and their variances (count,), nan where there is no finite maximum, and why."""
    nothing = np.full(count, np.nan)
    if fit is None:
        return nothing, nothing, (_SINGULAR,)
    share = np.asarray(fit.fittedvalues)
    if min(share.min(), 1 - share.max()) < _EXTREME:
        return nothing, nothing, (_SEPARATED,)
    told = () if fit.converged else ("the equations did not converge: do not use this fit",)
    return np.asarray(fit.params), np.diagonal(np.asarray(fit.cov_params())), told
