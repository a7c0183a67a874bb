"""Plans as a plain text table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.planning.planned import Planned
from analysis.planning.power import METHODS, Goal, Plan
from analysis.planning.simulated import SimulatedPower

_SHOWN = ("variance", "cov1", "cov2", "cov3", "condition_by_reader")


def power_as_text(planned: Planned) -> str:
    """The question in words, what it starts from, and a row for each plan with what was simulated of it."""
    found, layout = planned.components, planned.layout
    groups = f" in {layout.groups} groups" if layout.groups > 1 else ""
    lines = [
        f"Power of a {layout.kind} study{groups} of two conditions, {METHODS[planned.goal.random]}",
        _question(planned.goal),
        "",
        f"Components of {found.figure_of_merit} with {found.negatives:g} negative and "
        f"{found.positives:g} positive cases"
        + (f", from {found.readers} readers ({found.covariance})" if found.readers else ""),
        "  " + ", ".join(f"{name} {getattr(found, name):.4g}" for name in _SHOWN),
        "",
        *_table(planned.plans, planned.simulated),
    ]
    notes = [f"note: {note}" for note in planned.notes]
    return "\n".join([*lines, *([""] if notes else []), *notes])


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


def _table(plans: Sequence[Plan], simulated: Sequence[SimulatedPower | None]) -> list[str]:
    header: tuple[str, ...] = ("readers", "cases", "negative", "positive", "readings", "power", "df2", "se")
    rows: list[tuple[str, ...]] = [
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
    if simulated:
        header += ("simulated",)
        rows = [(*row, _share(each)) for row, each in zip(rows, simulated, strict=True)]
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    return [
        "  " + "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        for row in (header, *rows)
    ]


def _share(each: SimulatedPower | None) -> str:
    if each is None or each.power is None or each.interval is None:
        return "-"
    return f"{each.power:.4f} ({each.interval.low:.4f}, {each.interval.high:.4f})"


def _count(value: int | None) -> str:
    return "none" if value is None else str(value)
