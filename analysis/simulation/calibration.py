"""How often tests reject and intervals hold the truth, in simulated studies of which the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.cells import Cells
from analysis.design import CROSSED
from analysis.frames import Framed
from analysis.simulation.batch import Batched, Estimates, compare, estimate, mean
from analysis.simulation.draw import Ratings, Size, ratings
from analysis.simulation.model import RoeMetz
from analysis.subgroups import analyse_groups

LEVEL = 0.95


@dataclass(frozen=True)
class Calibration(Framed):
    """Shares of simulated studies; each has a standard error of sqrt(share (1 - share) / studies).

    type_1: the test over random readers and cases rejects equal conditions at 0.05; reported: the interval
    to report, never narrower than over cases alone, excludes 0. difference: it holds the true difference of
    unequal ones. mean: that of one condition's mean holds it. A study in which nothing varied (undefined, of
    the equal ones) rejects nothing and has no interval.
    """

    figure: str
    size: Size
    studies: int
    type_1: float
    reported: float
    difference: float
    mean: float
    undefined: int


def calibrate(
    model: RoeMetz, figure: Batched, size: Size, studies: int = 2000, seed: int = 1, further: float = 0.3
) -> Calibration:
    """Type I error of a null model, and coverage of its mean and of its second condition made further apart.

    Calls are positive above half the first separation, where sensitivity and specificity are alike.
    """
    threshold = model.separation[0] / 2
    rejected, excluded, held_means, undefined, held = 0, 0, 0, 0, 0
    first, second = true_means(model.apart(further), figure, size)
    for block in ratings(model, size, studies, seed):
        found = estimate(block, figure, threshold)
        tests, middle = compare(found), mean(found)
        rejected += int((tests.p < 1 - LEVEL).sum())
        undefined += int(np.isnan(tests.p).sum())
        half = tests.never_narrower(compare(found, random="cases"), LEVEL)
        excluded += int((np.abs(tests.estimate) > half).sum())
        half = middle.never_narrower(mean(found, random="cases"), LEVEL)
        held_means += int((np.abs(middle.estimate - first) <= half).sum())
        block.positive[:, :, 1] += further  # the same studies, their second condition better
        found = estimate(block, figure, threshold)
        tests = compare(found)
        half = tests.never_narrower(compare(found, random="cases"), LEVEL)
        held += int((np.abs(tests.estimate - (second - first)) <= half).sum())
    type_1, reported, difference, middle_held = (
        count / studies for count in (rejected, excluded, held, held_means)
    )
    return Calibration(figure, size, studies, type_1, reported, difference, middle_held, undefined)


def true_means(model: RoeMetz, figure: Batched, size: Size) -> tuple[float, float]:
    """The expected figure of merit of each condition, with calls as in `calibrate`."""
    if figure == "auc":
        return model.areas
    sensitivity, specificity = model.rates(model.separation[0] / 2)
    share = {"sensitivity": 1.0, "specificity": 0.0}.get(figure, size.positives / size.cases)
    first, second = (share * value + (1 - share) * specificity for value in sensitivity)
    return first, second


@dataclass(frozen=True)
class GroupCalibration(Framed):
    """Shares of simulated studies in which the interval of the first group's mean, and that of its difference
    from the others, hold the truth; without: studies without such an interval."""

    figure: str
    groups: tuple[int, ...]
    negatives: int
    positives: int
    studies: int
    mean: float
    difference: float
    without: int


def calibrate_groups(
    model: RoeMetz,
    figure: Batched,
    groups: Sequence[int],
    negatives: int,
    positives: int,
    studies: int = 2000,
    seed: int = 1,
) -> GroupCalibration:
    """Coverage of `by_group` for groups of so many readers, who read alike; under the first condition."""
    size = Size(sum(groups), negatives, positives)
    names = tuple(f"r{j}" for j in range(size.readers))
    of = {name: f"g{g}" for name, g in zip(names, np.repeat(np.arange(len(groups)), groups), strict=True)}
    truth = true_means(model, figure, size)[0]
    held, apart, without = 0, 0, 0
    for block in ratings(model, size, studies, seed):
        first = Ratings(block.negative[:, :, :1], block.positive[:, :, :1])
        found = estimate(first, figure, model.separation[0] / 2)
        for study in range(len(found.estimates)):
            group = analyse_groups(_cells(found, study, names, size, figure), of, LEVEL).groups[0]
            interval, gap = group.between_reader_interval, group.difference
            without += interval is None
            held += interval is not None and interval.low <= truth <= interval.high
            apart += bool(gap and gap.interval and gap.interval.low <= 0 <= gap.interval.high)
    return GroupCalibration(
        figure, tuple(groups), negatives, positives, studies, held / studies, apart / studies, without
    )


def _cells(found: Estimates, study: int, names: tuple[str, ...], size: Size, figure: str) -> Cells:
    return Cells(
        figure_of_merit=figure,
        method="delong" if figure == "auc" else "jackknife",
        design=CROSSED,
        readers=names,
        conditions=("1",),
        cases=(size.cases,),
        negatives=size.negatives,
        positives=size.positives,
        estimates=found.estimates[study, 0],
        covariance=found.covariance[study, 0],
    )
