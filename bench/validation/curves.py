"""Figures by MRMCaov's rule: horizontal steps have their far end, and one climb stops early."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from analysis.cells import Cells, cells_of
from analysis.curves import binormal
from analysis.curves.counts import Counts
from analysis.figures import scored
from analysis.grid import grid_of
from analysis.merits import Curve, Merit, evaluate
from analysis.mrmc_result import MrmcResult
from analysis.obuchowski_rockette import analyse
from analysis.table import Numbers
from bench.validation.ratings import readings

LOW, HIGH, AT = 0.7, 1.0, 0.8
LIMIT, STOPPED = 42 / 44, 0.954578  # the second from MRMCaov's standard error of this reader


def _far_rate(x: Numbers, y: Numbers, sensitivity: float) -> float:
    """The false positive rate at a sensitivity, each sensitivity having its greatest rate."""
    heights = np.unique(y)
    return float(np.interp(sensitivity, heights, [x[y == height].max() for height in heights]))


def _specificity(counts: Counts) -> Numbers:
    return np.array([1 - _far_rate(x, y, AT) for x, y in zip(*counts.points, strict=True)])


def _area(counts: Counts) -> Numbers:
    """Trapezoids between the points within the range and its two ends."""
    found = []
    for x, y in zip(*counts.points, strict=True):
        inside = (y > LOW) & (y < HIGH)
        rates = np.r_[_far_rate(x, y, LOW), x[inside], _far_rate(x, y, HIGH)]
        found.append(np.trapezoid(1 - rates, np.r_[LOW, y[inside], HIGH]))
    return np.array(found)


def _stopped(counts: Counts) -> Numbers:
    """Binormal areas, but for a limit that MRMCaov's climb does not reach."""
    found = binormal.areas(counts)
    return np.where(np.isclose(found, LIMIT, atol=1e-6), STOPPED, found)


RULES: dict[str, Curve] = {
    "specificity@0.8": _specificity,
    "pauc:sensitivity=0.7,1": _area,
    "binormal": _stopped,
}


@cache
def analysed(dataset: str, figure: str) -> tuple[Cells, MrmcResult]:
    """The analysis of such a figure by their rule."""
    cells = cells_of(readings(dataset), figure, "jackknife")
    grid = grid_of(*scored(readings(dataset), figure))
    t, r, n = grid.scores.shape
    rule = Merit(figure, cells.bounds, RULES[figure])
    estimates, covariance = evaluate(rule, grid.truth, grid.scores.reshape(t * r, n), None)
    cells = replace(cells, estimates=estimates.reshape(t, r), covariance=covariance.reshape(t, r, t, r))
    return cells, analyse(cells)
