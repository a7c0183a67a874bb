"""Readings, invitations and audit events, read only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import lifecycle
from studies.models import AuditEvent, Reading, Study
from studies.roles import COORDINATORS, MONITORS, STATISTICIANS
from tests.admin.conftest import As
from tests.studies.builders import answer_next, make_reader, make_study, read_until

LIST = "/admin/studies/reading/"
EVENTS = "/admin/studies/auditevent/"


def _page(reading: Reading) -> str:
    return f"{LIST}{reading.pk}/change/"


@pytest.mark.parametrize("role", [COORDINATORS, STATISTICIANS, MONITORS, "superuser"])
def test_no_answer_is_shown_while_reading_goes_on(as_: As, study: Study, role: str) -> None:
    reading = Reading.objects.read().filter(assignment__session__key="second")[0]
    page = as_(role).get(_page(reading)).content.decode()
    assert page.count("Shown once the study is closed.") == 3
    assert "How sure?" not in page


def test_answers_are_shown_once_the_study_is_closed(as_: As, study: Study) -> None:
    lifecycle.close_study(study, "operator", "Done.")
    reading = Reading.objects.read().filter(assignment__session__key="second")[0]
    page = as_(STATISTICIANS).get(_page(reading)).content.decode()
    assert "<th>How sure?</th><td>3</td>" in page
    assert "Shown once" not in page


def test_the_list_shows_case_and_status_in_stored_order(as_: As, study: Study) -> None:
    rows = as_(MONITORS).get(LIST).context["cl"].result_list
    places = [(row.assignment.reader.code, row.assignment.number, row.position) for row in rows]
    assert places == sorted(places)
    assert len(places) == Reading.objects.count()


def test_the_list_takes_as_many_queries_for_eight_readers_as_for_two(as_: As, study: Study) -> None:
    client = as_(MONITORS)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(3, 9):
        read_until(make_reader(study, f"R{number:02}"), "cases")
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) <= len(few)


def test_invitations_show_no_secret_and_no_hash(as_: As, study: Study) -> None:
    client, invitation = as_(COORDINATORS), study.readers.get(code="R02").invitations.get()
    page = client.get(f"/admin/studies/invitation/{invitation.pk}/change/").content.decode()
    assert "Invitation of R02 in quality" in page
    assert invitation.secret_sha256 not in page


def test_events_are_narrowed_to_a_study(as_: As, study: Study) -> None:
    other = make_study("other", opened=True)
    read_until(other.readers.all()[0], "cases")
    found = as_(MONITORS).get(EVENTS, {"study": other.pk}).context["cl"].queryset
    actions = set(found.values_list("action", flat=True))
    assert {"study.opened", "order.stored", "session.begun"} <= actions
    assert not found.filter(subject=f"study:{study.pk}").exists()


@pytest.mark.parametrize("value", ["x", "999"])
def test_a_study_that_is_not_there_breaks_no_filter(as_: As, study: Study, value: str) -> None:
    assert as_(MONITORS).get(EVENTS, {"study": value}).status_code in {200, 302}


def test_events_are_narrowed_by_chain_and_action(as_: As, study: Study) -> None:
    query = {"kind": "assignment", "action": "reading.kept"}
    found = as_(MONITORS).get(EVENTS, query).context["cl"].queryset
    assert set(found.values_list("action", flat=True)) == {"reading.kept"}
    assert not as_("superuser").get(EVENTS, {**query, "kind": "study"}).context["cl"].queryset.exists()


def test_events_are_found_by_hash(as_: As, study: Study) -> None:
    event = AuditEvent.objects.filter(action="reading.kept")[2]
    found = as_(MONITORS).get(EVENTS, {"q": event.sha256}).context["cl"].queryset
    assert list(found) == [event]


def test_an_event_shows_what_it_says(as_: As, study: Study) -> None:
    event = AuditEvent.objects.get(action="study.opened")
    page = as_(MONITORS).get(f"{EVENTS}{event.pk}/change/").content.decode()
    assert event.previous_sha256 in page
    assert f"<th>protocol_sha256</th><td>{study.protocol.sha256}</td>" in page


def test_progress_moves_with_each_reading(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R02")
    read_until(reader, "cases")
    answer_next(reader)
    client = as_(MONITORS)
    [row] = client.get("/admin/studies/study/").context["cl"].result_list
    assert (row.n_read, row.n_consented, row.n_finished) == (9, 2, 1)


@pytest.mark.parametrize(
    "query", ["skip_reason=not_diagnostic", "submission_id__startswith=a", "answers__value=4"]
)
def test_no_free_filter_answers_for_what_is_hidden(as_: As, study: Study, query: str) -> None:
    assert as_(COORDINATORS).get(f"{LIST}?{query}").status_code == 400
