"""What an export writes goes into the analysis as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import froc, mrmc, read_csv, read_free_response, read_imrmc
from studies import audit, lifecycle, truth
from studies.export import export
from studies.simulation import simulate
from studies.truth import LesionEntry, TruthEntry
from tests.studies.builders import make_study
from tests.studies.reading_study import EVERY_KIND, locked

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
