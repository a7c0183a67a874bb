"""Covariances of cells that share some cases, against their definitions by loops over cases and pairs."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.curves.counts import counted
from analysis.errors import UnknownChoice
from analysis.figures import PROPORTIONS, evaluate
from analysis.merits import merit
from analysis.overlap import evaluate_overlapping
from analysis.table import Numbers

METHODS = [("auc", "delong"), ("auc", "jackknife"), ("auc", "unbiased")]
METHODS += [(figure, "jackknife") for figure in ("pauc:0.3", "utility:1")]
METHODS += [(figure, method) for figure in PROPORTIONS for method in ("jackknife", "unbiased")]


def drawn(seed: int, gaps: float = 0.25, cases: int = 14, cells: int = 4) -> tuple[Any, Numbers]:
    draw = np.random.default_rng(seed)
    truth = (np.arange(cases) % 2).astype(np.int8)
    scores = np.round(draw.normal(size=(cells, cases)) + draw.normal(size=cases) + truth + 2)
    scores[draw.uniform(size=scores.shape) < gaps] = np.nan
    return truth, scores


def called(figure: str, scores: Numbers) -> Numbers:
    return np.where(np.isnan(scores), np.nan, scores > 2) if figure in PROPORTIONS else scores


def figure_of(figure: str, truth: Any, scores: Numbers) -> float:
    there = ~np.isnan(scores)
    truth, scores = truth[there], scores[there]
    if figure == "auc":
        return float(
            np.mean([np.heaviside(a - b, 0.5) for a in scores[truth == 1] for b in scores[truth == 0]])
        )
    if figure not in PROPORTIONS:
        return float(merit(figure).of(counted(truth, scores))[0])
    about = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
    return float((scores == truth)[about].mean())


def scores_of(figure: str, truth: Any, scores: Numbers) -> dict[tuple[int, ...], float]:
    """The kernel of each pair of cases, or the success of each case, that a cell has."""
    there = [int(k) for k in np.flatnonzero(~np.isnan(scores))]
    if figure == "auc":
        up, down = ([k for k in there if truth[k] == y] for y in (1, 0))
        return {(i, j): float(np.heaviside(scores[i] - scores[j], 0.5)) for i in up for j in down}
    about = {"sensitivity": (1,), "specificity": (0,)}.get(figure, (0, 1))
    return {(k,): float(scores[k] == truth[k]) for k in there if truth[k] in about}


def jackknife(figure: str, truth: Any, one: Numbers, two: Numbers, every: Any) -> float:
    """Leave out each case of the study, whether a cell has it or not."""
    left = []
    for case in every:
        keep = np.arange(len(truth)) != case
        left.append([figure_of(figure, truth[keep], each[keep]) for each in (one, two)])
    moved = np.array(left) - np.mean(left, axis=0)
    return float((len(left) - 1) / len(left) * (moved[:, 0] @ moved[:, 1]))


def unbiased(figure: str, truth: Any, one: Numbers, two: Numbers) -> float:
    """The product of the means less the mean product of two scores without a common case."""
    a, b = (scores_of(figure, truth, each) for each in (one, two))
    apart = [x * y for (k, x), (m, y) in product(a.items(), b.items()) if not set(k) & set(m)]
    return float(np.mean(list(a.values())) * np.mean(list(b.values())) - np.mean(apart))


def delong(truth: Any, one: Numbers, two: Numbers) -> float:
    total = 0.0
    for y in (1, 0):
        parts = []
        for each in (one, two):
            kernels = scores_of("auc", truth, each)
            mean = np.mean(list(kernels.values()))
            own = {pair[1 - y] for pair in kernels}
            parts.append(
                {k: np.mean([v for pair, v in kernels.items() if pair[1 - y] == k]) - mean for k in own}
            )
        common = set(parts[0]) & set(parts[1])
        n, m = len(parts[0]), len(parts[1])
        if common:
            products = float(sum(parts[0][k] * parts[1][k] for k in common))
            total += products / (n * m - n - m + len(common))
    return total


@pytest.mark.parametrize(("figure", "method"), METHODS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_cells_with_gaps_agree_with_the_definition(figure: Any, method: Any, seed: int) -> None:
    truth, ratings = drawn(seed)
    assume(min((~np.isnan(ratings[:, truth == y])).sum(axis=1).min() for y in (0, 1)) > 2)
    scores = called(figure, ratings)
    estimates, matrix = evaluate_overlapping(figure, method, truth, scores)
    every = [k for k in range(len(truth)) if figure not in PROPORTIONS[1:] or truth[k] == (figure[1] == "e")]
    for k, m in product(range(len(scores)), repeat=2):
        assert estimates[k] == pytest.approx(figure_of(figure, truth, scores[k]))
        one, two = scores[k], scores[m]
        expected = {
            "jackknife": lambda one=one, two=two: jackknife(figure, truth, one, two, every),
            "unbiased": lambda one=one, two=two: unbiased(figure, truth, one, two),
            "delong": lambda one=one, two=two: delong(truth, one, two),
        }[method]()
        assert matrix[k, m] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("figure", "method"), METHODS)
@pytest.mark.parametrize("patients", [False, True])
def test_cells_without_gaps_are_those_of_crossed_data(figure: Any, method: Any, patients: bool) -> None:
    truth, ratings = drawn(3, gaps=0.0, cases=24)
    patient = np.arange(24) // 3 if patients and method != "unbiased" else None
    scores = called(figure, ratings)
    for ours, expected in zip(
        evaluate_overlapping(figure, method, truth, scores, patient),
        evaluate(figure, method, truth, scores, patient),
        strict=True,
    ):
        assert ours == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_cells_without_a_common_case_are_uncorrelated() -> None:
    truth, scores = drawn(5, gaps=0.0, cases=24, cells=2)
    scores[0, :12], scores[1, 12:] = np.nan, np.nan
    for method in ("delong", "jackknife", "unbiased"):
        matrix = evaluate_overlapping("auc", method, truth, scores)[1]
        assert matrix[0, 1] == 0 and matrix[0, 0] > 0


def test_one_case_of_a_class_leaves_its_own_errors_undefined() -> None:
    truth, scores = drawn(1, gaps=0.0)
    scores[0, (truth == 1) & (np.arange(14) > 1)] = np.nan
    for method in ("delong", "jackknife", "unbiased"):
        estimates, matrix = evaluate_overlapping("auc", method, truth, scores)
        assert np.isfinite(estimates).all()
        assert np.isnan(matrix[0, 0]) and np.isfinite(matrix[1:, 1:]).all()


def test_the_unbiased_covariance_wants_independent_cases() -> None:
    truth, scores = drawn(1)
    with pytest.raises(UnknownChoice, match="several"):
        evaluate_overlapping("auc", "unbiased", truth, scores, np.arange(14) // 2)
