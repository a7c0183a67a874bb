"""The sentences of docs/architecture.md that must stay true: a first test for each, by its number."""

import ast
import inspect
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from studies import audit, enrolment, evidence, lifecycle, submission, truth
from studies.ingest import load
from studies.models import AuditEvent, Reading, Study
from studies.refusals import NotReady, Refused
from tests.planted import write_folder
from tests.studies.builders import make_study, read_until
from tests.viewer.reading import Browser, open_planted

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ["readerstudy", "viewer", "studies", "analysis"]


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at its top or within a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def modules(layer: str) -> list[Path]:
    paths = [path for path in (ROOT / layer).rglob("*.py") if "migrations" not in path.parts]
    assert paths
    return paths


def importers_of(module: str) -> set[str]:
    found = set()
    for path in (path for layer in LAYERS for path in modules(layer)):
        if any(name == module or name.startswith(f"{module}.") for name in imports_of(path)):
            found.add(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize(("number", "layer"), list(enumerate(LAYERS)))
def test_sentence_01_imports_run_one_way(number, layer):
    later = set(LAYERS[:number])
    back = [
        (path, name) for path in modules(layer) for name in imports_of(path) if name.split(".")[0] in later
    ]
    assert back == []


def test_sentence_01_the_core_below_django():
    """Pictures, orders and phantoms are plain Python, as is the analysis."""
    plain = [*modules("analysis"), *modules("studies/imaging"), *modules("studies/phantoms")]
    plain += [
        ROOT / "studies" / name for name in ("randomization.py", "answers.py", "tables.py", "refusals.py")
    ]
    plain += [path for path in modules("studies/leaks") if path.stem not in {"cases", "audit"}]
    assert not [path for path in plain if any(name.split(".")[0] == "django" for name in imports_of(path))]


def test_sentence_01_analysis_runs_where_django_is_missing():
    code = "import sys; sys.modules['django'] = None; import analysis.__main__"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.django_db
def test_sentence_01_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_sentence_02_truth_has_tables_of_its_own():
    allowed = {"studies/truth.py", "studies/models/__init__.py"}
    assert importers_of("studies.models.reference") == allowed
    columns = {
        (model.__name__, field.name) for model in apps.get_app_config("studies").get_models()
        for field in model._meta.get_fields() if "truth" in field.name.lower()
    }  # fmt: skip
    assert columns == {("Lesion", "truth")}


def test_sentence_02_readers_code_cannot_reach_truth():
    assert not [
        name for name in importers_of("studies.truth") if name.startswith(("viewer/", "readerstudy/"))
    ]


def test_sentence_02_a_crawl_of_the_blinded_session_is_in_the_viewers_tests():
    from tests.viewer import test_blinding

    assert inspect.isfunction(test_blinding.test_a_whole_blinded_session_tells_nothing)


@pytest.mark.django_db
def test_sentence_03_derivatives_of_the_current_case_and_the_next_two_alone(tmp_path):
    browser = Browser(open_planted(tmp_path / "study").readers.first()).begin()
    slots = Reading.objects.filter(assignment__number=1).order_by("position")
    paths = [f"/api/v1/readings/{slot.address}/images/0/frames/0" for slot in slots]
    assert [browser.get(path).status_code for path in paths] == [200] * 3 + [404] * 5


@pytest.mark.django_db
def test_sentence_04_slots_exist_from_enrolment_on_in_the_seeds_order():
    study = make_study(cases=8, opened=True)
    reader = study.readers.first()
    assignments = enrolment.enrol(reader, audit.OPERATOR)
    for assignment in assignments:
        slots = list(assignment.readings.order_by("position"))
        planned = enrolment.planned_order(
            reader, assignment.session, sorted({slot.case.code for slot in slots})
        )
        assert [slot.position for slot in slots] == list(range(1, 9))
        assert [slot.case.code for slot in slots] == [slot.case for slot in planned]
    assert enrolment.enrol(reader, audit.OPERATOR) == assignments


@pytest.mark.django_db
def test_sentence_05_an_acknowledged_answer_is_on_disk():
    """The database waits for the disk at each commit, and a system check says when it does not."""
    lax = {"sqlite": "PRAGMA synchronous = NORMAL", "postgresql": "SET synchronous_commit = off"}
    assert "studies.E002" not in checked()
    with unsynchronised(lax[connection.vendor]):
        assert "studies.E002" in checked()


def checked() -> set[str | None]:
    return {message.id for message in run_checks(databases=["default"])}


@contextmanager
def unsynchronised(statement: str) -> Iterator[None]:
    """A connection of its own, since SQLite cannot change this within a transaction."""
    inherited = connections["default"]
    own = inherited.copy()
    connections["default"] = own
    try:
        with own.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        own.close()
        connections["default"] = inherited


@pytest.mark.django_db(transaction=True)
def test_sentence_05_no_answer_is_acknowledged_within_a_callers_transaction(transactional_db):
    study = make_study(opened=True)
    reader = study.readers.first()
    read_until(reader, "cases")
    slot = Reading.objects.filter(assignment__reader=reader).first()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        submission.submit(slot, submission.Submission(uuid.uuid4(), {"quality": 1}), "t")
    assert not Reading.objects.read().exists()


@pytest.mark.django_db
def test_sentence_06_a_submitted_reading_is_not_overwritten():
    study = make_study(opened=True)
    read_until(study.readers.first(), "exit")
    for statement in [
        "UPDATE studies_reading SET status = 'skipped', skip_reason = 'x' WHERE status = 'done'",
        "UPDATE studies_answer SET value = '1'",
        "DELETE FROM studies_answer",
        "DELETE FROM studies_reading",
    ]:
        refused_by_the_database(statement)
    assert evidence.verify_study(study) is None


def refused_by_the_database(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sentence_07_no_score_is_stored():
    scores = {"score", "correct", "accuracy", "auc", "sensitivity", "specificity", "rating"}
    fields = {
        field.name
        for model in apps.get_app_config("studies").get_models()
        for field in model._meta.get_fields()
    }
    assert not fields & scores


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_protocol SET document = '{}'",
        "UPDATE studies_protocol SET frozen_utc = NULL",
        "DELETE FROM studies_protocol",
        "UPDATE studies_study SET title = 'Another'",
        "UPDATE studies_session SET condition = 'aided'",
        "UPDATE studies_caseset SET name = 'other'",
        "UPDATE studies_case SET history = 'Fever'",
        "DELETE FROM studies_frame",
        "UPDATE studies_image SET display = '{}'",
        "DELETE FROM studies_study",
        "UPDATE studies_study SET state = 'locked'",
        "UPDATE studies_casetruth SET value = 1 - value",
        "INSERT INTO studies_casetruth (case_id, version, value, diagnosis, explanation, recorded_utc) "
        "SELECT case_id, 2, 1 - value, '', '', recorded_utc FROM studies_casetruth",
        "DELETE FROM studies_casetruth",
    ],
)
def test_sentence_08_a_frozen_design_holds_even_against_raw_sql(statement):
    make_study(opened=True)
    refused_by_the_database(statement)


@pytest.mark.django_db
def test_sentence_09_truth_meets_readings_only_after_the_lock():
    study = make_study(opened=True)
    for step in (None, lifecycle.close_study):
        if step:
            step(study, audit.OPERATOR)
        study.refresh_from_db()
        with pytest.raises(truth.TruthHidden):
            truth.revealed(study)
    lifecycle.lock_study(study, audit.OPERATOR)
    study.refresh_from_db()
    assert set(truth.revealed(study)) == set(study.cases.values_list("pk", flat=True))


@pytest.mark.django_db
def test_sentence_10_every_change_of_state_has_an_event():
    study = make_study(opened=True)
    lifecycle.close_study(study, "person:1", "enough readers")
    lifecycle.lock_study(study, "person:2")
    events = AuditEvent.objects.filter(chain=audit.study_chain(study)).order_by("number")
    moves = [
        (event.action, event.actor, event.reason) for event in events if event.action.startswith("study.")
    ]
    assert moves == [
        ("study.opened", "operator", ""),
        ("study.closed", "person:1", "enough readers"),
        ("study.locked", "person:2", ""),
    ]


def test_sentence_10_only_the_lifecycle_moves_a_study():
    files = [path for layer in LAYERS for path in modules(layer)]
    movers = {
        path.name
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    }
    assert movers == {"lifecycle.py"}


def test_sentence_10_only_the_door_writes_answers():
    """No other module makes Answer or Mark rows."""
    makers = {
        path.name
        for layer in LAYERS
        for path in modules(layer)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and re.fullmatch(r"(Answer|Mark)(\.objects\.\w*create\w*)?", ast.unparse(node.func))
    }
    assert makers == {Path(inspect.getfile(submission)).name}


@pytest.mark.django_db
def test_sentence_11_a_refused_input_leaves_nothing(tmp_path, data_dir):
    folder = write_folder(tmp_path / "study")
    (folder / "images" / "authentic-2.dcm").write_bytes(b"no image")
    with pytest.raises(Refused, match="authentic-2.dcm"):
        load(folder, audit.OPERATOR)
    assert not Study.objects.exists()
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_an_unready_study_says_every_reason_why_not():
    study = make_study(cases=1)
    with pytest.raises(NotReady) as refused:
        lifecycle.open_study(study, audit.OPERATOR)
    assert any("Both truth values" in reason for reason in refused.value.reasons)
    study.refresh_from_db()
    assert study.state == Study.State.DRAFT
