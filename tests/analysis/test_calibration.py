"""Tests reject and intervals hold as often as they say, in studies of Roe and Metz's null models.

The seed is the first, 1; a share of 2,000 studies near 5 % has a standard error of 0.5 points.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.intervals import on_log_odds, spread
from analysis.simulation.calibration import calibrate, calibrate_groups
from analysis.simulation.draw import Size
from analysis.simulation.model import configuration
from bench.calibration.__main__ import BEGIN, END, SIZES, tables

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


def told() -> str:
    return PAGE.read_text().split(BEGIN)[1].split(END)[0].strip()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.readers}-{size.cases}")
def test_the_test_of_areas_rejects_equal_conditions_as_often_as_it_says(size: Size) -> None:
    found = calibrate(configuration("HL.855"), "auc", size)
    assert 0.03 <= found.type_1 <= 0.06
    assert 0.93 <= found.difference <= 0.97 and found.undefined == 0


@pytest.mark.parametrize("figure", ["accuracy", "sensitivity", "specificity"])
def test_the_test_of_calls_rejects_equal_conditions_as_often_as_it_says(figure: Any) -> None:
    found = calibrate(configuration("HL.855"), figure, Size(5, 50, 50))
    assert 0.03 <= found.type_1 <= 0.06
    assert 0.93 <= found.difference <= 0.97 and 0.93 <= found.mean <= 0.97


@pytest.mark.parametrize("figure", ["accuracy", "auc"])
def test_intervals_of_groups_of_five_hold_their_mean(figure: Any) -> None:
    found = calibrate_groups(configuration("HL.855"), figure, (5, 5), 50, 50, studies=1000)
    assert 0.93 <= found.mean <= 0.97 and 0.93 <= found.difference <= 0.98 and found.without == 0


def test_near_one_a_plain_interval_would_be_too_short() -> None:
    """What the scale of log odds mends: the mean of one condition at an area of .96, readers varying much."""
    plain = calibrate(configuration("HH.961"), "auc", Size(5, 50, 50), studies=1000).mean
    mended = calibrate_groups(configuration("HH.961"), "auc", (5, 5), 50, 50, studies=1000).mean
    assert plain < 0.91 < 0.93 <= mended <= 0.97


def test_an_interval_on_log_odds_stays_between_its_bounds() -> None:
    got = spread(0.9, 0.08**2, 4.0, 0.95, (0.0, 1.0))
    found = on_log_odds(0.9, got, 0.95, (0.0, 1.0))
    assert found is not None and 0 < found.low < 0.9 < found.high < 1
    odds = [end / (1 - end) for end in (found.low, 0.9, found.high)]
    assert odds[1] / odds[0] == pytest.approx(odds[2] / odds[1])
    assert np.log(odds[2] / odds[1]) == pytest.approx(0.08 * 2.7764451 / 0.09)


def test_an_interval_that_says_nothing_still_says_nothing() -> None:
    got = spread(0.5, 0.5**2, 1.0, 0.95, (0.0, 1.0))
    assert on_log_odds(0.5, got, 0.95, (0.0, 1.0)) == got.interval
    none = spread(1.0, 0.0, None, 0.95, (0.0, 1.0))
    assert on_log_odds(1.0, none, 0.95, (0.0, 1.0)) is None


def test_intervals_of_groups_hold_in_every_configuration_of_the_page() -> None:
    """The page's last two columns; the drill below holds the page to its command."""
    rows = [line for line in told().splitlines() if re.match(r"\| [HL][HL]\.\d", line)]
    shares = [
        float(share) for row in rows[12:] for cell in row.split("|")[-3:-1] for share in cell.split(",")
    ]
    assert len(rows) == 24 and len(shares) == 12 * 2 * 2
    assert 93 <= min(shares) <= max(shares) <= 97


@pytest.mark.drill
def test_the_page_s_tables_are_what_the_command_writes() -> None:
    """All twelve configurations at 2,000 studies: some minutes."""
    assert told() == tables(2000, 1)
