"""Sums over pairs against every pair by itself: few levels (tables), many (bits), ratings not given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.delong import components
from analysis.pairs import kernel_products, ranks
from analysis.table import Numbers


def every_pair(truth: np.ndarray, ratings: Numbers) -> Numbers:
    """The kernel of each pair (m, n1, n0); comparisons with nan are false, which makes it 0."""
    high, low = ratings[:, truth == 1][:, :, None], ratings[:, truth == 0][:, None, :]
    return np.asarray((high > low) + 0.5 * (high == low))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 4, 30, 0]), st.integers(1, 140), st.booleans())
def test_products_over_pairs_are_those_of_every_pair(seed: int, levels: int, cases: int, gaps: bool) -> None:
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 2, cases)
    shape = (4, cases)
    ratings = draw.integers(0, levels, shape).astype(float) if levels else draw.normal(size=shape)
    ratings[0] = draw.normal(size=cases) if seed % 2 else ratings[0]
    ratings[gaps & (draw.random(shape) < 0.2)] = np.nan
    kernels = every_pair(truth, ratings).reshape(4, -1)
    assert (kernel_products(truth, ratings) == kernels @ kernels.T).all()


@pytest.mark.parametrize("decimals", [0, 2, 3])
def test_products_hold_with_many_levels_and_some_ties(decimals: int) -> None:
    truth = np.arange(600) % 2
    ratings = np.round(np.random.default_rng(1).normal(size=(3, 600)), decimals)
    ratings[0] = np.arange(600)
    kernels = every_pair(truth, ratings).reshape(3, -1)
    assert (kernel_products(truth, ratings) == kernels @ kernels.T).all()


@pytest.mark.parametrize("positives", [1, 3, 70_000])
def test_products_hold_where_one_class_is_small_and_the_other_large(positives: int) -> None:
    truth = np.r_[np.zeros(2), np.ones(positives)]
    ratings = np.arange(positives + 2.0)[None, :]
    assert kernel_products(truth, ratings) == kernel_products(1 - truth, -ratings) == 2 * positives


def test_ranks_count_distinct_ratings_from_one_and_leave_gaps_at_zero() -> None:
    found = ranks(np.array([[0.5, np.nan, -3.0, 0.5, np.inf], [1, 1, 1, 1, 1]]))
    assert found.tolist() == [[2, 0, 1, 2, 3], [1, 1, 1, 1, 1]]


@given(st.integers(0, 10**6))
def test_components_are_the_means_of_the_kernel(seed: int) -> None:
    draw = np.random.default_rng(seed)
    truth, ratings = np.arange(20) % 2, draw.integers(0, 6, (3, 20)).astype(float)
    found, kernel = components(truth, ratings), every_pair(truth, ratings)
    assert found.positive == pytest.approx(kernel.mean(axis=2), abs=1e-15)
    assert found.negative == pytest.approx(kernel.mean(axis=1), abs=1e-15)
