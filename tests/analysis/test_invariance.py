"""Row order, names, direction and monotone changes of the rating scale do not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import ReadingTable, by_group, each_reader, mrmc, u_statistics
from analysis.as_json import mrmc_as_json
from analysis.figures import FIGURES, Figure
from tests.analysis.builders import nested, random_table, ratings, shuffled


def numbers(value: Any) -> list[float]:
    """Every number of a result, in order."""
    if isinstance(value, dict):
        return [number for entry in value.values() for number in numbers(entry)]
    if isinstance(value, list):
        return [number for entry in value for number in numbers(entry)]
    return [value] if isinstance(value, int | float) else []


@pytest.mark.parametrize("figure", FIGURES)
@given(seed=st.integers(0, 10_000))
def test_row_order_changes_nothing(figure: Figure, seed: int) -> None:
    table = random_table()
    assert mrmc(shuffled(table, seed), figure) == mrmc(table, figure)


def test_row_order_changes_nothing_elsewhere() -> None:
    table = random_table()
    one, groups = table.only(condition="c0"), {"r0": "a", "r1": "a", "r2": "b", "r3": "b"}
    assert each_reader(shuffled(table)) == each_reader(table)
    assert mrmc(shuffled(nested(table))) == mrmc(nested(table))
    assert by_group(shuffled(one), groups) == by_group(one, groups)


def renamed(table: ReadingTable) -> ReadingTable:
    """Cases renamed so that their order turns round; readers and conditions renamed in order."""
    return replace(
        table,
        case=np.array([f"{999 - int(case[1:])}z" for case in table.case]),
        reader=np.array([f"Dr {reader}" for reader in table.reader]),
        condition=np.array([f"with {condition}" for condition in table.condition]),
    )


@pytest.mark.parametrize("figure", FIGURES)
def test_names_change_no_number(figure: Figure) -> None:
    table = random_table()
    before, after = (
        mrmc_as_json(mrmc(each, figure), u_statistics(each, figure)) for each in (table, renamed(table))
    )
    assert numbers(after) == pytest.approx(numbers(before), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("covariance", ["delong", "jackknife", "unbiased"])
def test_monotone_transforms_of_ratings_change_nothing(covariance: Any) -> None:
    table = ratings()
    assert table.rating is not None
    stretched = replace(table, rating=np.exp(3 * table.rating) - 100)
    assert mrmc(stretched, "auc", covariance) == mrmc(table, "auc", covariance)


def test_exchanged_conditions_turn_the_difference_round() -> None:
    table = random_table()
    swapped = replace(table, condition=np.where(table.condition == "c0", "c1", "c0"))
    here = mrmc(table).random_readers_random_cases.differences[0]
    there = mrmc(swapped).random_readers_random_cases.differences[0]
    assert here.estimate is not None and there.estimate == pytest.approx(-here.estimate)
    assert (there.se, there.df, there.p) == pytest.approx((here.se, here.df, here.p))


def test_exchanged_truth_turns_sensitivity_into_specificity() -> None:
    table = random_table()
    assert table.call is not None
    turned = replace(table, truth=1 - table.truth, call=1 - table.call)
    here, there = mrmc(table, "sensitivity"), mrmc(turned, "specificity")
    assert there.random_readers_random_cases == here.random_readers_random_cases


def test_reader_ten_comes_after_reader_two() -> None:
    table = random_table(1, 3)
    names = {"r0": "10", "r1": "2", "r2": "1"}
    result = mrmc(replace(table, reader=np.array([names[reader] for reader in table.reader])))
    assert result.readers == ("1", "2", "10")
