"""irr, irrCAC and vcd: agreement of readers under one condition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

import analysis
from analysis.agreement.study import judged
from analysis.table import Numbers
from bench.validation.compared import Compared, Entry, Record, number
from bench.validation.ratings import readings

PRINTED = 5.1e-6  # irrCAC rounds coefficients and errors to five decimals
KINDS = {
    "fleiss": analysis.fleiss_kappa,
    "conger": analysis.conger_kappa,
    "gwet": analysis.gwet_ac,
    "bp": analysis.brennan_prediger,
    "pa": analysis.percent_agreement,
}
METRICS = {"unweighted": "nominal", "quadratic": "interval"}


def grid(record: Record) -> Numbers:
    """Judgements (cases, readers) of the condition that the key names."""
    _, scores, condition = record.key.split("|")
    column = "call" if scores == "binary" else "rating"
    found: Numbers = judged(readings(record.dataset), condition, column).scores[0].T  # type: ignore[arg-type]
    return found


def fleiss_and_light(record: Record) -> Iterator[Compared]:
    scores, theirs = grid(record), record.results
    yield Compared("Fleiss's kappa", analysis.fleiss_kappa(scores).estimate, theirs["fleiss"]["value"])
    pairs = combinations(range(scores.shape[1]), 2)
    light = float(np.mean([_kappa(scores, a, b, "identity").estimate for a, b in pairs]))
    yield Compared("Light's kappa", light, theirs["light"]["value"])
    if theirs["icc"]:
        found = analysis.icc(scores)[1]
        yield Compared("ICC(A,1)", found.estimate, theirs["icc"]["value"])
        if found.interval is not None:
            yield Compared("ICC(A,1) lower limit", found.interval.low, theirs["icc"]["lbound"])
            yield Compared("ICC(A,1) upper limit", found.interval.high, theirs["icc"]["ubound"])


def chance_corrected(record: Record) -> Iterator[Compared]:
    """By their rule alpha's error lacks the factor (N - 1) / N that their alpha has."""
    scores = grid(record)
    for name, (row,) in record.results.items():
        family, weights = name.split(".")[0], row["w.name"]
        if family == "krippen":
            if weights not in METRICS:
                continue
            ours = analysis.krippendorff_alpha(scores, METRICS[weights])  # type: ignore[arg-type]
            rule = ours.cases_only.se / (1 - 1 / scores.size) if ours.cases_only.se else None
        else:
            kind = "identity" if weights == "unweighted" else weights
            ours, rule = KINDS[family](scores, kind), None
            yield Compared(f"{name} expected", ours.expected, number(row["pe"]))
            yield Compared(f"{name} observed", ours.observed, number(row["pa"]))
        whole = (row["pa"] - row["pe"]) / (1 - row["pe"])
        yield Compared(f"{name} from its pa and pe", ours.estimate, whole)
        yield Compared(f"{name}", ours.estimate, number(row["coeff.val"]), absolute=PRINTED)
        error = number(row["coeff.se"])
        yield Compared(f"{name} error", ours.cases_only.se, error, absolute=PRINTED, by_their_rule=rule)


def kappas_of_pairs(record: Record) -> Iterator[Compared]:
    """By their rule variances over cases are divided by n, not by n - 1."""
    scores = grid(record)
    smaller = float(np.sqrt((len(scores) - 1) / len(scores)))
    for row in record.results:
        a, b = int(row["r1"]) - 1, int(row["r2"]) - 1
        for weights, suffix in (("identity", ""), ("linear", "_linear"), ("quadratic", "_quad")):
            ours, name = _kappa(scores, a, b, weights), f"readers {row['r1']} and {row['r2']}, {weights}"
            yield Compared(name, ours.estimate, number(row[f"kappa{suffix}"]))
            rule = ours.se * smaller if ours.se is not None else None
            yield Compared(f"{name} error", ours.se, number(row[f"ase{suffix}"]), by_their_rule=rule)
        yield Compared(f"{name} (irr)", _kappa(scores, a, b, "identity").estimate, number(row["irr_kappa2"]))


def _kappa(scores: Numbers, a: int, b: int, weights: str) -> Any:
    return analysis.cohen_kappa(scores[:, a], scores[:, b], weights)


ENTRIES = (
    Entry(r": fleiss\|", "Fleiss's and Light's kappa, ICC", fleiss_and_light),
    Entry(r": irrCAC\|", "chance-corrected agreement, weighted and not", chance_corrected),
    Entry(r": cohen_pairs\|", "Cohen's kappas of pairs", kappas_of_pairs),
)
