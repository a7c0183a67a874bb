"""Intervals of agreement: over random cases and readers, and over random cases with these readers fixed.

Cases: the linearised coefficient's moves, summed by patient (Gwet KL, Br J Math Stat Psychol 2008; 61:
29-48). Readers: leave out one at a time (Gwet KL, Handbook of Inter-Rater Reliability, 4th ed., 2014,
chapter 5, unconditional inference). The two variances are added, which counts what a reader and a case have
of their own twice, and so errs towards the wider interval. Degrees of freedom after Satterthwaite, never
above those of the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.chance import Found
from analysis.agreement.judgements import Judgements, Size
from analysis.frames import Framed
from analysis.intervals import spread
from analysis.results import Interval, Spread
from analysis.table import Codes, Numbers

BOTH = "readers and cases random"
CASES = "cases random, these readers"
_FEW = "fewer than three readers: nothing can be said of other readers; `cases_only` is about these"
_NOTHING = Spread(None, None, None)
_UNSTABLE = "undefined when a reader is left out: nothing can be said of other readers"


@dataclass(frozen=True)
class Coefficient(Framed):
    """One coefficient of agreement. None means undefined, and a note says why.

    interval, se, df: readers and cases random; cases_only: these readers fixed. observed, expected: agreement
    as it is and by chance. judgements: how many there are of readers x cases.
    """

    name: str
    weights: str
    estimate: float | None
    se: float | None
    df: float | None
    interval: Interval | None
    observed: float | None
    expected: float | None
    readers: int
    cases: int
    judgements: int
    cases_only: Spread
    method: str = BOTH
    notes: tuple[str, ...] = ()


def coefficients(
    names: Sequence[tuple[str, str]],
    j: Judgements,
    evaluate: Callable[[Judgements], Sequence[Found]],
    level: float,
) -> tuple[Coefficient, ...]:
    """The coefficients of these names and weights; `evaluate` computes them all from any judgements."""
    found, without = evaluate(j), None
    if j.readers > 2:
        without = np.array([[one.estimate for one in evaluate(j.without(g))] for g in range(j.readers)])
    return tuple(
        told(name, weights, j.size, one, None if without is None else Without(without[:, place]), level)
        for place, ((name, weights), one) in enumerate(zip(names, found, strict=True))
    )


@dataclass(frozen=True, eq=False)
class Without:
    """Estimates (r,) without each reader in turn."""

    estimates: Numbers

    @property
    def variance(self) -> float:
        r = len(self.estimates)
        return float((r - 1) / r * ((self.estimates - self.estimates.mean()) ** 2).sum())


def told(
    name: str, weights: str, size: Size, found: Found, without: Without | None, level: float
) -> Coefficient:
    """A coefficient with its intervals from its moves over cases and from its values without each reader."""
    if np.isnan(found.estimate):
        alone = both = _NOTHING
        notes: tuple[str, ...] = (found.note,)
    else:
        alone, both, notes = _intervals(found, without, level)
    return Coefficient(
        name=name,
        weights=weights,
        estimate=_defined(found.estimate),
        se=both.se,
        df=both.df,
        interval=both.interval,
        observed=_defined(found.observed),
        expected=_defined(found.expected),
        readers=size[0],
        cases=size[1],
        judgements=size[2],
        cases_only=alone,
        notes=notes,
    )


def mean_of(parts: Sequence[Found], why: str) -> Found:
    """The mean of the defined ones among coefficients whose patients' codes mean the same patients."""
    defined = [part for part in parts if np.isfinite(part.estimate)]
    size = 1 + max((int(part.patient.max(initial=-1)) for part in defined), default=-1)
    moves, present = np.zeros(size), np.zeros(size, dtype=bool)
    for part in defined:
        moves += np.bincount(part.patient, weights=part.moves, minlength=size) / len(defined)
        present[part.patient] = True
    patient = np.flatnonzero(present)
    value = float(np.mean([part.estimate for part in defined])) if defined else np.nan
    return Found(value, np.nan, np.nan, moves[patient], patient, why)


def noted(found: Coefficient, parts: Sequence[Found], of_what: str) -> Coefficient:
    """A mean, with a note where some of its parts are undefined."""
    lost = sum(np.isnan(part.estimate) for part in parts)
    if not lost or found.estimate is None:
        return found
    return replace(
        found, notes=(*found.notes, f"{lost} of {len(parts)} {of_what} are undefined and left out")
    )


def _intervals(found: Found, without: Without | None, level: float) -> tuple[Spread, Spread, tuple[str, ...]]:
    variance, df = over_cases(found.moves, found.patient)
    bounds = (min(-1.0, found.estimate), 1.0)
    alone = spread(found.estimate, variance, df, level, bounds)
    if without is None:
        return alone, _NOTHING, (_FEW,)
    if np.isnan(without.variance):
        return alone, _NOTHING, (_UNSTABLE,)
    both = spread(found.estimate, *added(variance, df, without), level, bounds)
    return alone, both, both.notes


def over_cases(moves: Numbers, patient: ArrayLike) -> tuple[float, float]:
    """Variance over patients of an estimate with moves (n,), and its degrees of freedom; nan with one."""
    sums = by_patient(moves, np.asarray(patient))
    count = len(sums)
    if count < 2:
        return np.nan, np.nan
    return float(count / (count - 1) * (sums @ sums)), float(count - 1)


def by_patient(moves: Numbers, patient: Codes) -> Numbers:
    return np.bincount(patient, weights=moves)[np.bincount(patient) > 0].astype(np.float64)


def added(variance: float, df: float, without: Without) -> tuple[float, float]:
    """Variance over cases and readers together, and its degrees of freedom."""
    readers, freedom = without.variance, len(without.estimates) - 1
    both = variance + readers
    if not both > 0:
        return both, df
    return both, min(both**2 / (variance**2 / df + readers**2 / freedom), df)


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
