"""Power by simulating the planned study from Roe and Metz's model with its components, beside the formula."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import UnknownChoice, ValueRefused
from analysis.figures import FIGURES
from analysis.frames import Framed
from analysis.intervals import wilson
from analysis.planning.components import PlanningComponents
from analysis.planning.layout import Layout
from analysis.planning.power import METHODS, Goal, check, whole_cases
from analysis.results import Interval
from analysis.simulation.batch import Batched, Estimate, compare, estimate
from analysis.simulation.conversion import in_two_conditions, to_model
from analysis.simulation.draw import Size, ratings
from analysis.simulation.model import RoeMetz
from analysis.table import Numbers

_NOT_SIMULATED = "not simulated: with fixed cases every study would have the same ones"


@dataclass(frozen=True)
class SimulatedPower(Framed):
    """Share of simulated studies that showed what was to be shown, with Wilson's interval of that share.

    undefined: studies in which nothing varied; they showed nothing. model: what was drawn, None if nothing.
    """

    power: float | None
    interval: Interval | None
    readers: int
    cases: int
    studies: int
    undefined: int
    seed: int
    model: RoeMetz | None
    method: str
    notes: tuple[str, ...] = ()


def simulate_power(
    components: PlanningComponents,
    goal: Goal,
    readers: int,
    cases: int,
    layout: Layout | None = None,
    studies: int = 2000,
    seed: int = 1,
) -> SimulatedPower:
    """Power of the plan in so many studies drawn with this seed; the same call gives the same number.

    The conditions lie goal.effect apart, about the mean of components.means. With fixed readers, condition
    by reader has no variance; fixed cases are not simulated. Proportions are drawn as right and wrong calls
    of one class of cases. Raises UnknownChoice for other figures of merit, and ValueRefused where the means
    are unknown, no model has the components, or a group has too few cases.
    """
    layout = layout or Layout()
    check(components, layout, readers, cases)
    if studies < 1:
        raise ValueRefused(f"{studies} studies", "there is one study at least", "give for example 2000")
    blank = SimulatedPower(None, None, readers, cases, studies, 0, seed, None, METHODS[goal.random])
    if goal.random == "readers":
        return replace(blank, notes=(_NOT_SIMULATED,))
    if components.figure_of_merit not in FIGURES:
        raise UnknownChoice(
            f"figure of merit '{components.figure_of_merit}'",
            "studies are simulated for areas and shares of calls",
            f"choose one of {', '.join(FIGURES)}, or leave --simulate out",
        )
    if components.means is None:
        raise ValueRefused("components", "a simulation needs the figure of merit itself", "give auc")
    size, notes = _size(components, layout, readers, cases)
    fixed = replace(components, condition_by_reader=0.0) if goal.random == "cases" else components
    middle = sum(components.means) / 2
    fitted = to_model(fixed, (middle - goal.effect / 2, middle + goal.effect / 2))
    model = in_two_conditions(
        fitted.model, cases=layout.kind == "unpaired-cases", readers=layout.kind == "unpaired-readers"
    )
    shown, undefined = 0, 0
    figure: Batched = "auc" if components.figure_of_merit == "auc" else "sensitivity"
    for block in ratings(model, size, studies, seed):
        found = compare(
            estimate(block, figure, jackknife=components.covariance == "jackknife"), layout.kind, goal.random
        )
        shown += int(np.sum(_shown(found, goal)))
        undefined += int(np.sum(np.isnan(found.p)))
    share = wilson(shown, studies)
    return replace(
        blank,
        power=share.estimate,
        interval=share.interval,
        undefined=undefined,
        model=model,
        notes=(*fitted.notes, *notes),
    )


def _size(
    components: PlanningComponents, layout: Layout, readers: int, cases: int
) -> tuple[Size, tuple[str, ...]]:
    """Sizes of one group; proportions have one class, drawn as positive cases."""
    n0, n1 = whole_cases(components, layout, cases)
    g = layout.groups
    one = {"sensitivity": n1, "specificity": n0, "accuracy": cases}.get(components.figure_of_merit)
    negatives, positives = (n0 // g, n1 // g) if one is None else (0, one // g)
    if min(negatives if one is None else 2, positives) < 2:
        raise ValueRefused(f"{cases} cases", "a group has two cases of each truth at least", "plan for more")
    left = (n0 + n1 if one is None else one) - g * (negatives + positives)
    notes = (f"groups are as large as each other: {left} cases are left out",) if left else ()
    return Size(readers // g, negatives, positives, g), notes


def _shown(found: Estimate, goal: Goal) -> Numbers:
    if goal.hypothesis == "superiority":
        return np.asarray(found.p < 1 - goal.level)
    half = found.half_width(goal.level)
    above = found.estimate - half > -goal.margin
    within = above & (found.estimate + half < goal.margin)
    return np.asarray(above if goal.hypothesis == "non-inferiority" else within)
