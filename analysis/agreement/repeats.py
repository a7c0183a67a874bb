"""Readers with themselves: the first and the second showing of the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.chance import Found
from analysis.agreement.icc import IntraclassCorrelation, icc
from analysis.agreement.judgements import Size, judgements, patients
from analysis.agreement.limits import LimitsOfAgreement, limits_of_agreement
from analysis.agreement.pairs import KAPPAS, PairAgreement, Which, kappas, of_pair
from analysis.agreement.repeat_limits import both_showings, limits_of_repeats
from analysis.agreement.variance import Coefficient, Without, mean_of, noted, told
from analysis.agreement.weights import Weights, name_of, weight_matrix
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level
from analysis.table import Codes, Numbers

SHOWINGS = ("first showing", "second showing")


@dataclass(frozen=True)
class ReaderWithSelf(Framed):
    """One reader's first and second showing; icc and limits are None where scores are categories only."""

    reader: str
    agreement: PairAgreement
    icc: IntraclassCorrelation | None
    limits: LimitsOfAgreement | None

    def rows(self) -> list[Row]:
        return self.agreement.rows()


@dataclass(frozen=True)
class WithSelf(Framed):
    """Every reader with him- or herself, the mean of the readers, and the limits of all their differences."""

    readers: tuple[ReaderWithSelf, ...]
    means: tuple[Coefficient, ...]
    limits: LimitsOfAgreement | None
    notes: tuple[str, ...] = ()
    method: str = "each reader with him- or herself"

    def rows(self) -> list[Row]:
        """The means, then the readers' rows."""
        return [flat(one) for one in self.means] + [row for one in self.readers for row in one.rows()]


def with_self(
    first: ArrayLike,
    second: ArrayLike,
    names: Sequence[str],
    weights: Sequence[Weights] = ("identity",),
    level: float = 0.95,
    categories: Sequence[float] | None = None,
    patient: ArrayLike | None = None,
    scale: bool = True,
) -> WithSelf:
    """Agreement of readers with themselves from scores at two showings, each (cases, readers), nan for none.

    Each reader alone: percent agreement, Cohen's kappa, AC, ICC(1,1) and limits of agreement, cases random.
    The mean of the readers: readers and cases random. scale: whether scores are numbers on a scale, rather
    than names of categories; without it there is no icc and there are no limits. Undefined as for the
    parts. Raises ValueRefused, UnknownChoice.
    """
    check_level(level)
    a, b = both_showings(first, second, names)
    seen = np.isfinite(a)
    code = patients(patient, len(a))
    values = np.unique(np.concatenate([a[seen], b[seen]]) if categories is None else np.asarray(categories))
    matrices = [weight_matrix(values, chosen) for chosen in weights]
    found: dict[Which, list[Found]] = {(n, w): [] for w in range(len(weights)) for n in KAPPAS}
    readers = []
    for g in map(int, np.flatnonzero(seen.any(axis=0))):
        kept = seen[:, g]
        scores, whose = np.stack([a[kept, g], b[kept, g]], axis=1), code[kept]
        one = replace(judgements(scores, list(values)), patient=whose)
        here = kappas(one, matrices)
        for key, part in here.items():
            found[key].append(part)
        pair = of_pair(one, SHOWINGS, weights, here, level)
        numbers = _on_scale(scores, whose, level) if scale else (None, None)
        readers.append(ReaderWithSelf(names[g], pair, *numbers))
    size = (len(readers), int(seen.any(axis=1).sum()), 2 * int(seen.sum()))
    means = tuple(
        _mean(parts, f"mean of readers: {name}", name_of(weights[w]), size, level)
        for (name, w), parts in found.items()
    )
    return WithSelf(tuple(readers), means, limits_of_repeats(a, b, level, patient) if scale else None)


def _on_scale(
    scores: Numbers, patient: Codes, level: float
) -> tuple[IntraclassCorrelation, LimitsOfAgreement]:
    limits = limits_of_agreement(scores[:, 0], scores[:, 1], level, patient)
    return icc(scores, level, patient)[0], limits


def _mean(parts: Sequence[Found], name: str, weights: str, size: Size, level: float) -> Coefficient:
    found = mean_of(parts, "no reader has a defined value")
    defined = [part.estimate for part in parts if np.isfinite(part.estimate)]
    count = len(defined)
    without = None
    if count > 2:
        without = Without((count * found.estimate - np.array(defined)) / (count - 1))
    return noted(told(name, weights, size, found, without, level), parts, "readers")
