"""Where statistics end: perfect, constant, single, empty. Nothing crashes; None comes with a reason."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis import auc, delong_auc, each_reader, mrmc, roc_points
from analysis.errors import ScoreMissing, UnknownChoice
from analysis.figures import COVARIANCES, FIGURES
from analysis.mrmc_result import MrmcResult
from tests.analysis.builders import nested, random_table, table_of

TRUTH = [0, 1] * 6


def perfect(conditions: int, readers: int) -> Any:
    call = np.broadcast_to(TRUTH, (conditions, readers, len(TRUTH)))
    return table_of(call * 2.0, TRUTH, call)


def analyses(result: MrmcResult) -> list[Any]:
    return [
        result.random_readers_random_cases,
        result.fixed_readers_random_cases,
        result.random_readers_fixed_cases,
    ]


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 1), (2, 3)])
def test_all_correct_readers_have_no_interval_but_a_reason(figure: Any, shape: tuple[int, int]) -> None:
    for analysis in analyses(mrmc(perfect(*shape), figure)):
        for entry in (*analysis.conditions, *analysis.differences):
            assert entry.estimate in (0.0, 1.0)
            assert entry.interval is None and entry.notes


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_constant_ratings_have_area_one_half_and_no_interval(covariance: Any) -> None:
    result = mrmc(table_of(np.full((2, 3, 12), 3.0), TRUTH), "auc", covariance)
    for entry in result.per_reader:
        assert (entry.estimate, entry.interval) == (0.5, None)
        assert entry.notes
    test = result.random_readers_random_cases.test
    assert test is not None and test.statistic is None and test.p is None


@pytest.mark.parametrize("figure", FIGURES)
def test_one_reader_has_a_fixed_reader_interval_only(figure: Any) -> None:
    result = mrmc(random_table(1, 1, 40), figure)
    assert result.fixed_readers_random_cases.conditions[0].interval is not None
    for analysis in (result.random_readers_random_cases, result.random_readers_fixed_cases):
        assert analysis.conditions[0].interval is None
        assert "between-reader" in analysis.conditions[0].notes[0]


def test_one_reader_under_two_conditions_is_tested_over_cases() -> None:
    result = mrmc(random_table(2, 1, 40))
    assert result.fixed_readers_random_cases.differences[0].p is not None
    assert result.random_readers_random_cases.differences[0].p is None
    assert "one reader: cov2 and cov3 are undefined" in result.notes


def test_one_condition_has_means_and_no_test() -> None:
    result = mrmc(random_table(1, 4, 40), "accuracy")
    assert result.random_readers_random_cases.test is None
    assert result.random_readers_random_cases.differences == ()
    assert result.covariances.cov1 is None and result.covariances.cov2 is not None


def test_one_condition_gives_the_interval_it_has_beside_another() -> None:
    both = random_table(2, 4, 40)
    alone = mrmc(both.only(condition="c1")).random_readers_random_cases.conditions[0]
    beside = mrmc(both).random_readers_random_cases.conditions[1]
    assert alone.condition == beside.condition and alone.df == pytest.approx(beside.df)
    assert alone.interval and beside.interval
    assert (alone.estimate, alone.se, alone.interval.low, alone.interval.high) == pytest.approx(
        (beside.estimate, beside.se, beside.interval.low, beside.interval.high), rel=1e-12
    )


@pytest.mark.parametrize(
    ("figure", "truth"), [("auc", 1), ("auc", 0), ("sensitivity", 0), ("specificity", 1)]
)
def test_an_empty_class_leaves_everything_undefined(figure: Any, truth: int) -> None:
    table = random_table(2, 3, 20)
    one_class = table.rows(table.truth == truth)
    result = mrmc(one_class, figure)
    assert all(entry.estimate is None and entry.notes for entry in result.per_reader)
    for analysis in analyses(result):
        assert analysis.test is not None and analysis.test.p is None
        assert all(entry.estimate is None and entry.notes for entry in analysis.conditions)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_one_positive_case_gives_estimates_without_errors(covariance: Any) -> None:
    table = random_table(2, 3, 20)
    result = mrmc(table.only(cases=["k1", "k0", "k2", "k4", "k6"]), "auc", covariance)
    entry = result.random_readers_random_cases.conditions[0]
    assert entry.estimate is not None and entry.interval is None and entry.notes


def test_readers_who_do_not_differ_get_normal_quantiles() -> None:
    one = random_table(1, 1, 40)
    assert one.call is not None
    same = table_of(None, one.truth, np.broadcast_to(one.call, (1, 3, 40)))
    entry = mrmc(same, "accuracy").random_readers_random_cases.conditions[0]
    assert entry.df is None and entry.interval is not None
    assert "normal quantiles" in entry.notes[0]


def test_conditions_with_cases_of_their_own_are_uncorrelated() -> None:
    table = random_table(2, 4, 40)
    crossed, apart = (mrmc(each, "accuracy", "unbiased") for each in (table, nested(table)))
    assert (apart.covariances.cov1, apart.covariances.cov3) == (0.0, 0.0)
    assert apart.covariances.cov2 == pytest.approx(crossed.covariances.cov2)
    assert apart.cases == 2 * crossed.cases
    for one, other in zip(
        apart.random_readers_random_cases.conditions,
        crossed.random_readers_random_cases.conditions,
        strict=True,
    ):
        assert (one.estimate, one.se, one.df) == pytest.approx((other.estimate, other.se, other.df))


def test_the_jackknife_leaves_out_every_case_of_the_study() -> None:
    table = random_table(2, 4, 40)
    crossed, apart = (mrmc(each, "accuracy").covariances.cov2 for each in (table, nested(table)))
    assert crossed is not None and apart == pytest.approx(crossed * (79 / 80) / (39 / 40))


def test_case_sets_of_different_size_can_be_compared() -> None:
    table = nested(random_table(2, 4, 40))
    smaller = table.rows(~np.isin(table.case, ["k0/c1", "k1/c1", "k2/c1"]))
    entry = mrmc(smaller, "accuracy").random_readers_random_cases
    assert [condition.cases for condition in entry.conditions] == [40, 37]
    assert entry.differences[0].interval is not None


def test_missing_scores_are_named() -> None:
    with pytest.raises(ScoreMissing, match="needs a rating"):
        mrmc(table_of(np.full((1, 2, 12), np.nan), TRUTH, np.ones((1, 2, 12))), "auc")
    with pytest.raises(ScoreMissing, match="needs a call"):
        mrmc(table_of(np.ones((1, 2, 12)), TRUTH), "accuracy")


@pytest.mark.parametrize(("figure", "covariance"), [("accuracy", "delong"), ("auc", "magic"), ("f1", None)])
def test_unknown_choices_are_named(figure: Any, covariance: Any) -> None:
    with pytest.raises(UnknownChoice, match="choose"):
        mrmc(random_table(), figure, covariance)


@pytest.mark.parametrize(("truth", "note"), [([1, 1], "no negative"), ([0, 0], "no positive")])
def test_area_without_a_class_is_undefined(truth: list[int], note: str) -> None:
    assert auc(truth, [1, 2]) is None
    assert delong_auc(truth, [1, 2]).estimate is None
    assert any(note in told for told in delong_auc(truth, [1, 2]).notes + roc_points(truth, [1, 2]).notes)


def test_roc_points_begin_and_end_in_the_corners() -> None:
    points = roc_points([0, 1, 0, 1], [1, 1, 2, 3])
    assert points.false_positive_rate is not None and points.true_positive_rate is not None
    assert list(points.threshold) == [math.inf, 3, 2, 1]
    assert list(points.false_positive_rate) == [0, 0, 0.5, 1]
    assert list(points.true_positive_rate) == [0, 0.5, 0.5, 1]


def test_each_reader_counts_what_it_saw() -> None:
    table = table_of(None, [1, 1, 0, 0], [[[1, 0, 0, 0], [1, 1, 1, 1]]])
    first, second = each_reader(table)
    assert first.accuracy is not None and first.sensitivity is not None and second.specificity is not None
    assert (first.accuracy.estimate, first.sensitivity.estimate, second.specificity.estimate) == (
        0.75,
        0.5,
        0.0,
    )
    assert (first.n, first.positive, first.negative) == (4, 2, 2)
    assert first.auc is None and "no ratings" in first.notes[0]


def test_rounding_is_not_taken_for_variation() -> None:
    """Three readers, each one case better under one condition: the interaction is 0, though not in floats."""
    call = np.array([[[0] * k + [1] * (10 - k) for k in (wrong, wrong + 1, wrong + 2)] for wrong in (2, 1)])
    analysis = mrmc(table_of(None, [1] * 10, call), "accuracy").random_readers_fixed_cases
    assert analysis.test is not None and analysis.test.statistic is None
    assert analysis.differences[0].estimate == pytest.approx(-0.1)
    assert analysis.differences[0].interval is None and analysis.differences[0].notes


def test_what_is_reported_stays_within_its_bounds_and_few_readers_are_told() -> None:
    table = random_table(readers=3, cases=40)
    found = mrmc(table)
    for mean in found.conditions_to_report:
        assert mean.interval is not None and 0 < mean.interval.low < mean.interval.high < 1
    assert any(note.startswith("3 readers: in simulated") for note in found.random_readers_random_cases.notes)
    told = mrmc(random_table(readers=5, cases=40)).random_readers_random_cases.notes
    assert not any("simulated" in note for note in told)
