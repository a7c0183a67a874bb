"""`python -m analysis power`: what a planned study finds, or how large it has to be."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers
    from analysis.planning.components import PlanningComponents
    from analysis.planning.layout import Layout
    from analysis.planning.planned import Planned
    from analysis.planning.power import Goal, Hypothesis, Plan
    from analysis.planning.simulated import SimulatedPower

DESIGNS = ("crossed", "split-plot", "unpaired-cases", "unpaired-readers")
USUAL_READERS = (3, 4, 5, 6, 8, 10, 12, 15, 20)


def add(commands: Subparsers) -> None:
    told = "power and sample size of a study of two conditions, from a pilot or from components"
    command = shared.add_command(commands, "power", told, run)
    shared.add_readings(command, optional=True)
    shared.add_figure(command, usual_covariance="jackknife")
    _add_goal(command)
    _add_plan(command)
    command.add_argument(
        "--simulate", type=int, metavar="N", help="power of the plans in N simulated studies, too"
    )
    command.add_argument("--seed", type=int, default=1, help="of the simulation (default 1)")
    command.add_argument("--figure", type=Path, metavar="TO", help="write curves of power (.svg, .png, .pdf)")


def _add_goal(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--effect", type=float, required=True, help="true difference, new condition less old"
    )
    command.add_argument("--hypothesis", choices=("superiority", "non-inferiority", "equivalence"))
    command.add_argument(
        "--margin", type=float, default=0.0, help="of non-inferiority (default) or equivalence"
    )
    command.add_argument("--random", choices=("both", "cases", "readers"), default="both")
    command.add_argument("--power", type=float, default=0.8, help="power wanted (default 0.8)")


def _add_plan(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--components",
        type=components,
        metavar="NAME=VALUE,...",
        help="instead of a pilot: variance, cov1, cov2, cov3, condition_by_reader, negatives, positives "
        "[reader, auc]; or auc, r1, r2, r3, range, rb, negatives, positives [se]",
    )
    command.add_argument("--readers", type=counts, metavar="J,...", help="numbers of readers to plan for")
    command.add_argument("--cases", type=counts, metavar="N,...", help="numbers of cases to plan for")
    command.add_argument("--design", choices=DESIGNS, default="crossed")
    command.add_argument("--groups", type=int, default=1, help="groups of a split-plot")
    command.add_argument(
        "--ratio",
        type=float,
        metavar="R",
        help="negative cases for each positive one (default: as the pilot)",
    )


def counts(text: str) -> tuple[int, ...]:
    """Whole numbers above 0, separated by commas."""
    found = tuple(int(part) if part.strip().isdecimal() else 0 for part in text.split(","))
    if min(found) < 1:
        raise argparse.ArgumentTypeError("give whole numbers above 0, separated by commas")
    return found


def components(text: str) -> dict[str, float]:
    """NAME=VALUE pairs, separated by commas."""
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise argparse.ArgumentTypeError("give NAME=VALUE pairs, separated by commas") from None


def run(options: argparse.Namespace) -> str:
    from analysis.planning.as_text import power_as_text
    from analysis.planning.layout import Layout
    from analysis.planning.planned import Planned
    from analysis.planning.power import Goal

    implied: Hypothesis = "non-inferiority" if options.margin else "superiority"
    hypothesis: Hypothesis = options.hypothesis or implied
    goal = Goal(options.effect, hypothesis, options.margin, options.random, options.level)
    layout, start = Layout(options.design, options.groups, options.ratio), _start(options)
    planned = Planned(start, goal, layout, options.power, _plans(options, start, goal, layout))
    if options.simulate is not None:
        planned = replace(planned, simulated=_simulated(planned, options.simulate, options.seed))
    if options.figure:
        _draw(planned, options.figure)
    return shared.dump(planned.as_json()) if options.json else power_as_text(planned)


def _start(options: argparse.Namespace) -> PlanningComponents:
    from analysis.errors import ValueRefused
    from analysis.planning.components import components_from_pilot, components_from_values

    if (options.file is None) == (options.components is None):
        raise ValueRefused(
            "power", "a plan starts from a pilot's file or from --components", "give one of the two"
        )
    if options.components is not None:
        return components_from_values(options.components, options.fom)
    table = shared.readings(options, leave_out_algorithms=True)
    table = shared.complete(table, options.fom, options.incomplete)
    return components_from_pilot(table, options.fom, options.covariance)


def _plans(
    options: argparse.Namespace, start: PlanningComponents, goal: Goal, layout: Layout
) -> tuple[Plan, ...]:
    """Power where readers and cases are given, else the one that is not given for the other."""
    from analysis.planning.power import power
    from analysis.planning.sizes import cases_needed, readers_needed

    usual = tuple(j for j in USUAL_READERS if j % layout.groups == 0 and j > layout.groups)
    if options.cases is None:
        readers = options.readers or usual
        return tuple(cases_needed(start, goal, j, options.power, layout) for j in readers)
    if options.readers is None:
        return tuple(readers_needed(start, goal, n, options.power, layout) for n in options.cases)
    return tuple(power(start, goal, j, n, layout) for j in options.readers for n in options.cases)


def _simulated(planned: Planned, studies: int, seed: int) -> tuple[SimulatedPower | None, ...]:
    from analysis.planning.simulated import simulate_power

    start, goal, layout = planned.components, planned.goal, planned.layout
    return tuple(
        simulate_power(start, goal, plan.readers, plan.cases, layout, studies, seed)
        if plan.readers is not None and plan.cases is not None
        else None
        for plan in planned.plans
    )


def _draw(planned: Planned, to: Path) -> None:
    """Curves for the readers of the plans, up to a quarter more cases than they need."""
    from analysis.planning.figure import draw
    from analysis.planning.sizes import power_curves

    readers = tuple(dict.fromkeys(plan.readers for plan in planned.plans if plan.readers is not None))
    needed = max((plan.cases for plan in planned.plans if plan.cases is not None), default=0)
    most = min(max(200, needed * 5 // 4), 2000)
    step = max(1, most // 100)
    cases = range(2 * step, most + 1, step)
    draw(
        power_curves(planned.components, planned.goal, readers or (10,), cases, planned.layout),
        to,
        planned.wanted,
    )
