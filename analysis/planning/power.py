"""What a planned study finds: the power of one plan.

Superiority: the two-sided test at 1 - level, F on 1 and df2 with noncentrality (effect / se)^2, df2 not cut
to whole numbers. Non-inferiority: the lower limit of the two-sided interval lies above -margin. Equivalence:
both limits lie within the margin; its power integrates over the distribution of the estimated error, which
two one-sided powers added up do not.
Sources: Hillis SL, Obuchowski NA, Berbaum KS, Acad Radiol 2011; 18: 129-142 (equation 10). Hillis SL, Schartz
KM, J Med Imaging 2018; 5: 045503. Chen W, Petrick N, Sahiner B, Acad Radiol 2012; 19: 1158-1165 (hypotheses
with margins). Phillips KF, J Pharmacokinet Biopharm 1990; 18: 137-144 (power of two one-sided tests).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from analysis.errors import UnknownChoice, ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level
from analysis.obuchowski_rockette import FIXED_CASES, FIXED_READERS, RANDOM_BOTH
from analysis.planning.components import PlanningComponents
from analysis.planning.layout import RANDOM, Layout, Random, Terms, terms
from analysis.table import Numbers

Hypothesis = Literal["superiority", "non-inferiority", "equivalence"]
HYPOTHESES: tuple[Hypothesis, ...] = get_args(Hypothesis)
METHODS: dict[Random, str] = {"both": RANDOM_BOTH, "cases": FIXED_READERS, "readers": FIXED_CASES}
_NODES, _RARE = 96, 1e-15
_UNDEFINED = "power is undefined: too few readers, or an error term that is not above 0"


@dataclass(frozen=True)
class Goal:
    """What the study is to show: a true difference `effect`, new condition less old.

    margin: above 0 for non-inferiority and equivalence, 0 for superiority. random: what else could have been
    drawn, readers and cases (both), cases or readers alone. level: of the interval; tests have 1 - level.
    """

    effect: float
    hypothesis: Hypothesis = "superiority"
    margin: float = 0.0
    random: Random = "both"
    level: float = 0.95

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.hypothesis not in HYPOTHESES or self.random not in RANDOM:
            raise UnknownChoice(
                f"{self.hypothesis}, {self.random}",
                "it is not known",
                f"choose of {', '.join(HYPOTHESES)} and of {', '.join(RANDOM)}",
            )
        if not np.isfinite([self.effect, self.margin]).all() or (self.margin > 0) == (
            self.hypothesis == "superiority"
        ):
            raise ValueRefused(
                f"margin {self.margin:g} for {self.hypothesis}",
                "non-inferiority and equivalence have a margin above 0, superiority has none",
                "give --margin with --hypothesis",
            )


@dataclass(frozen=True)
class Plan(Framed):
    """One plan. power None: none found, or undefined, and a note says why; readings: of all readers together.

    negatives, positives: of all cases that a condition shows, rounded to whole ones that add up.
    """

    power: float | None
    readers: int | None
    cases: int | None
    negatives: int | None = None
    positives: int | None = None
    readings: int | None = None
    effect: float = 0.0
    se: float | None = None
    noncentrality: float | None = None
    df1: float = 1.0
    df2: float | None = None
    method: str = RANDOM_BOTH
    notes: tuple[str, ...] = field(default=())


def power(
    components: PlanningComponents, goal: Goal, readers: int, cases: int, layout: Layout | None = None
) -> Plan:
    """Power of so many readers and cases; df2 None means normal quantiles.

    Undefined (None): fewer than two readers (in a group, for a split-plot) where readers are random, or
    components whose error is not above 0. Raises ValueRefused for readers who do not fill the groups evenly.
    """
    layout = layout or Layout()
    check(components, layout, readers, cases)
    found = terms(components, layout, goal.random, np.array(readers), np.array(cases))
    chance, se, df = (float(x) for x in (power_of(goal, found), found.se, found.df))
    notes = _notes(components, layout)
    n0, n1 = whole_cases(components, layout, cases)
    plan = Plan(None, readers, cases, n0, n1, readings(layout, readers, cases), goal.effect)
    plan = replace(plan, method=METHODS[goal.random], notes=notes)
    if np.isnan(chance):
        return replace(plan, notes=(*notes, _UNDEFINED))
    ncp, df2 = (goal.effect / se) ** 2, None if np.isinf(df) else df
    return replace(plan, power=chance, se=se, noncentrality=ncp, df2=df2)


def power_of(goal: Goal, found: Terms) -> Numbers:
    """Power for each of the terms; nan where it is undefined."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if goal.hypothesis == "equivalence":
            return _equivalence(goal, found)
        if goal.hypothesis == "superiority":
            return _superiority(goal, found)
        return _upper_t(_critical(goal, found.df), (goal.effect + goal.margin) / found.se, found.df)


def check(components: PlanningComponents, layout: Layout, readers: int, cases: int) -> None:
    """Refuse a plan that cannot be read, or that these components say nothing of."""
    if readers < 1 or cases < 1 or readers % layout.groups:
        raise ValueRefused(
            f"{readers} readers, {cases} cases, {layout.groups} groups",
            "there are readers and cases, and groups have as many readers each",
            f"give a multiple of {layout.groups} readers",
        )
    if not components.crossed and layout.kind != "unpaired-cases":
        raise UnknownChoice(
            f"design '{layout.kind}'",
            "a pilot whose conditions have cases of their own says nothing of conditions that share cases",
            "choose unpaired-cases, or give components",
        )
    if layout.kind == "unpaired-readers" and components.reader is None:
        raise ValueRefused(
            "components", "conditions with readers of their own need the variance of readers", "give reader"
        )


def readings(layout: Layout, readers: int, cases: int) -> int:
    """How many images are read in all, under both conditions."""
    one = readers * cases * 2
    return round(one / layout.groups)


def _superiority(goal: Goal, found: Terms) -> Numbers:
    from scipy.special import fdtri, ncfdtr, ndtr

    shift = np.abs(goal.effect) / found.se
    normal = np.isinf(found.df)
    df = np.where(normal, 1.0, found.df)
    by_f = 1 - ncfdtr(1.0, df, shift**2, fdtri(1.0, df, goal.level))
    z = _critical(goal, found.df)
    return np.asarray(np.where(normal, ndtr(shift - z) + ndtr(-shift - z), by_f))


def _critical(goal: Goal, df: Numbers) -> Numbers:
    from scipy.special import ndtri, stdtrit

    tail = (1 - goal.level) / 2
    normal = np.isinf(df)
    return np.asarray(np.where(normal, -ndtri(tail), -stdtrit(np.where(normal, 1.0, df), tail)))


def _upper_t(critical: Numbers, shift: Numbers, df: Numbers) -> Numbers:
    from scipy.special import nctdtr, ndtr

    normal = np.isinf(df)
    by_t = 1 - nctdtr(np.where(normal, 1.0, df), shift, critical)
    return np.asarray(np.where(normal, ndtr(shift - critical), by_t))


def _equivalence(goal: Goal, found: Terms) -> Numbers:
    """E[Phi(up - t s) - Phi(low + t s)] over s, the estimated error as a share of the true one.

    The interval fits into the margin only where t s < margin / se. Gauss-Legendre nodes over the s that have
    any chance below that; df s^2 is chi-squared.
    """
    from scipy.special import gammaincinv, gammaln, ndtr

    t, df, se = _critical(goal, found.df)[..., None], found.df[..., None], found.se[..., None]
    low, up = (-goal.margin - goal.effect) / se, (goal.margin - goal.effect) / se
    normal, half = np.isinf(df), np.where(np.isinf(df), 1.0, df) / 2
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    least, most = (np.sqrt(gammaincinv(half, tail) / half) for tail in (_RARE, 1 - _RARE))
    width = np.maximum(np.minimum(most, goal.margin / se / t) - least, 0.0)
    s = np.where(normal, 1.0, least + width * (nodes + 1) / 2)
    chance = np.exp(
        np.log(2 * s) + half * np.log(half) - gammaln(half) + (2 * half - 2) * np.log(s) - half * s * s
    )
    inside = np.maximum(ndtr(up - t * s) - ndtr(low + t * s), 0.0)
    summed = (inside * chance * weights * width).sum(axis=-1) / 2
    return np.asarray(np.where(normal[..., 0], inside[..., 0], summed))


def whole_cases(components: PlanningComponents, layout: Layout, cases: int) -> tuple[int, int]:
    """Negative and positive cases of a plan, rounded so that they add up."""
    positives = int(np.floor(float(layout.mix(components, np.array(float(cases)))[1]) + 0.5))
    return cases - positives, positives


def _notes(components: PlanningComponents, layout: Layout) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if components.condition_by_reader < 0:
        notes += ("the variance of condition by reader is negative and counts as 0",)
    if layout.kind == "unpaired-readers" and (components.reader or 0) < 0:
        notes += ("the variance of readers is negative and counts as 0",)
    if layout.negatives_per_positive is not None and components.positive_share is None:
        notes += (
            "errors go by the number of cases, whatever their mix: that of the components is not known",
        )
    return notes
