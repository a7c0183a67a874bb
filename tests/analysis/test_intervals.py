from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis import clopper_pearson, wilson
from analysis.errors import ValueRefused
from analysis.intervals import spread, t_quantile, two_sided_p

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_wilson_agrees_with_statsmodels(count: tuple[int, int]) -> None:
    found = wilson(*count).interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx(proportion_confint(*count, method="wilson"), abs=1e-12)


@given(counts)
def test_clopper_pearson_agrees_with_statsmodels(count: tuple[int, int]) -> None:
    found = clopper_pearson(*count).interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx(proportion_confint(*count, method="beta"), abs=1e-9)


@given(st.integers(1, 500))
def test_limits_at_none_and_all_are_exact(n: int) -> None:
    for method in (wilson, clopper_pearson):
        none, every = method(0, n).interval, method(n, n).interval
        assert none is not None and every is not None
        assert (none.low, every.high) == (0.0, 1.0)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_no_trials_are_undefined_with_a_reason(method: type) -> None:
    found = method(0, 0)
    assert (found.estimate, found.interval) == (None, None)
    assert "undefined" in found.notes[0]


@pytest.mark.parametrize("count", [(-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_refused(count: tuple[int, int]) -> None:
    with pytest.raises(ValueRefused, match="Remedy"):
        wilson(*count)


@given(st.floats(0.5, 300), st.floats(0, 30))
def test_p_and_quantile_take_fractional_degrees_of_freedom(df: float, t: float) -> None:
    assert two_sided_p(t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-8)
    assert t_quantile(df, 0.95) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-8)


def test_tiny_p_values_do_not_become_zero() -> None:
    assert 0 < two_sided_p(30.0, None) < 1e-190
    assert 0 < two_sided_p(60.0, 80.0) < 1e-60


def test_clipped_limits_tell_their_unclipped_value() -> None:
    found = spread(0.98, 0.0004, None, 0.95, (0.0, 1.0))
    assert found.interval is not None and found.interval.high == 1.0
    assert found.notes == (f"upper limit {0.98 + 1.959963984540054 * 0.02:.6g} clipped to 1",)


@pytest.mark.parametrize("variance", [0.0, -1e-6, math.nan])
def test_without_variation_there_is_no_interval(variance: float) -> None:
    found = spread(1.0, variance, None, 0.95, (0.0, 1.0))
    assert found.interval is None and found.notes
