"""Figures of merit of cells that share some cases, all or none, and the covariance of their errors.

A cell is one reader under one condition, over the cases read there. Where all cells have the same cases,
every covariance here is that of `analysis.figures`. A unit is what is drawn at random: a case, or a patient.
Sources: DeLong ER et al., Biometrics 1988; 44: 837-845. Efron B, Stein C, Ann Stat 1981; 9: 586-596. Gallas
BD, Acad Radiol 2006; 13: 353-362. Patients with several cases: Obuchowski NA, Biometrics 1997; 53: 567-578.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis import clusters
from analysis.curves.counts import counted, left_out
from analysis.figures import FIGURES, Covariance, Figure
from analysis.merits import Merit, merit
from analysis.pairs import kernel_products, kernel_sums
from analysis.score_products import of_truth
from analysis.table import Codes, Numbers


def evaluate_overlapping(
    figure: Figure,
    method: Covariance,
    truth: NDArray[np.int8],
    scores: Numbers,
    patient: Codes | None = None,
    distinct: int | None = None,
) -> tuple[Numbers, Numbers]:
    """Estimates (m,) and their covariance (m, m) for scores (m, n), nan where not read, on truth (n,).

    Cells without a common case have covariance 0. An estimate is nan without the cases it needs, a covariance
    also with fewer than two of them. distinct: how many units the jackknife leaves out in turn, where there
    are more than these; those of other cells move nothing. Raises UnknownChoice for the unbiased covariance
    of patients with several cases.
    delong: products of structural components summed over common units, over what makes the sum unbiased for
    means of so many; jackknife: (N - 1) / N times the products of what leaving out each unit moves; unbiased:
    the product of two estimates less the mean product of scores that share no case.
    """
    if method == "unbiased" and clusters.repeated(patient):
        raise clusters.independence_needed()
    with np.errstate(divide="ignore", invalid="ignore"):
        made = _made(figure, truth, scores, patient)
        if method == "unbiased":
            matrix = _unbiased_areas(truth, scores, made) if figure == "auc" else _unbiased_shares(made)
        elif method == "delong":
            matrix = _delong(made)
        else:
            matrix = _jackknife(made, distinct or max(made.there.shape[1], 1))
    apart = made.there.astype(np.float64) @ made.there.T == 0
    return made.estimate, np.where(apart & ~np.isnan(np.add.outer(made.estimate, made.estimate)), 0.0, matrix)


def leave_one_out(
    figure: Figure, truth: NDArray[np.int8], scores: Numbers, patient: Codes | None = None
) -> tuple[Numbers, Numbers]:
    """Estimates (m,), and what they are (m, u) without each unit that the figure is about."""
    with np.errstate(divide="ignore", invalid="ignore"):
        made = _made(figure, truth, scores, patient)
    return made.estimate, made.left


@dataclass(frozen=True, eq=False)
class _Class:
    """One truth's cases, or all: counts (m,) of each cell, sums (m, u) of scores by unit, counts by unit."""

    cases: Numbers
    sums: Numbers
    by_unit: Numbers

    def deviations(self, mean: Numbers) -> Numbers:
        """Sums by unit, less what the cell's mean score per case would make."""
        return self.sums - mean[:, None] * self.by_unit


@dataclass(frozen=True, eq=False)
class _Made:
    """Estimates (m,); what is left of them (m, u) without each unit; and the classes that vary.

    Sums of a class are of scores averaged over the other class, so that each class's mean is the estimate.
    """

    estimate: Numbers
    left: Numbers
    classes: tuple[_Class, ...]

    @property
    def there(self) -> NDArray[np.bool_]:
        """(m, u): whether the cell has a case of the unit."""
        return np.asarray(sum(one.by_unit for one in self.classes) > 0)


def _made(figure: Figure, truth: NDArray[np.int8], scores: Numbers, patient: Codes | None) -> _Made:
    about = of_truth(figure, truth)
    truth, scores, units = truth[about], scores[:, about], np.arange(int(about.sum()))
    if patient is not None and clusters.repeated(patient):
        units = np.unique(patient[about], return_inverse=True)[1]
    if figure not in FIGURES:
        return _curves(merit(figure), truth, scores, units)
    return _areas(truth, scores, units) if figure == "auc" else _shares(truth, scores, units)


def _shares(truth: NDArray[np.int8], calls: Numbers, units: Codes) -> _Made:
    there, right = ~np.isnan(calls), (calls == truth).astype(np.float64)
    own = _Class(there.sum(axis=1).astype(np.float64), _by_unit(right, units), _by_unit(there, units))
    total = right.sum(axis=1)
    left = (total[:, None] - own.sums) / (own.cases[:, None] - own.by_unit)
    return _Made(total / own.cases, left, (own,))


def _areas(truth: NDArray[np.int8], ratings: Numbers, units: Codes) -> _Made:
    there, count = ~np.isnan(ratings), int(units.max(initial=-1)) + 1
    up, down = truth == 1, truth == 0
    rows, columns = kernel_sums(truth, ratings)
    n1, n0 = (there[:, one].sum(axis=1).astype(np.float64) for one in (up, down))
    gone1, gone0 = (_by_unit(there[:, one], units[one], count) for one in (up, down))
    lost1, lost0 = _by_unit(rows, units[up], count), _by_unit(columns, units[down], count)
    total = rows.sum(axis=1)
    within = clusters.kernels_within(truth, ratings, units) if len(units) > count else 0.0
    left = (total[:, None] - lost1 - lost0 + within) / ((n1[:, None] - gone1) * (n0[:, None] - gone0))
    classes = _Class(n1, lost1 / n0[:, None], gone1), _Class(n0, lost0 / n1[:, None], gone0)
    return _Made(total / (n1 * n0), left, classes)


def _curves(found: Merit, truth: NDArray[np.int8], ratings: Numbers, units: Codes) -> _Made:
    there = ~np.isnan(ratings)
    own = _Class(there.sum(axis=1).astype(np.float64), np.empty(0), _by_unit(there, units))
    estimate = np.full(len(ratings), np.nan)
    left = np.full(own.by_unit.shape, np.nan)
    for cell, row in enumerate(ratings):
        read = there[cell]
        if len(np.unique(truth[read])) < 2:
            continue
        estimate[cell] = float(found.of(counted(truth[read], row[read]))[0])
        gone, place = np.unique(units[read], return_inverse=True)
        counts, kind = left_out(truth[read], row[read], np.asarray(place))
        left[cell, gone] = found.of(counts)[kind]
    return _Made(estimate, left, (own,))


def _by_unit(values: Numbers | NDArray[np.bool_], units: Codes, count: int | None = None) -> Numbers:
    """Sums (m, count) of values (m, n) by unit."""
    size = int(units.max(initial=-1)) + 1 if count is None else count
    found = np.zeros((len(values), size))
    for row, own in zip(found, values, strict=True):
        row[:] = np.bincount(units, weights=own, minlength=size)
    return found


def _delong(made: _Made) -> Numbers:
    deviations = [one.deviations(made.estimate) for one in made.classes]
    matrix = np.zeros((len(made.estimate), len(made.estimate)))
    for one, moved in zip(made.classes, deviations, strict=True):
        matrix += moved @ moved.T * _over(one.by_unit > 0) / np.outer(one.cases, one.cases)
    if len(deviations) == 2:  # patients with cases of both truths
        (first, second), (up, down) = made.classes, deviations
        both = up @ down.T / np.outer(first.cases, second.cases)
        if both.any():
            matrix += (both + both.T) * _over(made.there)
    return matrix


def _over(there: NDArray[np.bool_]) -> Numbers:
    """u v / (u v - u - v + w) for cells of u and v units, w of them common: n / (n - 1) where all are.

    Products of deviations from the two own means, summed over common units, are short by this in expectation.
    """
    counts = there.sum(axis=1).astype(np.float64)
    common = there.astype(np.float64) @ there.T.astype(np.float64)
    product = np.outer(counts, counts)
    found = product / (product - np.add.outer(counts, counts) + common)
    few = counts < 2
    return np.where(few[:, None] | few[None, :], np.nan, np.where(common > 0, found, 0.0))


def _jackknife(made: _Made, count: int) -> Numbers:
    moved = made.left - made.estimate[:, None]
    moved[~made.there] = 0.0
    mean = moved.sum(axis=1) / count
    matrix: Numbers = (count - 1) / count * (moved @ moved.T - count * np.outer(mean, mean))
    return matrix


def _unbiased_shares(made: _Made) -> Numbers:
    (own,) = made.classes
    common = own.by_unit @ own.by_unit.T
    totals, counts = own.sums.sum(axis=1), own.cases
    apart = np.outer(totals, totals) - own.sums @ own.sums.T
    return np.outer(made.estimate, made.estimate) - apart / (np.outer(counts, counts) - common)


def _unbiased_areas(truth: NDArray[np.int8], ratings: Numbers, made: _Made) -> Numbers:
    rows, columns = kernel_sums(truth, ratings)
    (first, second), total = made.classes, rows.sum(axis=1)
    apart = np.outer(total, total) - rows @ rows.T - columns @ columns.T + kernel_products(truth, ratings)
    counts = [
        np.outer(one.cases, one.cases) - one.by_unit @ one.by_unit.T for one in (first, second)
    ]  # pairs of two cases of this truth that differ
    return np.outer(made.estimate, made.estimate) - apart / (counts[0] * counts[1])
