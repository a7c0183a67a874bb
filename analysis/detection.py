"""d' and criterion of one reader's calls, by the equal-variance normal model.

Sources: Macmillan NA, Creelman CD, Detection Theory, 2nd ed., 2005, ch. 1-2 (d', c). Gourevitch V,
Galanter E, Psychometrika 1967; 32: 25-33 (variance). Hautus MJ, Behav Res Methods Instrum
Comput 1995; 27: 46-51 (log-linear rates).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.frames import Framed
from analysis.intervals import check_level, normal_quantile
from analysis.results import Interval
from analysis.roc import checked
from analysis.table import Numbers

LOG_LINEAR = "a rate is 0 or 1: half a case is added to each count (log-linear)"
SEVERAL = "some patients gave several cases: the error is the jackknife's over patients"


@dataclass(frozen=True)
class Detection(Framed):
    """Sensitivity to the target condition, d', and leaning, c (above 0: reluctant to call it present).

    Intervals are normal, over random cases of this reader. None: a class is empty.
    """

    d_prime: float | None
    d_prime_se: float | None
    d_prime_interval: Interval | None
    criterion: float | None
    criterion_se: float | None
    criterion_interval: Interval | None
    negatives: int
    positives: int
    readers: int = 1
    method: str = "equal-variance normal, cases random"
    notes: tuple[str, ...] = ()


def detection_of(
    truth: ArrayLike, call: ArrayLike, level: float = 0.95, patient: ArrayLike | None = None
) -> Detection:
    """d' = z(H) - z(F) and c = -(z(H) + z(F)) / 2 of calls (n,), 0 or 1, on truth (n,), 0 or 1.

    H, F: shares of positive and negative cases called present; where one is 0 or 1, both counts get half a
    case more and both numbers of cases one. patient (n,): names, where some gave several cases. Undefined
    with an empty class. Raises ValueRefused on ragged or non-finite input.
    """
    check_level(level)
    y, x = checked(truth, call)
    n1, n0 = int(y.sum()), int((1 - y).sum())
    if not n1 or not n0:
        note = f"no {'positive' if not n1 else 'negative'} cases: d' and criterion are undefined"
        return Detection(None, None, None, None, None, None, n0, n1, notes=(note,))
    counts = np.array([[x[y == 1].sum(), n1, x[y == 0].sum(), n0]], dtype=np.float64)
    smooth = bool(((counts[:, 0] % n1) * (counts[:, 2] % n0) == 0).any())
    (hit,), (false,) = _probits(counts, smooth)
    variances, notes = _variances(y.astype(np.float64), x, counts, smooth, patient)
    d_prime, criterion = float(hit - false), 0.0 - float((hit + false) / 2)
    z = normal_quantile(level)
    (d_se, c_se) = (math.sqrt(each) for each in variances)
    return Detection(
        d_prime,
        d_se,
        Interval(d_prime - z * d_se, d_prime + z * d_se, level),
        criterion,
        c_se,
        Interval(criterion - z * c_se, criterion + z * c_se, level),
        n0,
        n1,
        notes=((LOG_LINEAR,) if smooth else ()) + notes,
    )


def _probits(counts: Numbers, smooth: bool) -> tuple[Numbers, Numbers]:
    from scipy.special import ndtri

    hits, n1, false, n0 = counts.T + (np.array([[0.5], [1.0], [0.5], [1.0]]) if smooth else 0.0)
    return ndtri(hits / n1), ndtri(false / n0)


def _variances(
    y: Numbers, x: Numbers, counts: Numbers, smooth: bool, patient: ArrayLike | None
) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Of d' and of c: by the delta method, or leaving out one patient at a time."""
    code = None if patient is None else np.unique(np.asarray(patient), return_inverse=True)[1]
    if code is None or code.max() + 1 == len(code):
        add = (0.5, 1.0) if smooth else (0.0, 0.0)
        parts = []
        for k, n, z in zip(
            counts[0, ::2], counts[0, 1::2], (p[0] for p in _probits(counts, smooth)), strict=True
        ):
            share, size = (k + add[0]) / (n + add[1]), n + add[1]
            parts.append(share * (1 - share) / size * 2 * math.pi * math.exp(z * z))
        return (sum(parts), sum(parts) / 4), ()
    gone = np.array([np.bincount(code, weights=w) for w in (x * y, y, x * (1 - y), 1 - y)]).T
    hit, false = _probits(counts - gone, True)
    size = len(gone)
    spread = [
        (size - 1) / size * float(((v - v.mean()) ** 2).sum()) for v in (hit - false, (hit + false) / 2)
    ]
    return (spread[0], spread[1]), (SEVERAL,)
