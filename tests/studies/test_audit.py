"""The chains hold, and what is not as they say is found at its place."""

import itertools
import json

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from studies import audit, digests, evidence, lifecycle, triggers
from studies.admin.audit import AuditEventAdmin
from studies.admin.reading import ReadingAdmin
from studies.models import Answer, Assignment, AuditEvent, Reading, Study
from tests.studies.builders import make_study, read_until
from tests.studies.reading_study import locked

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


def found(study: Study) -> str:
    return str(evidence.verify_study(study))


def test_what_was_written_verifies_at_every_step(study):
    for reader in study.readers.all():
        assert evidence.verify_study(study) is None
        read_until(reader, "done")
    assert evidence.verify_study(study) is None
    assert evidence.verify_study(locked(study)) is None


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


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE studies_study SET state = 'locked'", "it is locked, the audit says open"),
        ("UPDATE studies_study SET opened_utc = closed_utc", "opened_utc is not what the audit says"),
        ("UPDATE studies_study SET simulated = NOT simulated", "mark of simulation"),
        ("UPDATE studies_protocol SET document = replace(document, 'Poor', 'Bad')", "what its hash says"),
        ("UPDATE studies_protocol SET frozen_utc = NULL", "frozen_utc"),
        ("UPDATE studies_case SET history = 'Fever'", "cases, images or sessions"),
        ("UPDATE studies_image SET display = '{\"low\": 1}'", "cases, images or sessions"),
        ("UPDATE studies_frame SET sha256 = 'x'", "cases, images or sessions"),
        ("UPDATE studies_session SET condition = 'aided'", "cases, images or sessions"),
        ("UPDATE studies_casetruth SET value = 1 - value", "its truth"),
        ("UPDATE studies_truthseal SET salt = ''", "its truth"),
        ("DELETE FROM studies_truthseal", "its truth"),
        ("UPDATE studies_reader SET withdrew_utc = consented_utc", "no event says its withdrew_utc"),
        ("UPDATE studies_reader SET consented_utc = NULL", "consented_utc is not what the audit says"),
        ("DELETE FROM studies_profile", "its profile"),
        ("UPDATE studies_assignment SET number = number + 10", "not those of the order"),
        ("UPDATE studies_assignment SET briefed_utc = NULL", "briefed_utc is not what the audit says"),
        ("UPDATE studies_assignment SET finished_utc = briefed_utc", "no event says its finished_utc"),
        ("UPDATE studies_assignment SET reader_id = reader_id + 1", "the audit enrolled reader:"),
        ("UPDATE studies_reading SET position = position + 100", "not those of the order"),
        ("UPDATE studies_reading SET served_utc = NULL WHERE status = 'done'", "answers or times"),
        ("UPDATE studies_reading SET display_facts = '{\"a\": 1}' WHERE status = 'done'", "answers or times"),
        (
            "INSERT INTO studies_answer (assignment_id, question, value) SELECT id, 'x', '1' "
            "FROM studies_assignment",
            "it has exit answers, but no event says so",
        ),
        (
            "INSERT INTO studies_answer (assignment_id, reading_id, question, value) "
            "SELECT assignment_id, id, 'x', '1' FROM studies_reading WHERE status = 'waiting'",
            "it waits, but has answers",
        ),
    ],
)
def test_what_was_rewritten_is_told(unguarded, statement, told):
    sql(statement)
    assert told in found(unguarded)


def test_a_second_version_of_truth_is_told(unguarded):
    sql(
        "INSERT INTO studies_casetruth (case_id, version, value, diagnosis, explanation, recorded_utc) "
        "SELECT case_id, 2, 1 - value, '', '', recorded_utc FROM studies_casetruth"
    )
    assert "its truth" in found(unguarded)


def test_an_assignment_that_vanished_is_missed_even_with_its_chain(unguarded):
    other = unguarded.readers.last()
    read_until(other, "cases")
    gone = other.assignments.last().pk
    for statement in (
        f"DELETE FROM studies_reading WHERE assignment_id = {gone}",
        f"DELETE FROM studies_assignment WHERE id = {gone}",
        f"DELETE FROM studies_auditevent WHERE chain = 'assignment:{gone}'",
    ):
        sql(statement)
        assert evidence.verify_study(unguarded)
    assert found(unguarded).startswith(f"assignment {gone}: the audit enrolled reader:{other.pk} in it")


def test_a_chain_whose_assignment_is_gone_is_still_listed_and_exported(unguarded):
    gone = Assignment.objects.last().pk
    sql(f"DELETE FROM studies_reading WHERE assignment_id = {gone}")
    sql(f"DELETE FROM studies_assignment WHERE id = {gone}")
    assert f"assignment:{gone}" in audit.chains_of(unguarded)


def test_a_chain_of_no_study_is_told(study):
    stray = audit.AuditEvent(chain="study:999", number=1, utc=study.opened_utc, actor="x", action="x")
    stray.save()
    with pytest.raises(CommandError, match="study:999"):
        call_command("verify_audit")


def test_facts_of_readers_changed_after_the_lock_are_told(study):
    locked(study)
    triggers.remove(connection)
    sql("UPDATE studies_reader SET arm = 'b'")
    assert "what is known of its readers" in found(study)
    triggers.install(connection)


def test_an_answer_is_not_found_by_trying_all(study):
    """One who knows all of a reading but its nonce cannot tell whether the answers are the right ones."""
    reading = Reading.objects.filter(status="done").first()
    shown = json.loads(AuditEvent.objects.get(subject=f"reading:{reading.pk}").data)["sha256"]
    answers = list(reading.answers.all())
    assert digests.reading_digest(reading, answers) == shown
    reading.nonce = ""
    assert digests.reading_digest(reading, answers) != shown


def test_every_reading_and_assignment_has_a_nonce_of_its_own_that_nobody_is_shown(study):
    nonces = [
        *Reading.objects.values_list("nonce", flat=True),
        *Assignment.objects.values_list("nonce", flat=True),
    ]
    assert len(set(nonces)) == len(nonces) and {len(nonce) for nonce in nonces} == {32}
    shown = itertools.chain(ReadingAdmin.fields, AuditEventAdmin.fields, ReadingAdmin.list_display)
    assert "nonce" not in str(list(shown))


def test_the_seal_of_truth_is_salted(study):
    other = make_study("other")
    lifecycle.open_study(other, audit.OPERATOR)
    seals = [
        json.loads(event.data)["truth_sha256"] for event in AuditEvent.objects.filter(action="study.opened")
    ]
    assert len(set(seals)) == 2
