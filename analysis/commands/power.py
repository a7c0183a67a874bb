"""`python -m analysis power`: what a planned study finds, or how large it has to be."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers
    from analysis.planning.components import PlanningComponents
    from analysis.planning.layout import Layout
    from analysis.planning.power import Goal, Hypothesis, Plan

DESIGNS = ("crossed", "split-plot", "unpaired-cases", "unpaired-readers")
USUAL_READERS = (3, 4, 5, 6, 8, 10, 12, 15, 20)


def add(commands: Subparsers) -> None:
    told = "power and sample size of a study of two conditions, from a pilot or from components"
    command = shared.add_command(commands, "power", told, run)
    shared.add_readings(command, optional=True)
    shared.add_figure(command, usual_covariance="jackknife")
    _add_goal(command)
    _add_plan(command)
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
    from analysis.planning.power import Goal

    implied: Hypothesis = "non-inferiority" if options.margin else "superiority"
    hypothesis: Hypothesis = options.hypothesis or implied
    goal = Goal(options.effect, hypothesis, options.margin, options.random, options.level)
    layout = Layout(options.design, options.groups, options.ratio)
    start = _start(options)
    plans = _plans(options, start, goal, layout)
    if options.figure:
        _draw(options, start, goal, layout, plans)
    if options.json:
        return shared.dump(_as_json(options, start, goal, layout, plans))
    return power_as_text(start, goal, layout, plans, ())


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


def _draw(
    options: argparse.Namespace,
    start: PlanningComponents,
    goal: Goal,
    layout: Layout,
    plans: tuple[Plan, ...],
) -> None:
    from analysis.planning.figure import draw
    from analysis.planning.sizes import power_curves

    readers = tuple(dict.fromkeys(plan.readers for plan in plans if plan.readers is not None))
    most = max((plan.cases for plan in plans if plan.cases is not None), default=0)
    to = min(max(200, most * 5 // 4), 2000)
    step = max(1, to // 100)
    draw(
        power_curves(start, goal, readers or (10,), range(2 * step, to + 1, step), layout),
        options.figure,
        options.power,
    )


def _as_json(
    options: argparse.Namespace,
    start: PlanningComponents,
    goal: Goal,
    layout: Layout,
    plans: tuple[Plan, ...],
) -> dict[str, object]:
    from analysis.frames import plain

    told = plain(start)
    return {
        "method": "power of an Obuchowski-Rockette analysis, Hillis degrees of freedom",
        "figure_of_merit": start.figure_of_merit,
        "covariance": start.covariance,
        "readers": start.readers,
        "cases": {"negative": start.negatives, "positive": start.positives},
        "level": goal.level,
        "wanted": options.power,
        "goal": plain(goal),
        "design": plain(layout),
        "components": {
            name: told[name]
            for name in (
                "variance",
                "cov1",
                "cov2",
                "cov3",
                "reader",
                "condition_by_reader",
                "positive_share",
            )
        },
        "plans": plain(plans),
        "notes": [*start.notes, *dict.fromkeys(note for plan in plans for note in plan.notes)],
    }
