"""Agreement against slow twins that follow the definitions: pair by pair, case by case."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct, t

import analysis
from analysis.agreement.weights import METRICS, WEIGHTS, weight_matrix
from analysis.intervals import normal_quantile

Z = normal_quantile(0.95)
SCALE = (1.0, 2.0, 4.0)
GAPS = ((0, 1), (2, 0), (5, 2), (7, 1), (7, 0))


def panel(cases: int = 40, readers: int = 4, gaps: float = 0.2, seed: int = 0) -> Any:
    """Scores 1-5 with case and reader effects; some missing, at least one a case."""
    draw = np.random.default_rng(seed)
    latent = draw.normal(size=(cases, 1)) + 0.3 * draw.normal(size=readers)
    scores = np.clip(np.round(3 + 1.2 * latent + draw.normal(size=(cases, readers))), 1, 5)
    missing = draw.random(scores.shape) < gaps
    missing[:, 0] &= ~missing.all(axis=1)
    return np.where(missing, np.nan, scores)


@st.composite
def small_panels(draw: st.DrawFn) -> Any:
    """Three readers of eight cases on SCALE, with gaps at fixed places; two categories or more."""
    rows = draw(st.lists(st.lists(st.sampled_from(SCALE), min_size=3, max_size=3), min_size=6, max_size=6))
    scores = np.array([*rows, [1.0, 2.0, 1.0], [2.0, 4.0, 1.0]])
    scores[tuple(np.transpose(GAPS))] = np.nan
    return scores


def said(row: Any) -> list[float]:
    return [float(x) for x in row if np.isfinite(x)]


def weight(weights: str) -> Callable[[float, float], float]:
    matrix = weight_matrix(np.array(SCALE), weights)
    return lambda a, b: float(matrix[SCALE.index(a), SCALE.index(b)])


def observed(scores: Any, w: Callable[[float, float], float]) -> float:
    rows = [said(row) for row in scores if len(said(row)) > 1]
    return float(np.mean([np.mean([w(a, b) for a, b in permutations(row, 2)]) for row in rows]))


def shares(scores: Any) -> list[float]:
    return [float(np.mean([said(row).count(k) / len(said(row)) for row in scores])) for k in SCALE]


def chance(name: str, scores: Any, w: Callable[[float, float], float]) -> float:
    pi = shares(scores)
    if name == "fleiss":
        return sum(
            p * q * w(a, b) for a, p in zip(SCALE, pi, strict=True) for b, q in zip(SCALE, pi, strict=True)
        )
    if name == "gwet":
        total = sum(w(a, b) for a in SCALE for b in SCALE)
        return total / (len(SCALE) * (len(SCALE) - 1)) * sum(p * (1 - p) for p in pi)
    columns = [said(column) for column in scores.T]
    pairs = [np.mean([w(a, b) for a in g for b in h]) for g, h in permutations(columns, 2)]
    return float(np.mean(pairs))


@pytest.mark.parametrize("weights", WEIGHTS)
@settings(max_examples=15)
@given(scores=small_panels())
def test_coefficients_follow_their_definition(weights: str, scores: Any) -> None:
    w = weight(weights)
    for name, function in (
        ("fleiss", analysis.fleiss_kappa),
        ("conger", analysis.conger_kappa),
        ("gwet", analysis.gwet_ac),
    ):
        expected = chance(name, scores, w)
        ours = function(scores, weights, categories=SCALE)
        assert ours.estimate == pytest.approx((observed(scores, w) - expected) / (1 - expected), abs=1e-12)


def difference(metric: str, values: list[float], a: float, b: float) -> float:
    if metric == "nominal":
        return float(a != b)
    if metric == "ratio":
        return ((a - b) / (a + b)) ** 2
    if metric == "interval":
        return (a - b) ** 2
    low, high = min(a, b), max(a, b)
    between = sum(low <= x <= high for x in values)
    return float(between - (values.count(a) + values.count(b)) / 2) ** 2 if a != b else 0.0


@pytest.mark.parametrize("metric", METRICS)
@settings(max_examples=15)
@given(scores=small_panels())
def test_alpha_follows_its_definition(metric: Any, scores: Any) -> None:
    rows = [said(row) for row in scores if len(said(row)) > 1]
    values = [x for row in rows for x in row]
    apart = sum(
        difference(metric, values, a, b) / (len(row) - 1) for row in rows for a, b in permutations(row, 2)
    )
    spread = sum(difference(metric, values, a, b) for a, b in permutations(values, 2))
    expected = 1 - (len(values) - 1) * apart / spread
    assert analysis.krippendorff_alpha(scores, metric).estimate == pytest.approx(expected, abs=1e-12)


EVERY = [
    *[(f, w) for f in (analysis.percent_agreement, analysis.fleiss_kappa) for w in ("identity", "linear")],
    *[(f, w) for f in (analysis.conger_kappa, analysis.gwet_ac) for w in ("identity", "quadratic")],
    *[(analysis.krippendorff_alpha, metric) for metric in METRICS],
]


@pytest.mark.parametrize(("function", "how"), EVERY, ids=lambda x: getattr(x, "__name__", x))
def test_the_error_over_cases_is_nearly_that_of_leaving_out_cases(function: Any, how: str) -> None:
    scores = panel(200)
    left = np.array([function(np.delete(scores, i, axis=0), how).estimate for i in range(len(scores))])
    jackknife = np.sqrt((len(left) - 1) * left.var())
    assert function(scores, how).cases_only.se == pytest.approx(jackknife, rel=0.015)


@pytest.mark.parametrize(("function", "how"), EVERY, ids=lambda x: getattr(x, "__name__", x))
def test_the_error_over_readers_leaves_out_readers(function: Any, how: str) -> None:
    scores = panel()
    ours = function(scores, how)
    left = np.array([function(np.delete(scores, g, axis=1), how).estimate for g in range(4)])
    assert ours.se**2 == pytest.approx(ours.cases_only.se**2 + 3 * left.var())
    assert (
        ours.interval.high - ours.interval.low > ours.cases_only.interval.high - ours.cases_only.interval.low
    )


def test_patients_of_one_case_each_change_nothing_and_twins_count_once() -> None:
    scores = panel(gaps=0)
    alone = analysis.fleiss_kappa(scores)
    assert analysis.fleiss_kappa(scores, patient=np.arange(40)) == alone
    twins = analysis.fleiss_kappa(np.repeat(scores, 2, axis=0), patient=np.repeat(np.arange(40), 2))
    assert (twins.estimate, twins.cases_only.se) == pytest.approx((alone.estimate, alone.cases_only.se))


def test_the_order_of_cases_and_readers_does_not_matter() -> None:
    scores = panel()
    turned = scores[::-1, [2, 0, 3, 1]]
    for function, how in EVERY:
        ours, theirs = function(scores, how), function(turned, how)
        assert (ours.estimate, ours.se, ours.df) == pytest.approx((theirs.estimate, theirs.se, theirs.df))


def test_names_of_categories_matter_to_scales_alone() -> None:
    scores = panel()
    renamed = 6 - scores
    for function in (analysis.fleiss_kappa, analysis.gwet_ac, analysis.conger_kappa):
        assert function(scores).estimate == pytest.approx(function(renamed).estimate)
    ordinal = [analysis.krippendorff_alpha(some, "ordinal").estimate for some in (scores, scores**3)]
    assert ordinal[0] == pytest.approx(ordinal[1])


def test_quadratic_kappa_of_two_readers_is_a_correlation_of_agreement() -> None:
    a, b = panel(gaps=0)[:, :2].T
    expected = 2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    assert analysis.cohen_kappa(a, b, "quadratic").estimate == pytest.approx(expected)


PEFR = (
    [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427],
    [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451],
)


def test_limits_of_bland_and_altmans_meters() -> None:
    """Lancet 1986: mean difference -2.1, sd 38.8; limits with 2 sd -79.7 and 75.5."""
    found = analysis.limits_of_agreement(*PEFR)
    assert (found.bias, found.sd) == pytest.approx((-2.1, 38.8), abs=0.05)
    assert found.upper == pytest.approx(-2.1 + 1.96 * 38.8, abs=0.1)


def test_limits_have_exact_intervals() -> None:
    found = analysis.limits_of_agreement(*PEFR)
    low, high = nct(16, Z * np.sqrt(17)).ppf([0.025, 0.975]) * found.sd / np.sqrt(17) + found.bias  # type: ignore[operator]
    assert found.upper_interval is not None and found.lower_interval is not None
    assert (found.upper_interval.low, found.upper_interval.high) == pytest.approx((low, high))
    assert found.lower_interval.low == pytest.approx(2 * found.bias - high)  # type: ignore[operator]


def test_limits_between_readers_hold_readers_levels_and_error() -> None:
    """Balanced scores: twice the components of reader and error from the analysis of variance."""
    scores = panel(gaps=0)
    n, centred = len(scores), scores - scores.mean()
    levels, left = centred.mean(axis=0), centred - centred.mean(axis=0) - centred.mean(axis=1)[:, None]
    error = (left**2).sum() / ((n - 1) * 3)
    expected = 2 * (n * (levels**2).sum() / 3 / n + error * (n - 1) / n)
    found = analysis.limits_between_readers(scores)
    assert found.sd == pytest.approx(np.sqrt(expected))
    assert found.upper_interval is not None and found.upper_interval.low < Z * np.sqrt(expected)


def test_limits_of_repeats_follow_their_definition() -> None:
    first, second = panel(seed=1), panel(seed=2)
    gap = first - second
    halves = []
    for g, h in combinations(range(4), 2):
        squares = (gap[:, g][:, None] - gap[:, h][None, :]) ** 2 / 2
        halves.append(np.nanmean(np.where(np.eye(40, dtype=bool), np.nan, squares)))
    found = analysis.limits_of_repeats(first, second)
    assert found.bias == pytest.approx(np.mean(np.nanmean(gap, axis=0)))
    assert found.sd == pytest.approx(np.sqrt(np.mean(halves)))


def test_limits_of_repeats_leave_out_cases_and_readers() -> None:
    first, second = panel(seed=1), panel(seed=2)
    judged = np.isfinite(first - second).any(axis=1)
    first, second = first[judged], second[judged]

    def left(axis: int) -> float:
        count = first.shape[axis]
        some = [
            analysis.limits_of_repeats(np.delete(first, i, axis), np.delete(second, i, axis)).upper
            for i in range(count)
        ]
        return float((count - 1) * np.var(np.array(some, dtype=float)))

    found = analysis.limits_of_repeats(first, second)
    cases, readers = left(0), left(1)
    df = min((cases + readers) ** 2 / (cases**2 / (judged.sum() - 1) + readers**2 / 3), judged.sum() - 1)
    half = t.ppf(0.975, df) * np.sqrt(cases + readers)
    assert found.upper_interval is not None and found.upper is not None
    assert found.upper_interval.high == pytest.approx(found.upper + half)


@pytest.mark.drill
def test_intervals_over_readers_and_cases_hold_the_kappa_of_all_readers() -> None:
    """Five readers whose thresholds differ by 0.6: those over cases alone are far too narrow."""
    draw = np.random.default_rng(7)

    def scores(cases: int, readers: int) -> Any:
        latent = 1.2 * draw.normal(size=(cases, 1)) + 0.8 * draw.normal(size=(cases, readers))
        return (latent + 0.6 * draw.normal(size=readers) > 0.5).astype(float)

    true = analysis.fleiss_kappa(scores(4000, 200)).estimate
    both = alone = 0
    for _ in range(300):
        found = analysis.fleiss_kappa(scores(60, 5))
        one, other = found.interval, found.cases_only.interval
        both += one is not None and one.low <= true <= one.high  # type: ignore[operator]
        alone += other is not None and other.low <= true <= other.high  # type: ignore[operator]
    assert both >= 282 and alone < 276
