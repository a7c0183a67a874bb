"""A rule's strength and its p, against other programs and a slower way."""

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy import stats

from studies.leaks.chance import exchanged
from studies.leaks.features import Column
from studies.leaks.fitting import fit
from studies.leaks.strength import Rule, family_wise_p, strengths

RANDOM = np.random.default_rng(11)
LABELS = np.array([0, 1] * 15, dtype=np.int8)
NUMBERS = np.round(RANDOM.normal(size=30) + 0.4 * LABELS, 1)
GAPPED = np.where(RANDOM.random(30) < 0.2, np.nan, NUMBERS)
WORDS = RANDOM.choice(["a", "b", "c"], 30)


def slow(leaves: list[np.ndarray]) -> float:
    ones, zeros = LABELS == 1, LABELS == 0
    return sum(abs((leaf & ones).sum() / 15 - (leaf & zeros).sum() / 15) for leaf in leaves) / 2


@pytest.mark.parametrize("numbers", [NUMBERS, GAPPED])
def test_a_threshold_is_the_best_of_all(numbers):
    missing, points = np.isnan(numbers), np.unique(numbers[~np.isnan(numbers)])
    best = max(slow([numbers <= cut, numbers > cut, missing]) for cut in points)
    assert strengths(Rule(Column("", "", numbers), "threshold"), LABELS[None, :])[0] == pytest.approx(best)


@pytest.mark.parametrize("numbers", [NUMBERS, GAPPED])
def test_a_range_is_the_best_of_all(numbers):
    missing, points = np.isnan(numbers), [-np.inf, *np.unique(numbers[~np.isnan(numbers)])]
    inside = [(numbers > low) & (numbers <= high) for low, high in itertools.combinations(points, 2)]
    best = max(slow([leaf, ~leaf & ~missing, missing]) for leaf in inside)
    assert strengths(Rule(Column("", "", numbers), "range"), LABELS[None, :])[0] == pytest.approx(best)


@pytest.mark.parametrize(("numbers", "labels"), [(NUMBERS, LABELS), (GAPPED, LABELS), (NUMBERS, 1 - LABELS)])
def test_the_fitted_range_is_the_most_accurate_of_all(numbers, labels):
    missing, points = np.isnan(numbers), [-np.inf, *np.unique(numbers[~np.isnan(numbers)])]
    inside = [(numbers > low) & (numbers <= high) for low, high in itertools.combinations(points, 2)]
    best = max(
        sum(max((leaf & (labels == value)).sum() for value in (0, 1)) for leaf in (own, ~own & ~missing))
        for own in inside
    )
    low, high = fit(Rule(Column("", "", numbers), "range"), labels).edges
    own = (numbers > low) & (numbers <= high)
    got = [max((leaf & (labels == value)).sum() for value in (0, 1)) for leaf in (own, ~own & ~missing)]
    assert sum(got) == best


def test_ten_thousand_cases_fit_the_memory():
    numbers, labels = np.random.default_rng(1).normal(size=10_000), np.tile(LABELS, 334)[:10_000]
    tracemalloc.start()
    fit(Rule(Column("", "", numbers), "range"), labels)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20e6  # a table of all ranges has 800 MB


def test_a_threshold_has_the_distance_of_kolmogorov_and_smirnov():
    ours = strengths(Rule(Column("", "", NUMBERS), "threshold"), LABELS[None, :])[0]
    assert ours == pytest.approx(stats.ks_2samp(NUMBERS[LABELS == 1], NUMBERS[LABELS == 0]).statistic)


def test_values_have_the_total_variation_distance():
    ours = strengths(Rule(Column("", "", None, WORDS), "values"), LABELS[None, :])[0]
    assert ours == pytest.approx(slow([word == WORDS for word in "abc"]))


def test_one_yes_or_no_has_fishers_p():
    flag = np.where((LABELS == 1) & (np.arange(30) < 14) | (np.arange(30) > 26), "yes", "no")
    table = [[((flag == word) & (value == LABELS)).sum() for word in ("yes", "no")] for value in (0, 1)]
    rows = exchanged(LABELS, np.arange(30), 9999, np.random.default_rng(3))
    adjusted, own = family_wise_p([Rule(Column("", "", None, flag), "values")], rows)
    assert own[0] == adjusted[0] == pytest.approx(stats.fisher_exact(table).pvalue, abs=0.01)


@pytest.mark.parametrize("odd", [0, 20, 41, 153])
def test_one_odd_case_among_equally_many_of_each_class_tells_nothing(odd):
    flag = Column("", "", None, np.where(np.arange(154) == odd, "yes", "no"))
    labels = np.repeat(np.array([0, 1], dtype=np.int8), 77)
    rows = exchanged(labels, np.arange(154), 999, np.random.default_rng(3))
    assert family_wise_p([Rule(flag, "values")], rows)[1][0] == 1.0


def test_asking_more_rules_makes_p_larger_and_keeps_the_order():
    asked = [
        Rule(Column("", "", RANDOM.normal(size=30) + shift * LABELS), "threshold") for shift in (0, 0, 1, 2)
    ]
    rows = exchanged(LABELS, np.arange(30), 999, np.random.default_rng(3))
    adjusted, own = family_wise_p(asked, rows)
    assert (adjusted >= own).all() and adjusted[3] <= adjusted[2] <= min(adjusted[:2])
