"""Who reads what in a planned study of two conditions, and the error of their difference.

For J readers (each condition's, where conditions have readers of their own) the variance of the difference is
2 error / J, and the mean square of the test has expectation `mean_square` on `df` degrees of freedom:

crossed            every reader reads every case under both conditions
split-plot         readers and cases in groups; a group's readers read its cases, under both conditions
unpaired-cases     each condition has cases of its own, the same readers: cov1 = cov3 = 0
unpaired-readers   each condition has readers of its own, the same cases: no cov1

Sources: Hillis SL, Stat Med 2014; 33: 330-360 (expected mean squares of the designs). Obuchowski NA, Gallas
BD, Hillis SL, Acad Radiol 2012; 19: 1508-1517 (split-plot). Obuchowski NA, Stat Med 2009; 28: 3375-3390.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.errors import UnknownChoice, ValueRefused
from analysis.planning.components import PlanningComponents
from analysis.table import Numbers

Kind = Literal["crossed", "split-plot", "unpaired-cases", "unpaired-readers"]
Random = Literal["both", "cases", "readers"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RANDOM: tuple[Random, ...] = get_args(Random)


@dataclass(frozen=True)
class Layout:
    """kind as in the module's docstring; groups: of a split-plot; negatives_per_positive: of the planned
    cases, None for the mix of the components."""

    kind: Kind = "crossed"
    groups: int = 1
    negatives_per_positive: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownChoice(
                f"design '{self.kind}'", "it is not known", f"choose one of {', '.join(KINDS)}"
            )
        if (self.groups < 2) if self.kind == "split-plot" else (self.groups != 1):
            raise ValueRefused(
                f"{self.groups} groups",
                "a split-plot has two groups or more, other designs one",
                "give --groups",
            )
        mix = self.negatives_per_positive
        if mix is not None and not 0 < mix < np.inf:
            raise ValueRefused(
                f"{mix} negatives per positive", "the mix is above 0 and finite", "give for example 1"
            )

    def mix(self, components: PlanningComponents, cases: Numbers) -> tuple[Numbers, Numbers]:
        """Negative and positive ones of so many cases; not whole numbers, so that plans scale evenly."""
        ratio = self.negatives_per_positive
        share = components.positives / components.cases if ratio is None else 1 / (1 + ratio)
        return cases * (1 - share), cases * share


@dataclass(frozen=True, eq=False)
class Terms:
    """Arrays over plans: 2 error / J is the variance of the difference, nan where the components forbid it.

    df: of a t test, infinite for normal quantiles; nan where there are too few readers.
    """

    error: Numbers
    df: Numbers
    readers: Numbers

    @property
    def se(self) -> Numbers:
        return np.asarray(np.sqrt(2 * self.error / self.readers))


def terms(
    components: PlanningComponents, layout: Layout, random: Random, readers: Numbers, cases: Numbers
) -> Terms:
    """Error terms of plans with these readers and cases (broadcast against each other).

    cases: distinct ones that one condition shows; a reader of a split-plot reads cases / groups of them.
    """
    j, n = np.broadcast_arrays(np.asarray(readers, dtype=np.float64), np.asarray(cases, dtype=np.float64))
    variance, cov1, cov2, cov3 = components.at(*layout.mix(components, n / layout.groups))
    between = max(components.condition_by_reader, 0.0)
    if layout.kind == "unpaired-cases":
        cov1, cov3 = np.zeros_like(cov1), np.zeros_like(cov3)
    shared = np.maximum(cov2 - cov3, 0.0)
    own = variance - cov1 - shared
    free = j - layout.groups
    if layout.kind == "unpaired-readers":
        between += max(components.reader or 0.0, 0.0)
        own, free = variance - cov2, 2 * (j - 1)
    mean_square = (0.0 if random == "cases" else between) + own
    error = mean_square + (0.0 if random == "readers" else j / layout.groups * shared)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = {"both": free * (error / mean_square) ** 2, "cases": np.full_like(j, np.inf), "readers": free}[
            random
        ]
    possible = (mean_square > 0) & (free >= 1) if random != "cases" else error > 0
    return Terms(np.where(possible, error, np.nan), np.where(possible, df, np.nan), j)
