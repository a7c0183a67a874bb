"""Plans as a plain text table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.planning.components import PlanningComponents
from analysis.planning.layout import Layout
from analysis.planning.power import METHODS, Goal, Plan

_SHOWN = ("variance", "cov1", "cov2", "cov3", "condition_by_reader")


def power_as_text(
    components: PlanningComponents, goal: Goal, layout: Layout, plans: Sequence[Plan], notes: Sequence[str]
) -> str:
    """The question in words, what it starts from, and a row for each plan."""
    groups = f" in {layout.groups} groups" if layout.groups > 1 else ""
    lines = [
        f"Power of a {layout.kind} study{groups} of two conditions, {METHODS[goal.random]}",
        _question(goal),
        "",
        f"Components of {components.figure_of_merit} with {components.negatives:g} negative and "
        f"{components.positives:g} positive cases"
        + (f", from {components.readers} readers ({components.covariance})" if components.readers else ""),
        "  " + ", ".join(f"{name} {getattr(components, name):.4g}" for name in _SHOWN),
        "",
        *_table(plans),
    ]
    told = dict.fromkeys([*components.notes, *(note for plan in plans for note in plan.notes), *notes])
    return "\n".join([*lines, *([""] if told else []), *(f"note: {note}" for note in told)])


def _question(goal: Goal) -> str:
    tail = f"{1 - goal.level:.3g}"
    if goal.hypothesis == "superiority":
        return f"To show a difference of {goal.effect:g} in a two-sided test at {tail}"
    limits = (
        "the interval's lower limit above" if goal.hypothesis == "non-inferiority" else "the interval within"
    )
    sign = "-" if goal.hypothesis == "non-inferiority" else "±"
    return (
        f"To show {goal.hypothesis}, {limits} {sign}{goal.margin:g} ({goal.level:.3g} interval), "
        f"where the true difference is {goal.effect:g}"
    )


def _table(plans: Sequence[Plan]) -> list[str]:
    header = ("readers", "cases", "negative", "positive", "readings", "power", "df2", "se")
    rows = [
        (
            _count(plan.readers),
            _count(plan.cases),
            _count(plan.negatives),
            _count(plan.positives),
            _count(plan.readings),
            "-" if plan.power is None else f"{plan.power:.4f}",
            "-" if plan.df2 is None else f"{plan.df2:.2f}",
            "-" if plan.se is None else f"{plan.se:.4f}",
        )
        for plan in plans
    ]
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    return [
        "  " + "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        for row in (header, *rows)
    ]


def _count(value: int | None) -> str:
    return "none" if value is None else str(value)
