"""An export: whole or not at all, every column in the codebook, no name in it, no truth before the lock."""

import csv
import hashlib
import io
import json
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis import mrmc, read_csv
from studies import participation
from studies.codebook import guarded, listed
from studies.export import export
from studies.models import AuditEvent, Study
from studies.protocol import parse
from studies.refusals import Refused
from tests.studies.builders import answer_next, make_reader, make_study, read_until
from tests.studies.reading_study import EVERY_KIND, locked, simulated_study

pytestmark = pytest.mark.django_db

COLUMNS = (
    "study,reader,reader_kind,arm,session,condition,case_set,position,repeat,case,patient,status,skip_reason,"
    "truth,correct,call,confidence,rating,served_utc,submitted_utc,ready_ms,first_input_ms,read_ms,visible_ms,"
    "focused_ms,event_timing_ms,renderer,gl,software_gl,refresh_ms,pixel_ratio,screen_width,screen_height,"
    "viewport_width,viewport_height,color_depth,logged,logged_truncated,log_fault"
)


def exported(study: Study, tmp_path: Path) -> Path:
    export(study, tmp_path / "out", "operator")
    return tmp_path / "out"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest(folder: Path) -> dict[str, object]:
    return json.loads((folder / "MANIFEST").read_text())


def test_readings_have_the_agreed_columns_and_a_row_per_slot(tmp_path: Path) -> None:
    folder = exported(simulated_study(cases=8, readers=3), tmp_path)
    assert (folder / "readings.csv").read_text().splitlines()[0] == COLUMNS
    assert len(rows(folder / "readings.csv")) == 3 * (8 + 8 + 2)


def test_every_exported_column_is_in_the_codebook(tmp_path: Path) -> None:
    folder = exported(locked(simulated_study()), tmp_path)
    described = {(row["file"], row["column"]) for row in rows(folder / "codebook.csv") if row["meaning"]}
    paths = list(folder.rglob("*.csv"))
    assert len(paths) == 12
    for path in paths:
        header = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert {(path.relative_to(folder).as_posix(), name) for name in header} <= described


def test_every_question_is_in_the_codebook(tmp_path: Path) -> None:
    folder = exported(simulated_study(), tmp_path)
    asked = {row["question"]: row for row in rows(folder / "codebook.csv") if row["question"]}
    assert set(asked) == {question.key for question in parse(EVERY_KIND).questions}
    assert asked["signs"]["allowed"] == "line=Line;shade=Shade\\; any"


def test_before_the_lock_truth_is_empty_and_the_manifest_says_so(tmp_path: Path) -> None:
    folder = exported(simulated_study(), tmp_path)
    assert {row["truth"] + row["correct"] for row in rows(folder / "readings.csv")} == {""}
    assert not (folder / "lesions.csv").exists()
    assert "truth" not in (folder / "cases.csv").read_text().splitlines()[0]
    assert str(manifest(folder)["truth"]).startswith("not joined: the study is open")


def test_after_the_lock_truth_and_correct_are_there(tmp_path: Path) -> None:
    folder = exported(locked(simulated_study()), tmp_path)
    for row in rows(folder / "readings.csv"):
        assert row["truth"] in {"0", "1"}
        assert row["correct"] == ("" if row["call"] == "" else str(int(row["call"] == row["truth"])))
    assert (folder / "lesions.csv").exists()


def test_the_manifest_names_every_file_by_its_hash(tmp_path: Path) -> None:
    study = simulated_study()
    folder = exported(study, tmp_path)
    said = manifest(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {each["name"] for each in said["files"]} == there - {"MANIFEST", "MANIFEST.sig"}
    for each in said["files"]:
        data = (folder / each["name"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert said["protocol_sha256"] == study.protocol.sha256
    assert said["simulated"] and "SIMULATED" in str(said["notice"])


def test_the_protocol_can_be_parsed_again(tmp_path: Path) -> None:
    study = simulated_study()
    assert parse((exported(study, tmp_path) / "study.yaml").read_text()) == study.definition


def test_no_name_or_address_of_a_reader_leaves(tmp_path: Path) -> None:
    study = make_study(readers=2, opened=True)
    read_until(study.readers.get(code="R01"), "done")
    folder = exported(study, tmp_path)
    everything = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert "Reader R0" not in everything
    assert "example.org" not in everything.replace("coordinator@example.org", "")


def test_answers_of_a_reader_who_withdrew_are_not_exported(tmp_path: Path) -> None:
    study = make_study(readers=2, opened=True)
    for code in ("R01", "R02"):
        read_until(study.readers.get(code=code), "debrief")
    participation.debrief(study.readers.get(code="R01"), withdraw=True)
    folder = exported(study, tmp_path)
    assert {row["reader"] for row in rows(folder / "answers.csv")} == {"R02"}
    assert {row["status"] for row in rows(folder / "readings.csv") if row["reader"] == "R01"} == {"withdrawn"}


def test_text_that_a_spreadsheet_would_run_is_guarded(tmp_path: Path) -> None:
    study = make_study(cases=2, readers=1, opened=True, text=EVERY_KIND)
    reader = study.readers.get()
    read_until(reader, "cases")
    answer_next(reader, diagnosis="=HYPERLINK(1)", age=0)
    answers = {row["question"]: row["value"] for row in rows(exported(study, tmp_path) / "answers.csv")}
    assert answers["diagnosis"] == "'=HYPERLINK(1)"
    assert float(answers["age"]) == 0


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "'x"])
def test_one_apostrophe_is_all_that_the_guard_adds(text: str) -> None:
    assert guarded(text) == "'" + text


def test_harmless_text_stays_as_it_is() -> None:
    assert guarded("fracture - left") == "fracture - left"


def test_choices_in_one_cell_can_be_told_apart() -> None:
    assert listed(["a;b", "c\\d"]) == "a\\;b;c\\\\d"


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        exported(simulated_study(), tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_failure_leaves_no_folder_and_no_event(tmp_path: Path) -> None:
    study = simulated_study()
    with patch("studies.export.folder.to_yaml", side_effect=OSError), pytest.raises(OSError):
        exported(study, tmp_path)
    assert list(tmp_path.glob("*out*")) == []
    assert not AuditEvent.objects.filter(action="study.exported").exists()


def test_an_export_is_audited_with_its_manifest(tmp_path: Path) -> None:
    folder = exported(simulated_study(), tmp_path)
    event = AuditEvent.objects.get(action="study.exported")
    assert hashlib.sha256((folder / "MANIFEST").read_bytes()).hexdigest() in event.data


def test_exported_events_can_be_hashed_again(tmp_path: Path) -> None:
    folder = exported(simulated_study(), tmp_path)
    events = rows(folder / "events.csv")
    for event in events:
        names = ("actor", "action", "subject", "reason", "data", "previous_sha256")
        told = [event["chain"], int(event["number"]), event["utc"], *(event[name] for name in names)]
        assert hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest() == event["sha256"]
    last = {event["chain"]: event["sha256"] for event in events}
    assert {row["chain"]: row["sha256"] for row in rows(folder / "heads.csv")} == last


def test_the_exported_file_gives_the_report_its_accuracy(tmp_path: Path) -> None:
    study = locked(simulated_study(cases=8, readers=4))
    folder = exported(study, tmp_path)
    call_command("report", study.slug, to=tmp_path / "report", stdout=io.StringIO())
    alone = mrmc(read_csv(folder / "readings.csv"), "accuracy").conditions_to_report[0]
    printed = next(
        row for row in rows(tmp_path / "report/tables/summary.csv") if row["row"].startswith("Accuracy, mean")
    )
    assert alone.interval is not None
    assert float(printed["estimate"]) == pytest.approx(alone.estimate)
    assert float(printed["low"]) == pytest.approx(alone.interval.low)


def test_peers_get_every_rating_once_and_truth_once_a_case(tmp_path: Path) -> None:
    folder = exported(locked(simulated_study(cases=8, readers=3)), tmp_path)
    said = (folder / "imrmc/main.imrmc").read_text().split("BEGIN DATA:\n")[1].splitlines()
    numbered = (folder / "rjafroc/main.imrmc").read_text().split("BEGIN DATA:\n")[1].splitlines()
    assert sum(line.startswith("truth,") for line in said) == 8
    assert len(said) == len(numbered) == 8 + 3 * 8
    assert all(line.split(",")[0] in {"-1", "1", "2", "3"} for line in numbered)
    assert len(rows(folder / "mrmcaov/main.csv")) == 3 * 8


def test_peers_take_no_algorithm_for_a_reader(tmp_path: Path) -> None:
    study = simulated_study(cases=4, readers=2)
    read_until(make_reader(study, "A01", kind="algorithm"), "debrief")
    folder = exported(locked(study), tmp_path)
    assert "A01" in {row["reader"] for row in rows(folder / "readings.csv")}
    assert {row["reader"] for row in rows(folder / "mrmcaov/main.csv")} == {"S01", "S02"}


def test_a_case_set_with_an_odd_name_stays_inside_the_folder(tmp_path: Path) -> None:
    text = EVERY_KIND.replace("case_set: main", 'case_set: "../main"')
    folder = exported(locked(simulated_study(cases=4, readers=2, text=text)), tmp_path)
    assert [path.name for path in (folder / "mrmcaov").iterdir()] == ["set-1.csv"]
    assert not list(tmp_path.glob("main*"))


def test_peers_get_nothing_before_the_lock(tmp_path: Path) -> None:
    folder = exported(simulated_study(), tmp_path)
    assert not [path for path in folder.iterdir() if path.is_dir()]


def test_the_number_of_queries_does_not_grow_with_the_study(tmp_path: Path) -> None:
    counts = []
    for slug, cases, readers in (("small", 4, 2), ("large", 8, 5)):
        study = Study.objects.get(pk=simulated_study(slug, cases, readers).pk)
        with CaptureQueriesContext(connection) as queries:
            export(study, tmp_path / slug, "operator")
        counts.append(len(queries))
    assert counts[0] == counts[1]
