"""Against what other programs computed from the same ratings (tests/analysis/data/README.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analysis import ReadingTable, delong_auc, mrmc
from analysis.mrmc_result import Analysis, MrmcResult
from tests.analysis.builders import nested, ratings, reference, renamed

ANALYSES = {
    "RRRC": "random_readers_random_cases",
    "FRRC": "fixed_readers_random_cases",
    "RRFC": "random_readers_fixed_cases",
}
MRMCAOV = reference("mrmcaov.json")
RJAFROC = reference("rjafroc.json")
NESTED: dict[str, Callable[[ReadingTable], ReadingTable]] = {
    "conditions": nested,
    "readers": lambda table: renamed(table, case=table.reader),
    "readers in conditions": lambda table: renamed(table, reader=table.condition),
}
TESTED = [record for record in MRMCAOV if "test_equality" in record["results"]]
COMPONENTS = {"Error": "variance", "Var": "variance", "Cov1": "cov1", "Cov2": "cov2", "Cov3": "cov3"}


def close(expected: float | tuple[float, ...]) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-13)


def naming(record: dict[str, Any]) -> str:
    parts = (record["data"][:-4], record.get("figure", "auc"), record.get("covariance", "jackknife"))
    return "-".join([*parts, record["random"], *([record["nested"]] if "nested" in record else [])])


def analysed(record: dict[str, Any]) -> tuple[MrmcResult, Analysis]:
    table = ratings(record["data"])
    table = NESTED[record["nested"]](table) if "nested" in record else table
    result = mrmc(table, record.get("figure", "auc"), record.get("covariance", "jackknife"))
    return result, getattr(result, ANALYSES[record["random"]])


@pytest.mark.parametrize("record", TESTED, ids=naming)
def test_tests_agree_with_mrmcaov(record: dict[str, Any]) -> None:
    test = analysed(record)[1].test
    expected = record["results"]["test_equality"][0]
    assert test is not None
    assert test.statistic == close(expected.get("F", expected.get("X2")))
    assert test.df1 == expected.get("df1", expected.get("df"))
    assert test.df2 == (close(expected["df2"]) if "df2" in expected else None)
    assert test.p == close(expected["p-value"])


@pytest.mark.parametrize("record", TESTED, ids=naming)
def test_differences_agree_with_mrmcaov(record: dict[str, Any]) -> None:
    for ours, expected in zip(analysed(record)[1].differences, record["results"]["test_diffs"], strict=True):
        assert " - ".join(ours.between) == expected["Comparison"]
        assert ours.estimate == close(expected["Estimate"])
        assert ours.se == close(expected["StdErr"])
        assert ours.df == (close(expected["df"]) if "df" in expected else None)
        assert ours.p == close(expected["p-value"])
        assert ours.interval is not None
        assert (ours.interval.low, ours.interval.high) == close((expected["CI.Lower"], expected["CI.Upper"]))


@pytest.mark.parametrize("record", MRMCAOV, ids=naming)
def test_conditions_agree_with_mrmcaov(record: dict[str, Any]) -> None:
    for ours, expected in zip(analysed(record)[1].conditions, record["results"]["test_means"], strict=True):
        assert ours.estimate == close(expected["Estimate"])
        assert ours.se == close(expected["StdErr"])
        assert ours.df == (close(expected["df"]) if "df" in expected else None)
        assert ours.interval is not None
        assert (ours.interval.low, ours.interval.high) == close((expected["CI.Lower"], expected["CI.Upper"]))


@pytest.mark.parametrize("record", [r for r in MRMCAOV if r["results"]["vcov_comps"]], ids=naming)
def test_components_agree_with_mrmcaov(record: dict[str, Any]) -> None:
    result = analysed(record)[0]
    expected = {row["_row"]: row["Estimate"] for row in record["results"]["vcov_comps"]}
    for name, attribute in COMPONENTS.items():
        ours = getattr(result.covariances, attribute)
        assert name not in expected or ours in (None, close(expected[name]))
        assert ours is not None or (attribute, expected[name]) == ("cov1", 0)  # nobody has two conditions
    if record.get("nested") == "readers in conditions":
        return
    assert result.components.reader == close(expected["reader"])
    assert result.components.condition_by_reader == close(
        next(value for name, value in expected.items() if name.endswith(":reader"))
    )


@pytest.mark.parametrize("record", RJAFROC, ids=naming)
def test_analyses_agree_with_rjafroc(record: dict[str, Any]) -> None:
    result, analysis = analysed(record)
    expected = record["results"][record["random"]]
    row = expected["FTests"][0]
    assert analysis.test is not None
    assert analysis.test.p == close(row["p"])
    assert analysis.test.statistic == close(row.get("FStat", row.get("F", row.get("Chisq"))))
    for ours, theirs in zip(analysis.differences, expected["ciDiffTrt"], strict=True):
        assert (ours.estimate, ours.se) == close((theirs["Estimate"], theirs["StdErr"]))
    for component in record["results"]["VarCom"]:
        if component["_row"] in COMPONENTS:
            ours_value = getattr(result.covariances, COMPONENTS[component["_row"]])
            assert ours_value == close(component["Estimates"])


@pytest.mark.parametrize(
    ("covariance", "expected"),
    [
        (
            "delong",
            (7.9213245e-4, 3.4200896e-4, 3.3952653e-4, 2.3584965e-4, 4.48485432, 15.06610794, 0.05123303082),
        ),
        (
            "jackknife",
            (8.0228827e-4, 3.4661371e-4, 3.4407483e-4, 2.3902837e-4, 4.45631869, 15.25967459, 0.05166568582),
        ),
        (
            "unbiased",
            (7.8839251e-4, 3.4167056e-4, 3.3906498e-4, 2.3561485e-4, 4.48961389, 15.03418081, 0.05116180235),
        ),
    ],
)
def test_published_van_dyke_numbers(covariance: Any, expected: tuple[float, ...]) -> None:
    result = mrmc(ratings(), "auc", covariance)
    test, c = result.random_readers_random_cases.test, result.covariances
    assert test is not None
    found = (c.variance, c.cov1, c.cov2, c.cov3, test.statistic, test.df2, test.p)
    assert found == pytest.approx(expected, rel=3e-8)


def test_single_readers_agree_with_mrmcaov() -> None:
    table = ratings()
    for record in reference("single_reader.json")["results"]:
        one = table.only(condition=record["modality"], readers=[record["reader"]])
        assert one.rating is not None
        if record["cov"] == "DeLong":
            found = delong_auc(one.truth, one.rating)
            assert (found.estimate, found.se) == close((record["empirical_auc"], record["StdErr"]))
        else:
            entry = mrmc(one, "auc", record["cov"].lower()).per_reader[0]
            assert (entry.estimate, entry.se) == close((record["empirical_auc"], record["StdErr"]))


def test_unbiased_errors_are_those_of_u_statistics() -> None:
    """iMRMC 2.1.2, doIMRMC(df)$Ustat on these ratings: varAUCA of both conditions and the difference."""
    analysis = mrmc(ratings(), "auc", "unbiased").random_readers_random_cases
    found = [entry.se for entry in analysis.conditions] + [entry.se for entry in analysis.differences]
    expected = [0.0010937044898799643, 0.00046187159143613003, 0.00042731251674496887]
    assert [(se or 0) ** 2 for se in found] == [close(value) for value in expected]


def test_one_condition_agrees_with_rjafroc() -> None:
    """RJafroc 2.1.3, StCadVsRad(dataset09, method = "2T-RRRC")$ciAvgRdrEachTrt, the nine radiologists."""
    table = ratings("dataset09.csv").only(readers=[str(place) for place in range(2, 11)])
    result = mrmc(table, "auc", "jackknife")
    found = result.random_readers_random_cases.conditions[0]
    assert found.interval is not None
    assert (found.estimate, found.se) == close((0.8486631944444445, 0.021150559354476243))
    assert found.df == close(168.2978268559795)
    assert (found.interval.low, found.interval.high) == close((0.8069086094435991, 0.8904177794452899))
    assert result.covariances.cov2 == close(0.000349813639064707)
