"""Obuchowski-Rockette where not everything is crossed: arithmetic, identities, and what gaps change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import (
    IncompleteDesign,
    PartlyPairedCases,
    ReadingTable,
    against_panel,
    by_group,
    mrmc,
    u_statistics,
)
from analysis.cells import cells_of
from analysis.mean_errors import Balanced
from analysis.moments import moments
from analysis.mrmc_result import FIXED_CASES, FIXED_READERS, RANDOM_BOTH, MrmcResult
from analysis.table import Codes, Numbers
from analysis.unbalanced import Unbalanced
from tests.analysis.builders import (
    nested,
    random_table,
    ratings,
    renamed,
    shuffled,
    split_plot,
    table_of,
    with_gaps,
)

NAMES = (RANDOM_BOTH, FIXED_READERS, FIXED_CASES)


def figures(conditions: int, groups: Codes | None) -> tuple[Numbers, Numbers]:
    """Estimates of six readers and errors that two of one condition (and group) have in common."""
    draw = np.random.default_rng(conditions)
    parts = draw.normal(size=(conditions, 6, 12)) + 2 * draw.normal(size=(conditions, 1, 12))
    errors = np.einsum("ijk,abk->ijab", parts, parts) / 1e4
    if groups is not None:
        errors *= (groups[:, None] == groups[None, :])[None, :, None, :]
    return draw.normal(0.8, 0.05, size=(conditions, 6)), errors


@pytest.mark.parametrize("conditions", [2, 3])
@pytest.mark.parametrize("groups", [None, np.array([0, 0, 1, 1, 1, 1])], ids=["one group", "two groups"])
@pytest.mark.parametrize("name", NAMES)
def test_a_whole_table_is_no_special_case(name: str, groups: Codes | None, conditions: int) -> None:
    given = (*figures(conditions, groups), groups)
    one, two = Balanced(moments(*given)), Unbalanced(*given)
    assert one.m.excess > 0
    assert one.test(name) == pytest.approx(two.test(name))
    assert one.difference(name, 0, 1) == pytest.approx(two.difference(name, 0, 1))
    assert one.condition(name, 1) == pytest.approx(two.condition(name, 1))
    for part in ("covariances", "components"):
        ours, theirs = (vars(getattr(each, part)) for each in (one, two))
        assert ours == pytest.approx(theirs)


def test_readers_nested_in_conditions_by_arithmetic() -> None:
    """F = MS(T) / (MS(R(T)) + 5 (cov2 - cov3)). MRMCaov 0.3.0 has (n - sum n_i^2) / (n (t - 1)) = -4 in place
    of (n^2 - sum n_i^2) / (n (t - 1)) = 5, for n = 10 readers; its numbers below are for the rest."""
    ms_condition, ms_reader, cov2, cov3 = 0.0047961705317, 0.0021936153054, 0.0003440748289, 0.0002605454386
    result = mrmc(renamed(ratings(), reader=ratings().condition), "auc", "jackknife")
    test = result.random_readers_random_cases.test
    error = ms_reader + 5 * (cov2 - cov3)
    assert test is not None
    assert (test.statistic, test.df2) == pytest.approx((ms_condition / error, 8 * (error / ms_reader) ** 2))
    fixed = result.fixed_readers_random_cases.test
    assert fixed is not None
    own = 0.0008022882656 - cov2 + 5 * (cov2 - cov3)
    assert fixed.statistic == pytest.approx(ms_condition / own)
    assert (ms_condition / (ms_reader - 4 * (cov2 - cov3))) == pytest.approx(2.579282790812)  # MRMCaov's F


def test_groups_with_their_own_cases_by_arithmetic() -> None:
    """Three groups of two readers: mean squares within groups, the errors of two together, 3 readers free."""
    table = split_plot(random_table(2, 6, 30, seed=4), 3)
    cells = cells_of(table, "auc", "jackknife", "use")
    theta, errors = cells.estimates, cells.covariance
    gap = theta[0] - theta[1]
    square = sum(((gap[g : g + 2] - gap[g : g + 2].mean()) ** 2).sum() for g in (0, 2, 4)) / 2 / 3
    pairs = [(g, g + 1) for g in (0, 2, 4)]
    cov2 = np.mean([errors[i, a, i, b] for i in (0, 1) for a, b in pairs])
    cov3 = np.mean([errors[0, a, 1, b] + errors[0, b, 1, a] for a, b in pairs]) / 2
    error = square + 2 * max(cov2 - cov3, 0)
    (found,) = mrmc(table, "auc", "jackknife").random_readers_random_cases.differences
    assert found.se == pytest.approx(np.sqrt(2 * error / 6))
    assert found.df == pytest.approx(3 * (error / square) ** 2)
    assert errors[0, 0, 0, 2] == errors[0, 0, 1, 3] == 0


@pytest.mark.parametrize(
    "change",
    [
        nested,
        lambda table: split_plot(table, 2),
        lambda table: renamed(table, reader=table.condition),
        lambda table: with_gaps(table, 0.1),
        lambda table: table.rows(~((table.reader == "r1") & (table.condition == "c1"))),
    ],
)
@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_order_of_rows_does_not_matter(change: Any, figure: Any) -> None:
    table = change(random_table(3, 4, 24))
    assert mrmc(shuffled(table), figure) == mrmc(table, figure)


def variance_of(result: MrmcResult) -> float:
    return (result.random_readers_random_cases.differences[0].se or 0.0) ** 2


@pytest.mark.parametrize(
    "change",
    [
        nested,
        lambda table: renamed(table, case=table.reader),
        lambda table: renamed(table, reader=table.condition),
        lambda table: renamed(table, reader=table.condition, case=table.condition),
    ],
    ids=["cases in conditions", "cases in readers", "readers in conditions", "both in conditions"],
)
@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity", "specificity"])
def test_nested_cases_give_the_variance_of_u_statistics(change: Any, figure: Any) -> None:
    """As in crossed data: with the unbiased covariance, and where nothing is cut off at 0."""
    parts = [random_table(1, 4, 30, seed) for seed in (2, 3)]  # hard cases of one are not those of the other
    rating, call = (
        np.concatenate([getattr(part, name).reshape(1, 4, 30) for part in parts])
        for name in ("rating", "call")
    )
    table = change(table_of(rating, np.arange(30) % 2, call))
    result = mrmc(table, figure, "unbiased")
    assert result.covariances.cov2 is not None and result.covariances.cov2 >= (result.covariances.cov3 or 0)
    found = u_statistics(table, figure).differences[0]
    assert found.estimate == pytest.approx(result.random_readers_random_cases.differences[0].estimate)
    assert found.variance == pytest.approx(variance_of(result), rel=1e-9)


def test_patients_hold_together_what_their_cases_do_not() -> None:
    """Cases of their own in each condition, but of the same patients: the errors of crossed cases."""
    table = random_table(2, 4, 30)
    apart = nested(table)
    given = (apart.reader, apart.case, apart.condition, apart.truth, apart.rating, apart.call, table.case)
    linked = mrmc(ReadingTable(*given), "auc", "jackknife")
    assert linked.design == "cases nested in conditions"
    expected = vars(mrmc(table, "auc", "jackknife").covariances)
    assert vars(linked.covariances) == pytest.approx(expected)


def test_a_condition_without_positive_cases_leaves_the_other_as_it_is() -> None:
    table = random_table(2, 4, 30)
    part = table.rows(~((table.condition == "c1") & (table.truth == 1)))
    one, two = mrmc(part).random_readers_random_cases.conditions
    alone = mrmc(table.only(condition="c0")).random_readers_random_cases.conditions[0]
    assert (one.estimate, one.se, one.df) == pytest.approx((alone.estimate, alone.se, alone.df))
    assert two.estimate is None and mrmc(part).random_readers_random_cases.differences[0].p is None


def test_one_missing_reading_changes_little_and_is_told() -> None:
    whole, part = (mrmc(table) for table in (ratings(), ratings().rows(np.arange(1140) != 100)))
    assert part.design == "crossed, with gaps" and "1 of 1140 readings" in part.notes[1]
    assert part.cases == 114
    assert variance_of(part) == pytest.approx(variance_of(whole), rel=0.02)
    counts = [entry.cases for entry in part.per_reader]
    assert sorted(counts) == [113, *[114] * 9]


def test_a_reader_who_lacks_a_condition_stays_in_the_other() -> None:
    table = ratings()
    part = mrmc(table.rows(~((table.reader == "5") & (table.condition == "2"))))
    means = part.random_readers_random_cases.conditions
    assert [entry.readers for entry in means] == [5, 4]
    assert means[0].estimate == pytest.approx(mrmc(table).random_readers_random_cases.conditions[0].estimate)
    (gap,) = part.random_readers_random_cases.differences
    assert gap.se is not None and gap.df is not None and 4 < gap.df < 40
    assert len(part.per_reader) == 9
    assert any("not every reader" in note for note in part.notes)


def test_a_reader_without_positive_cases_is_left_out_by_name() -> None:
    table = random_table(2, 4, 20)
    part = table.rows(~((table.reader == "r2") & (table.truth == 1)))
    result = mrmc(part)
    assert result.readers == ("r0", "r1", "r3")
    assert "left out: r2 under c0, r2 under c1" in result.notes[-1]
    assert mrmc(part, "specificity").readers == ("r0", "r1", "r2", "r3")


def test_refusing_is_still_there_to_ask_for() -> None:
    with pytest.raises(IncompleteDesign):
        mrmc(with_gaps(random_table(), 0.1), incomplete="refuse")
    with pytest.raises(PartlyPairedCases):
        table = random_table()
        mrmc(table.rows((table.condition == "c0") | (table.case != "k1")), incomplete="refuse")


def test_one_condition_of_a_split_plot_has_an_interval() -> None:
    (mean,) = mrmc(split_plot(random_table(1, 6, 30), 2)).random_readers_random_cases.conditions
    assert mean.interval is not None and mean.df is not None and mean.df >= 4


def test_one_reader_with_gaps_has_an_interval_over_cases() -> None:
    table = with_gaps(random_table(2, 1, 40), 0.2)
    result = mrmc(table)
    assert result.fixed_readers_random_cases.differences[0].se is not None
    assert result.random_readers_random_cases.differences[0].se is None


def test_an_algorithm_and_groups_take_gaps_too() -> None:
    table = with_gaps(random_table(1, 6, 60), 0.1)
    gap = against_panel(table, "r0", "auc")
    assert gap.difference.interval is not None and "readings" in gap.notes[0]
    found = by_group(table, {f"r{j}": "ab"[j % 2] for j in range(6)}, "auc")
    assert all(group.between_reader_interval is not None for group in found.groups)
