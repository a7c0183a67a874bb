"""Parts, points and fits of ROC curves: against other programs, slow twins and what must not change them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import auc, binormal_curve, mrmc, proper_curve
from analysis.curves import binormal, proper
from analysis.errors import UnknownChoice
from analysis.merits import evaluate, merit
from tests.analysis.builders import random_table, ratings, reference, shuffled

CURVES = reference("curves.json")
ORDINAL = ("sensitivity@0.8", "specificity@0.8", "utility:1", "pauc:specificity=0.7,1", "mean-pauc:0.3")
SAME = [record for record in CURVES["mrmcaov"] if record["figure"] in (*ORDINAL, "binormal", "proper")]
Ratings = tuple[Any, Any]


def of_reader(condition: str, reader: str) -> Ratings:
    table = ratings()
    rows = (table.condition == condition) & (table.reader == reader)
    assert table.rating is not None
    return table.truth[rows], table.rating[rows]


def value(name: str, truth: Any, rating: Any) -> float:
    truth, rating = np.asarray(truth, dtype=np.int8), np.asarray(rating, dtype=float)
    return float(evaluate(merit(name), truth, rating[None, :], None)[0][0])


@st.composite
def rated(draw: st.DrawFn) -> Ratings:
    n = draw(st.integers(4, 14))
    levels = st.integers(1, draw(st.integers(2, 8)))
    rating = draw(st.lists(levels, min_size=n, max_size=n))
    return [1, 1, 0, 0, *draw(st.lists(st.integers(0, 1), min_size=n - 4, max_size=n - 4))], rating


@pytest.mark.parametrize("record", SAME, ids=lambda record: record["figure"])
def test_figures_agree_with_mrmcaov(record: dict[str, Any]) -> None:
    tolerance = 2e-6 if record["figure"] in ("binormal", "proper") else 1e-9
    for condition, reader, expected in record["per_reader"]:
        assert value(record["figure"], *of_reader(condition, reader)) == pytest.approx(
            expected, abs=tolerance
        )
        if record["figure"] == "proper":
            return  # one of them is enough here: the others are compared in the validation


@pytest.mark.parametrize("figure", [name for name in ORDINAL if name != "specificity@0.8"])
def test_tests_agree_with_mrmcaov(figure: str) -> None:
    expected = next(record["test"] for record in CURVES["mrmcaov"] if record["figure"] == figure)
    test = mrmc(ratings(), figure).random_readers_random_cases.test
    assert test is not None
    assert (test.statistic, test.df2, test.p) == pytest.approx(
        (expected["F"], expected["df2"], expected["p"])
    )


def test_mrmcaov_takes_the_curve_to_the_corner_above_its_last_point() -> None:
    """At sensitivity 1 it uses a false positive rate of 1, so it loses a triangle; ours is the area."""
    record = next(record for record in CURVES["mrmcaov"] if record["figure"].startswith("pauc:sens"))
    expected = {(condition, reader): found for condition, reader, found in record["per_reader"]}
    lost = (8 / 45) * (1 - 48 / 69) / 2  # reader 3 rises from 37 of 45 at 13 of 69 to 1 at 48 of 69
    assert value(record["figure"], *of_reader("1", "3")) == pytest.approx(expected["1", "3"] + lost)
    assert value(record["figure"], *of_reader("1", "1")) == pytest.approx(expected["1", "1"])


@pytest.mark.parametrize("record", CURVES["proc"], ids=lambda each: each["condition"] + each["reader"])
def test_partial_areas_agree_with_proc(record: dict[str, Any]) -> None:
    found = value("pauc:0.2", *of_reader(record["condition"], record["reader"]))
    assert found == pytest.approx(record["partial"], rel=1e-9)


@pytest.mark.parametrize("record", CURVES["rjafroc"], ids=lambda each: each["condition"] + each["reader"])
def test_binormal_fits_agree_with_rjafroc(record: dict[str, Any]) -> None:
    fit = binormal_curve(*of_reader(record["condition"], record["reader"]))
    # RJafroc stops its climb a little early: MRMCaov and ours agree to 1e-5 on the same readers.
    assert dict(fit.parameters) == pytest.approx({"a": record["a"], "b": record["b"]}, rel=5e-4)
    assert (fit.estimate, fit.se) == pytest.approx((record["auc"], record["se"]), rel=2e-4)


@given(rated())
def test_a_partial_area_of_the_whole_is_the_area(data: Ratings) -> None:
    truth, rating = data
    whole = auc(truth, rating)
    assert value("pauc:0,1", truth, rating) == pytest.approx(whole)
    assert value("pauc:sensitivity=0,1", truth, rating) == pytest.approx(whole)
    assert value("pauc:0,0.3", truth, rating) + value("pauc:0.3,1", truth, rating) == pytest.approx(whole)


@given(rated(), st.sampled_from(["pauc:0.1,0.6", "sensitivity@0.7", "specificity@0.6", "utility:2"]))
def test_jackknife_is_that_of_cases_left_out_one_by_one(data: Ratings, name: str) -> None:
    truth, rating = np.array(data[0], dtype=np.int8), np.array(data[1], dtype=float)
    left = [value(name, np.delete(truth, i), np.delete(rating, i)) for i in range(len(truth))]
    expected = (len(left) - 1) * np.var(left)
    assert evaluate(merit(name), truth, rating[None, :], None)[1][0, 0] == pytest.approx(expected, abs=1e-12)


@given(rated())
def test_points_lie_on_the_curve_as_drawn(data: Ratings) -> None:
    truth, rating = np.array(data[0]), np.array(data[1])
    levels = [np.inf, *np.unique(rating)[::-1]]
    x, y = (np.array([(rating[truth == side] >= level).mean() for level in levels]) for side in (0, 1))
    assert value("sensitivity@0.63", truth, rating) == pytest.approx(np.interp(0.37, x, y))
    assert value("utility:1", truth, rating) == pytest.approx((y - x).max())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_monotone_transforms_change_no_fit(seed: int) -> None:
    draw = np.random.default_rng(seed)
    truth = np.repeat([0, 1], 20)
    rating = draw.normal(size=40) + truth
    one, two = binormal_curve(truth, rating), binormal_curve(truth, np.exp(3 * rating))
    assert (one.estimate, one.se) == pytest.approx((two.estimate, two.se))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_no_move_of_a_parameter_is_likelier_than_the_fit(seed: int) -> None:
    draw = np.random.default_rng(seed)
    truth, rating = np.repeat([0, 1], 30), np.round(draw.normal(size=60) + np.repeat([0, 1.2], 30)) + 5
    fit = binormal_curve(truth, rating)
    if not fit.covariance:
        return
    a, b = (dict(fit.parameters)[name] for name in "ab")
    for move in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
        assert likelihood(truth, rating, a + move[0], b + move[1]) < (fit.log_likelihood or 0)


def likelihood(truth: Any, rating: Any, a: float, b: float) -> float:
    """The likelihood of all categories at the best thresholds that a general optimiser finds."""
    from scipy.optimize import minimize
    from scipy.special import ndtr

    from analysis.curves.counts import counted
    from analysis.curves.likelihood import categories

    found = counted(truth.astype(np.int8), rating)
    counts = categories(found.positive[0], found.negative[0])

    def fall(steps: Any) -> float:
        t = steps[0] + np.r_[0, np.cumsum(np.exp(steps[1:]))]
        shares = np.diff(ndtr([t, b * t - a]), axis=1, prepend=0, append=1)
        return -float((counts * np.log(np.maximum(shares, 1e-300))).sum())

    start = np.r_[-1.0, np.full(counts.shape[1] - 2, -1.0)]
    return -float(minimize(fall, start, method="Nelder-Mead", options={"maxiter": 4000, "maxfev": 4000}).fun)


def test_the_proper_curve_is_the_likelihood_ratio_of_its_two_normals() -> None:
    """TPR over FPR of a simulated likelihood ratio, with d_a and c of two named normals."""
    mean, spread = 1.0, 2.0  # positives; negatives are standard normal
    b, a = 1 / spread, mean / spread
    d_a, c = a * np.sqrt(2 / (1 + b * b)), (b - 1) / (b + 1)
    draw = np.random.default_rng(3)
    x = [draw.normal(size=400_000), mean + spread * draw.normal(size=400_000)]
    ratio = [-((v - mean) ** 2) / (2 * spread**2) + v**2 / 2 for v in x]
    cuts = np.quantile(ratio[0], [0.9, 0.7, 0.4])
    expected = [(ratio[1] > cut).mean() for cut in cuts]
    assert proper.true_positive_rate(d_a, c, [0.1, 0.3, 0.6]) == pytest.approx(expected, abs=3e-3)
    rates = np.linspace(0, 1, 20001)
    area = np.trapezoid(proper.true_positive_rate(d_a, c, rates), rates)
    assert proper.area_of(d_a, c) == pytest.approx(area, abs=1e-5)


def test_equal_variances_make_both_models_one() -> None:
    rates = [0.05, 0.3, 0.8]
    assert proper.true_positive_rate(1.3, 1e-6, rates) == pytest.approx(
        binormal.true_positive_rate(1.3, 1.0, rates), abs=1e-5
    )
    assert proper.area_of(1.3, 1e-9) == pytest.approx(0.8210, abs=1e-4)


def test_a_climb_reaches_a_maximum_at_the_edge() -> None:
    """Negatives spread, positives in a clump: the likelihood rises to b = 0, the area to 42/44."""
    counts = np.array([[62, 3, 4, 0, 0], [2, 0, 1, 3, 38]])
    truth = np.repeat([0, 1], counts.sum(axis=1))
    fit = binormal_curve(truth, np.concatenate([np.repeat(range(5), row) for row in counts]))
    assert fit.estimate == pytest.approx(42 / 44, abs=1e-6) and fit.se is None
    assert "degenerate" in fit.notes[0] or "maximum" in fit.notes[0]


def test_the_higher_of_two_tops_is_taken() -> None:
    fit = proper_curve(*of_reader("1", "3"))
    expected = next(record for record in CURVES["mrmcaov"] if record["figure"] == "proper")["per_reader"][2]
    assert (fit.estimate, fit.log_likelihood) == pytest.approx((expected[2], -119.886174), abs=1e-5)


@pytest.mark.parametrize(
    ("truth", "rating", "estimate", "said"),
    [
        ([0, 0], [1, 2], None, "a class is empty"),
        ([0, 1, 0, 1], [3, 3, 3, 3], None, "constant"),
        ([0, 1, 0, 1], [1, 2, 2, 1], None, "two distinct"),
        ([0, 0, 1, 1], [1, 2, 3, 4], 1.0, "degenerate"),
        ([0, 0, 1, 1], [3, 4, 1, 2], 0.0, "degenerate"),
    ],
)
def test_what_no_curve_can_fit_says_so(truth: Any, rating: Any, estimate: float | None, said: str) -> None:
    for fit in (binormal_curve(truth, rating), proper_curve(truth, rating)):
        assert (fit.estimate, fit.se, fit.interval) == (estimate, None, None)
        assert said in fit.notes[0]


@pytest.mark.parametrize(
    "name", ["pauc:1.2", "pauc:0.5,0.2", "pauc:x", "sensitivity@", "utility:-1", "magic"]
)
def test_an_unknown_figure_names_those_that_are(name: str) -> None:
    with pytest.raises(UnknownChoice, match="sensitivity@0.9"):
        mrmc(random_table(), name)


def test_rows_in_another_order_change_nothing() -> None:
    table = random_table(conditions=2, readers=3, cases=24)
    for name in ("pauc:0.3", "binormal"):
        assert mrmc(shuffled(table), name) == mrmc(table, name)


def test_a_partial_area_is_clipped_to_its_own_range() -> None:
    found = mrmc(random_table(cases=12), "pauc:0.2").random_readers_random_cases.conditions
    assert all(mean.interval and mean.interval.high <= 0.2 for mean in found)
