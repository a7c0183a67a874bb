"""One reader at a time: McNemar, DeLong, Holm; an algorithm against each reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analysis import against_each, each_reader_paired, holm, make_table, mcnemar, tango_interval
from analysis.errors import NothingToAnalyse, PartlyPairedCases, Refusal, UnknownChoice, ValueRefused
from analysis.intervals import normal_quantile
from analysis.paired import compare
from tests.analysis.builders import DATA, nested, random_table, ratings, reference, shuffled, table_of

VAN_DYKE = str(DATA / "VanDyke.csv")
RECORDS = reference("paired.json")
Z = normal_quantile(0.95)


def close(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-13)


def pairs(a: int, b: int, c: int, d: int) -> tuple[list[int], list[int]]:
    """Right and wrong calls with so many pairs right in both, the first, the second, neither."""
    return [1] * (a + b) + [0] * (c + d), [1] * a + [0] * b + [1] * c + [0] * d


def of(package: str) -> list[Any]:
    return [pytest.param(r, id=r["data"]) for r in RECORDS if r["package"] == package]


@pytest.mark.parametrize("record", of("stats"))
def test_mcnemar_agrees_with_r(record: dict[str, Any]) -> None:
    table = ratings(record["data"])
    between = table.conditions[0][0], table.conditions[0][1]
    for truth, figure in enumerate(("specificity", "sensitivity")):
        ours = {one.reader: one for one in each_reader_paired(table, figure, between)}
        for theirs in (row for row in record["results"] if row["truth"] == truth):
            one = ours[theirs["reader"]].counts
            assert one is not None
            counts = (one.both, one.first_only, one.second_only, one.neither)
            assert counts == tuple(theirs[key] for key in ("n11", "n10", "n01", "n00"))
            if theirs["exact_p"] is not None:
                assert (one.p_exact, one.chi_squared) == (close(theirs["exact_p"]), close(theirs["chi2"]))
                assert one.p_chi_squared == close(theirs["p"])


@pytest.mark.parametrize("record", of("pROC"))
def test_delong_agrees_with_proc(record: dict[str, Any]) -> None:
    table = ratings(record["data"])
    for theirs in record["results"]:
        between = str(theirs["m1"]), str(theirs["m2"])
        ours = {one.reader: one for one in each_reader_paired(table, "auc", between)}[str(theirs["reader"])]
        assert (ours.first, ours.second) == (close(theirs["auc1"]), close(theirs["auc2"]))
        assert (ours.statistic, ours.p) == (close(theirs["z"]), close(theirs["p"]))
        assert ours.interval is not None
        assert (ours.interval.low, ours.interval.high) == (
            close(theirs["ci_lower"]),
            close(theirs["ci_upper"]),
        )


def test_published_example_of_paired_proportions() -> None:
    """Fagerland, Lydersen, Laake, Stat Med 2014: airways of 21 children before and after transplantation."""
    found = mcnemar(*pairs(1, 1, 7, 12))
    assert (found.difference, found.p_exact, found.p_mid) == (
        close(-6 / 21),
        close(0.0703125),
        close(0.0390625),
    )
    assert found.interval is not None and found.newcombe is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert (found.newcombe.low, found.newcombe.high) == pytest.approx((-0.507, -0.026), abs=5e-4)


def score(b: int, c: int, n: int, delta: float) -> float:
    """Tango's statistic with the nuisance parameter found by search."""

    def against(q: float) -> float:
        cells = ((b, q + delta), (c, q), (n - b - c, 1 - 2 * q - delta))
        return -sum(count * np.log(max(p, 1e-300)) for count, p in cells if count)

    low, high = max(0.0, -delta), (1 - delta) / 2
    q = float(minimize_scalar(against, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x)
    return float((b - c - n * delta) / np.sqrt(n * (2 * q + delta * (1 - delta))))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 20))
def test_tangos_limits_are_where_the_score_is_z(b: int, c: int, alike: int) -> None:
    n = b + c + alike
    found = tango_interval(b, c, n)
    assert (score(b, c, n, found.low), score(b, c, n, found.high)) == pytest.approx((Z, -Z), abs=1e-5)


def test_without_discordant_cases_nothing_is_shown_and_the_interval_has_a_width() -> None:
    found = mcnemar(*pairs(9, 0, 0, 3))
    assert (found.p_exact, found.p_mid, found.chi_squared) == (1.0, 1.0, None)
    assert found.interval is not None and found.interval.high == close(Z**2 / (12 + Z**2))


def test_no_cases_leave_everything_undefined() -> None:
    found = mcnemar([], [])
    assert (found.difference, found.p, found.interval, found.cases) == (None, None, None, 0)
    assert "undefined" in found.notes[0]


def test_patients_with_several_cases_count_once() -> None:
    first, second = pairs(3, 6, 1, 4)
    alone = mcnemar(first, second, patient=range(14))
    assert alone == mcnemar(first, second)
    twins = mcnemar(np.repeat(first, 2), np.repeat(second, 2), patient=np.repeat(range(14), 2))
    assert (twins.difference, twins.p) == (alone.difference, close(alone.p_chi_squared))  # type: ignore[arg-type]
    assert (twins.p_exact, twins.newcombe) == (None, None) and "patients" in twins.notes[0]


def test_turning_conditions_round_turns_the_difference_round() -> None:
    table = random_table()
    for figure in ("accuracy", "auc"):
        there, back = (each_reader_paired(table, figure, way) for way in (("c0", "c1"), ("c1", "c0")))
        for one, other in zip(there, back, strict=True):
            assert one.difference == close(-other.difference) and one.p == close(other.p)  # type: ignore[operator, arg-type]
            assert one.interval and other.interval and one.interval.low == close(-other.interval.high)


def test_the_order_of_rows_does_not_matter() -> None:
    table = random_table()
    for figure in ("sensitivity", "auc", "pauc:0.2"):
        assert each_reader_paired(shuffled(table), figure) == each_reader_paired(table, figure)


def test_gaps_are_left_out_and_counted() -> None:
    table = random_table()
    some = table.rows(~((table.reader == "r0") & (table.case == "k3") & (table.condition == "c1")))
    first, second, *_ = each_reader_paired(some)
    assert (first.cases, second.cases) == (29, 30)
    assert first.notes == ("1 cases judged under one condition alone are left out",)


def test_p_values_of_all_readers_are_adjusted_together() -> None:
    found = each_reader_paired(ratings(), "auc")
    assert [one.p_holm for one in found] == list(holm([one.p for one in found]).adjusted)
    assert found[4].p_holm == close(5 * found[4].p)  # type: ignore[operator]


def test_conditions_with_cases_of_their_own_are_for_mrmc() -> None:
    with pytest.raises(PartlyPairedCases, match="use mrmc"):
        each_reader_paired(nested(random_table()))


def test_two_conditions_are_named_where_there_are_more() -> None:
    table = random_table(conditions=3)
    assert each_reader_paired(table, between=("c0", "c2"))[0].between == ("c0", "c2")
    for wrong in (None, ("c0", "c9"), ("c1", "c1")):
        with pytest.raises(UnknownChoice):
            each_reader_paired(table, between=wrong)


def test_one_condition_has_nothing_to_choose_from() -> None:
    with pytest.raises(UnknownChoice, match="take readings of two"):
        each_reader_paired(random_table(conditions=1))


def test_wrong_scores_are_refused() -> None:
    for wrong in (lambda: mcnemar([0, 2], [0, 1]), lambda: compare("auc", [0, 1], [1.0], [2.0])):
        with pytest.raises(ValueRefused):
            wrong()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_step_by_step(p: list[float]) -> None:
    """The definition: go up from the smallest while p <= alpha / (tests left)."""
    adjusted = holm(p).adjusted
    for alpha in (0.01, 0.05, 0.3):
        rejected = set()
        for step, place in enumerate(sorted(range(len(p)), key=lambda k: p[k])):
            if p[place] * (len(p) - step) > alpha:
                break
            rejected.add(place)
        assert {k for k, value in enumerate(adjusted) if value is not None and value <= alpha} == rejected


def test_tests_that_could_not_be_made_stay_undefined_and_uncounted() -> None:
    family = holm([0.01, None, 0.03], ["a", "b", "c"])
    assert (family.adjusted, family.size) == ((0.02, None, 0.03), 2)
    assert list(family.to_frame()["name"]) == ["a", "b", "c"]
    for wrong in ([1.5], [float("nan")]):
        with pytest.raises(ValueRefused):
            holm(wrong)


def test_an_algorithm_meets_each_reader() -> None:
    found = against_each(ratings("dataset09.csv"), "1", "auc")
    assert [one.between for one in found] == [("1", str(reader)) for reader in range(2, 11)]
    assert found[0].difference == close(found[0].first - found[0].second)  # type: ignore[operator]
    same = compare("auc", [0, 0, 1, 1], [1.0, 2, 2, 3], [1.0, 2, 2, 3])
    assert (same.difference, same.p, same.interval) == (0.0, None, None)


def test_an_algorithm_needs_readers_and_one_condition() -> None:
    table = random_table()
    with pytest.raises(UnknownChoice):
        against_each(table, "r0")
    with pytest.raises(UnknownChoice):
        against_each(table.only("c0"), "nobody")
    with pytest.raises(NothingToAnalyse):
        against_each(table.only("c0", ["r0"]), "r0")


def test_one_class_alone_has_no_area() -> None:
    found = each_reader_paired(table_of(np.ones((2, 1, 3)), [1, 1, 1]), "auc")[0]
    assert (found.difference, found.p, found.p_holm) == (None, None, None) and found.notes


def test_a_reader_without_a_case_under_both_is_undefined() -> None:
    table = make_table(
        ["A", "A", "B", "B"],
        ["1", "1", "1", "2"],
        ["x", "y", "x", "y"],
        [1, 1, 1, 0],
        [1, 2, 1, 2],
        [1, 0, 1, 0],
    )
    for figure in ("accuracy", "auc", "pauc:0.2"):
        assert each_reader_paired(table, figure)[1].difference is None


def test_the_command_tells_every_reader(parsed: Any, printed: Any) -> None:
    found = parsed("paired", VAN_DYKE, "--fom", "sensitivity", "--call-at-least", "3")
    assert {"method", "readers", "cases", "level", "between", "each_reader", "notes"} <= set(found)
    assert (found["readers"], found["cases"], found["between"]) == (5, 114, ["1", "2"])
    fifth = found["each_reader"][4]
    assert (fifth["counts"]["first_only"], fifth["counts"]["second_only"]) == (1, 10)
    assert (fifth["p"], fifth["p_holm"]) == (close(0.01171875), close(0.05859375))
    assert "p (Holm)" in printed("paired", VAN_DYKE)


def test_the_algorithm_command_has_each_reader_beside_the_panel(parsed: Any, printed: Any) -> None:
    path = str(DATA / "dataset09.csv")
    found = parsed("algorithm", path, "--algorithm", "1")
    assert len(found["each_reader"]) == found["readers"] == 9
    assert found["each_reader"][0]["method"] == "DeLong, paired"
    assert "Each reader" in printed("algorithm", path, "--algorithm", "1")


def test_proportions_need_calls() -> None:
    with pytest.raises(Refusal, match="needs a call"):
        each_reader_paired(table_of(np.ones((2, 1, 3)), [0, 1, 1]), "accuracy")
