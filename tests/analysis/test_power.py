"""Power and sample sizes by formula."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.special import chdtr, fdtr, fdtri, ndtr, stdtrit

from analysis import (
    Goal,
    Layout,
    PlanningComponents,
    cases_needed,
    components_from_pilot,
    components_from_values,
    delong_covariance,
    mrmc,
    power,
    power_curves,
    readers_needed,
)
from analysis.errors import UnknownChoice, ValueRefused
from analysis.simulation.draw import Size
from analysis.simulation.draw import table as simulated
from analysis.simulation.model import RoeMetz
from tests.analysis.builders import nested, random_table, ratings, reference

RANDOM: dict[str, Any] = {"RRRC": "both", "FRRC": "cases", "RRFC": "readers"}
RJAFROC = reference("rjafroc_sample_size.json")
GIVEN = {
    "variance": 8e-4,
    "cov1": 3.5e-4,
    "cov2": 3.4e-4,
    "cov3": 2.4e-4,
    "condition_by_reader": 2e-4,
    "reader": 1.5e-3,
    "negatives": 60,
    "positives": 40,
}


@cache
def van_dyke() -> PlanningComponents:
    return components_from_pilot(ratings())


def peers(call: str) -> list[tuple[str, dict[str, Any]]]:
    records = [record for record in RJAFROC if record["call"].startswith(call)]
    return [(RANDOM[record["random"]], row) for record in records for row in record["results"]]


@pytest.mark.parametrize(("random", "row"), peers("SsPowerGivenJK"))
def test_powers_agree_with_rjafroc(random: Any, row: dict[str, Any]) -> None:
    """R sums its noncentral distributions up to an error of 1e-9; what goes into them agrees to rounding."""
    plan = power(van_dyke(), Goal(row["effectSize"], random=random), row["J"], row["K"])
    assert plan.noncentrality == pytest.approx(row["ncp"], rel=1e-12)
    assert plan.df2 == (None if row["df2"] is None else pytest.approx(row["df2"], rel=1e-12))
    assert plan.power == pytest.approx(row["power"], abs=1e-9)


@pytest.mark.parametrize(("random", "row"), peers("SsSampleSizeKGivenJ"))
def test_sizes_agree_with_rjafroc_where_it_finds_one(random: Any, row: dict[str, Any]) -> None:
    """It searches up to 2000 and then returns 2001, with a power that misses the one asked for."""
    plan = cases_needed(van_dyke(), Goal(row["effectSize"], random=random), row["J"], limit=2000)
    assert (plan.cases, plan.power is None) == ((None, True) if row["K"] > 2000 else (row["K"], False))
    assert any("no number of cases up to 2000" in note for note in plan.notes) == (row["K"] > 2000)


@pytest.mark.parametrize(("random", "row"), peers("SsPowerTable"))
def test_tables_agree_with_rjafroc(random: Any, row: dict[str, Any]) -> None:
    plan = cases_needed(van_dyke(), Goal(0.05, random=random), int(row["numReaders"]), limit=2000)
    assert plan.cases == (None if row["numCases"] == ">2000" else int(row["numCases"]))


@given(seed=some.integers(0, 10_000), readers=some.integers(2, 6))
def test_a_plan_of_the_pilot_s_own_size_has_its_test(seed: int, readers: int) -> None:
    """Noncentrality at the observed difference is the pilot's F, on the pilot's degrees of freedom."""
    table = random_table(2, readers, 40, seed)
    start, result = components_from_pilot(table), mrmc(table, covariance="jackknife")
    test = result.random_readers_random_cases.test
    effect = result.random_readers_random_cases.differences[0].estimate
    if start.condition_by_reader < 0 or test is None or effect is None:
        return
    plan = power(start, Goal(effect), readers, 40)
    assert plan.noncentrality == pytest.approx(test.statistic)
    assert plan.df2 == pytest.approx(test.df2)


def test_conditions_with_cases_of_their_own_are_planned_from_a_pilot_that_had_them() -> None:
    table = nested(ratings())
    found = mrmc(table, covariance="jackknife").random_readers_random_cases
    start = components_from_pilot(table)
    effect = found.differences[0].estimate
    assert found.test is not None and effect is not None
    plan = power(start, Goal(effect), 5, int(start.cases), Layout("unpaired-cases"))
    both = replace(start, negatives=69, positives=45)
    plan = power(both, Goal(effect), 5, 114, Layout("unpaired-cases"))
    assert (plan.noncentrality, plan.df2) == pytest.approx((found.test.statistic, found.test.df2))
    with pytest.raises(UnknownChoice, match="cases of their own"):
        power(start, Goal(0.05), 5, 114)


def test_a_split_plot_is_planned_from_a_pilot_that_was_one() -> None:
    table = simulated(RoeMetz((1.2, 1.4), 0.02, 0.05, 0.2, 0.2, 0.3, 0.3), Size(3, 20, 25, groups=4), 5)
    found = mrmc(table, covariance="jackknife", incomplete="use").random_readers_random_cases
    start, effect = components_from_pilot(table), found.differences[0].estimate
    assert found.test is not None and effect is not None
    assert (start.negatives, start.positives, start.condition_by_reader > 0) == (20, 25, True)
    plan = power(start, Goal(effect), 12, 180, Layout("split-plot", 4))
    assert (plan.noncentrality, plan.df2) == pytest.approx((found.test.statistic, found.test.df2))


def test_a_pilot_with_gaps_is_refused() -> None:
    table = ratings()
    with pytest.raises(UnknownChoice, match="with gaps"):
        components_from_pilot(table.rows(np.arange(len(table)) > 3))


def test_superiority_is_a_mixture_of_central_distributions() -> None:
    """The noncentral F by its definition: Poisson weights on F with more numerator degrees of freedom."""
    plan = power(van_dyke(), Goal(0.05), 5, 150)
    assert plan.noncentrality is not None and plan.df2 is not None
    half, critical, weight, total = plan.noncentrality / 2, fdtri(1, plan.df2, 0.95), 0.0, 0.0
    weight = np.exp(-half)
    for k in range(200):
        total += weight * (1 - fdtr(1 + 2 * k, plan.df2, critical / (1 + 2 * k)))
        weight *= half / (k + 1)
    assert plan.power == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(
    ("random", "effect"), [("both", 0.01), ("cases", 0.01), ("readers", -0.02), ("both", 0)]
)
def test_equivalence_integrates_over_the_estimated_error(random: Any, effect: float) -> None:
    plan = power(van_dyke(), Goal(effect, "equivalence", 0.05, random), 8, 300)
    assert plan.se is not None
    if plan.df2 is None:
        expected = fits(plan.se, effect, 1.959963984540054)
    else:
        edges = np.linspace(0, 4, 400_001)
        chance = np.diff(chdtr(plan.df2, plan.df2 * edges**2))
        middles = (edges[1:] + edges[:-1]) / 2
        expected = (fits(plan.se, effect, -stdtrit(plan.df2, 0.025) * middles) * chance).sum()
    assert plan.power == pytest.approx(float(expected), abs=1e-8)


def fits(se: float, effect: float, half: Any) -> Any:
    return np.maximum(ndtr((0.05 - effect) / se - half) - ndtr((-0.05 - effect) / se + half), 0)


def test_a_wide_margin_makes_equivalence_two_non_inferiorities() -> None:
    """Where both one-sided tests rarely fail together, 1 - power is the sum of their failures."""
    plans = [
        power(van_dyke(), Goal(0.0, kind, 0.05), 8, 400).power for kind in ("equivalence", "non-inferiority")
    ]
    assert plans[0] == pytest.approx(1 - 2 * (1 - (plans[1] or 0)), abs=1e-6)


def test_non_inferiority_of_a_better_condition_is_easier() -> None:
    sizes = [cases_needed(van_dyke(), Goal(effect, "non-inferiority", 0.05), 6).cases for effect in (0, 0.02)]
    assert sizes == [170, sizes[1]] and sizes[1] is not None and sizes[1] < 170


def test_a_split_plot_is_as_many_small_studies() -> None:
    """Each group is a crossed study of its own readers and cases; their mean has 1/G of its variance."""
    one = power(van_dyke(), Goal(0.05), 4, 60)
    three = power(van_dyke(), Goal(0.05), 12, 180, Layout("split-plot", 3))
    assert one.se is not None and one.df2 is not None
    assert three.se == pytest.approx(one.se / 3**0.5) and three.df2 == pytest.approx(3 * one.df2)
    assert three.readings == 3 * one.readings if one.readings else False


def test_readers_of_their_own_bring_the_variance_of_readers() -> None:
    """2 (reader + condition by reader + (variance + (r - 1) cov2 - r cov3)) / r, term by term."""
    start = components_from_values(GIVEN)
    plan = power(start, Goal(0.05), 6, 100, Layout("unpaired-readers"))
    error = 1.5e-3 + 2e-4 + 8e-4 + 5 * 3.4e-4 - 6 * 2.4e-4
    assert plan.se == pytest.approx((2 * error / 6) ** 0.5)


def test_another_mix_of_cases_scales_each_class_by_itself() -> None:
    """DeLong's S10 / n1 + S01 / n0 with the planned numbers, from their sum and the positive part."""
    table = ratings()
    start = components_from_pilot(table, covariance="delong")
    whole = delong_covariance(*arrays(table)).trace() / 10
    doubled = delong_covariance(*arrays(table, negatives=2)).trace() / 10
    share = start.positive_share
    assert share is not None and float(start.at(69, 45)[0]) == pytest.approx(whole)
    assert float(start.at(69e6, 45)[0]) == pytest.approx(whole * share[0], rel=1e-5)
    own = (1 - share[0]) * whole * 69 * 68 / (138 * 137) * 2
    assert doubled == pytest.approx(whole * share[0] + own)


def arrays(table: Any, negatives: int = 1) -> tuple[Any, Any]:
    """Truth (n,) and ratings (10, n), each negative case so many times over."""
    table = table.in_order()
    truth = table.truth.reshape(10, -1)[0]
    times = np.where(truth == 0, negatives, 1)
    return np.repeat(truth, times), np.repeat(table.rating.reshape(10, -1), times, axis=1)


def test_sensitivity_goes_by_positive_cases_alone() -> None:
    start = components_from_pilot(ratings(), "sensitivity")
    few, many = (
        power(start, Goal(0.05), 5, n, Layout(negatives_per_positive=r)) for n, r in ((100, 1), (300, 5))
    )
    assert few.positives == many.positives == 50 and few.power == pytest.approx(many.power or 0)


def test_published_values_become_components() -> None:
    """Obuchowski 2004: SD of readers a quarter of their range, correlations times one reader's variance."""
    values = {"auc": 0.9, "se": 0.03, "r1": 0.5, "r2": 0.4, "r3": 0.3, "range": 0.08, "rb": 0.75}
    found = components_from_values(values | {"negatives": 50, "positives": 50})
    assert (found.variance, found.cov1, found.cov3) == pytest.approx((9e-4, 4.5e-4, 2.7e-4))
    assert (found.reader, found.condition_by_reader) == pytest.approx((3e-4, 1e-4))


def test_a_binormal_area_s_variance_is_split_by_class() -> None:
    values = {
        "auc": 0.85,
        "r1": 0.5,
        "r2": 0.4,
        "r3": 0.3,
        "range": 0.1,
        "rb": 0.8,
        "negatives": 80,
        "positives": 40,
    }
    start = components_from_values(values)
    other = components_from_values(values | {"negatives": 30, "positives": 90})
    assert float(start.at(30, 90)[0]) == pytest.approx(other.variance)


def test_negative_components_count_as_none() -> None:
    start = components_from_values(GIVEN | {"condition_by_reader": -1e-4, "cov3": 4e-4})
    none = components_from_values(GIVEN | {"condition_by_reader": 0, "cov3": 3.4e-4})
    found = power(start, Goal(0.05), 5, 100)
    assert found.power == power(none, Goal(0.05), 5, 100).power
    assert any("negative and counts as 0" in note for note in found.notes)


def test_one_reader_has_no_power_over_readers_but_over_cases() -> None:
    none, some_ = (power(van_dyke(), Goal(0.05, random=random), 1, 200) for random in ("both", "cases"))
    assert none.power is None and any("undefined" in note for note in none.notes)
    assert some_.power is not None and some_.df2 is None


def test_power_may_fall_with_cases_and_the_smallest_size_is_found() -> None:
    """Two readers: degrees of freedom fall to 1 as cases grow, and the critical value rises to 12.7."""
    start = components_from_values(
        GIVEN | {"cov2": 7e-4, "cov3": 2e-4, "cov1": 2.9e-4, "condition_by_reader": 1e-3}
    )
    curve = power_curves(start, Goal(0.14), [2], range(2, 2000)).power[0]
    assert (np.diff(curve) < 0).any()
    wanted = float(curve.max()) - 1e-9
    assert cases_needed(start, Goal(0.14), 2, wanted).cases == 2 + int(np.argmax(curve >= wanted))


def test_readers_for_given_cases() -> None:
    plan = readers_needed(van_dyke(), Goal(0.05), 213)
    fewer = power(van_dyke(), Goal(0.05), 4, 213)
    assert plan.readers == 5 and fewer.power is not None and fewer.power < 0.8
    assert readers_needed(van_dyke(), Goal(0.05), 213, layout=Layout("split-plot", 2)).readers in (6, 8)
    none = readers_needed(van_dyke(), Goal(0.01), 100)
    assert (none.readers, none.power) == (None, None) and "no number of readers up to 200" in none.notes[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Goal(0.05, "equivalence"),
        lambda: Goal(0.05, margin=0.1),
        lambda: Layout("split-plot", 1),
        lambda: Layout(negatives_per_positive=0),
        lambda: power(van_dyke(), Goal(0.05), 5, 100, Layout("split-plot", 2)),
        lambda: cases_needed(van_dyke(), Goal(0.05), 5, wanted=1.0),
        lambda: components_from_values({"variance": 1}),
        lambda: components_from_values(GIVEN | {"r4": 1}),
        lambda: components_from_values(GIVEN | {"variance": 0}),
        lambda: components_from_values(GIVEN | {"auc": 0.9, "negatives": 0}),
        lambda: components_from_values(GIVEN | {"auc": 1.0}),
        lambda: components_from_pilot(random_table(1)),
        lambda: components_from_pilot(random_table(2, 1)),
    ],
)
def test_impossible_plans_are_refused(wrong: Any) -> None:
    with pytest.raises((ValueRefused, UnknownChoice)):
        wrong()


def test_rows_of_a_pilot_may_come_in_any_order() -> None:
    table = ratings()
    assert components_from_pilot(table.rows(np.ones(len(table), bool)).in_order()) == van_dyke()


def test_curves_hold_the_plans() -> None:
    found = power_curves(van_dyke(), Goal(0.05), [4, 6], [100, 361])
    assert found.power[0, 1] == power(van_dyke(), Goal(0.05), 4, 361).power
    assert len(found.to_frame()) == 4
