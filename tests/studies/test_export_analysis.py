"""What an export writes goes into the analysis as it is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analysis import froc, mrmc, read_csv, read_free_response, read_imrmc
from analysis.reporting.of_file import report_file
from studies import audit, lifecycle, truth
from studies.export import export
from studies.report import make_report
from studies.simulation import simulate
from studies.truth import LesionEntry, TruthEntry
from tests.studies.builders import make_study
from tests.studies.reading_study import EVERY_KIND, locked, simulated_study

pytestmark = pytest.mark.django_db


def test_an_export_is_analysed_as_it_is(tmp_path: Path) -> None:
    study = make_study(cases=8, readers=0, text=EVERY_KIND)
    for case in study.cases.filter(code__in=["main-001", "main-003", "main-005", "main-007"]):
        lesions = (LesionEntry(20.0, 30.0, radius=12.0), LesionEntry(30.0, 20.0, radius=12.0))
        truth.keep([(case, TruthEntry(1, lesions=lesions))])
    lifecycle.open_study(study, audit.OPERATOR)
    study.refresh_from_db()
    simulate(study, seed=3, readers=3, skill=0.75, spread=0.09)
    study.refresh_from_db()
    export(locked(study), tmp_path / "out", "operator")
    out = tmp_path / "out"
    ratings = mrmc(read_csv(out / "readings.csv", condition_column="session"))
    assert mrmc(read_imrmc(out / "imrmc" / "main.imrmc")).covariances == ratings.covariances
    assert mrmc(read_imrmc(out / "rjafroc" / "main.imrmc")).covariances == ratings.covariances
    table = read_free_response(out / "marks.csv", out / "lesions.csv")
    found = froc(table)
    assert (found.positives, found.negatives, table.lesions.count) == (4, 4, 8)
    assert 0 < table.false_marks < len(table.marks)
    assert any(note.startswith("SIMULATED: 3") for note in found.notes)


ALIKE = {"Accuracy by specialty (CI)": "By specialty (CI)"} | {
    "Accuracy by years in practice (CI)": "By years in practice (CI)",
    "Correlation of accuracy with years": "Correlation with years",
}


def main_table(folder: Path) -> dict[tuple[str, str], list[str]]:
    with (folder / "tables" / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = ("printed", "estimate", "low", "high", "p", "readers", "cases", "basis", "note")
    return {(ALIKE.get(row["row"], row["row"]), row["line"]): [row[name] for name in numbers] for row in rows}


def test_a_report_of_the_export_has_the_numbers_of_the_studys(tmp_path: Path) -> None:
    study = locked(simulated_study(cases=12, readers=7))
    make_report(study, tmp_path / "study", "operator")
    export(study, tmp_path / "out", "operator")
    report_file(tmp_path / "out" / "readings.csv", tmp_path / "file")
    of_study, of_file = main_table(tmp_path / "study"), main_table(tmp_path / "file")
    same = [key for key in of_file if not key[0].startswith(("Repeat", "Reading time", "Over ten"))]
    assert {row for row, _ in same} >= {"Accuracy, mean of readers (CI)", "Agreement between readers"}
    assert len(same) > 15
    assert {key: of_file[key] for key in same} == {key: of_study[key] for key in same}
