"""VIPER, a split-plot study of 43 radiologists: against what its authors archived and printed.

Gallas BD et al., J Med Imaging 2019; 6: 015501. Readers and cases are in groups; cancer is what was found
within 455 days. Sub-study challengeHighP is in tests/analysis/data; the others, where they are, in ../shared.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from analysis import ReadingTable, make_table, mrmc, read_csv, u_statistics
from analysis.intervals import two_sided_p
from tests.analysis.builders import DATA, reference, shuffled

RAW = Path(__file__).parents[2].parent / "shared" / "data" / "viper" / "viperObs.csv"
ARCHIVE = reference("viper.json")
AREAS = {
    "challengeHighP": (0.6331, 0.6797),
    "challengeMedP": (0.6523, 0.6759),
    "screeningLowP": (0.7007, 0.7292),
    "screeningMedP": (0.7236, 0.7290),
    "screeningHighP": (0.7128, 0.7379),
}
raw = pytest.mark.skipif(not RAW.is_file(), reason="../shared with the readings of VIPER is missing")


def high() -> ReadingTable:
    return read_csv(DATA / "viper.csv")


def sub_study(name: str, figure: str = "auc") -> ReadingTable:
    """Of all readings; for proportions as the authors made them areas: cases of the other truth score 1/2."""
    with RAW.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["subStudyLabel"] == name]
    truth = [int(row["cancerStatus455"]) for row in rows]
    rating = [float(row["score"]) for row in rows]
    call = [int(row["recall"] == "1") for row in rows]
    if figure != "auc":
        about = int(figure == "sensitivity")
        rating = [c if y == about else 0.5 for c, y in zip(call, truth, strict=True)]
    names = ([row[column] for row in rows] for column in ("readerID", "caseID", "modalityID"))
    return make_table(*names, truth, rating, call)


def agree(table: ReadingTable, record: dict[str, Any]) -> None:
    """The archive has nine digits."""
    found = u_statistics(table)
    variance = "variance" if record["estimator"] == "Ustat" else "mle_variance"
    for ours, theirs in zip((*found.conditions, *found.differences), record["results"], strict=True):
        assert ours.estimate == pytest.approx(theirs.get("AUCAminusAUCB", theirs.get("AUCA")), rel=1e-7)
        expected = theirs.get("varAUCAminusAUCB", theirs.get("varAUCA"))
        assert getattr(ours, variance) == pytest.approx(expected, rel=1e-8)
        assert (ours.readers, ours.cases) == (theirs["NR"], theirs["N0"] + theirs["N1"])


@pytest.mark.parametrize(
    "record", [r for r in ARCHIVE if r["data"] == "challengeHighP" and r["figure"] == "auc"]
)
def test_one_sub_study_agrees_with_the_archive(record: dict[str, Any]) -> None:
    agree(high(), record)


def test_the_largest_difference_is_as_printed_and_its_p_value_by_the_normal() -> None:
    """Printed: 0.047, SE 0.023, P = .047. iMRMC takes t for normal from 50 degrees of freedom on; by t on
    54.7 degrees P is .052."""
    (gap,) = u_statistics(high()).differences
    assert gap.estimate is not None and gap.variance is not None and gap.df is not None
    assert (round(-gap.estimate, 3), round(gap.variance**0.5, 3)) == (0.047, 0.023)
    assert two_sided_p(gap.estimate / gap.variance**0.5, None) == pytest.approx(0.0470488, rel=1e-5)
    assert gap.df == pytest.approx(54.9, abs=0.3)
    assert gap.p == pytest.approx(0.052074, rel=1e-4)


def test_obuchowski_rockette_says_much_the_same() -> None:
    result = mrmc(high())
    (gap,) = result.random_readers_random_cases.differences
    assert result.design.startswith("cases nested in groups of readers")
    assert (len(result.readers), result.negatives, result.positives) == (20, 131, 108)
    assert gap.estimate == pytest.approx(-0.0466, abs=0.001) and gap.se == pytest.approx(0.0235, abs=0.002)


def test_the_order_of_2379_readings_does_not_matter() -> None:
    assert mrmc(shuffled(high())) == mrmc(high())


@raw
@pytest.mark.parametrize("record", ARCHIVE, ids=lambda r: f"{r['data']}-{r['figure']}-{r['estimator']}")
def test_all_sub_studies_agree_with_the_archive(record: dict[str, Any]) -> None:
    agree(sub_study(record["data"], record["figure"]), record)


@raw
@pytest.mark.parametrize("name", AREAS)
def test_areas_are_as_printed(name: str) -> None:
    found = u_statistics(sub_study(name))
    assert tuple(round(entry.estimate or 0, 4) for entry in found.conditions) == AREAS[name]


@raw
def test_the_authors_weigh_proportions_by_pairs_and_we_by_readings() -> None:
    for figure, theirs, ours in (("sensitivity", 0.6800, 0.6795), ("specificity", 0.6108, 0.6125)):
        by_pairs = u_statistics(sub_study("screeningLowP", figure)).conditions[0].estimate
        by_readings = u_statistics(sub_study("screeningLowP"), figure).conditions[0].estimate
        assert by_pairs == pytest.approx(theirs, abs=5e-5) and by_readings == pytest.approx(ours, abs=5e-5)
