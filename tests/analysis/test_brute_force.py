"""Fast formulas against slow twins that follow the definition: every pair, every case left out."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis import auc, delong_auc, delong_covariance, mrmc, roc_points
from analysis.figures import Covariance, Figure, evaluate
from tests.analysis.builders import random_table

Array = NDArray[np.float64]


@st.composite
def cells(draw: st.DrawFn) -> tuple[NDArray[np.int8], Array]:
    """truth (n,) with two cases or more in each class, and three rows of tied ratings."""
    n = draw(st.integers(5, 12))
    truth = [0, 0, 1, 1] + draw(st.lists(st.integers(0, 1), min_size=n - 4, max_size=n - 4))
    row = st.lists(st.integers(1, 4), min_size=n, max_size=n)
    return np.array(truth, dtype=np.int8), np.array(draw(st.lists(row, min_size=3, max_size=3)), dtype=float)


def kernel(truth: Any, x: Array) -> Array:
    high, low = x[truth == 1][:, None], x[truth == 0][None, :]
    return np.asarray((high > low) + 0.5 * (high == low))


def figure_of(figure: str, truth: Any, x: Array) -> float:
    if figure == "auc":
        return float(kernel(truth, x).mean())
    right = (x == truth)[
        {"accuracy": truth >= 0, "sensitivity": truth == 1, "specificity": truth == 0}[figure]
    ]
    return float(right.mean())


def slow_jackknife(figure: str, truth: Any, rows: Array) -> Array:
    relevant = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
    left = np.array(
        [
            [figure_of(figure, np.delete(truth, k), np.delete(row, k)) for k in np.flatnonzero(relevant)]
            for row in rows
        ]
    )
    n = left.shape[1]
    moved = left - left.mean(axis=1, keepdims=True)
    return np.asarray((n - 1) / n * moved @ moved.T)


def slow_unbiased(truth: Any, rows: Array) -> Array:
    """Product of AUCs less the mean product of kernels over pairs that share no case."""
    kernels = [kernel(truth, row) for row in rows]
    n1, n0 = kernels[0].shape
    matrix = np.empty((len(rows), len(rows)))
    for (a, first), (b, second) in product(enumerate(kernels), enumerate(kernels)):
        apart = [
            first[i, j] * second[k, m]
            for i, k in product(range(n1), repeat=2)
            for j, m in product(range(n0), repeat=2)
            if i != k and j != m
        ]
        matrix[a, b] = first.mean() * second.mean() - np.mean(apart)
    return matrix


@given(cells())
def test_auc_is_the_share_of_pairs_in_order(data: Any) -> None:
    truth, rows = data
    assert auc(truth, rows[0]) == pytest.approx(kernel(truth, rows[0]).mean(), abs=1e-12)


@given(cells())
def test_auc_is_the_area_under_the_roc_points(data: Any) -> None:
    truth, rows = data
    points = roc_points(truth, rows[0])
    assert points.true_positive_rate is not None and points.false_positive_rate is not None
    area = np.trapezoid(points.true_positive_rate, points.false_positive_rate)
    assert auc(truth, rows[0]) == pytest.approx(area, abs=1e-12)


@given(cells(), st.sampled_from(["auc", "accuracy", "sensitivity", "specificity"]))
def test_jackknife_leaves_out_every_case(data: Any, figure: Figure) -> None:
    truth, rows = data
    scores = rows if figure == "auc" else (rows >= 3).astype(float)
    estimates, matrix = evaluate(figure, "jackknife", truth, scores)
    assert estimates == pytest.approx([figure_of(figure, truth, row) for row in scores], abs=1e-12)
    assert matrix == pytest.approx(slow_jackknife(figure, truth, scores), abs=1e-12)


@settings(max_examples=25)
@given(cells())
def test_unbiased_covariance_uses_pairs_without_a_common_case(data: Any) -> None:
    truth, rows = data
    assert evaluate("auc", "unbiased", truth, rows)[1] == pytest.approx(slow_unbiased(truth, rows), abs=1e-12)


@given(cells())
def test_delong_diagonal_is_the_single_reader_variance(data: Any) -> None:
    truth, rows = data
    matrix = delong_covariance(truth, rows)
    for place, row in enumerate(rows):
        se = delong_auc(truth, row).se
        assert se is not None
        assert se**2 == pytest.approx(matrix[place, place], abs=1e-14)


def slow_moments(theta: Array) -> tuple[float, float, float]:
    """Mean squares of conditions, readers and interaction from sums over cells."""
    t, r = theta.shape
    grand = theta.mean()
    condition = sum(r * (theta[i].mean() - grand) ** 2 for i in range(t)) / (t - 1)
    reader = sum(t * (theta[:, j].mean() - grand) ** 2 for j in range(r)) / (r - 1)
    both = sum(
        (theta[i, j] - theta[i].mean() - theta[:, j].mean() + grand) ** 2 for i in range(t) for j in range(r)
    )
    return condition, reader, both / ((t - 1) * (r - 1))


def slow_covariances(matrix: Array, t: int, r: int) -> dict[str, float]:
    parts: dict[str, list[float]] = {"variance": [], "cov1": [], "cov2": [], "cov3": []}
    for (a, (i, j)), (b, (k, m)) in product(enumerate(product(range(t), range(r))), repeat=2):
        name = {(True, True): "variance", (False, True): "cov1", (True, False): "cov2"}.get(
            (i == k, j == m), "cov3"
        )
        parts[name].append(matrix[a, b])
    return {name: float(np.mean(values)) for name, values in parts.items()}


@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity", "specificity"])
@pytest.mark.parametrize("seed", range(4))
def test_whole_analysis_against_a_slow_twin(figure: Figure, seed: int) -> None:
    """F, degrees of freedom and covariances of a jackknife analysis, spelled out from the definition."""
    t, r, cases = 3, 4, 24
    table = random_table(t, r, cases, seed)
    column = table.rating if figure == "auc" else table.call
    assert column is not None
    rows, truth = column.reshape(t * r, cases), table.truth[:cases]
    theta = np.array([figure_of(figure, truth, row) for row in rows]).reshape(t, r)
    c = slow_covariances(slow_jackknife(figure, truth, rows), t, r)
    ms_t, _, ms_tr = slow_moments(theta)
    error = ms_tr + r * max(c["cov2"] - c["cov3"], 0)
    result = mrmc(table, figure, "jackknife")
    test = result.random_readers_random_cases.test
    assert test is not None
    assert (test.statistic, test.df2) == pytest.approx(
        (ms_t / error, error**2 / (ms_tr**2 / ((t - 1) * (r - 1))))
    )
    for name, value in c.items():
        assert getattr(result.covariances, name) == pytest.approx(value, abs=1e-14)


@pytest.mark.parametrize("method", ["jackknife", "unbiased"])
def test_jackknife_and_unbiased_agree_for_proportions(method: Covariance) -> None:
    table = random_table(2, 3, 20)
    assert mrmc(table, "accuracy", method).covariances == mrmc(table, "accuracy").covariances
