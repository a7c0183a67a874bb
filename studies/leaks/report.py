"""The leak audit: cases' facts and truth in, a report out, and what of it stands in the way of opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.leaks.combined import Combined
from studies.leaks.duplicates import Duplicate, duplicates
from studies.leaks.family import Asking, Family, asked_kinds, family
from studies.leaks.features import GATING, KINDS, CaseFacts
from studies.leaks.findings import Finding
from studies.leaks.level import TOGETHER, level, refuse_too_fine
from studies.leaks.targets import Target, targets

SEED = 20260324  # of exchanged labels and folds: the same files give the same report


@dataclass(frozen=True)
class TargetResult:
    """One target: how many cases and patients, how often the more common class is right, and the families.

    too_few: why finding nothing is not 'no leak', or ''. Where not even a perfect rule could be told from
    chance there are no families."""

    target: str
    negative: str
    positive: str
    negatives: int
    positives: int
    patients: int
    base_rate: float
    too_few: str
    families: tuple[Family, ...]


@dataclass(frozen=True)
class LeakReport:
    """What the files of a study tell. kinds: of features that were looked at. alpha, family: level.Level."""

    kinds: tuple[str, ...]
    cases: int
    images: int
    without_picture: int
    alpha: float
    family: str
    seed: int
    targets: tuple[TargetResult, ...]
    duplicates: tuple[Duplicate, ...]

    @property
    def refusals(self) -> tuple[str, ...]:
        """What the files that readers get tell of truth or of the case set. At the gate's level it is why the
        study may not open."""
        return tuple(
            f"{result.target} is told by {said}"
            for result in self.targets
            for family in result.families
            if family.kind in GATING
            for said in _told(family)
        )

    @property
    def too_few(self) -> tuple[str, ...]:
        """Of which targets finding nothing means nothing, and of which only the form of histories."""
        return tuple(
            f"{result.target}: {said}"
            for result in self.targets
            for said in dict.fromkeys([result.too_few, *(family.too_few for family in result.families)])
            if said
        )


def look(
    cases: Sequence[CaseFacts],
    truth: Sequence[int | None],
    case_sets: Sequence[str],
    terms: tuple[str, str],
    kinds: Sequence[str] = KINDS,
    seed: int = SEED,
    quick: bool = False,
    alpha: float | None = None,
) -> LeakReport:
    """Audits cases in any order. truth (n,): 0, 1 or None; case_sets (n,): names; terms: negative, positive.
    quick: leaves the tree out where a single rule tells already.

    With a probability of at most alpha any rule of the report tells wrongly, whatever its kind, target and
    form; where it is None, with at most 0.05 any rule of a kind, or of those that refuse opening, over all
    targets. NotReady: see level."""
    own, kinds = level(alpha), asked_kinds(cases, kinds)
    patients = [case.patient for case in cases]
    asked = targets(truth, case_sets, patients, terms, own.finer(kinds))
    asking = Asking(kinds, sum(target.asked for target in asked), own, seed, quick)
    if alpha is not None:
        refuse_too_fine(max(map(asking.tests, kinds), default=0) * TOGETHER, alpha)
    return LeakReport(
        kinds=kinds,
        cases=len(cases),
        images=sum(len(case.images) for case in cases),
        without_picture=sum(image.signature is None for case in cases for image in case.images),
        alpha=own.alpha,
        family=own.family,
        seed=seed,
        targets=tuple(_result(target, cases, asking) for target in asked),
        duplicates=duplicates(cases, truth),
    )


def _result(target: Target, cases: Sequence[CaseFacts], asking: Asking) -> TargetResult:
    ones, n = int(target.labels.sum()), len(target.labels)
    asked = asking.kinds if target.asked else ()
    families = tuple(family(target, cases, kind, asking) for kind in asked)
    return TargetResult(
        target=target.name,
        negative=target.negative,
        positive=target.positive,
        negatives=n - ones,
        positives=ones,
        patients=len(np.unique(target.patients)),
        base_rate=target.base_rate,
        too_few=target.too_few,
        families=families,
    )


def _told(family: Family) -> list[str]:
    said = [f"{rule.feature} in {_right(rule, family.base_rate)}" for rule in family.telling]
    model = family.combined
    if model and model.tells:
        how = "together" if len(model.used) > 1 else "in steps"
        said.append(f"{' and '.join(model.used)} {how} in {_right(model, family.base_rate)}")
    return said


def _right(found: Finding | Combined, base_rate: float) -> str:
    """Names no threshold: who reads a refusal need not learn which cases are which. A rule that is right no
    more often than the common class says so, for it tells by making one class likelier."""
    low, high = 100 * (found.accuracy.low or 0.0), 100 * (found.accuracy.high or 0.0)
    said = f"{found.correct} of {found.cases} cases (95 % CI {low:.0f}–{high:.0f} %)"
    if found.correct > base_rate * found.cases:
        return said
    base = f"no more than the base rate of {100 * base_rate:.0f} %"
    return f"{said}, {base}, but p = {found.p:.2g}"
