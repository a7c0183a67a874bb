"""Plans that answer one question, with what they start from."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.frames import Framed, Row, flat, plain
from analysis.planning.components import PlanningComponents
from analysis.planning.layout import Layout
from analysis.planning.power import Goal, Plan
from analysis.planning.simulated import SimulatedPower

_SHOWN = ("variance", "cov1", "cov2", "cov3", "reader", "condition_by_reader", "positive_share")


@dataclass(frozen=True)
class Planned(Framed):
    """simulated: one for each plan, None where nothing was planned; empty where nothing was simulated."""

    components: PlanningComponents
    goal: Goal
    layout: Layout
    wanted: float
    plans: tuple[Plan, ...]
    simulated: tuple[SimulatedPower | None, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each plan."""
        return [flat(plan) for plan in self.plans]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the components and all results note, each once."""
        of_plans = [note for plan in self.plans for note in plan.notes]
        of_studies = [note for each in self.simulated if each for note in each.notes]
        return tuple(dict.fromkeys([*self.components.notes, *of_plans, *of_studies]))

    def as_json(self) -> dict[str, object]:
        """The `power` command's object; readers and cases are those of the components."""
        found = self.components
        return {
            "method": "power of an Obuchowski-Rockette analysis, Hillis degrees of freedom",
            "figure_of_merit": found.figure_of_merit,
            "covariance": found.covariance,
            "readers": found.readers,
            "cases": {"negative": found.negatives, "positive": found.positives},
            "level": self.goal.level,
            "wanted": self.wanted,
            "goal": plain(self.goal),
            "design": plain(self.layout),
            "components": {name: plain(getattr(found, name)) for name in _SHOWN},
            "plans": plain(self.plans),
            "simulated": plain(self.simulated),
            "notes": list(self.notes),
        }
