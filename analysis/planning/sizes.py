"""How many readers or cases a study needs, and curves of power over both.

Plans are tried from the smallest on, many at once: power does not always rise with cases, because degrees of
freedom fall with them where readers are few, so that halving an interval could miss the smallest plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import ValueRefused
from analysis.frames import Framed, Row
from analysis.planning.components import PlanningComponents
from analysis.planning.layout import Layout, terms
from analysis.planning.power import METHODS, Goal, Plan, check, power, power_of
from analysis.table import Numbers

MOST_CASES = 10_000
MOST_READERS = 200
_BLOCK = 512


@dataclass(frozen=True, eq=False)
class PowerCurves(Framed):
    """power (readers, cases), nan where undefined; one curve a number of readers."""

    readers: tuple[int, ...]
    cases: tuple[int, ...]
    power: Numbers
    goal: Goal
    layout: Layout

    def rows(self) -> list[Row]:
        """A row for each point."""
        return [
            {"readers": j, "cases": n, "power": float(self.power[row, column])}
            for row, j in enumerate(self.readers)
            for column, n in enumerate(self.cases)
        ]


def cases_needed(
    components: PlanningComponents,
    goal: Goal,
    readers: int,
    wanted: float = 0.8,
    layout: Layout | None = None,
    limit: int = MOST_CASES,
) -> Plan:
    """The plan of fewest cases whose power is `wanted` at least; cases and power None if none up to limit."""
    layout = layout or Layout()
    check_wanted(wanted)
    check(components, layout, readers, limit)
    found = _first(components, goal, layout, np.array(float(readers)), np.arange(2.0, limit + 1), wanted)
    if found is not None:
        return power(components, goal, readers, found, layout)
    reached = power(components, goal, readers, limit, layout)
    told = "undefined" if reached.power is None else f"{reached.power:.3g}"
    return replace(
        _none(
            goal, f"no number of cases up to {limit} reaches power {wanted:g}; {limit} give {told}", reached
        ),
        readers=readers,
    )


def readers_needed(
    components: PlanningComponents,
    goal: Goal,
    cases: int,
    wanted: float = 0.8,
    layout: Layout | None = None,
    limit: int = MOST_READERS,
) -> Plan:
    """The plan of fewest readers, a multiple of the groups, whose power is `wanted` at least; else None."""
    layout = layout or Layout()
    check_wanted(wanted)
    check(components, layout, layout.groups, cases)
    readers = np.arange(float(layout.groups), limit + 1, layout.groups)
    found = _first(components, goal, layout, readers, np.array(float(cases)), wanted)
    if found is not None:
        return power(components, goal, found, cases, layout)
    reached = power(components, goal, int(readers[-1]), cases, layout)
    told = "undefined" if reached.power is None else f"{reached.power:.3g}"
    return replace(
        _none(
            goal, f"no number of readers up to {limit} reaches power {wanted:g}; {limit} give {told}", reached
        ),
        cases=cases,
    )


def power_curves(
    components: PlanningComponents,
    goal: Goal,
    readers: Sequence[int],
    cases: Sequence[int],
    layout: Layout | None = None,
) -> PowerCurves:
    """Power of every number of readers with every number of cases."""
    layout = layout or Layout()
    for number in readers:
        check(components, layout, number, min(cases))
    found = terms(components, layout, goal.random, np.array(readers)[:, None], np.array(cases)[None, :])
    return PowerCurves(tuple(readers), tuple(cases), power_of(goal, found), goal, layout)


def check_wanted(wanted: float) -> None:
    """Refuse a power that no study or every study has."""
    if not 0 < wanted < 1:
        raise ValueRefused(f"power {wanted}", "a power lies between 0 and 1", "give for example 0.8")


def _first(
    components: PlanningComponents,
    goal: Goal,
    layout: Layout,
    readers: Numbers,
    cases: Numbers,
    wanted: float,
) -> int | None:
    """The first of readers or cases, whichever is an array, that reaches the power wanted."""
    tried = readers if readers.ndim else cases
    for start in range(0, len(tried), _BLOCK):
        part = tried[start : start + _BLOCK]
        j, n = (part, cases) if readers.ndim else (readers, part)
        enough = power_of(goal, terms(components, layout, goal.random, j, n)) >= wanted
        if enough.any():
            return int(part[np.argmax(enough)])
    return None


def _none(goal: Goal, note: str, reached: Plan) -> Plan:
    return Plan(
        None, None, None, effect=goal.effect, method=METHODS[goal.random], notes=(*reached.notes, note)
    )
