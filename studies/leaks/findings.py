"""What each rule of a family is worth: accuracy on cases it was not fitted to, AUC, and an adjusted p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.clusters import effective_cases
from analysis.delong import delong_auc
from analysis.intervals import clopper_pearson
from studies.leaks.chance import exchanged, folds
from studies.leaks.features import Column, Floats
from studies.leaks.fitting import fit, in_words
from studies.leaks.level import ALPHA, exchanges
from studies.leaks.strength import Rule, family_wise_p, rules
from studies.leaks.targets import Target

LEVEL = 0.95
PERMUTATIONS = 1999


@dataclass(frozen=True)
class Share:
    """An estimate in [0, 1] with its interval; None where undefined."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Finding:
    """One rule against one target.

    accuracy: out of fold. p: adjusted for all rules of the family and all tests of its kind; own_p: as if no
    other rule had been asked. rule: the rule fitted to all cases, in words."""

    feature: str
    form: str
    rule: str
    cases: int
    correct: int
    accuracy: Share
    auc: Share
    p: float
    own_p: float
    tells: bool
    remedy: str


def findings(
    target: Target, columns: list[Column], tests: float, seed: int, alpha: float = ALPHA
) -> list[Finding]:
    """The best rule of each feature that varies, strongest first; p counts the forms that were tried, too.

    columns: over the target's cases. tests: by how much the family's p is multiplied (Bonferroni). alpha: up
    to which p a rule tells."""
    asked = rules(columns)
    random = np.random.default_rng([seed, 1])
    times = max(PERMUTATIONS, exchanges(tests, alpha))
    rows = exchanged(target.labels, target.patients, times, random)
    adjusted, own = family_wise_p(asked, rows)
    made = [
        _finding(target, rule, min(1.0, float(p) * tests), float(alone), seed, alpha)
        for rule, p, alone in zip(asked, adjusted, own, strict=True)
    ]
    best: dict[str, Finding] = {}
    for finding in sorted(made, key=lambda finding: (finding.p, -finding.correct, finding.own_p)):
        best.setdefault(finding.feature, finding)
    return list(best.values())


def _finding(target: Target, rule: Rule, p: float, own_p: float, seed: int, alpha: float) -> Finding:
    scores = out_of_fold(target, rule, seed)
    right = (scores > 0.5) == (target.labels == 1)
    auc_scores = scores
    known = np.ones(len(scores), dtype=bool)
    if rule.form == "threshold" and rule.column.numbers is not None:
        known = np.isfinite(rule.column.numbers)
        auc_scores = rule.column.numbers
    return Finding(
        feature=rule.column.name,
        form=rule.form,
        rule=in_words(rule, target.labels, target.negative, target.positive),
        cases=len(right),
        correct=int(right.sum()),
        accuracy=accuracy(right, target.patients),
        auc=area(target, auc_scores, known, turn=rule.form == "threshold"),
        p=p,
        own_p=own_p,
        tells=p <= alpha,
        remedy=rule.column.remedy,
    )


def out_of_fold(target: Target, rule: Rule, seed: int) -> Floats:
    """(n,): the score of each case by the rule fitted to the other folds."""
    fold = folds(target.labels, target.patients, seed)
    scores = np.empty(len(fold))
    for number in np.unique(fold):
        held, rest = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        fitted = fit(Rule(rule.column.taken(rest), rule.form), target.labels[rest])
        scores[held] = fitted.scores(rule.column.taken(held))
    return scores


def accuracy(right: NDArray[np.bool_], patients: NDArray[np.intp]) -> Share:
    """Share of cases called rightly out of fold, with Clopper and Pearson's interval; where patients have
    several cases, over as many cases as these are worth. The folds share cases for fitting, so the interval
    is a guide: such calls are not independent trials. The verdict rests on p."""
    telling = effective_cases(right.astype(np.float64), patients, LEVEL)
    found = clopper_pearson(int(right.sum()), len(right), LEVEL, telling)
    assert found.interval is not None  # there are cases
    return Share(found.estimate, found.interval.low, found.interval.high)


def area(target: Target, scores: Floats, known: NDArray[np.bool_], turn: bool) -> Share:
    """AUC of the scores of cases that have one, by DeLong, patients random. turn: a number below 0.5 counts
    in its other direction. No interval where it is 0 or 1, or a class has fewer than two."""
    found = delong_auc(target.labels[known], scores[known], LEVEL, target.patients[known])
    if found.estimate is None:
        return Share(None, None, None)
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    if turn and found.estimate < 0.5:
        return Share(1 - found.estimate, None if high is None else 1 - high, None if low is None else 1 - low)
    return Share(found.estimate, low, high)
