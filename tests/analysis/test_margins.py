"""Non-inferiority and equivalence against a margin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from analysis import all_claims, equivalence, mrmc, non_inferiority
from analysis.__main__ import main
from analysis.errors import ValueRefused
from analysis.intervals import spread
from analysis.mrmc_result import Difference
from tests.analysis.builders import DATA, random_table, ratings

VAN_DYKE = str(DATA / "VanDyke.csv")


def difference(estimate: float | None, se: float | None, df: float | None = 12.5) -> Difference:
    return Difference(("new", "old"), estimate, se, df, None, None, None, 5, 100, "both random")


def test_non_inferiority_is_a_one_sided_t_test() -> None:
    found = non_inferiority(difference(-0.01, 0.02), 0.05)
    assert (found.t, found.p) == pytest.approx((2.0, t.sf(2.0, 12.5)))
    assert (found.alpha, found.shown) == (pytest.approx(0.025), False)
    assert found.conclusion.startswith("not shown that new is not inferior to old by 0.05 or more")


def test_without_degrees_of_freedom_the_test_is_normal_and_keeps_tiny_tails() -> None:
    found = non_inferiority(difference(0.5, 0.01, None), 0.05)
    assert found.p == 0 or found.p == pytest.approx(norm.sf(55), rel=1e-6)
    assert non_inferiority(difference(0.1, 0.01, None), 0.05).p == pytest.approx(norm.sf(15), rel=1e-9)


def test_equivalence_takes_the_worse_of_two_tests() -> None:
    found = equivalence(difference(-0.02, 0.01), 0.05)
    assert found.p == pytest.approx(max(t.sf(3, 12.5), t.sf(7, 12.5)))
    assert found.shown and found.conclusion.startswith("shown that new and old differ by less than 0.05")


@given(st.floats(-0.2, 0.2), st.floats(0.001, 0.1), st.floats(1.5, 60), st.sampled_from([0.9, 0.95]))
def test_claims_are_those_of_the_two_sided_interval(
    estimate: float, se: float, df: float, level: float
) -> None:
    interval = spread(estimate, se**2, df, level, (-9.0, 9.0)).interval
    assert interval is not None
    gap = difference(estimate, se, df)
    if min(abs(abs(limit) - 0.05) for limit in (interval.low, interval.high)) > 1e-9:
        assert non_inferiority(gap, 0.05, level).shown == (interval.low > -0.05)
        assert equivalence(gap, 0.05, level).shown == (interval.low > -0.05 and interval.high < 0.05)


@pytest.mark.parametrize("gap", [difference(None, None), difference(0.1, None), difference(0.0, 0.0)])
def test_without_an_error_nothing_is_concluded(gap: Any) -> None:
    for found in (non_inferiority(gap, 0.05), equivalence(gap, 0.05)):
        assert (found.p, found.shown) == (None, None)
        assert found.conclusion.startswith("undefined")


@pytest.mark.parametrize("margin", [0, -0.1, float("nan"), float("inf")])
def test_a_margin_is_above_nothing(margin: float) -> None:
    with pytest.raises(ValueRefused):
        equivalence(difference(0.1, 0.1), margin)


def test_both_directions_are_told_and_one_pair_is_not_adjusted() -> None:
    first, second = all_claims(mrmc(ratings()).differences_to_report, 0.05)
    assert (first.between, second.between) == (("1", "2"), ("2", "1"))
    assert first.estimate == pytest.approx(-second.estimate)  # type: ignore[operator]
    assert (first.shown, second.shown, first.p_holm) == (False, True, None)


def test_several_pairs_are_adjusted() -> None:
    found = all_claims(mrmc(random_table(conditions=3)).differences_to_report, 0.2, equivalent=True)
    assert len(found) == 3
    assert all(one.p_holm is not None and one.p is not None and one.p_holm >= one.p for one in found)


def test_the_command_tells_claims_where_a_margin_is_given(parsed: Any) -> None:
    found = parsed("mrmc", VAN_DYKE, "--margin", "0.1", "--equivalence")
    (claim,) = found["margins"]
    assert (claim["kind"], claim["margin"], claim["shown"]) == ("equivalence", 0.1, True)
    gap = found["analyses"]["random_readers_random_cases"]["differences"][0]
    assert claim["p"] == pytest.approx(t.sf((0.1 - abs(gap["estimate"])) / gap["se"], gap["df"]))
    assert "margins" not in parsed("mrmc", VAN_DYKE)


def test_an_algorithm_is_held_against_the_readers(parsed: Any, printed: Any) -> None:
    asked = ("algorithm", str(DATA / "dataset09.csv"), "--algorithm", "1", "--margin", "0.1")
    first, second = parsed(*asked)["margins"]
    assert (first["between"], second["between"]) == (["1", "readers"], ["readers", "1"])
    assert "not inferior to readers" in printed(*asked)


def test_the_command_prints_conclusions(printed: Any) -> None:
    told = printed("mrmc", VAN_DYKE, "--margin", "0.05")
    assert "  shown that 2 is not inferior to 1 by 0.05 or more" in told


@pytest.mark.parametrize("wrong", [["--equivalence"], ["--margin", "-1"]])
def test_a_wrong_margin_is_wrong_usage(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["mrmc", VAN_DYKE, *wrong])
