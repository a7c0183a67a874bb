"""Two paired proportions: McNemar's tests, and intervals of their difference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.clusters import repeated
from analysis.errors import ValueRefused
from analysis.frames import Framed
from analysis.intervals import check_level, normal_quantile, spread, wilson
from analysis.results import Interval
from analysis.table import Codes, Numbers

_NO_PAIR = "no case counts under both: undefined"
_CLUSTERS = "patients gave several cases: chi-squared and the interval count patients, other tests do not"


@dataclass(frozen=True)
class PairedProportions(Framed):
    """Two proportions of the same cases, and first less second. None means undefined, and a note says why.

    both, first_only, second_only, neither: numbers of cases. interval: Tango's score interval (over
    patients with t quantiles, where some gave several cases); newcombe: Newcombe's. p_exact, p_mid:
    McNemar's exact test and its mid-p version, two-sided; chi_squared: without continuity correction.
    """

    both: int
    first_only: int
    second_only: int
    neither: int
    first: float | None
    second: float | None
    difference: float | None
    interval: Interval | None
    newcombe: Interval | None
    p_exact: float | None
    p_mid: float | None
    chi_squared: float | None
    p_chi_squared: float | None
    cases: int
    notes: tuple[str, ...] = ()
    readers: int = 1
    method: str = "McNemar, with Tango's and Newcombe's intervals; cases random"

    @property
    def p(self) -> float | None:
        """The P value to report: exact, and that of chi-squared where patients gave several cases."""
        return self.p_chi_squared if self.p_exact is None else self.p_exact


def mcnemar(
    first: ArrayLike, second: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> PairedProportions:
    """Two proportions on the same cases, for example of one reader's right calls under two conditions.

    first, second (cases,): 0 or 1. Cases are random (patients, where `patient` (cases,) names several cases
    of some; chi-squared is then that of the patients' sums, after Obuchowski NA, Stat Med 1998; 17:
    1495-1507). Undefined without cases. Without discordant cases P values are 1, chi-squared is undefined,
    and the score interval still has a width. Raises ValueRefused. Sources: McNemar Q, Psychometrika 1947;
    12: 153-157; mid-p: Fagerland MW et al., BMC Med Res Methodol 2013; 13: 91; Tango T, Stat Med 1998; 17:
    891-908; Newcombe RG, Stat Med 1998; 17: 2635-2650, method 10.
    """
    check_level(level)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or not np.isin([*a, *b], (0, 1)).all():
        raise ValueRefused("paired proportions", "both hold 0 or 1 for the same cases", "check both arrays")
    n = len(a)
    cells = (int((a * b).sum()), int((a * (1 - b)).sum()), int(((1 - a) * b).sum()))
    counts = (*cells, n - sum(cells))
    if n == 0:
        return PairedProportions(*counts, *(None,) * 9, 0, (_NO_PAIR,))
    codes = None if patient is None else np.unique(np.asarray(patient), return_inverse=True)[1]
    if codes is not None and repeated(codes):
        return _over_patients(counts, a - b, codes, level)
    _, x, y, _ = counts
    exact, mid = _binomial(x, y)
    chi = (x - y) ** 2 / (x + y) if x + y else None
    return PairedProportions(
        *counts,
        *_shares(counts),
        tango_interval(x, y, n, level),
        newcombe_interval(counts, level),
        exact,
        mid,
        chi,
        _chi_squared_p(chi),
        n,
    )


def tango_interval(first_only: int, second_only: int, n: int, level: float = 0.95) -> Interval:
    """Tango's score interval of the difference of two proportions of the same n > 0 cases."""
    z = normal_quantile(level)

    def score(delta: float) -> float:
        linear = (2 * n - first_only + second_only) * delta - first_only - second_only
        root = math.sqrt(max(linear**2 + 8 * n * second_only * delta * (1 - delta), 0.0))
        variance = n * ((root - linear) / (2 * n) + delta * (1 - delta))
        gap = first_only - second_only - n * delta
        if variance <= 0:
            return math.copysign(math.inf, gap) if gap else 0.0
        return gap / math.sqrt(variance)

    estimate = (first_only - second_only) / n
    return Interval(_crossing(score, -1.0, estimate, z), _crossing(score, estimate, 1.0, -z), level)


def newcombe_interval(counts: tuple[int, int, int, int], level: float = 0.95) -> Interval:
    """Newcombe's interval from Wilson's of both proportions; counts as in PairedProportions, not all 0."""
    a, b, c, d = counts
    n = sum(counts)
    one, other = wilson(a + b, n, level).interval, wilson(a + c, n, level).interval
    assert one is not None and other is not None
    p, q = (a + b) / n, (a + c) / n
    product = (a + b) * (c + d) * (a + c) * (b + d)
    alike = a * d - b * c
    phi = (max(alike - n / 2, 0.0) if alike > 0 else alike) / math.sqrt(product) if product else 0.0
    below, above = (p - one.low, other.high - q), (one.high - p, q - other.low)
    down, up = (math.sqrt(x * x - 2 * phi * x * y + y * y) for x, y in (below, above))
    return Interval(p - q - down, p - q + up, level)


def _over_patients(
    counts: tuple[int, int, int, int], gap: Numbers, patient: Codes, level: float
) -> PairedProportions:
    n = len(gap)
    sums = np.bincount(patient, weights=gap)
    k, squares = len(sums), float(sums @ sums)
    chi = float(gap.sum()) ** 2 / squares if squares else None
    moves = np.bincount(patient, weights=gap - gap.mean()) / n
    variance = k / (k - 1) * float(moves @ moves) if k > 1 else math.nan
    got = spread(float(gap.mean()), variance, float(k - 1), level, (-1.0, 1.0))
    return PairedProportions(
        *counts, *_shares(counts), got.interval, None, None, None, chi, _chi_squared_p(chi), n, (_CLUSTERS,)
    )


def _shares(counts: tuple[int, int, int, int]) -> tuple[float, float, float]:
    a, b, c, _ = counts
    n = sum(counts)
    return (a + b) / n, (a + c) / n, (b - c) / n


def _binomial(x: int, y: int) -> tuple[float, float]:
    """McNemar's exact two-sided P value, and its mid-p version, from the discordant counts."""
    from scipy.special import bdtr

    n, least = x + y, min(x, y)
    if n == 0:
        return 1.0, 1.0
    below = float(bdtr(least, n, 0.5))
    point = below - float(bdtr(least - 1, n, 0.5)) if least else below
    return min(2 * below, 1.0), min(2 * below - point, 1.0)


def _chi_squared_p(statistic: float | None) -> float | None:
    from scipy.special import chdtrc

    return None if statistic is None else float(chdtrc(1, statistic))


def _crossing(score: Callable[[float], float], low: float, high: float, target: float) -> float:
    """Where the score, which falls from low to high, reaches the target; an end where it does not."""
    if score(low) <= target:
        return low
    if score(high) >= target:
        return high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if score(middle) > target else (low, middle)
