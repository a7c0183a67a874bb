from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from analysis import ReadingTable, by_group, experience_bands, make_table, mrmc
from analysis.errors import UnknownChoice, ValueRefused
from analysis.subgroups import GroupEstimate
from tests.analysis.builders import random_table, table_of

GROUPS = {"r0": "bone", "r1": "bone", "r2": "chest", "r3": "chest", "r4": "neuro"}


def one_condition(readers: int = 5, seed: int = 3) -> ReadingTable:
    return random_table(1, readers, 40, seed)


def groups_of(table: ReadingTable, groups: dict[str, str], **options: Any) -> dict[str, GroupEstimate]:
    return {entry.group: entry for entry in by_group(table, groups, **options).groups}


@pytest.mark.parametrize("figure", ["accuracy", "auc"])
def test_the_only_group_with_several_readers_is_analysed_as_a_study_of_them(figure: Any) -> None:
    table = one_condition()
    apart = {"r0": "bone", "r1": "bone", "r2": "chest", "r3": "neuro", "r4": "breast"}
    found = groups_of(table, apart, figure=figure)["bone"]
    alone = mrmc(table.only(readers=["r0", "r1"]), figure)
    both, fixed = (
        alone.random_readers_random_cases.conditions[0],
        alone.fixed_readers_random_cases.conditions[0],
    )
    assert (found.estimate, found.se, found.df) == pytest.approx((both.estimate, both.se, both.df))
    assert found.between_reader_interval == alone.conditions_to_report[0].interval
    own, theirs = found.fixed_reader_interval, fixed.interval
    assert own is not None and theirs is not None and found.estimate is not None
    slope = 1 / (found.estimate * (1 - found.estimate))
    width = np.log(own.high / (1 - own.high)) - np.log(own.low / (1 - own.low))
    assert width == pytest.approx((theirs.high - theirs.low) * slope)


def test_a_group_of_one_has_only_a_fixed_reader_interval() -> None:
    found = groups_of(one_condition(), GROUPS)["neuro"]
    assert found.between_reader_interval is None and found.fixed_reader_interval is not None
    assert any("says nothing of other readers" in note for note in found.notes)


def test_balanced_difference_follows_the_nested_reader_formula() -> None:
    """SE^2 = 2/r (MS[R(G)] + r max(cov2 - cov3, 0)), df from MS on 2 (r - 1): Hillis 2014, spelled out."""
    table = one_condition(4)
    assert table.call is not None
    right = (table.call == table.truth).reshape(4, 40).astype(float)
    theta, matrix = right.mean(axis=1), np.cov(right) / 40
    ms = ((theta[:2] - theta[:2].mean()) ** 2).sum() / 2 + ((theta[2:] - theta[2:].mean()) ** 2).sum() / 2
    cov2, cov3 = (matrix[0, 1] + matrix[2, 3]) / 2, matrix[:2, 2:].mean()
    error = ms + 2 * max(cov2 - cov3, 0)
    found = groups_of(table, {"r0": "a", "r1": "a", "r2": "b", "r3": "b"})["a"].difference
    assert found is not None
    assert found.estimate == pytest.approx(theta[:2].mean() - theta[2:].mean())
    assert (found.se, found.df) == pytest.approx((error**0.5, (error / ms) ** 2 * 2))


def test_two_groups_differ_by_opposite_amounts() -> None:
    found = groups_of(one_condition(4), {"r0": "a", "r1": "b", "r2": "b", "r3": "b"})
    a, b = found["a"].difference, found["b"].difference
    assert a is not None and b is not None and a.estimate is not None
    assert (b.estimate, b.se, b.p) == pytest.approx((-a.estimate, a.se, a.p))
    assert any("borrows" in note for note in a.notes)


def test_one_reader_against_one_has_no_error() -> None:
    found = groups_of(one_condition(2), {"r0": "a", "r1": "b"})["a"].difference
    assert found is not None and found.estimate is not None
    assert (found.se, found.interval, found.p) == (None, None, None) and found.notes


def test_a_single_group_has_nobody_to_differ_from() -> None:
    found = groups_of(one_condition(3), dict.fromkeys(["r0", "r1", "r2"], "all"))["all"]
    assert found.difference is None and "no other readers" in found.notes[0]


def test_readers_without_a_group_are_counted() -> None:
    result = by_group(one_condition(), {"r0": "a", "r1": "a", "r2": "b", "r3": "", "nobody": "b"})
    assert result.readers == 3
    assert result.notes == ("2 readers without a group are left out: r3, r4",)


def test_all_correct_groups_do_not_crash() -> None:
    truth = [0, 1] * 5
    table = table_of(None, truth, np.broadcast_to(truth, (1, 4, 10)))
    for entry in by_group(table, GROUPS).groups:
        assert entry.estimate == 1.0 and entry.between_reader_interval is None and entry.notes
        assert entry.difference is not None and entry.difference.p is None


def test_several_conditions_and_absent_groups_are_refused() -> None:
    with pytest.raises(UnknownChoice, match="one condition"):
        by_group(random_table(2), GROUPS)
    with pytest.raises(UnknownChoice, match="no reader has a group"):
        by_group(one_condition(), {"stranger": "a"})


def test_experience_bands() -> None:
    years = {"a": 0, "b": 4.9, "c": 5, "d": 10, "e": 19, "f": 20, "g": 40, "h": None}
    expected = {"a": "0-4", "b": "0-4", "c": "5-9", "d": "10-19", "e": "10-19", "f": "20+", "g": "20+"}
    assert experience_bands(years) == expected
    assert experience_bands({"a": 7}, starts=(0, 8)) == {"a": "0-7"}


@pytest.mark.parametrize(
    ("years", "starts"), [(-1.0, (0, 5)), (float("nan"), (0, 5)), (3.0, (5, 0)), (3.0, ())]
)
def test_impossible_years_and_bands_are_refused(years: float, starts: tuple[int, ...]) -> None:
    with pytest.raises(ValueRefused):
        experience_bands({"a": years}, starts)


def test_bands_come_in_order_of_years() -> None:
    table = one_condition(4)
    bands = experience_bands({"r0": 25, "r1": 12, "r2": 7, "r3": 1})
    assert [entry.group for entry in by_group(table, bands).groups] == ["0-4", "5-9", "10-19", "20+"]


def simulated(draw: np.random.Generator, readers: int, cases: int, skill_sd: float = 0.5) -> ReadingTable:
    """Calls with random readers and random cases, the same skill in all groups."""
    hard = draw.normal(0, 0.8, cases)
    skill = draw.normal(1.0, skill_sd, readers)
    right = draw.normal(size=(readers, cases)) < skill[:, None] - hard
    truth = np.arange(cases) % 2
    names = [(f"r{j}", f"k{k}") for j in range(readers) for k in range(cases)]
    return make_table(
        reader=[reader for reader, _ in names],
        case=[case for _, case in names],
        condition=["x"] * len(names),
        truth=[int(truth[k]) for _ in range(readers) for k in range(cases)],
        call=[int(truth[k] == right[j, k]) for j in range(readers) for k in range(cases)],
    )


def test_the_variance_between_readers_is_pooled_over_groups() -> None:
    """SE^2 = MS / r + max(cov2, 0) with df = SE^4 (R - G) / (MS / r)^2, spelled out."""
    table = one_condition(5)
    assert table.call is not None
    right = (table.call == table.truth).reshape(5, 40).astype(float)
    theta, cov2 = right.mean(axis=1), np.cov(right[:2])[0, 1] / 40
    mean_square = (
        ((theta[:2] - theta[:2].mean()) ** 2).sum() + ((theta[2:4] - theta[2:4].mean()) ** 2).sum()
    ) / 2
    variance = mean_square / 2 + max(cov2, 0)
    found = groups_of(table, GROUPS)["bone"]
    assert (found.se, found.df) == pytest.approx((variance**0.5, (variance / (mean_square / 2)) ** 2 * 2))


def test_readers_alike_by_chance_do_not_make_a_group_more_certain_than_its_cases() -> None:
    right = np.zeros((4, 40), dtype=int)
    for place in range(4):
        right[place, place * 3 : place * 3 + 30] = 1
    table = table_of(None, [1] * 40, right[None])
    for found in groups_of(table, {"r0": "a", "r1": "a", "r2": "b", "r3": "b"}).values():
        assert found.between_reader_interval == found.fixed_reader_interval is not None
        assert any("wider" in note for note in found.notes)


@pytest.mark.parametrize(
    ("first", "skill_sd"),
    [
        (2, 0.4),
        (3, 0.0),
        pytest.param(2, 0.0, marks=pytest.mark.drill),
        pytest.param(3, 0.4, marks=pytest.mark.drill),
    ],
)
def test_intervals_of_two_or_three_readers_cover(first: int, skill_sd: float) -> None:
    """400 simulated studies of 17 readers in 6 groups: a 95 % interval misses the mean in 8 to 36."""
    draw, missed = np.random.default_rng(5), 0
    starts = np.cumsum([0, first, 3, 3, 3, 3])
    groups = {f"r{j}": f"g{np.searchsorted(starts, j, side='right')}" for j in range(17)}
    truth = float(ndtr(1 / (1 + skill_sd**2 + 0.8**2) ** 0.5))
    for _ in range(400):
        found = groups_of(simulated(draw, 17, 40, skill_sd), groups)["g1"].between_reader_interval
        assert found is not None
        missed += not found.low <= truth <= found.high
    assert 8 <= missed <= 36


@pytest.mark.parametrize("first", [1, 3])
def test_the_difference_covers_equal_groups_as_often_as_it_says(first: int) -> None:
    """400 simulated studies without any true difference: a 95 % interval misses 0 in about 20 (8 to 36)."""
    draw, missed = np.random.default_rng(11), 0
    groups = {f"r{j}": "a" if j < first else "b" for j in range(8)}
    for _ in range(400):
        found = groups_of(simulated(draw, 8, 60), groups)["a"].difference
        assert found is not None and found.p is not None
        missed += found.p < 0.05
    assert 8 <= missed <= 36
