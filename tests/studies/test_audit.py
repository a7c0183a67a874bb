"""The chains hold, and what breaks them is found at its place."""

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction

from studies import audit, evidence, triggers
from studies.models import Answer, AuditEvent, Reading
from tests.studies.builders import make_study, read_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    study = make_study(opened=True)
    read_until(study.readers.first(), "exit")
    return study


@pytest.fixture
def unguarded(study):
    """A database whose guards someone has dropped."""
    triggers.remove(connection)
    yield study
    triggers.install(connection)


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_was_written_verifies(study):
    assert evidence.verify_study(study) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_auditevent SET reason = 'x'",
        "DELETE FROM studies_auditevent",
        "INSERT INTO studies_auditevent SELECT * FROM studies_auditevent",
        pytest.param(
            "INSERT OR REPLACE INTO studies_auditevent SELECT * FROM studies_auditevent",
            marks=pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite alone has OR REPLACE"),
        ),
    ],
)
def test_the_database_refuses_to_change_the_trail(study, statement):
    with pytest.raises(DatabaseError):
        sql(statement)


@pytest.mark.parametrize("column", ["reason", "actor", "action", "subject", "data"])
def test_an_edited_event_is_named(unguarded, column):
    event = AuditEvent.objects.filter(chain__startswith="assignment").order_by("pk")[2]
    sql(f"UPDATE studies_auditevent SET {column} = 'edited' WHERE id = {event.pk}")
    assert f"event {event.pk} " in str(evidence.verify_study(unguarded))


def test_a_removed_event_is_missed(unguarded):
    event = AuditEvent.objects.filter(chain__startswith="assignment").order_by("pk")[2]
    sql(f"DELETE FROM studies_auditevent WHERE id = {event.pk}")
    assert "is missing" in str(evidence.verify_study(unguarded))


def test_an_edited_answer_is_named(unguarded):
    answer = Answer.objects.filter(reading__isnull=False).first()
    sql(f"UPDATE studies_answer SET value = '1' WHERE id = {answer.pk}")
    assert str(evidence.verify_study(unguarded)).startswith(f"reading {answer.reading_id}:")


def test_an_edited_time_is_named(unguarded):
    reading = Reading.objects.filter(status="done").first()
    sql(f"UPDATE studies_reading SET read_ms = 1 WHERE id = {reading.pk}")
    assert str(evidence.verify_study(unguarded)).startswith(f"reading {reading.pk}:")


def test_a_cut_tail_shows_by_its_head(unguarded):
    chain, number, head = list(audit.heads(unguarded))[-1]
    assert audit.reaches(head)
    sql(f"DELETE FROM studies_auditevent WHERE chain = '{chain}' AND number = {number}")
    assert audit.verify_chain(chain) is None
    assert not audit.reaches(head)


def test_a_missing_guard_is_found(unguarded):
    assert "studies.E001" in [message.id for message in run_checks(databases=["default"])]


def test_all_guards_are_there_after_migrating(study):
    assert triggers.missing(connection) == []
    assert "studies.E001" not in [message.id for message in run_checks(databases=["default"])]
