"""Roe and Metz's model, its components, and thousands of studies at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.special import ndtr, ndtri

from analysis import Goal, Layout, PlanningComponents, mrmc, power, simulate_power
from analysis.errors import UnknownChoice, ValueRefused
from analysis.planning.layout import terms
from analysis.simulation.batch import compare, estimate, mean, midranks
from analysis.simulation.conversion import (
    call_kernel,
    components_of,
    excess,
    in_two_conditions,
    to_components,
    to_model,
)
from analysis.simulation.draw import Ratings, Size, ratings, table
from analysis.simulation.model import CONFIGURATIONS, RoeMetz, configuration
from tests.analysis.builders import nested, reference

PEERS = reference("roe_metz.json")
COMPONENTS = ("variance", "cov1", "cov2", "cov3", "condition_by_reader", "reader")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)


def drawn(model: RoeMetz, size: Size, studies: int = 1, seed: int = 3) -> Ratings:
    (found,) = ratings(model, size, studies, seed)
    return found


def test_twelve_classical_configurations() -> None:
    assert len(CONFIGURATIONS) == 12
    assert CONFIGURATIONS["LH.855"] == RoeMetz((1.5, 1.5), 0.03, 0.03, 0.1, 0.1, 0.2, 0.6)
    for name, model in CONFIGURATIONS.items():
        assert float(ndtr(model.separation[0] / 2**0.5)) == pytest.approx(float("0" + name[2:]), abs=6e-4)


def test_components_agree_with_mrmcaov() -> None:
    peer = PEERS["RMH_to_OR"]["results"]
    found = to_components(RoeMetz((0.75, 0.75), 0.0055, 0.0055, 0.3, 0.3, 0.2, 0.2), 50, 50)
    names = ("var_error", "cov1", "cov2", "cov3", "var_TR", "var_R")
    assert [getattr(found, name) for name in COMPONENTS] == pytest.approx([peer[n] for n in names], rel=1e-9)
    assert found.means == pytest.approx((peer["AUC1"], peer["AUC2"]), rel=1e-12)


def test_the_model_of_components_agrees_with_mrmcaov() -> None:
    """It steps the slope by 1e-6; here the components come back to rounding."""
    peer, v = PEERS["OR_to_RMH"]["results"], 0.000788
    asked = PlanningComponents("auc", v, 0.433 * v, 0.43 * v, 0.299 * v, 0.000208, 0.00154, 69, 45)
    found = to_model(asked, (0.897, 0.941))
    model = found.model
    mine = (*model.separation, model.reader, model.condition_by_reader, model.case, model.condition_by_case)
    mine += (model.reader_by_case, model.error, model.slope)
    names = ("delta1", "delta2", "var_R", "var_TR", "var_C", "var_TC", "var_RC", "var_error", "b")
    assert mine == pytest.approx([peer[name] for name in names], rel=1e-5) and not found.notes
    back = to_components(model, 69, 45)
    for name in COMPONENTS:
        assert getattr(back, name) == pytest.approx(getattr(asked, name), rel=1e-10)


@pytest.mark.parametrize("row", PEERS["numerical"]["results"], ids=lambda row: row["number"])
def test_variances_agree_with_imrmc_s_integrals(row: dict[str, Any]) -> None:
    """Crossed and split-plot; each group has components of its own size."""
    model = RoeMetz((row["separation"],) * 2, row["between"], row["between"], 0.3, 0.3, 0.2, 0.2)
    g, j = row["groups"], row["readers"]
    found = to_components(model, row["negatives"] // g, row["positives"] // g)
    assert found.means == pytest.approx((row["auc"],) * 2, rel=2e-5)
    layout = Layout("split-plot", g) if g > 1 else Layout()
    cases = np.array(row["negatives"] + row["positives"])
    se = terms(found, layout, "both", np.array(j), cases).se
    assert float(se) ** 2 == pytest.approx(row["variance_of_difference"], rel=1e-4)
    readers = (found.reader or 0) + found.condition_by_reader
    alone = (readers + found.variance + (j // g - 1) * found.cov2) / j
    assert alone == pytest.approx(row["variance_of_mean"], rel=3e-4)


@given(h=some.floats(-3, 3), k=some.floats(-3, 3), rho=some.floats(-0.99, 0.999))
def test_bivariate_normal_probabilities(h: float, k: float, rho: float) -> None:
    """Phi2 as the mean of Phi((k - rho z) / sqrt(1 - rho^2)) over z below h."""
    z = -9 + (h + 9) * (NODES + 1) / 2
    density = np.exp(-z * z / 2) / (2 * np.pi) ** 0.5 * WEIGHTS * (h + 9) / 2
    both = float((ndtr((k - rho * z) / (1 - rho * rho) ** 0.5) * density).sum())
    assert excess(h, k, rho) == pytest.approx(both - float(ndtr(h) * ndtr(k)), abs=2e-10)


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
def test_every_configuration_comes_back_from_its_components(name: str) -> None:
    model = configuration(name)
    found = to_components(model, 40, 60)
    assert found.means is not None
    back = to_model(found, found.means, slope=1.0).model
    assert vars(back)["case"] == pytest.approx(model.case) and back.reader == pytest.approx(model.reader)
    assert (back.reader_by_case, back.error) == pytest.approx((model.reader_by_case, model.error))


def test_no_model_is_refused() -> None:
    found = to_components(configuration("HL.855"), 50, 50)
    with pytest.raises(ValueRefused, match="between 0 and 1"):
        to_model(found, (0.9, 1.0))
    with pytest.raises(ValueRefused, match="reader"):
        to_model(PlanningComponents("auc", 1e-3, 5e-4, 4e-4, 3e-4, 0.1, 0.2, 50, 50), (0.9, 0.9))
    with pytest.raises(UnknownChoice):
        configuration("XX.855")
    with pytest.raises(ValueRefused):
        RoeMetz((1, 1), 0, 0, 0.5, 0.5, 0.5, 0)


@pytest.mark.parametrize("method", ["delong", "jackknife"])
@pytest.mark.parametrize("ordinal", [False, True])
def test_a_batch_is_the_analysis_of_each_table(method: Any, ordinal: bool) -> None:
    model, size = configuration("HH.855").apart(0.4), Size(4, 17, 12)
    for seed in range(5):
        found, one = drawn(model, size, seed=seed), table(model, size, seed)
        if ordinal:
            cuts = np.array([-1.0, 0.0, 0.7, 1.5])
            found = found.in_steps(cuts)
            assert one.rating is not None
            one.rating[:] = np.searchsorted(cuts, one.rating)
        result = mrmc(one, "auc", method)
        batch = estimate(found, "auc", jackknife=method == "jackknife")
        agree(result, batch)


@pytest.mark.parametrize("figure", ["accuracy", "sensitivity", "specificity"])
def test_a_batch_of_calls_is_the_analysis_of_each_table(figure: Any) -> None:
    model, size = configuration("LH.702"), Size(3, 20, 25)
    for seed in range(5):
        one = table(model, size, seed, call_above=0.3)
        agree(mrmc(one, figure), estimate(drawn(model, size, seed=seed), figure, 0.3))


def agree(result: Any, batch: Any) -> None:
    for analysis, random in (
        (result.random_readers_random_cases, "both"),
        (result.fixed_readers_random_cases, "cases"),
        (result.random_readers_fixed_cases, "readers"),
    ):
        own, found = analysis.differences[0], compare(batch, random=random)
        assert (-found.estimate[0], found.se[0], found.p[0]) == pytest.approx((own.estimate, own.se, own.p))
        assert found.df[0] == (np.inf if own.df is None else pytest.approx(own.df))
        for i, condition in enumerate(analysis.conditions):
            middle = mean(batch, i, random)
            assert (middle.estimate[0], middle.se[0]) == pytest.approx((condition.estimate, condition.se))
    reported = result.differences_to_report[0].interval
    half = compare(batch).never_narrower(compare(batch, random="cases"))[0]
    assert 2 * half == pytest.approx(reported.high - reported.low)


def test_cases_of_their_own_are_analysed_as_nested() -> None:
    model, size = configuration("HL.702"), Size(4, 15, 15)
    own = mrmc(nested(table(model, size, 8))).random_readers_random_cases.differences[0]
    found = compare(estimate(drawn(model, size, seed=8), "auc"), "unpaired-cases")
    assert (found.se[0], found.df[0], found.p[0]) == pytest.approx((own.se, own.df, own.p))


def test_a_split_plot_is_the_analysis_of_its_table() -> None:
    model, size = configuration("HH.702"), Size(3, 20, 20, groups=4)
    result = mrmc(table(model, size, 3), incomplete="use")
    own = result.random_readers_random_cases.differences[0]
    found = compare(estimate(drawn(model, size), "auc"), "split-plot")
    assert (found.se[0], found.df[0], found.p[0]) == pytest.approx((own.se, own.df, own.p))


def test_a_split_plot_by_its_definition() -> None:
    """Mean of the groups; mean square pooled within groups; covariances averaged over groups."""
    batch = estimate(drawn(configuration("HH.702"), Size(3, 20, 20, groups=4)), "auc")
    areas, matrix = batch.estimates[0], batch.covariance[0]
    gaps = areas[:, 1] - areas[:, 0]  # (groups, readers)
    mean_square = ((gaps - gaps.mean(axis=1, keepdims=True)) ** 2).sum() / 2 / (4 * 2)
    pairs = [(j, k) for j in range(3) for k in range(3) if j != k]
    cov2 = np.mean([matrix[g, i, j, i, k] for g in range(4) for i in range(2) for j, k in pairs])
    cov3 = np.mean([matrix[g, i, j, 1 - i, k] for g in range(4) for i in range(2) for j, k in pairs])
    error = mean_square + 3 * max(cov2 - cov3, 0)
    found = compare(batch, "split-plot")
    assert found.se[0] == pytest.approx((2 * error / 12) ** 0.5)
    assert found.df[0] == pytest.approx((error / mean_square) ** 2 * 8)


def test_studies_do_not_depend_on_how_many_are_drawn() -> None:
    model, size = configuration("LL.855"), Size(3, 10, 10)
    few, many = drawn(model, size, 3), drawn(model, size, 7)
    assert (few.positive == many.positive[:3]).all() and (few.negative[0] != few.negative[1]).any()


def test_midranks_share_ties() -> None:
    assert midranks(np.array([[3.0, 1.0, 3.0, 2.0], [1.0, 1.0, 1.0, 0.0]])).tolist() == [
        [3.5, 1.0, 3.5, 2.0],
        [3.0, 3.0, 3.0, 1.0],
    ]


@pytest.mark.parametrize("slope", [1.0, 0.6])
def test_simulated_studies_have_the_model_s_components(slope: float) -> None:
    """Means over 4,000 studies; each within 4 of its standard errors."""
    model = RoeMetz((1.2, 1.5), 0.03, 0.02, 0.2, 0.2, 0.3, 0.3, slope)
    size, expected = Size(4, 20, 30), to_components(model, 20, 30)
    batch = [estimate(block, "auc") for block in ratings(model, size, 4000, 5)]
    areas = np.concatenate([each.estimates for each in batch])[:, 0]
    matrix = np.concatenate([each.covariance for each in batch])[:, 0]
    off = ~np.eye(4, dtype=bool)
    values = {
        "variance": np.einsum("sijij->s", matrix) / 8,
        "cov1": np.einsum("sjj->s", matrix[:, 0, :, 1]) / 4,
        "cov2": sum(matrix[:, i, :, i][:, off].mean(axis=1) for i in range(2)) / 2,
        "cov3": matrix[:, 0, :, 1][:, off].mean(axis=1),
    }
    assert expected.means == pytest.approx(areas.mean(axis=(0, 2)), abs=0.004)
    for name, found in values.items():
        # DeLong's estimator is biased upwards by terms of the order of 1 / (n0 n1)
        assert np.mean(found) == pytest.approx(getattr(expected, name), rel=0.06), name
    total = (
        expected.condition_by_reader + expected.variance - expected.cov1 + 3 * (expected.cov2 - expected.cov3)
    )
    assert np.var(areas[:, 1].mean(axis=1) - areas[:, 0].mean(axis=1)) == pytest.approx(total / 2, rel=0.09)


def test_calls_of_one_class_have_the_model_s_components() -> None:
    model = RoeMetz((0.8, 1.1), 0.1, 0.05, 0.2, 0.2, 0.3, 0.3)
    expected = components_of(model, call_kernel(40), "sensitivity", 0, 40)
    shares = [estimate(block, "sensitivity").estimates for block in ratings(model, Size(5, 0, 40), 4000, 6)]
    found = np.concatenate(shares)[:, 0]
    assert expected.means == pytest.approx(found.mean(axis=(0, 2)), abs=0.004)
    assert expected.variance + (expected.reader or 0) + expected.condition_by_reader == pytest.approx(
        found.var(axis=0).mean(), rel=0.05
    )
    assert to_model(expected, expected.means or (0, 0)).model.case == pytest.approx(0.2)


def test_what_conditions_do_not_share_is_drawn_anew() -> None:
    model = in_two_conditions(configuration("HL.702"), cases=True, readers=True)
    assert (model.case, model.reader, model.reader_by_case) == (0, 0, 0)
    assert model.areas == pytest.approx(configuration("HL.702").areas)


@pytest.mark.parametrize(
    ("layout", "readers"),
    [
        (Layout(), 6),
        (Layout("split-plot", 2), 8),
        (Layout("unpaired-cases"), 6),
        (Layout("unpaired-readers"), 8),
    ],
)
def test_simulated_power_meets_the_formula_away_from_the_ceiling(layout: Layout, readers: int) -> None:
    start = to_components(configuration("LL.702"), 60, 60)
    goal = Goal(0.08 if layout.kind in ("crossed", "split-plot") else 0.11)
    formula = power(start, goal, readers, 120, layout).power
    found = simulate_power(start, goal, readers, 120, layout, studies=2000, seed=2)
    assert formula is not None and found.power == pytest.approx(formula, abs=0.04)
    assert found.interval is not None and found.interval.low < (found.power or 0) < found.interval.high


def test_the_same_seed_gives_the_same_power_and_fixed_cases_none() -> None:
    start = to_components(configuration("HL.702"), 30, 30)
    found = [simulate_power(start, Goal(0.1), 4, 60, studies=200, seed=seed).power for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    fixed = simulate_power(start, Goal(0.1, random="readers"), 4, 60)
    assert fixed.power is None and "fixed cases" in fixed.notes[0]


def test_a_simulation_needs_the_figure_of_merit() -> None:
    start = PlanningComponents("auc", 1e-3, 5e-4, 4e-4, 3e-4, 1e-4, 1e-3, 50, 50)
    with pytest.raises(ValueRefused, match="figure of merit itself"):
        simulate_power(start, Goal(0.05), 5, 100)
    with pytest.raises(UnknownChoice, match="areas and shares"):
        simulate_power(replace(start, figure_of_merit="binormal"), Goal(0.05), 5, 100)


def test_rates_of_calls() -> None:
    (first, second), specificity = RoeMetz((1.0, 2.0), 0, 0, 0.5, 0, 0, 0.5, 0.5).rates(0.5)
    assert (ndtri(first), ndtri(second), ndtri(specificity)) == pytest.approx((0.25, 0.75, 0.5))
