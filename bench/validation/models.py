"""pROC's areas and tests, R's McNemar and binomial tests, geepack's and lme4's logistic models."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from functools import cache

import numpy as np

from analysis import crossed_model, delong_auc, each_reader_paired, marginal_model, mcnemar
from analysis.figures import evaluate
from analysis.logistic.result import LogisticResult
from analysis.logistic.terms import terms
from analysis.merits import evaluate as evaluate_merit
from analysis.merits import merit
from analysis.paired import PairedDifference
from bench.validation.compared import ITERATED, Compared, Entry, Record, number
from bench.validation.ratings import readings


def areas(record: Record) -> Iterator[Compared]:
    for row in record.results:
        condition, reader = str(row["modality"]), str(row["reader"])
        one, name = readings(record.dataset).only(condition, [reader]), f"reader {reader} under {condition}"
        assert one.rating is not None
        found = delong_auc(one.truth, one.rating)
        yield Compared(name, found.estimate, row["auc"])
        yield Compared(f"{name} variance", None if found.se is None else found.se**2, row["var_delong"])
        if found.interval is not None:
            yield Compared(f"{name} lower limit", found.interval.low, row["ci_lower"])
            yield Compared(f"{name} upper limit", found.interval.high, row["ci_upper"])
        partial = evaluate_merit(merit("pauc:0.2"), one.truth, one.rating[None, :], None)[0][0]
        yield Compared(f"{name} partial area", float(partial), row["partial_auc_spec_1_0.8"])


@cache
def _paired(dataset: str, figure: str, one: str, two: str) -> dict[str, PairedDifference]:
    found = each_reader_paired(readings(dataset), figure, (one, two))
    return {each.reader: each for each in found}


def delong_tests(record: Record) -> Iterator[Compared]:
    table = readings(record.dataset)
    for row in record.results:
        one, two, reader = str(row["m1"]), str(row["m2"]), str(row["reader"])
        ours, name = _paired(record.dataset, "auc", one, two)[reader], f"reader {reader}, {one} less {two}"
        yield Compared(f"{name} first", ours.first, row["auc1"])
        yield Compared(f"{name} second", ours.second, row["auc2"])
        pair = [table.only(condition, [reader]).in_order() for condition in (one, two)]
        ratings = np.array([each.rating for each in pair])
        covariance = float(evaluate("auc", "delong", pair[0].truth, ratings, None)[1][0, 1])
        yield Compared(f"{name} covariance", covariance, row["cov"])
        yield Compared(f"{name} z", ours.statistic, number(row["z"]))
        yield Compared(f"{name} p", ours.p, number(row["p"]))
        if ours.interval is not None:
            yield Compared(f"{name} lower limit", ours.interval.low, number(row["ci_lower"]))
            yield Compared(f"{name} upper limit", ours.interval.high, number(row["ci_upper"]))


def discordant_calls(record: Record) -> Iterator[Compared]:
    """The first two conditions; right calls of negative, of positive cases."""
    table = readings(record.dataset)
    one, two = (table.only(name).in_order() for name in table.conditions[0][:2])
    both = [np.asarray(each.call == each.truth, dtype=int) for each in (one, two)]
    for row in record.results:
        keep = (one.reader == row["reader"]) & (one.truth == row["truth"])
        found = mcnemar(*(right[keep] for right in both))
        name = f"reader {row['reader']}, truth {row['truth']}"
        counts = {"n00": found.neither, "n01": found.second_only, "n10": found.first_only, "n11": found.both}
        for key, own in counts.items():
            yield Compared(f"{name} {key}", own, row[key])
        yield Compared(f"{name} chi-squared", found.chi_squared, number(row["chi2"]))
        yield Compared(f"{name} p", found.p_chi_squared, number(row["p"]))
        if row["exact_p"] is not None:
            yield Compared(f"{name} exact p", found.p_exact, number(row["exact_p"]))


def marginal(record: Record) -> Iterator[Compared]:
    """By their rule the errors of few clusters are the plain sandwich's."""
    table = readings(record.dataset)
    if record.key.startswith("geepack pos"):
        truth = int(record.key[-1])
        found, cluster = marginal_model(table.rows(table.truth == truth), "positive"), "case"
    else:
        cluster = record.key.split("|")[1]
        found = marginal_model(table, cluster=cluster)  # type: ignore[arg-type]
    plain = _plain_sandwich(record.dataset) if cluster == "reader" else None
    for place, (own, row) in enumerate(zip(found.coefficients, record.results["coef"], strict=True)):
        rule = None if plain is None else plain[place]
        z = None if rule is None or own.estimate is None else own.estimate / rule
        yield Compared(own.name, own.estimate, row["Estimate"])
        yield Compared(f"{own.name} error", own.se, row["Std.err"], by_their_rule=rule)
        wald = None if own.z is None else own.z**2
        yield Compared(f"{own.name} Wald", wald, row["Wald"], by_their_rule=None if z is None else z**2)
        p = None if z is None else math.erfc(abs(z) / math.sqrt(2))
        yield Compared(f"{own.name} p", own.p, row["Pr(>|W|)"], by_their_rule=p)
    (alpha,) = record.results["corr"]
    shared = found.correlation
    rule = None if shared is None else shared * _free_parameters(found)
    yield Compared("correlation within clusters", shared, alpha["Estimate"], by_their_rule=rule)


def _free_parameters(found: LogisticResult) -> float:
    """geepack divides by numbers of readings and of pairs, ours by those less the coefficients; every cluster
    of the records has as many readings."""
    p, n, clusters = len(found.coefficients), found.readings, found.clusters
    pairs = clusters * math.comb(n // clusters, 2)
    return (pairs - p) / pairs * n / (n - p)


@cache
def _plain_sandwich(dataset: str) -> list[float]:
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    data = terms(readings(dataset), "correct", None, None)
    order = np.argsort(data.reader, kind="stable")
    model = GEE(
        data.outcome[order],
        data.columns[order],
        data.reader[order],
        family=Binomial(),
        cov_struct=Exchangeable(),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = model.fit(maxiter=200, params_niter=1, cov_type="robust")
    return [float(error) for error in fit.bse]


@cache
def _crossed(dataset: str) -> LogisticResult:
    return crossed_model(readings(dataset))


def crossed(record: Record) -> Iterator[Compared]:
    found, theirs = _crossed(record.dataset), record.results
    for own, row in zip(found.coefficients, theirs["fixef"], strict=True):
        yield Compared(own.name, own.estimate, row["Estimate"], ITERATED)
        yield Compared(f"{own.name} error", own.se, row["Std. Error"], ITERATED)
        yield Compared(f"{own.name} z", own.z, row["z value"], ITERATED)
        yield Compared(f"{own.name} p", own.p, row["Pr(>|z|)"], ITERATED)
    sd = {"reader": found.reader_sd, "case": found.case_sd}
    for row in theirs["varcor"]:
        yield Compared(f"SD of {row['grp']}s", sd[row["grp"]], row["sdcor"], ITERATED)
    yield Compared("log-likelihood", found.log_likelihood, theirs["logLik"], ITERATED)


_WORKING = "one working correlation here, exchangeable"
_THIRD = "no third random effect here: readers and cases are random"
ENTRIES = (
    Entry(r"pROC\|auc", "AUC by DeLong, partial areas", areas),
    Entry(r"pROC\|roc.test", "paired test of two areas", delong_tests),
    Entry(r": mcnemar", "McNemar's and the exact test", discordant_calls),
    Entry(r"geepack\|\w+\|(independence|ar1)", "marginal logistic model", reason=_WORKING),
    Entry(r"geepack", "marginal logistic model", marginal),
    Entry(r"glmer\|.*modality:reader", "crossed logistic model", reason=_THIRD),
    Entry(r"glmer", "crossed logistic model", crossed),
)
