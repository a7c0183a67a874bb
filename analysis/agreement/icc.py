"""Intraclass correlations of scores on a scale, from the mean squares of cases, readers and error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.judgements import patients
from analysis.clusters import repeated
from analysis.errors import ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level
from analysis.results import Interval
from analysis.table import Numbers

FORMS = {
    "1": ("ICC(1)", "cases random, each judged by readers of its own"),
    "2": ("ICC(A,1)", "readers and cases random"),
    "3": ("ICC(C,1)", "cases random, these readers, apart from their levels"),
}
_FEW = "fewer than two readers, or two cases that all of them judged: undefined; alpha takes gaps"
_FLAT = "all scores are the same: undefined"
_PERFECT = "no disagreement at all: the interval is undefined"
_CLUSTERS = "patients gave several cases, which the interval's F distribution does not allow for: no interval"


@dataclass(frozen=True)
class IntraclassCorrelation(Framed):
    """One form, named after Shrout and Fleiss and after McGraw and Wong; k: the mean of k readers."""

    name: str
    mcgraw_wong: str
    estimate: float | None
    interval: Interval | None
    readers: int
    cases: int
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Squares:
    """Mean squares of cases, readers, error, and of readers and error together (within cases)."""

    n: int
    k: int
    cases: float
    readers: float
    error: float
    within: float


def icc(
    scores: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> tuple[IntraclassCorrelation, ...]:
    """The forms 1,1; 2,1; 3,1; 1,k; 2,k; 3,k of scores (cases, readers); nan where a reader gave none.

    The mean squares need every reader's score of a case: cases with gaps are left out and counted in a
    note. Intervals are exact F intervals for forms 1 and 3, and after Satterthwaite for form 2; those for k
    readers are those for one, stepped up. Undefined, None with a note: fewer than two readers or complete
    cases, no variation; without any disagreement, and where a patient gave several cases, there is no
    interval. Raises ValueRefused for other shapes and infinite scores. Sources: Shrout PE, Fleiss JL,
    Psychol Bull 1979; 86: 420-428; McGraw KO, Wong SP, Psychol Methods 1996; 1: 30-46, table 7.
    """
    check_level(level)
    grid = np.asarray(scores, dtype=np.float64)
    if grid.ndim != 2 or np.isinf(grid).any():
        raise ValueRefused(
            "scores", "scores are finite or nan, with a row per case and a column per reader", "check them"
        )
    whole = np.isfinite(grid).all(axis=1)
    left = int(np.isfinite(grid).any(axis=1).sum() - whole.sum())
    notes: tuple[str, ...] = (f"{left} cases without a score of every reader are left out",) if left else ()
    if repeated(patients(patient, len(grid))[whole]):
        notes += (_CLUSTERS,)
    grid = grid[whole]
    single = [_one(form, grid, level, notes) for form in FORMS]
    return (*single, *(_stepped_up(one) for one in single))


def _one(form: str, grid: Numbers, level: float, notes: tuple[str, ...]) -> IntraclassCorrelation:
    other, method = FORMS[form]
    n, k = grid.shape

    def told(estimate: float | None, interval: Interval | None, *why: str) -> IntraclassCorrelation:
        name = f"ICC({form},1)"
        return IntraclassCorrelation(name, other, estimate, interval, k, n, method, (*notes, *why))

    if n < 2 or k < 2:
        return told(None, None, _FEW)
    squares = _squares(grid)
    if squares.cases == squares.within == 0:
        return told(None, None, _FLAT)
    if (squares.within if form == "1" else squares.error) <= 1e-14 * squares.cases:
        return told(_estimate(form, squares), None, _PERFECT)
    interval = None if _CLUSTERS in notes else _interval(form, squares, level)
    return told(_estimate(form, squares), interval)


def _squares(grid: Numbers) -> _Squares:
    n, k = grid.shape
    centred = grid - grid.mean()
    of_cases, of_readers = centred.mean(axis=1), centred.mean(axis=0)
    left = centred - of_cases[:, None] - of_readers
    between, error = n * float(of_readers @ of_readers), float((left**2).sum())
    return _Squares(
        n,
        k,
        cases=k * float(of_cases @ of_cases) / (n - 1),
        readers=between / (k - 1),
        error=error / ((n - 1) * (k - 1)),
        within=(between + error) / (n * (k - 1)),
    )


def _estimate(form: str, s: _Squares) -> float:
    if form == "1":
        return (s.cases - s.within) / (s.cases + (s.k - 1) * s.within)
    levels = s.k / s.n * (s.readers - s.error) if form == "2" else 0.0
    return (s.cases - s.error) / (s.cases + (s.k - 1) * s.error + levels)


def _interval(form: str, s: _Squares, level: float) -> Interval:
    if form == "2":
        return _of_agreement(s, level)
    noise, df = (s.within, s.n * (s.k - 1)) if form == "1" else (s.error, (s.n - 1) * (s.k - 1))
    f = s.cases / noise
    low, high = f / _upper_f(s.n - 1, df, level), f * _upper_f(df, s.n - 1, level)
    return Interval((low - 1) / (low + s.k - 1), (high - 1) / (high + s.k - 1), level)


def _of_agreement(s: _Squares, level: float) -> Interval:
    rho, n, k = _estimate("2", s), s.n, s.k
    odds = k * rho / (n * (1 - rho))
    readers, error = odds * s.readers, (1 + odds * (n - 1)) * s.error
    df = (readers + error) ** 2 / (readers**2 / (k - 1) + error**2 / ((n - 1) * (k - 1)))
    noise = k * s.readers + (k * n - k - n) * s.error
    down, up = _upper_f(n - 1, df, level), _upper_f(df, n - 1, level)
    return Interval(
        n * (s.cases - down * s.error) / (down * noise + n * s.cases),
        n * (up * s.cases - s.error) / (noise + n * up * s.cases),
        level,
    )


def _upper_f(df1: float, df2: float, level: float) -> float:
    from scipy.special import fdtri

    return float(fdtri(df1, df2, (1 + level) / 2))


def _stepped_up(one: IntraclassCorrelation) -> IntraclassCorrelation:
    """The mean of k readers' scores, by Spearman and Brown's formula, which is exact for these forms."""
    k = one.readers

    def up(value: float) -> float:
        return k * value / (1 + (k - 1) * value)

    interval = one.interval and Interval(up(one.interval.low), up(one.interval.high), one.interval.level)
    return IntraclassCorrelation(
        one.name.replace(",1)", ",k)"),
        one.mcgraw_wong.replace("1)", "k)"),
        None if one.estimate is None else up(one.estimate),
        interval,
        k,
        one.cases,
        one.method,
        one.notes,
    )
