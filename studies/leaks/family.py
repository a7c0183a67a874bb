"""The rules of one kind of feature against one target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.leaks.combined import Combined, combined
from studies.leaks.features import FORM, HISTORY, CaseFacts, columns
from studies.leaks.findings import Finding, findings
from studies.leaks.level import SINGLE, TOGETHER, Level
from studies.leaks.targets import Target


@dataclass(frozen=True)
class Family:
    """constant: features that are alike in all cases. base_rate, too_few: of the cases that are asked, which
    for the form of histories are those that have one; see report.TargetResult."""

    kind: str
    rules: tuple[Finding, ...]
    combined: Combined | None
    constant: tuple[str, ...]
    base_rate: float
    too_few: str

    @property
    def telling(self) -> tuple[Finding, ...]:
        return tuple(rule for rule in self.rules if rule.tells)

    @property
    def tells(self) -> bool:
        return bool(self.telling) or bool(self.combined and self.combined.tells)


@dataclass(frozen=True)
class Asking:
    """What is asked of every target, and how. targets: how many are asked."""

    kinds: tuple[str, ...]
    targets: int
    level: Level
    seed: int
    quick: bool

    def tests(self, kind: str) -> int:
        """By how much a kind's p is multiplied for the targets and for the kinds that share its level."""
        return self.targets * self.level.shares(kind, self.kinds)


def asked_kinds(cases: Sequence[CaseFacts], kinds: Sequence[str]) -> tuple[str, ...]:
    """The kinds, but not those of histories that are alike or not there, which would share the level."""

    def varies(kind: str) -> bool:
        having = [case for case in cases if case.own.get(kind)]
        return any(not column.constant for column in columns(having, kind))

    return tuple(kind for kind in kinds if kind not in (FORM, HISTORY) or varies(kind))


def family(target: Target, cases: Sequence[CaseFacts], kind: str, asking: Asking) -> Family:
    """No rule is tried where too few cases have a history to tell a perfect one from chance."""
    too_few = target.too_few
    if kind == FORM:
        target = target.among(np.array([bool(cases[place].own.get(FORM)) for place in target.cases]))
        if target.too_few != too_few:
            both = len(np.unique(target.labels)) == 2  # or there is nothing to compare
            too_few = f"of cases with a history, {target.too_few}" if both else ""
    own = columns([cases[place] for place in target.cases], kind) if target.asked else []
    tests, seed, alpha = asking.tests(kind), asking.seed, asking.level.alpha
    rules = tuple(findings(target, own, tests * SINGLE, seed, alpha))
    proven = asking.quick and any(rule.tells for rule in rules)
    return Family(
        kind=kind,
        rules=rules,
        combined=None if proven else combined(target, own, tests * TOGETHER, seed, alpha),
        constant=tuple(column.name for column in own if column.constant),
        base_rate=target.base_rate,
        too_few=too_few,
    )
