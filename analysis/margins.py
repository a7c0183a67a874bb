"""Non-inferiority and equivalence: a difference against a margin that was fixed beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from analysis.errors import ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level
from analysis.multiplicity import holm

NON_INFERIORITY = "non-inferiority"
EQUIVALENCE = "equivalence"
_NO_ERROR = "the difference has no standard error: nothing can be concluded"


class Compared(Protocol):
    """What a margin needs of a difference: first less second with its error; df None means normal."""

    @property
    def between(self) -> tuple[str, str]: ...
    @property
    def estimate(self) -> float | None: ...
    @property
    def se(self) -> float | None: ...
    @property
    def df(self) -> float | None: ...
    @property
    def method(self) -> str: ...


@dataclass(frozen=True)
class MarginTest(Framed):
    """One claim about a difference, held against a margin.

    p: one-sided (the larger of two for equivalence) at the difference's degrees of freedom; shown: p <=
    alpha; p_holm: adjusted where several claims were made together. None means undefined, and a note says
    why.
    """

    kind: str
    claim: str
    between: tuple[str, str]
    margin: float
    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    p_holm: float | None
    alpha: float
    shown: bool | None
    conclusion: str
    method: str
    notes: tuple[str, ...] = ()


def non_inferiority(difference: Compared, margin: float, level: float = 0.95) -> MarginTest:
    """Whether the first is not worse than the second by the margin or more, larger figures being better.

    margin > 0 in the figure's units. t = (estimate + margin) / se, one-sided, against alpha = (1 - level) /
    2: shown exactly when the lower limit of the two-sided interval of this level is above -margin.
    Undefined without a standard error (one reader, no variation). Raises ValueRefused. Source: ICH E9,
    1998, section 3.3.2; Hillis's degrees of freedom as they come with the difference.
    """
    check_level(level)
    first, second = difference.between
    claim = f"{first} is not inferior to {second} by {_checked(margin):g} or more"
    return _test(NON_INFERIORITY, claim, difference, margin, level, (1,))


def equivalence(difference: Compared, margin: float, level: float = 0.95) -> MarginTest:
    """Whether first and second differ by less than the margin: two one-sided tests (TOST).

    As `non_inferiority` in both directions; each at alpha = (1 - level) / 2, so that the claim is shown
    exactly when the two-sided interval of this level lies within the margins (level 0.90 for tests at 5 %).
    Source: Schuirmann DJ, J Pharmacokinet Biopharm 1987; 15: 657-680.
    """
    check_level(level)
    first, second = difference.between
    claim = f"{first} and {second} differ by less than {_checked(margin):g}"
    return _test(EQUIVALENCE, claim, difference, margin, level, (1, -1))


def all_claims(
    differences: Sequence[Compared], margin: float, equivalent: bool = False, level: float = 0.95
) -> tuple[MarginTest, ...]:
    """Equivalence of every pair, or non-inferiority in both directions; several pairs are adjusted (Holm)."""
    if equivalent:
        found = [equivalence(one, margin, level) for one in differences]
    else:
        turned = [way for one in differences for way in (one, _Turned(one))]
        found = [non_inferiority(one, margin, level) for one in turned]
    if len(differences) < 2:
        return tuple(found)
    family = holm([one.p for one in found], [one.claim for one in found])
    return tuple(replace(one, p_holm=p) for one, p in zip(found, family.adjusted, strict=True))


@dataclass(frozen=True)
class _Turned:
    """Second less first."""

    of: Compared

    @property
    def between(self) -> tuple[str, str]:
        return self.of.between[1], self.of.between[0]

    @property
    def estimate(self) -> float | None:
        return None if self.of.estimate is None else 0.0 - self.of.estimate

    @property
    def se(self) -> float | None:
        return self.of.se

    @property
    def df(self) -> float | None:
        return self.of.df

    @property
    def method(self) -> str:
        return self.of.method


def _test(
    kind: str, claim: str, difference: Compared, margin: float, level: float, sides: tuple[int, ...]
) -> MarginTest:
    estimate, se, alpha = difference.estimate, difference.se, (1 - level) / 2
    told = (kind, claim, difference.between, margin, estimate, se, difference.df)
    if estimate is None or not se:
        conclusion = f"undefined: {_NO_ERROR}"
        return MarginTest(*told, None, None, None, alpha, None, conclusion, difference.method, (_NO_ERROR,))
    t = min((side * estimate + margin) / se for side in sides)
    p = _above(t, difference.df)
    shown = p <= alpha
    word = "shown" if shown else "not shown"
    conclusion = f"{word} that {claim} (one-sided P = {p:.3g}, alpha {alpha:.4g})"
    return MarginTest(*told, t, p, None, alpha, shown, conclusion, difference.method)


def _above(t: float, df: float | None) -> float:
    from scipy.special import ndtr, stdtr

    return float(ndtr(-t)) if df is None else float(stdtr(df, -t))


def _checked(margin: float) -> float:
    if not margin > 0 or not math.isfinite(margin):
        raise ValueRefused(f"margin {margin}", "a margin is above 0", "give for example 0.05")
    return margin
