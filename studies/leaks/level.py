"""The level of an audit: how likely it may name a rule where the files tell nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studies.leaks.features import GATING
from studies.refusals import NotReady

ALPHA = 0.05  # of the opening gate; no audit moves it
HIGHEST = 0.5
EACH_KIND, ALL_KINDS = "each kind", "all kinds together"
# Of what a family may err, single rules have two thirds, the tree one; each is shared by the targets.
SINGLE, TOGETHER = 1.5, 3.0
MOST_EXCHANGES = 50_000


@dataclass(frozen=True)
class Level:
    """family: what errs with probability alpha at most, over all targets: the rules of each kind, but of
    those that refuse opening together, or all."""

    alpha: float
    family: str

    def shares(self, kind: str, kinds: Sequence[str]) -> int:
        """How many of the kinds that are asked share alpha with this one, itself among them."""
        if self.family == ALL_KINDS:
            return len(kinds)
        return sum(other in GATING for other in kinds) if kind in GATING else 1

    def finer(self, kinds: Sequence[str]) -> float:
        """How many times smaller p must be than at the gate for a rule to tell."""
        return max(1.0, ALPHA * len(kinds) / self.alpha) if self.family == ALL_KINDS else 1.0


GATE = Level(ALPHA, EACH_KIND)


def level(alpha: float | None) -> Level:
    """The gate's, or one alpha for the whole report; NotReady outside (0, 0.5]."""
    if alpha is None:
        return GATE
    if not 0 < alpha <= HIGHEST:
        raise NotReady([f"A level of {alpha:g} is none: it lies above 0 and is at most {HIGHEST}."])
    return Level(alpha, ALL_KINDS)


def exchanges(tests: float, alpha: float) -> int:
    """So many that two of them may be as strong as a rule that tells, though p is multiplied by `tests`."""
    return math.ceil(2 * tests / alpha)


def refuse_too_fine(tests: float, alpha: float) -> None:
    """A level at which even the strongest rule could not tell within the exchanges that are made at most."""
    if exchanges(tests, alpha) > MOST_EXCHANGES:
        least = math.ceil(2e6 * tests / MOST_EXCHANGES) / 1e6
        rule = f"A level of {alpha:g} asks for more than {MOST_EXCHANGES:,} exchanges of labels."
        raise NotReady([f"{rule} With so many kinds and case sets {least:g} is the smallest: take that."])
