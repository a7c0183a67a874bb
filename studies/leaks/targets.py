"""What a leak could tell: truth, truth within a case set, or which case set a case belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
FEWEST = 8  # of each class, cases and patients alike


@dataclass(frozen=True, eq=False)
class Target:
    """A yes-or-no question about some of the cases.

    cases (n,): their places among all; labels (n,): 0 or 1; patients (n,): codes, equal for one patient's.
    negative, positive: the two classes in words."""

    name: str
    negative: str
    positive: str
    cases: NDArray[np.intp]
    labels: Labels
    patients: NDArray[np.intp]

    @property
    def too_few(self) -> str:
        """Why nothing can be said, or ''. A patient counts in each class in which it has a case."""
        ones = int(self.labels.sum())
        for words, label, n in ((self.positive, 1, ones), (self.negative, 0, len(self.labels) - ones)):
            patients = len(np.unique(self.patients[self.labels == label]))
            if min(n, patients) < FEWEST:
                what = f"{n} cases" if patients == n else f"{n} cases of {patients} patients"
                return f"{words} has {what}; {FEWEST} are needed: too few to tell"
        if _movable(self.labels, self.patients) < 2 * FEWEST:
            return "too few patients have alike many cases to be exchanged: too few to tell"
        return ""


def targets(
    truth: Sequence[int | None], case_sets: Sequence[str], patients: Sequence[str], terms: tuple[str, str]
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
        asked.append(("case set", other, name, everywhere, (sets == name).astype(np.int8)))
    made = []
    for name, negative, positive, where, labels in asked:
        cases = np.flatnonzero(where)
        made.append(Target(name, negative, positive, cases, labels[cases], groups[cases]))
    return made


def _codes(patients: Sequence[str]) -> NDArray[np.intp]:
    named = [patient or f"\0{number}" for number, patient in enumerate(patients)]
    return np.asarray(np.unique(named, return_inverse=True)[1], dtype=np.intp)


def _movable(labels: Labels, patients: NDArray[np.intp]) -> int:
    """Patients that may exchange their labels with another one who has as many cases, but other labels."""
    blocks: dict[int, list[bytes]] = {}
    for patient in np.unique(patients):
        block = labels[patients == patient]
        blocks.setdefault(len(block), []).append(block.tobytes())
    return sum(len(same) for same in blocks.values() if len(set(same)) > 1)
