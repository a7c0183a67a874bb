"""The studies' list and page: counts and dates, never an outcome."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studies.models import AuditEvent, Image, Study
from studies.roles import COORDINATORS, MONITORS
from tests.admin.conftest import As
from tests.studies.builders import make_study, read_until

LIST = "/admin/studies/study/"


def _page(study: Study, step: str = "change") -> str:
    return f"{LIST}{study.pk}/{step}/"


def _moves(study: Study) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(chain=f"study:{study.pk}", action__startswith="study.")
    return list(events.values_list("action", "actor", "reason"))


def _cells(client: Client, slug: str) -> list[str]:
    rows = client.get(LIST).context["cl"].result_list
    row = next(row for row in rows if row.slug == slug)
    names = ("n_cases", "n_readers", "n_invited", "n_consented", "n_finished", "n_read", "n_slots")
    return [getattr(row, name) for name in names]


def test_the_list_counts_readers_and_readings(as_: As, study: Study) -> None:
    assert _cells(as_(MONITORS), study.slug) == [4, 2, 1, 1, 1, 8, 16]


def test_the_list_takes_as_many_queries_for_ten_studies_as_for_one(as_: As, study: Study) -> None:
    client = as_(COORDINATORS)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(LIST)
    for number in range(9):
        make_study(f"more-{number}", cases=2, opened=True)
    with CaptureQueriesContext(connection) as ten:
        client.get(LIST)
    assert len(ten) <= len(one) <= 8


def test_a_page_takes_as_many_queries_for_eight_readers_as_for_two(as_: As) -> None:
    client = as_(COORDINATORS)
    few, many = make_study("few", readers=2, opened=True), make_study("many", readers=8, opened=True)
    for reader in [*few.readers.all(), *many.readers.all()]:
        read_until(reader, "briefing")
    counts = []
    for study in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(_page(study))
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 12


def test_a_draft_says_why_it_is_not_ready(as_: As) -> None:
    study = make_study(cases=1)
    page = as_(MONITORS).get(_page(study)).content.decode()
    assert "Both truth values" in page
    assert "✗ no" in page


def test_progress_shows_counts_and_dates_but_no_answer(as_: As, study: Study) -> None:
    response = as_(COORDINATORS).get(_page(study))
    progress = response.context["sessions"]
    assert [(row.reader.code, row.session, row.read, row.slots) for row in progress] == [
        ("R01", "first", 4, 4),
        ("R01", "second", 4, 4),
        ("R02", "first", 0, 4),
        ("R02", "second", 0, 4),
    ]
    assert set(vars(progress[0])) == {
        "reader",
        "session",
        "read",
        "slots",
        "briefed_utc",
        "last_utc",
        "finished_utc",
    }


def test_the_page_shows_the_frozen_protocol(as_: As, study: Study) -> None:
    page = as_(MONITORS).get(_page(study)).content.decode()
    assert study.protocol.sha256 in page
    assert "reference_standard: Consensus of two experts." in page


@pytest.mark.parametrize(("state", "shown"), [("draft", "Open"), ("open", "Close"), ("closed", "Lock")])
def test_a_coordinator_is_offered_the_next_step_alone(as_: As, state: str, shown: str) -> None:
    study = make_study(opened=state != "draft")
    client = as_(COORDINATORS)
    if state == "closed":
        client.post(_page(study, "close"), {"reason": "All done."})
    assert [step.verb for step in client.get(_page(study)).context["steps"]] == [shown]


def test_a_monitor_is_offered_no_step(as_: As, study: Study) -> None:
    assert as_(MONITORS).get(_page(study)).context["steps"] == []


def test_asking_changes_nothing(as_: As) -> None:
    study = make_study()
    page = as_(COORDINATORS).get(_page(study, "open"))
    study.refresh_from_db()
    assert (page.status_code, study.state) == (200, Study.State.DRAFT)


def test_a_study_is_opened_and_closed_with_who_and_why(as_: As) -> None:
    study, client = make_study(), as_(COORDINATORS)
    for step, reason in [("open", ""), ("close", "All have read.")]:
        assert client.post(_page(study, step), {"reason": reason}).status_code == 302
    study.refresh_from_db()
    who = f"person:{client.session['_auth_user_id']}"
    assert study.state == Study.State.CLOSED
    assert _moves(study) == [("study.opened", who, ""), ("study.closed", who, "All have read.")]


@pytest.mark.parametrize("step", ["close", "lock"])
def test_no_final_step_without_a_reason(as_: As, study: Study, step: str) -> None:
    page = as_(COORDINATORS).post(_page(study, step), {"reason": " "})
    study.refresh_from_db()
    assert "This field is required." in page.content.decode()
    assert study.state == Study.State.OPEN


def test_a_refusal_gives_every_reason(as_: As) -> None:
    study = make_study(cases=1)
    study.cases.create(code="bare", case_set=study.case_sets.get())
    page = as_(COORDINATORS).post(_page(study, "open"), {"reason": ""})
    said = [str(message) for message in page.context["messages"]]
    assert [line.split(":")[0] for line in said] == ["Images", "Reference standard", "Both truth values"]


def test_unseen_images_have_a_reason_of_their_own(as_: As) -> None:
    study = make_study(cases=4)
    Image.objects.filter(case__code="main-001").update(derivative_sha256="0" * 64)
    client = as_(COORDINATORS)
    refused = client.post(_page(study, "open"), {"leaks": "Known."}).content.decode()
    assert "1 of 4 images wait" in refused and "Known." in refused
    assert client.post(_page(study, "open"), {"unseen": "Phantoms."}).status_code == 302
    assert [why for action, _, why in _moves(study) if action == "study.opened"] == ["unseen: Phantoms."]


@pytest.mark.parametrize("name", ["open", "close", "lock"])
def test_an_action_of_the_list_asks_first(as_: As, study: Study, name: str) -> None:
    response = as_(COORDINATORS).post(LIST, {"action": f"{name}_selected", "_selected_action": [study.pk]})
    assert response["Location"] == _page(study, name)


def test_an_action_takes_one_study_at_a_time(as_: As, study: Study) -> None:
    both = [study.pk, make_study("other", opened=True).pk]
    response = as_(COORDINATORS).post(
        LIST, {"action": "close_selected", "_selected_action": both}, follow=True
    )
    assert "Choose one study" in response.content.decode()
    assert set(Study.objects.values_list("state", flat=True)) == {Study.State.OPEN}


def test_a_monitor_has_no_actions(as_: As, study: Study) -> None:
    as_(MONITORS).post(LIST, {"action": "close_selected", "_selected_action": [study.pk]})
    study.refresh_from_db()
    assert study.state == Study.State.OPEN


def test_a_study_that_is_not_there_is_not_moved(as_: Callable[[str], Client]) -> None:
    assert as_(COORDINATORS).post(f"{LIST}99/close/", {"reason": "Gone."}).status_code == 404
