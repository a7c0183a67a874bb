"""Bootstrap and permutation: against their definitions, what must not change them, and their coverage."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import auc, bootstrap_of, make_table, mrmc, permutation_test
from analysis.bootstrap import _area
from analysis.errors import UnknownChoice
from tests.analysis.builders import random_table, ratings, shuffled, table_of


def mean_auc(truth: Any, rating: Any) -> float:
    return float(np.mean([auc(truth, row) for row in rating]))


@given(st.integers(0, 5000))
def test_a_weighted_area_is_that_of_repeated_cases(seed: int) -> None:
    draw = np.random.default_rng(seed)
    truth = np.r_[0, 0, 1, 1, draw.integers(0, 2, 8)].astype(np.int8)
    rating, weights = draw.integers(0, 6, 12).astype(float), draw.integers(0, 4, (5, 12)).astype(float)
    weights[:, :4] += 1
    for found, weight in zip(_area(truth, rating, weights), weights.astype(int), strict=True):
        assert found == pytest.approx(auc(np.repeat(truth, weight), np.repeat(rating, weight)))


def test_the_same_seed_gives_the_same_interval_in_any_order_of_rows() -> None:
    table = random_table(cases=24)
    assert bootstrap_of(table, replicates=200) == bootstrap_of(shuffled(table), replicates=200)
    assert bootstrap_of(table, replicates=200, seed=2) != bootstrap_of(table, replicates=200)


def test_cases_alone_give_the_error_of_cases_alone() -> None:
    """With fixed readers the bootstrap's error is close to the jackknife's."""
    fixed = mrmc(ratings(), "auc", "jackknife").fixed_readers_random_cases.differences[0]
    found = bootstrap_of(ratings(), replicates=4000, random="cases").estimates[2]
    assert found.se == pytest.approx(fixed.se, rel=0.06)


def test_readers_and_cases_together_err_on_the_wide_side() -> None:
    both = mrmc(ratings()).random_readers_random_cases.differences[0]
    found = bootstrap_of(ratings(), replicates=2000).estimates[2]
    assert found.se is not None and both.se is not None and both.se < found.se < 1.6 * both.se


@pytest.mark.parametrize("figure", ["auc", "accuracy", "specificity"])
def test_estimates_are_those_of_the_analysis(figure: str) -> None:
    expected = mrmc(ratings(), figure).random_readers_random_cases
    found = bootstrap_of(ratings(), figure, replicates=100)
    told = [entry.estimate for entry in (*expected.conditions, *expected.differences)]
    assert [entry.estimate for entry in found.estimates] == pytest.approx(told)


def test_bca_limits_of_one_sample_agree_with_scipy() -> None:
    from scipy.stats import bootstrap

    draw = np.random.default_rng(4)
    call = (draw.random(60) < 0.8).astype(int)
    table = table_of(None, np.ones(60), call[None, None, :])
    ours = bootstrap_of(table, "sensitivity", 20_000, random="cases").estimates[0]
    theirs = bootstrap((call,), np.mean, n_resamples=20_000, method="BCa", rng=draw).confidence_interval
    assert ours.bca is not None
    assert (ours.bca.low, ours.bca.high) == pytest.approx((theirs.low, theirs.high), abs=0.018)


def test_patients_are_drawn_with_all_their_cases() -> None:
    draw = np.random.default_rng(1)
    effect, truth = np.repeat(draw.normal(size=20), 4), np.repeat(np.arange(20) % 2, 4)
    rating = effect + truth
    names = [f"k{place}" for place in range(80)]
    common = {"reader": ["a"] * 80, "case": names, "condition": ["x"] * 80, "truth": list(truth)}
    apart = make_table(**common, rating=list(rating))
    together = make_table(**common, rating=list(rating), patient=[f"p{place // 4}" for place in range(80)])
    errors = [
        bootstrap_of(each, replicates=1000, random="cases").estimates[0].se for each in (apart, together)
    ]
    assert errors[0] is not None and errors[1] is not None and errors[1] > 1.5 * errors[0]


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UnknownChoice, match="one reader cannot be drawn"):
        bootstrap_of(random_table(readers=1))
    with pytest.raises(UnknownChoice, match="100 or more"):
        bootstrap_of(random_table(), replicates=10)


def test_readers_always_right_have_no_interval() -> None:
    truth = np.arange(12) % 2
    table = table_of(np.broadcast_to(truth, (1, 3, 12)), truth)
    (found,) = bootstrap_of(table, replicates=100).estimates
    assert (found.estimate, found.percentile, found.bca) == (1.0, None, None)
    assert "do not vary" in found.notes[0]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 5000), st.sampled_from(["auc", "accuracy"]))
def test_swapping_cases_in_all_ways_by_hand(seed: int, figure: str) -> None:
    table = random_table(readers=2, cases=7, seed=seed)
    first, second = (np.array(table.rating).reshape(2, 2, 7)[place] for place in (0, 1))
    truth = np.array(table.truth)[:7]

    def difference(one: Any, two: Any) -> float:
        if figure == "auc":
            return mean_auc(truth, one) - mean_auc(truth, two)
        return float(((one >= 4) == truth).mean() - ((two >= 4) == truth).mean())

    seen = difference(first, second)
    swapped = [
        difference(np.where(s, second, first), np.where(s, first, second)) for s in product((0, 1), repeat=7)
    ]
    expected = np.mean(np.abs(swapped) >= abs(seen) - 1e-9)
    found = permutation_test(table, figure)
    assert (found.estimate, found.p, found.exact) == (pytest.approx(seen), pytest.approx(expected), True)


def test_swapping_readers_is_the_sign_test_of_their_differences() -> None:
    found = permutation_test(ratings(), over="readers")
    assert (found.p, found.permutations, found.exact) == (0.0625, 32, True)
    assert "smallest possible P is 0.0625" in found.notes[-1]


def test_drawn_permutations_come_near_the_test_of_fixed_readers() -> None:
    found, test = permutation_test(ratings()), mrmc(ratings()).fixed_readers_random_cases.test
    assert test is not None and found.p == pytest.approx(test.p, abs=0.01)
    assert not found.exact


def test_three_conditions_are_refused_with_the_remedy() -> None:
    with pytest.raises(UnknownChoice, match="select two conditions"):
        permutation_test(random_table(conditions=3))


def test_the_permutation_test_keeps_its_level() -> None:
    draw, rejected = np.random.default_rng(9), 0
    truth = np.repeat([0, 1], 20)
    for _ in range(200):
        shared = draw.normal(size=(1, 1, 40)) + truth
        table = table_of(shared + draw.normal(size=(2, 3, 40)), truth)
        p = permutation_test(table, permutations=400).p
        rejected += p is not None and p <= 0.05
    assert 2 <= rejected <= 19
