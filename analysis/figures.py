"""Figures of merit and the covariance of their estimates (reader x condition) on the same cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis import clusters, delong, merits
from analysis.errors import ScoreMissing, UnknownChoice
from analysis.merits import merit
from analysis.pairs import kernel_products
from analysis.table import Codes, Numbers, ReadingTable

Figure = str  # one of FIGURES, or a name that `merits` knows
Covariance = Literal["delong", "jackknife", "unbiased"]
FIGURES = ("auc", "accuracy", "sensitivity", "specificity")
PROPORTIONS = FIGURES[1:]
COVARIANCES: tuple[Covariance, ...] = get_args(Covariance)


def scored(table: ReadingTable, figure: Figure) -> tuple[ReadingTable, Numbers]:
    """The table with the scores (n,) of its readings: ratings for auc, calls for the others.

    Conditions in which nobody gave such a score (a session that asked for none) are left out with a note; a
    single missing score stays, as nan. Raises UnknownChoice, and ScoreMissing when no reading has a score.
    """
    scores = _column(table, figure)
    names, place = table.conditions
    scores_of = np.bincount(place[~np.isnan(scores)], minlength=len(names))
    empty = [name for name, count in zip(names, scores_of, strict=True) if count == 0]
    if not empty:
        return table, scores
    keep = ~np.isin(table.condition, empty)
    notes = tuple(f"condition {name} has no {_column_name(figure)} and is left out" for name in empty)
    return replace(table.rows(keep), notes=table.notes + notes), scores[keep]


def _column_name(figure: Figure) -> str:
    return "call" if figure in PROPORTIONS else "rating"


def bounds_of(figure: Figure) -> tuple[float, float]:
    """The range that a figure of merit can take."""
    return (0.0, 1.0) if figure in FIGURES else merit(figure).bounds


def _column(table: ReadingTable, figure: Figure) -> Numbers:
    if figure not in FIGURES:
        merit(figure)
    column, name = table.call if figure in PROPORTIONS else table.rating, _column_name(figure)
    if column is None or np.isnan(column).all():
        other = (
            "choose auc, or make calls from ratings (--call-at-least)"
            if figure in PROPORTIONS
            else "choose accuracy"
        )
        raise ScoreMissing(table.source, f"{figure} needs a {name}, and no reading has one", other)
    return column


def covariance_for(figure: Figure, asked: Covariance | None) -> Covariance:
    """The covariance method: as asked, else DeLong for auc and jackknife for proportions."""
    if asked is None:
        return "delong" if figure == "auc" else "jackknife"
    if asked not in COVARIANCES:
        raise UnknownChoice(
            f"covariance '{asked}'", "it is not known", f"choose one of {', '.join(COVARIANCES)}"
        )
    if asked == "delong" and figure != "auc":
        raise UnknownChoice(
            f"covariance 'delong' for {figure}", "DeLong's is for auc alone", "choose jackknife"
        )
    if asked == "unbiased" and figure not in FIGURES:
        raise UnknownChoice(
            f"covariance 'unbiased' for {figure}", "it is for auc and proportions", "choose jackknife"
        )
    return asked


def evaluate(
    figure: Figure,
    method: Covariance,
    truth: NDArray[np.int8],
    scores: Numbers,
    patient: Codes | None = None,
) -> tuple[Numbers, Numbers]:
    """Estimates (m,) and their covariance matrix (m, m) over cases, for scores (m, n) on truth (n,).

    patient (n,): codes; where a patient gave several cases the covariance is over patients, for jackknife and
    DeLong; the unbiased one is refused (UnknownChoice). Undefined estimates and covariances are nan: an empty
    class, or fewer than two cases or patients to vary over.
    """
    several = patient if clusters.repeated(patient) else None
    if several is not None and method == "unbiased":
        raise clusters.independence_needed()
    if figure not in FIGURES:
        return merits.evaluate(merit(figure), truth, scores, several)
    if figure != "auc":
        return _proportion(figure, truth, scores, several)
    found = delong.components(truth, scores)
    if several is None:
        return found.auc, _auc_covariance(method, truth, scores, found)
    if np.isnan(found.auc).any():
        return found.auc, np.full((len(scores), len(scores)), np.nan)
    if method == "delong":
        return found.auc, clusters.area_components(truth, found, several)
    within = clusters.kernels_within(truth, scores, several)
    return found.auc, clusters.area_jackknife(truth, found, within, several)


def _proportion(
    figure: Figure, truth: NDArray[np.int8], calls: Numbers, patient: Codes | None
) -> tuple[Numbers, Numbers]:
    """Proportions of correct calls. Jackknife and unbiased covariance are one: the sample covariance over n.

    Leaving out one case moves the mean by (p - x) / (n - 1), and (n - 1) / n times the sum of products of
    such moves is the sample covariance over n, which is unbiased.
    """
    right = (calls == truth).astype(np.float64)
    if figure != "accuracy":
        counted = truth == (1 if figure == "sensitivity" else 0)
        right, patient = right[:, counted], None if patient is None else patient[counted]
    cells, n = right.shape
    if n == 0:
        return np.full(cells, np.nan), np.full((cells, cells), np.nan)
    mean = right.mean(axis=1)
    if n == 1:
        return mean, np.full((cells, cells), np.nan)
    if patient is not None:
        return mean, clusters.proportion_jackknife(right, patient)
    deviation = right - mean[:, None]
    return mean, deviation @ deviation.T / (n * (n - 1))


def _auc_covariance(
    method: Covariance, truth: NDArray[np.int8], ratings: Numbers, found: delong.Components
) -> Numbers:
    n1, n0 = found.positive.shape[1], found.negative.shape[1]
    if method == "delong" or n1 < 2 or n0 < 2:
        return delong.covariance(found)
    positive, negative = found.deviations
    if method == "jackknife":
        return jackknife(positive, negative)
    centred = kernel_products(truth, ratings) - n1 * n0 * np.outer(found.auc, found.auc)
    return unbiased(positive, negative, centred)


def jackknife(positive: Numbers, negative: Numbers) -> Numbers:
    """Leave-one-case-out covariance of AUCs in closed form, (m, m).

    positive (m, n1), negative (m, n0): structural components less the AUC. Dropping a positive case moves the
    AUC by -deviation / (n1 - 1), so no AUC is computed twice.
    Source: Efron B, Stein C, Ann Stat 1981; 9: 586-596, with the factor (n - 1) / n.
    """
    n1, n0 = positive.shape[1], negative.shape[1]
    moves = positive @ positive.T / (n1 - 1) ** 2 + negative @ negative.T / (n0 - 1) ** 2
    matrix: Numbers = (n1 + n0 - 1) / (n1 + n0) * moves
    return matrix


def unbiased(positive: Numbers, negative: Numbers, kernels: Numbers) -> Numbers:
    """The unbiased (U-statistic) covariance of AUCs, (m, m); a variance may come out negative.

    positive, negative: as for `jackknife`. kernels (m, m): sums over all pairs of cases of products of
    centred kernels. It is the product of two AUCs less the mean product over pairs that share no case.
    Source: Gallas BD, Acad Radiol 2006; 13: 353-362.
    """
    n1, n0 = positive.shape[1], negative.shape[1]
    rows = n0**2 * (positive @ positive.T)
    columns = n1**2 * (negative @ negative.T)
    matrix: Numbers = (rows + columns - kernels) / (n1 * (n1 - 1) * n0 * (n0 - 1))
    return matrix
