"""Results as tables and as plain objects."""

from __future__ import annotations

import json

import numpy as np
import pytest

import analysis
from analysis.frames import plain
from tests.analysis.builders import DATA


@pytest.fixture(scope="module")
def table() -> analysis.ReadingTable:
    return analysis.read_csv(DATA / "VanDyke.csv")


def test_an_analysis_gives_a_row_for_each_mean_and_difference(table: analysis.ReadingTable) -> None:
    frame = analysis.mrmc(table).to_frame()
    assert list(frame["quantity"]) == ["mean"] * 6 + ["difference"] * 3
    assert {"estimate", "se", "df", "low", "high", "readers", "cases", "method", "notes"} <= set(frame)


def test_one_reader_is_one_row(table: analysis.ReadingTable) -> None:
    row = analysis.each_reader(table)[0].to_frame().iloc[0]
    assert row["reader"] == "1"
    assert row["auc_estimate"] == pytest.approx(0.9196457326892109)


def test_what_is_not_a_number_is_null(table: analysis.ReadingTable) -> None:
    told = plain({"value": np.array([1.0, np.nan]), "interval": analysis.Interval(0.1, 0.2, 0.95)})
    assert json.dumps(told) == '{"value": [1.0, null], "interval": [0.1, 0.2]}'


def test_every_estimate_says_how_it_was_made_and_of_how_many() -> None:
    """Whatever has an estimate has an interval, readers, cases, a method, notes and a table."""
    shapes = [getattr(analysis, name) for name in analysis.__all__]
    for shape in shapes:
        fields = getattr(shape, "__dataclass_fields__", {})
        if "estimate" in fields and "margin" not in fields and shape is not analysis.PairedDifference:
            wanted = {"readers", "cases", "method", "notes", "to_frame"}
            assert wanted <= set(fields) | set(dir(shape)), shape.__name__
