from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import correlate_with_years, each_reader, reader_figures
from analysis.errors import UnknownChoice
from tests.analysis.builders import random_table, table_of

FIGURES = {"a": 0.71, "b": 0.66, "c": 0.80, "d": 0.75, "e": 0.69, "f": 0.90}
YEARS = {"a": 3.0, "b": 0.0, "c": 12.0, "d": 40.0, "e": 7.0, "f": 21.0}


def columns() -> tuple[list[float], list[float]]:
    return [YEARS[who] for who in FIGURES], list(FIGURES.values())


def test_pearson_agrees_with_scipy() -> None:
    found = correlate_with_years(FIGURES, YEARS).pearson
    expected = stats.pearsonr(*columns())
    assert found.interval is not None
    assert (found.estimate, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert (found.interval.low, found.interval.high) == pytest.approx(
        tuple(expected.confidence_interval(0.95))
    )


def test_ranks_agree_with_scipy() -> None:
    found = correlate_with_years(FIGURES, YEARS)
    assert (found.spearman.estimate, found.spearman.p) == pytest.approx(tuple(stats.spearmanr(*columns())))
    assert (found.kendall.estimate, found.kendall.p) == pytest.approx(tuple(stats.kendalltau(*columns())))


def test_rank_intervals_follow_bonett_and_wright() -> None:
    found = correlate_with_years(FIGURES, YEARS)
    for entry, variance in (
        (found.spearman, lambda r: (1 + r * r / 2) / 3),
        (found.kendall, lambda r: 0.437 / 2),
    ):
        assert entry.interval is not None and entry.estimate is not None
        half = 1.959963984540054 * variance(entry.estimate) ** 0.5
        assert np.arctanh(entry.interval.high) == pytest.approx(np.arctanh(entry.estimate) + half)


@given(st.permutations(sorted(FIGURES)))
def test_order_of_readers_changes_nothing(order: list[str]) -> None:
    figures = {who: FIGURES[who] for who in order}
    assert correlate_with_years(figures, YEARS) == correlate_with_years(FIGURES, YEARS)


def test_readers_without_years_are_counted() -> None:
    found = correlate_with_years({**FIGURES, "g": 0.5, "h": None}, {**YEARS, "g": None, "h": 3.0})
    assert found.readers == 6
    assert found.notes == ("2 readers lack years or a figure of merit and are left out",)


@pytest.mark.parametrize(("n", "defined"), [(0, False), (1, False), (2, False), (3, True)])
def test_few_readers_leave_it_undefined_with_a_reason(n: int, defined: bool) -> None:
    found = correlate_with_years({who: FIGURES[who] for who in list(FIGURES)[:n]}, YEARS)
    for entry in (found.pearson, found.spearman, found.kendall):
        assert (entry.estimate is not None) == defined
        assert entry.interval is None and entry.notes


def test_constant_columns_are_undefined() -> None:
    assert "years" in correlate_with_years(FIGURES, dict.fromkeys(FIGURES, 5.0)).pearson.notes[0]
    assert "figure of merit" in correlate_with_years(dict.fromkeys(FIGURES, 0.5), YEARS).kendall.notes[0]


def test_perfect_correlation_has_no_interval() -> None:
    found = correlate_with_years({who: years / 100 for who, years in YEARS.items()}, YEARS).spearman
    assert found.estimate == pytest.approx(1.0)
    assert found.interval is None and "perfect" in found.notes[0]


def test_reader_figures_are_those_of_each_reader_alone() -> None:
    table = random_table(1, 4)
    for entry in each_reader(table):
        assert entry.accuracy is not None and entry.auc is not None
        assert reader_figures(table)[entry.reader] == pytest.approx(entry.accuracy.estimate)
        assert reader_figures(table, "auc")[entry.reader] == pytest.approx(entry.auc.estimate)


def test_reader_figures_without_a_class_are_undefined() -> None:
    table = table_of(None, [1, 1, 1], [[[1, 0, 1]]])
    assert reader_figures(table, "specificity") == {"r0": None}
    assert reader_figures(table, "sensitivity")["r0"] == pytest.approx(2 / 3)


def test_reader_figures_need_one_condition() -> None:
    with pytest.raises(UnknownChoice, match="one condition"):
        reader_figures(random_table(2))
