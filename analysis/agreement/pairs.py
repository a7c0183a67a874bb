"""Every pair of readers: percent agreement, Cohen's kappa and AC beside it, and what may distort a kappa."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np

from analysis.agreement.chance import Found, beyond_chance
from analysis.agreement.coefficients import these_readers
from analysis.agreement.judgements import Judgements
from analysis.agreement.variance import Coefficient, Without, mean_of, noted, told
from analysis.agreement.weights import MOST_CATEGORIES, Weights, name_of, weight_matrix
from analysis.clusters import effective_cases, repeated
from analysis.frames import Framed, Row, flat
from analysis.intervals import wilson
from analysis.results import Proportion
from analysis.table import Numbers

EXTREME = 0.9
KAPPAS = {"cohen": "conger", "gwet": "gwet"}
Which: TypeAlias = tuple[str, int]  # a name of KAPPAS, and the place of the weights


@dataclass(frozen=True)
class PairAgreement(Framed):
    """Two judgements of the same cases: of two readers, or of one reader at two showings; the readers are
    fixed.

    percent: the share of cases judged alike (Wilson). coefficients: Cohen's kappa and Gwet's AC, weights as
    asked. prevalence_index, bias_index: of two categories, the difference of the cells judged alike, and of
    those judged differently, each as a share of the cases (Byrt T et al., J Clin Epidemiol 1993; 46:
    423-429); None for more categories.
    """

    between: tuple[str, ...]
    cases: int
    percent: Proportion
    coefficients: tuple[Coefficient, ...]
    prevalence_index: float | None
    bias_index: float | None
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row per coefficient."""
        pair = " - ".join(self.between)
        return [flat(one, between=pair, percent=self.percent.estimate) for one in self.coefficients]


def each_pair(
    j: Judgements, names: Sequence[str], weights: Sequence[Weights], level: float
) -> tuple[tuple[PairAgreement, ...], tuple[Coefficient, ...]]:
    """All pairs of readers with cases in common, and the mean of their kappas and ACs, readers and cases
    random.

    The mean of Cohen's kappas is Light's (Light RJ, Psychol Bull 1971; 76: 365-377); pairs without a kappa
    are left out of it with a note.
    """
    matrices = [weight_matrix(j.values, chosen) for chosen in weights]
    found: dict[Which, list[Found]] = {(n, w): [] for w in range(len(weights)) for n in KAPPAS}
    pairs, met = [], []
    for a, b in combinations(range(j.readers), 2):
        both = j.of(a, b).paired
        if not both.cases:
            continue
        met.append((a, b))
        here = kappas(both, matrices)
        for key, one in here.items():
            found[key].append(one)
        pairs.append(of_pair(both, (names[a], names[b]), weights, here, level))
    means = tuple(
        _mean(j, met, parts, f"mean of pairs: {name}", name_of(weights[w]), level)
        for (name, w), parts in found.items()
    )
    return tuple(pairs), means


def kappas(both: Judgements, matrices: Sequence[Numbers]) -> dict[Which, Found]:
    """The coefficients of two columns of judgements, by name and place of the weights."""
    return {
        (name, w): one
        for w, matrix in enumerate(matrices)
        for name, one in zip(KAPPAS, beyond_chance(both, matrix, KAPPAS.values()), strict=True)
    }


def of_pair(
    both: Judgements,
    names: tuple[str, ...],
    weights: Sequence[Weights],
    found: Mapping[Which, Found],
    level: float,
) -> PairAgreement:
    """One pair's agreement from its judgements (cases, 2), without gaps."""
    same = (both.codes[:, 0] == both.codes[:, 1]).astype(np.float64)
    n, several = both.cases, repeated(both.patient)
    telling = effective_cases(same, both.patient, level) if several and n else None
    coefficients = tuple(
        these_readers(told(name, name_of(weights[w]), both.size, one, None, level), name)
        for (name, w), one in found.items()
    )
    prevalence, bias = _indices(both)
    return PairAgreement(
        between=names,
        cases=n,
        percent=wilson(int(same.sum()), n, level, telling),
        coefficients=coefficients,
        prevalence_index=prevalence,
        bias_index=bias,
        notes=extreme(both),
    )


def extreme(j: Judgements) -> tuple[str, ...]:
    """The caution of judgements nearly all of one category."""
    if not j.cases or not 1 < len(j.values) <= MOST_CATEGORIES or j.shares.max() < EXTREME:
        return ()
    common = f"{j.shares.max():.0%} of judgements are {j.values[j.shares.argmax()]:g}"
    return (
        f"{common}: kappas and alpha are low by their idea of chance even where readers agree; "
        "read AC and percent agreement beside them",
    )


def _indices(both: Judgements) -> tuple[float | None, float | None]:
    if len(both.values) != 2 or not both.cases:
        return None, None
    cells = np.bincount(2 * both.codes[:, 0] + both.codes[:, 1], minlength=4) / both.cases
    return abs(float(cells[3] - cells[0])), abs(float(cells[1] - cells[2]))


def _mean(
    j: Judgements,
    places: Sequence[tuple[int, int]],
    parts: Sequence[Found],
    name: str,
    weights: str,
    level: float,
) -> Coefficient:
    found, without = mean_of(parts, "no pair of readers has a defined value"), None
    if j.readers > 2:
        estimates = np.array([part.estimate for part in parts])
        left = [
            np.isfinite(estimates) & np.array([g not in pair for pair in places], dtype=bool)
            for g in range(j.readers)
        ]
        without = Without(np.array([estimates[kept].mean() if kept.any() else np.nan for kept in left]))
    return noted(told(name, weights, j.size, found, without, level), parts, "pairs")
