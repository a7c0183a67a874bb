"""Free-response figures and analyses against RJafroc 2.1.3, to a relative 1e-9."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import FreeResponseTable, froc, read_free_response
from analysis.free_response.analyse import cells
from analysis.free_response.choice import Choice
from tests.analysis.builders import reference
from tests.analysis.marked import dataset

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "reference"
RECORDS = reference("rjafroc_froc.json")
ANALYSES = {
    "RRRC": "random_readers_random_cases",
    "FRRC": "fixed_readers_random_cases",
    "RRFC": "random_readers_fixed_cases",
}
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with reference data is missing")


def close(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-15)  # RJafroc's smallest P values are 1 - cdf


def naming(record: dict[str, Any]) -> str:
    return "-".join([record["figure"], record.get("random", "estimates")])


def peer(name: str) -> tuple[FreeResponseTable, Any]:
    data = SHARED / "data"
    table = read_free_response(data / f"RJ_{name}_marks.csv", data / f"RJ_{name}_lesions.csv")
    return table, json.loads((SHARED / "results" / f"rjafroc_{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("record", [r for r in RECORDS if "estimates" in r], ids=naming)
def test_estimates_agree_with_rjafroc(record: dict[str, Any]) -> None:
    found = cells(dataset(), Choice(record["figure"])).estimates
    assert found == close(np.array(record["estimates"]))


@pytest.mark.parametrize("record", [r for r in RECORDS if "random" in r], ids=naming)
def test_analyses_agree_with_rjafroc(record: dict[str, Any]) -> None:
    result, expected = froc(dataset(), record["figure"]), record["results"]
    analysis = getattr(result, ANALYSES[record["random"]])
    row, components = expected["FTests"][0], expected["VarCom"]
    assert analysis.test.statistic == close(row.get("FStat", row.get("F", row.get("Chisq"))))
    assert analysis.test.p == close(row["p"])
    found = vars(result.covariances)
    assert found == close({ours: components[ours.capitalize().replace("Variance", "Var")] for ours in found})
    for ours, theirs in zip(analysis.differences, expected["ciDiffTrt"], strict=True):
        assert (ours.estimate, ours.se) == close((theirs["Estimate"], theirs["StdErr"]))
    for ours, theirs in zip(analysis.conditions, expected["ciAvgRdrEachTrt"], strict=True):
        assert (ours.estimate, ours.se) == close((theirs["Estimate"], theirs["StdErr"]))


@shared
@pytest.mark.parametrize("name", ["dataset01", "dataset04"])
def test_larger_data_agree_with_rjafroc(name: str) -> None:
    table, records = peer(name)
    for key, record in records.items():
        figure, *rest = key.split("|")[1:]
        if not rest:
            found = cells(table, Choice(figure.lower())).estimates
            assert found == close(np.array(record["results"]["values"])), key
        elif rest == ["OR", "RRRC"]:
            test = froc(table, figure.lower()).random_readers_random_cases.test
            row, error = record["results"]["RRRC"]["FTests"]
            assert test is not None
            assert (test.statistic, test.df2, test.p) == close((row["FStat"], error["DF"], row["p"])), key


@shared
@pytest.mark.parametrize(("figure", "theirs"), [("hrauc", "Wilcoxon"), ("pcl", "PCL"), ("lroc", "ALROC")])
def test_localisation_agrees_with_rjafroc(figure: Any, theirs: str) -> None:
    """Estimates, and the variance and covariance of the nine readers' differences from the first."""
    table, records = peer("datasetCadLroc")
    found = cells(table, Choice(figure, limit=0.2 if figure == "lroc" else None))
    assert found.estimates == close(np.array(records[f"FOM|{theirs}"]["results"]["values"]))
    contrast = np.hstack([-np.ones((9, 1)), np.eye(9)])
    errors = contrast @ found.covariance[0, :, 0, :] @ contrast.T
    against = records[f"CadVsRad|{theirs}|1T-RRRC"]["results"]
    assert np.trace(errors) / 9 == close(against["varError"])
    assert (errors.sum() - np.trace(errors)) / 72 == close(against["cov2"])


@shared
def test_regions_of_interest_agree_with_rjafroc() -> None:
    table, records = peer("datasetROI")
    assert cells(table, Choice("roi")).estimates == close(np.array(records["FOM|ROI"]["results"]["values"]))
