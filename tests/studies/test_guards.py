"""The database itself refuses what would rewrite a study, even to raw SQL."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import UniqueConstraint

from studies import audit, evidence, lifecycle, triggers, truth
from studies.guards import GUARDS, UNIQUE
from studies.models import Reading
from tests.studies.builders import invite, make_study, read_until

LATER = "'2020-01-01 00:00:00'"


@pytest.fixture
def study(db):
    """Open, with a lesion: one reader finished the first session's cases, another has a profile."""
    study = make_study()
    for case in study.cases.filter(code="main-001"):
        truth.keep([(case, truth.TruthEntry(1, lesions=(truth.LesionEntry(3, 4),)))])
    lifecycle.open_study(study, audit.OPERATOR)
    study.refresh_from_db()
    first, second = study.readers.all()
    invite(first)
    read_until(first, "exit")
    read_until(second, "briefing")
    return study


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table: str, **changed: str) -> str:
    """INSERT OR REPLACE of rows on themselves, with some columns changed."""
    models = {model._meta.db_table: model for model in apps.get_app_config("studies").get_models()}
    names = [field.column for field in models[table]._meta.local_fields]
    values = ", ".join(changed.get(name, name) for name in names)
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_study SET state = 'locked'",
        "UPDATE studies_study SET state = 'draft'",
        "UPDATE studies_study SET opened_utc = NULL",
        "DELETE FROM studies_study",
        "DELETE FROM studies_lesion",
        "DELETE FROM studies_truthseal",
        "UPDATE studies_truthseal SET salt = ''",
        "INSERT INTO studies_casetruth (case_id, version, value, diagnosis, explanation, recorded_utc) "
        "SELECT case_id, 2, 1 - value, '', '', recorded_utc FROM studies_casetruth",
        "INSERT INTO studies_lesion (truth_id, number, image_position, frame_number, x, y, weight) "
        "SELECT id, 9, 0, 0, 1, 1, 1 FROM studies_casetruth",
        "UPDATE studies_assignment SET reader_id = reader_id + 1",
        "UPDATE studies_assignment SET number = number + 10",
        f"UPDATE studies_assignment SET briefed_utc = {LATER} WHERE briefed_utc IS NOT NULL",
        "UPDATE studies_assignment SET nonce = ''",
        "DELETE FROM studies_assignment",
        f"UPDATE studies_reader SET consented_utc = {LATER}",
        "UPDATE studies_reader SET kind = 'simulated'",
        "UPDATE studies_reader SET code = 'X' || code",
        "DELETE FROM studies_reader",
        "UPDATE studies_profile SET years = 50",
        "DELETE FROM studies_profile",
        "UPDATE studies_invitation SET secret_sha256 = 'x'",
        "DELETE FROM studies_invitation",
        "UPDATE studies_reading SET nonce = ''",
        f"UPDATE studies_reading SET submitted_utc = {LATER} WHERE status <> 'waiting'",
        "INSERT INTO studies_reading (assignment_id, case_id, position, repeat, address, nonce, status, "
        "skip_reason, submission_sha256, display_facts) SELECT assignment_id, case_id, 99, NOT repeat, "
        "'new', '', 'waiting', '', '', '{}' FROM studies_reading WHERE status = 'waiting'",
    ],
)
def test_a_rewrite_is_refused(study, statement):
    with pytest.raises(DatabaseError, match="studies_"):
        run(statement)
    assert evidence.verify_study(study) is None


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("studies_casetruth", {"value": "1 - value"}),
        ("studies_protocol", {"document": "'{}'", "frozen_utc": "NULL"}),
        ("studies_protocol", {"id": "NULL", "frozen_utc": "NULL"}),
        ("studies_study", {"state": "'locked'"}),
        ("studies_case", {"history": "'Fever'"}),
        ("studies_assignment", {"id": "NULL", "finished_utc": LATER}),
        ("studies_reader", {"withdrew_utc": LATER}),
        ("studies_profile", {"id": "NULL", "years": "50"}),
        ("studies_invitation", {"id": "NULL"}),
        ("studies_reading", {"submitted_utc": LATER}),
        ("studies_reading", {"id": "NULL", "address": "'x' || id"}),
        ("studies_answer", {"id": "NULL", "value": "'1'"}),
        ("studies_auditevent", {"id": "NULL", "reason": "'x'"}),
    ],
)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite alone has OR REPLACE")
def test_no_row_takes_the_place_of_another(study, table, changed):
    with pytest.raises(DatabaseError, match=table):
        run(copied(table, **changed))
    assert evidence.verify_study(study) is None


@pytest.mark.parametrize("name", ["id", "rowid", "oid"])
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite alone has OR REPLACE")
def test_no_row_moves_to_the_place_of_another(study, name):
    kept = Reading.objects.read().first()
    with pytest.raises(DatabaseError, match="studies_reading"):
        run(f"UPDATE OR REPLACE studies_reading SET {name} = {kept.pk} WHERE status = 'waiting'")


@pytest.mark.parametrize("table", sorted(UNIQUE))
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_no_table_is_emptied(db, table):
    with pytest.raises(DatabaseError, match="it is never emptied"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_study SET state = 'open'",
        f"UPDATE studies_reader SET withdrew_utc = {LATER}",
        "UPDATE studies_reader SET specialty = 'general'",
        "UPDATE studies_reader SET arm = 'b'",
        "UPDATE studies_reading SET status = 'failed' WHERE status = 'waiting'",
        "UPDATE studies_assignment SET briefed_utc = finished_utc WHERE briefed_utc IS NULL",
        f"UPDATE studies_assignment SET finished_utc = {LATER} WHERE finished_utc IS NULL",
        "INSERT INTO studies_reader (study_id, code, kind, name, email, specialty, institution, country, "
        "arm) SELECT study_id, 'Z', kind, '', '', '', '', '', '' FROM studies_reader",
        "INSERT INTO studies_answer (assignment_id, question, value) "
        "SELECT id, 'x', '1' FROM studies_assignment",
    ],
)
def test_nothing_is_added_to_a_locked_study(study, statement):
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)
    with pytest.raises(DatabaseError, match="studies_"):
        run(statement)


def test_a_simulated_study_stays_one(study):
    run("UPDATE studies_study SET simulated = NOT simulated")
    with pytest.raises(DatabaseError, match="stays one"):
        run("UPDATE studies_study SET simulated = NOT simulated")


def test_a_draft_opens_only_with_a_frozen_protocol(db):
    make_study()
    with pytest.raises(DatabaseError, match="frozen protocol"):
        run("UPDATE studies_study SET state = 'open'")


def test_every_key_that_replace_could_use_is_guarded():
    for model in apps.get_app_config("studies").get_models():
        meta = model._meta
        keys = {(field.column,) for field in meta.fields if field.unique and not field.primary_key}
        for constraint in meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                keys.add(tuple(meta.get_field(name).column for name in constraint.fields))
        assert {tuple(columns.split(", ")) for columns, _ in UNIQUE[meta.db_table]} == keys
    assert {guard.table for guard in GUARDS} == set(UNIQUE)


@pytest.fixture
def changed(study):
    """A database where someone put a harmless trigger in a guard's place."""
    if connection.vendor == "sqlite":
        run("DROP TRIGGER studies_answer_no_update")
        run("CREATE TRIGGER studies_answer_no_update BEFORE UPDATE ON studies_answer BEGIN SELECT 1; END")
    else:
        run(
            "CREATE OR REPLACE FUNCTION studies_answer_no_update() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$"
        )
    yield
    triggers.install(connection)


def test_a_guard_that_refuses_nothing_is_found(changed):
    assert triggers.missing(connection) == ["studies_answer_no_update"]
    assert "studies.E001" in [message.id for message in run_checks(databases=["default"])]


def test_a_migration_finds_no_guard_in_its_way_and_leaves_all(transactional_db):
    call_command("migrate", "studies", "0001", verbosity=0)
    assert triggers.missing(connection)
    call_command("migrate", verbosity=0, skip_checks=False)
    assert triggers.missing(connection) == []
