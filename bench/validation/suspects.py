"""Records known to be wrong: their sound numbers, and the wrong ones by the error that is said of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import chdtrc, fdtrc

from analysis.cells import Cells
from analysis.intervals import two_sided_p
from analysis.mrmc_result import Analysis
from analysis.score_products import ProductMoments
from analysis.unbalanced import Unbalanced
from bench.validation import analyses
from bench.validation.compared import Compared, Entry, Record, number
from bench.validation.imrmc import NORMAL_FROM, means
from bench.validation.imrmc_tables import Moments, moments, named, table_of, unbiased
from bench.validation.mrmcaov import analysed

PRINTED = 5.1e-9  # of the Java program: nine digits


def whole(df: float | None) -> float | None:
    """Whole degrees of freedom; None, which is the normal distribution, from 50 on."""
    return None if df is None or df >= NORMAL_FROM else float(math.floor(df))


def rounded_df(found: Moments, pair: tuple[str, str], variance: float) -> float | None:
    """Satterthwaite's with whole numbers of readers and cases, where they are not evenly shared."""
    one, two, both = (found[key] for key in ((pair[0],) * 2, (pair[1],) * 2, pair))
    free = np.minimum(*(np.rint(each.levels - 1) for each in (one, two)))
    parts = one.parts if pair[0] == pair[1] else one.parts + two.parts - 2 * both.parts
    below = float((parts**2 / free**3).sum())
    return max(variance**2 / below, float(free.min())) if variance > 0 and below > 0 else None


def estimates(record: Record) -> Iterator[Compared]:
    """Means and differences with p and limits, of R's table or the Java program's."""
    found, ours = moments(record.dataset, "auc"), means(record.dataset, "auc")
    printed = PRINTED if record.package.endswith("Java") else 0.0
    names = tuple({name for pair in found for name in pair})
    for row in record.results:
        a, b = named(row["modalityA"], names), named(row["modalityB"], names)
        single = row["modalityB"] == "NO_MOD"
        entries = ours.conditions if single else ours.differences
        wanted = a if single else (a, b)
        entry = next(
            one for one in entries if wanted in (getattr(one, "condition", ""), getattr(one, "between", ""))
        )
        u, label = row["UstatOrMLE"] == "Ustat", "A" if single else "AminusAUCB"
        variance, df = (entry.variance, entry.df) if u else (entry.mle_variance, entry.mle_df)
        if variance is None or entry.estimate is None:
            continue
        name = f"{a}{'' if single else ' less ' + b}"
        yield Compared(name, entry.estimate, number(row[f"AUC{label}"]), absolute=printed)
        yield Compared(f"{name} variance", variance, number(row[f"varAUC{label}"]), absolute=printed)
        rule = rounded_df(found, (a, a if single else b), variance)
        far = printed * 100 * (df or 1)  # nine digits of a number above 1
        yield Compared(f"{name} df", df, number(row["dfBDG"]), absolute=far, by_their_rule=rule)
        test = (entry.estimate - (0.5 if single else 0.0)) / math.sqrt(variance)
        yield from _test(name, "BDG", row, entry.estimate, variance, test, rule, printed)
        if "dfHillis" in row:
            hillis = _hillis(record.dataset, a, None if single else b)
            yield Compared(f"{name} Hillis's df", hillis, number(row["dfHillis"]), absolute=printed * 1e4)
            yield from _test(name, "Hillis", row, entry.estimate, variance, test, hillis, printed)


def _hillis(dataset: str, a: str, b: str | None) -> float | None:
    cells, _ = unbiased(dataset, "auc")
    places = [cells.conditions.index(name) for name in (a, b) if name is not None]
    found = analyses.of_conditions(cells, places).random_readers_random_cases
    return found.conditions[0].df if b is None else found.differences[0].df


def _test(
    name: str,
    kind: str,
    row: dict[str, Any],
    estimate: float,
    variance: float,
    t: float,
    df: float | None,
    printed: float,
) -> Iterator[Compared]:
    """P and limits on exact degrees of freedom, and on theirs."""
    se = math.sqrt(variance)
    p = two_sided_p(t, df), two_sided_p(t, whole(df))
    yield Compared(f"{name} {kind} p", p[0], number(row[f"pValue{kind}"]), 1e-7, printed, p[1])
    exact, theirs = (analyses.limits(estimate, se, each) for each in (df, whole(df)))
    for place, side in enumerate(("bot", "top")):
        quantity = f"{name} {kind} {side} limit"
        yield Compared(
            quantity,
            exact[place],
            number(row[f"{side}CI{kind}"]),
            absolute=printed,
            by_their_rule=theirs[place],
        )


def everything(record: Record) -> Iterator[Compared]:
    """Ustat.full: covariances of any two means, moments, components, degrees of freedom."""
    found = moments(record.dataset, "auc")
    names = tuple({name for pair in found for name in pair})
    for row in record.results:
        pair = tuple(named(row[f"modalityID.{place}"], names) for place in (1, 2))
        one: ProductMoments = found[pair]  # type: ignore[index]
        label = f"{pair[0]} and {pair[1]}"
        yield Compared(f"{label} covariance", one.covariance, number(row["covAUC"]))
        yield Compared(f"{label} plug-in covariance", one.mle_covariance, number(row["covAUC.biased"]))
        for kind, prefix in (("BDG", ""), ("BCK", "BCK.")):
            for estimator, what, suffix in (
                ("Ustat", "comp", ""),
                ("MLE", "comp", ".b"),
                ("MLE", "coeff", ".coeff"),
            ):
                for name, value in table_of(one, kind, estimator, what).items():
                    theirs = number(row.get(f"{prefix}{name}{suffix}"))
                    yield Compared(f"{label} {prefix}{name}{suffix}", value, theirs)


def nested_readers(record: Record) -> Iterator[Compared]:
    """m = (R - sum of r_i^2) / (R (t - 1)), in place of (R^2 - sum of r_i^2) / (R (t - 1))."""
    _, covariance, random = record.key.split("|")
    cells, result = analysed("nested", "auc", covariance)
    found, theirs = analyses.analysis(result, random), record.results
    ours = analyses.covariances(cells)
    matrix = theirs["error_cov_matrix"]
    for row, values in zip(matrix["rows"], matrix["values"], strict=True):
        for column, value in zip(matrix["cols"], values, strict=True):
            key = tuple(part for name in (row, column) for part in name.split(".", 1))
            yield Compared(f"covariance {row} {column}", ours[key], number(value))
    yield from _nested_test(cells, found, theirs, random)


def _nested_test(cells: Cells, found: Analysis, theirs: dict[str, Any], random: str) -> Iterator[Compared]:
    parts = Unbalanced(cells.estimates, cells.covariance)
    c, (t, _) = parts.covariances, cells.estimates.shape
    assert found.test is not None and None not in (c.variance, c.cov2, c.cov3)
    readers, squares = float(parts.counts.sum()), float((parts.counts**2).sum())
    m = (readers - squares) / (readers * (t - 1))
    start = parts.varying if random == "RRRC" else (c.variance or 0) - (c.cov2 or 0)
    error = start + m * ((c.cov2 or 0) - (c.cov3 or 0))
    ms, df1, row = parts.test(found.name)[0], t - 1, theirs["test_equality"][0]
    free = (readers - t) * (error / parts.varying) ** 2
    f = ms / error
    p = float(fdtrc(df1, free, f) if random == "RRRC" else chdtrc(df1, df1 * f))
    yield Compared("mean square", ms, number(row.get("MS[T]", row.get("MS(T)"))))
    yield Compared("denominator", parts.test(found.name)[1], row["Denominator"], by_their_rule=error)
    yield Compared("statistic", found.test.statistic, number(row.get("F", row.get("X2"))), by_their_rule=f)
    yield Compared("p", found.test.p, number(row["p-value"]), by_their_rule=p)
    if random == "RRRC":
        yield Compared("df2", found.test.df2, row["df2"], by_their_rule=free)
    (gap,), (other,) = found.differences, theirs["test_diffs"]
    se = math.sqrt(2 * error / parts.counts[0])
    yield Compared("difference", gap.estimate, other["Estimate"])
    yield Compared("difference error", gap.se, other["StdErr"], by_their_rule=se)
    if gap.estimate is not None:
        rule = analyses.limits(gap.estimate, se, free if random == "RRRC" else None)
        yield from analyses.interval("difference", gap, other["CI.Lower"], other["CI.Upper"], rule=rule)


ENTRIES = (
    Entry(r"(doIMRMC\|(Ustat|MLEstat)$|statAnalysis)", "", estimates),
    Entry(r"Ustat\.full", "", everything),
    Entry(r"readers_nested_in_tests", "", nested_readers),
)
