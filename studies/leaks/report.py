"""The leak audit: cases' facts and truth in, a report out, and what of it stands in the way of opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.leaks.combined import Combined, combined
from studies.leaks.duplicates import Duplicate, duplicates
from studies.leaks.features import DERIVATIVE, KINDS, CaseFacts, columns
from studies.leaks.findings import ALPHA, Finding, findings
from studies.leaks.targets import Target, targets

SEED = 20260324  # of exchanged labels and folds: the same files give the same report
# Of the 5 % that a family may err, single rules have two thirds, the tree one; each is shared by the targets.
SINGLE, TOGETHER = 1.5, 3.0


@dataclass(frozen=True)
class Family:
    """The rules of one kind against one target. constant: features that are alike in all cases."""

    kind: str
    rules: tuple[Finding, ...]
    combined: Combined | None
    constant: tuple[str, ...]

    @property
    def telling(self) -> tuple[Finding, ...]:
        return tuple(rule for rule in self.rules if rule.tells)

    @property
    def tells(self) -> bool:
        return bool(self.telling) or bool(self.combined and self.combined.tells)


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
    """What the files of a study tell. kinds: of features that were looked at."""

    kinds: tuple[str, ...]
    cases: int
    images: int
    without_picture: int
    alpha: float
    seed: int
    targets: tuple[TargetResult, ...]
    duplicates: tuple[Duplicate, ...]

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why the study may not open: what the files that readers get tell of truth or of the case set."""
        return tuple(
            f"{result.target} is told by {said}"
            for result in self.targets
            for family in result.families
            if family.kind == DERIVATIVE
            for said in _told(result, family)
        )

    @property
    def too_few(self) -> tuple[str, ...]:
        return tuple(f"{result.target}: {result.too_few}" for result in self.targets if result.too_few)


def look(
    cases: Sequence[CaseFacts],
    truth: Sequence[int | None],
    case_sets: Sequence[str],
    terms: tuple[str, str],
    kinds: Sequence[str] = KINDS,
    seed: int = SEED,
    quick: bool = False,
) -> LeakReport:
    """Audits cases in any order. truth (n,): 0, 1 or None; case_sets (n,): names; terms: negative, positive.
    quick: leaves the tree out where a single rule tells already.

    All rules of a kind, over all targets, say 'tells' wrongly with a probability of at most 0.05 together."""
    asked = targets(truth, case_sets, [case.patient for case in cases], terms)
    tests = sum(target.asked for target in asked)
    return LeakReport(
        kinds=tuple(kinds),
        cases=len(cases),
        images=sum(len(case.images) for case in cases),
        without_picture=sum(image.signature is None for case in cases for image in case.images),
        alpha=ALPHA,
        seed=seed,
        targets=tuple(_result(target, cases, kinds, tests, seed, quick) for target in asked),
        duplicates=duplicates(cases, truth),
    )


def _result(
    target: Target, cases: Sequence[CaseFacts], kinds: Sequence[str], tests: int, seed: int, quick: bool
) -> TargetResult:
    ones, n = int(target.labels.sum()), len(target.labels)
    asked = kinds if target.asked else ()
    families = tuple(_family(target, cases, kind, tests, seed, quick) for kind in asked)
    return TargetResult(
        target=target.name,
        negative=target.negative,
        positive=target.positive,
        negatives=n - ones,
        positives=ones,
        patients=len(np.unique(target.patients)),
        base_rate=max(ones, n - ones) / n if n else 0.0,
        too_few=target.too_few,
        families=families,
    )


def _family(
    target: Target, cases: Sequence[CaseFacts], kind: str, tests: int, seed: int, quick: bool
) -> Family:
    own = columns([cases[place] for place in target.cases], kind)
    rules = tuple(findings(target, own, tests * SINGLE, seed))
    proven = quick and any(rule.tells for rule in rules)
    return Family(
        kind=kind,
        rules=rules,
        combined=None if proven else combined(target, own, tests * TOGETHER, seed),
        constant=tuple(column.name for column in own if column.constant),
    )


def _told(result: TargetResult, family: Family) -> list[str]:
    said = [f"{rule.feature} in {_right(rule, result.base_rate)}" for rule in family.telling]
    model = family.combined
    if model and model.tells:
        how = "together" if len(model.used) > 1 else "in steps"
        said.append(f"{' and '.join(model.used)} {how} in {_right(model, result.base_rate)}")
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
