"""What a leak could tell: truth, truth within a case set, or which case set a case belongs to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studies.leaks.chance import Labels, ways

CASE_SET = "case set"
FEWEST = 8  # of each class, cases and patients alike: below, a weak leak would not show
FEWEST_ASKED = 3  # below, nothing is asked
WAYS, WAYS_ASKED = math.log(2000), math.log(200)  # of exchanging labels: p is no smaller than one of them


@dataclass(frozen=True, eq=False)
class Target:
    """A yes-or-no question about some of the cases.

    cases (n,): their places among all; labels (n,): 0 or 1; patients (n,): codes, equal for one patient's.
    negative, positive: the two classes in words. finer: level.Level.finer."""

    name: str
    negative: str
    positive: str
    cases: NDArray[np.intp]
    labels: Labels
    patients: NDArray[np.intp]
    finer: float = 1.0

    def among(self, where: NDArray[np.bool_]) -> Target:
        """The same question of some of its cases."""
        return replace(
            self, cases=self.cases[where], labels=self.labels[where], patients=self.patients[where]
        )

    @property
    def asked(self) -> bool:
        """Whether a perfect rule could be told from chance: if not, no rule is tried."""
        few = min(count for _, *counts in self._counts() for count in counts)
        return few >= FEWEST_ASKED and self._ways >= WAYS_ASKED

    @property
    def base_rate(self) -> float:
        """How often the more common class is right."""
        n, ones = len(self.labels), int(self.labels.sum())
        return max(ones, n - ones) / n if n else 0.0

    @property
    def too_few(self) -> str:
        """Why finding nothing means nothing, or ''. A patient counts in each class in which it has a case."""
        end = "too few to tell any but a glaring leak" if self.asked else "too few to tell"
        for words, n, patients in self._counts():
            if min(n, patients) < FEWEST:
                what = f"{n} case{'' if n == 1 else 's'}"
                of = "" if patients == n else f" of {patients} patient{'' if patients == 1 else 's'}"
                return f"{words} has {what}{of}; {FEWEST} are needed: {end}"
        if self._ways < WAYS:
            return f"too few patients have different cases, or as many cases as another: {end}"
        return ""

    @property
    def _ways(self) -> float:
        return ways(self.labels, self.patients) - math.log(self.finer)

    def _counts(self) -> list[tuple[str, int, int]]:
        """Of each class: its name, cases and patients."""
        named = ((self.positive, self.labels == 1), (self.negative, self.labels == 0))
        return [(words, int(own.sum()), len(np.unique(self.patients[own]))) for words, own in named]


def targets(
    truth: Sequence[int | None],
    case_sets: Sequence[str],
    patients: Sequence[str],
    terms: tuple[str, str],
    finer: float = 1.0,
) -> list[Target]:
    """Truth over all cases; with several case sets also truth within each, and each set against the others
    (with two sets, one question). Cases without truth are left out of truth's. terms: negative, positive."""
    groups = _codes(patients)
    sets = np.array(case_sets)
    known = np.array([value is not None for value in truth], dtype=bool)
    values = np.array([value or 0 for value in truth], dtype=np.int8)
    names = sorted(set(case_sets))
    several = names if len(names) > 1 else []
    asked = [("truth", *terms, known, values)]
    asked += [(f"truth in case set {name}", *terms, known & (sets == name), values) for name in several]
    everywhere = np.ones(len(sets), dtype=bool)
    for name in several[: 1 if len(several) == 2 else None]:
        other = several[1] if len(several) == 2 else "other sets"
        asked.append((CASE_SET, other, name, everywhere, (sets == name).astype(np.int8)))
    made = []
    for name, negative, positive, where, labels in asked:
        cases = np.flatnonzero(where)
        made.append(Target(name, negative, positive, cases, labels[cases], groups[cases], finer))
    return made


def _codes(patients: Sequence[str]) -> NDArray[np.intp]:
    named = [patient or f"\0{number}" for number, patient in enumerate(patients)]
    return np.asarray(np.unique(named, return_inverse=True)[1], dtype=np.intp)
