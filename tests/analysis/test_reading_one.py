"""d', calibration, bands and mean curves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from analysis import (
    auc,
    binormal_band,
    binormal_curve,
    calibration_of,
    detection_of,
    each_curve,
    empirical_band,
    mean_curves,
    mrmc,
)
from analysis.errors import ValueRefused
from tests.analysis.builders import random_table, ratings


def test_d_prime_and_criterion_by_hand() -> None:
    truth, call = [1] * 20 + [0] * 25, [1] * 15 + [0] * 5 + [1] * 5 + [0] * 20
    found = detection_of(truth, call)
    assert found.d_prime == pytest.approx(norm.ppf(0.75) - norm.ppf(0.2))
    assert found.criterion == pytest.approx(-(norm.ppf(0.75) + norm.ppf(0.2)) / 2)
    parts = 0.75 * 0.25 / 20 / norm.pdf(norm.ppf(0.75)) ** 2 + 0.2 * 0.8 / 25 / norm.pdf(norm.ppf(0.2)) ** 2
    assert (found.d_prime_se, found.criterion_se) == pytest.approx((math.sqrt(parts), math.sqrt(parts) / 2))


def test_a_rate_of_one_is_smoothed_and_says_so() -> None:
    found = detection_of([1, 1, 0, 0], [1, 1, 0, 1])
    assert found.d_prime == pytest.approx(norm.ppf(2.5 / 3) - norm.ppf(1.5 / 3))
    assert "log-linear" in found.notes[0]


def test_without_negatives_there_is_no_d_prime() -> None:
    found = detection_of([1, 1], [1, 0])
    assert (found.d_prime, found.criterion, found.notes) == (
        None,
        None,
        ("no negative cases: d' and criterion are undefined",),
    )


def test_patients_with_several_alike_cases_widen_the_error() -> None:
    truth, call = np.tile([1, 1, 0, 0, 1, 0, 1, 0], 5), np.tile([1, 0, 0, 1, 1, 0, 1, 0], 5)
    patient = np.repeat(np.arange(8), 5)[np.argsort(np.tile(np.arange(8), 5), kind="stable").argsort()]
    apart, together = detection_of(truth, call), detection_of(truth, call, patient=patient)
    assert together.d_prime == apart.d_prime
    assert (together.d_prime_se or 0) > 1.5 * (apart.d_prime_se or 0)


def test_coverage_of_d_prime() -> None:
    draw = np.random.default_rng(5)
    truth, true = np.repeat([0, 1], 60), 1.4
    held = 0
    for _ in range(400):
        found = detection_of(truth, (draw.normal(size=120) + true * truth > 0.8).astype(int)).d_prime_interval
        held += found is not None and found.low <= true <= found.high
    assert 0.925 < held / 400 < 0.98


def test_brier_score_and_its_three_parts() -> None:
    truth, rating = [0, 0, 1, 1, 1], [1, 2, 2, 3, 3]
    found = calibration_of(truth, rating, (1, 3))
    assert found.estimate == pytest.approx((0 + 0.25 + 0.25 + 0 + 0) / 5)
    assert found.reliability is not None and found.resolution is not None and found.uncertainty is not None
    assert found.estimate == pytest.approx(found.reliability - found.resolution + found.uncertainty)
    assert [point.positive.successes for point in found.points] == [0, 1, 2]


def test_a_rating_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueRefused, match="every rating lies on the scale"):
        calibration_of([0, 1], [1, 6], (1, 5))


def test_simultaneous_bands_hold_the_whole_true_curve() -> None:
    draw, rates = np.random.default_rng(11), np.linspace(0.02, 0.98, 25)
    truth = np.repeat([0, 1], 60)
    true = norm.cdf(1.0 + 0.8 * norm.ppf(rates))
    held = {"empirical": 0, "binormal": 0}
    for _ in range(150):
        rating = np.where(truth == 1, (1.0 + draw.normal(size=120)) / 0.8, draw.normal(size=120))
        fit = binormal_band(binormal_curve(truth, rating), rates=rates)
        for name, band in (("empirical", empirical_band(truth, rating, rates=rates)), ("binormal", fit)):
            assert band.low is not None and band.high is not None
            held[name] += bool(((band.low <= true) & (true <= band.high)).all())
    assert held["binormal"] / 150 > 0.9
    assert held["empirical"] / 150 > 0.95


def test_the_mean_curve_has_the_mean_area() -> None:
    table, rates = random_table(conditions=1, readers=4, cases=40), np.linspace(0, 1, 2001)
    (curve,) = mean_curves(table, rates=rates[1:-1:50])
    assert table.rating is not None
    rows = [table.reader == name for name in np.unique(table.reader)]
    areas = [auc(table.truth[own], table.rating[own]) for own in rows]
    mean = mrmc(table).random_readers_random_cases.conditions[0].estimate
    assert mean == pytest.approx(np.mean([area for area in areas if area is not None]))
    heights = [point.estimate for point in curve.points]
    assert heights == sorted(heights, key=lambda height: height or 0)
    middle = curve.points[len(curve.points) // 2]
    assert middle.low is not None and middle.estimate is not None and middle.high is not None
    assert middle.low < middle.estimate <= middle.high


def test_points_of_the_mean_curve_are_figures_of_merit_of_their_own() -> None:
    (curve, _) = mean_curves(ratings(), rates=[0.2])
    expected = mrmc(ratings(), "sensitivity@0.8").conditions_to_report[0]
    assert expected.interval is not None
    assert (curve.points[0].estimate, curve.points[0].low, curve.points[0].high) == pytest.approx(
        (expected.estimate, expected.interval.low, expected.interval.high)
    )


def test_each_reader_has_points_fits_and_calibration() -> None:
    found = each_curve(ratings().only(readers=["1"]), fits=True, scale=(1, 5))
    assert [curve.condition for curve in found] == ["1", "2"]
    assert found[0].binormal and found[0].proper and found[0].calibration
    assert len(found[0].to_frame()) == 6
