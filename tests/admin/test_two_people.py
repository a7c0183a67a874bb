"""Locking: two people, each with the password once more."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studies import lifecycle, roles
from studies.models import AuditEvent, Study
from tests.studies.builders import make_study

PASSWORD = "correct-horse-battery"


@pytest.fixture
def closed(db: None) -> Study:
    study = make_study(opened=True)
    lifecycle.close_study(study, "operator", "All have read.")
    study.refresh_from_db()
    return study


def _coordinator(name: str) -> Client:
    person = User.objects.create_user(name, password=PASSWORD)
    roles.grant(person, roles.COORDINATORS)
    client = Client()
    client.force_login(person)
    return client


def _lock(client: Client, study: Study, password: str = PASSWORD, reason: str = "Data are clean.") -> str:
    page = client.post(
        f"/admin/studies/study/{study.pk}/lock/", {"reason": reason, "password": password}, follow=True
    )
    study.refresh_from_db()
    return page.content.decode()


def test_one_person_alone_locks_nothing(closed: Study) -> None:
    ada = _coordinator("ada")
    assert "A second person has to agree" in _lock(ada, closed)
    assert "You have asked for this already" in _lock(ada, closed)
    assert closed.state == Study.State.CLOSED
    assert AuditEvent.objects.filter(action="study.lock_asked").count() == 1


def test_a_second_person_locks(closed: Study) -> None:
    ada, bo = _coordinator("ada"), _coordinator("bo")
    _lock(ada, closed, reason="Queries are answered.")
    assert "Queries are answered." in bo.get(f"/admin/studies/study/{closed.pk}/lock/").content.decode()
    _lock(bo, closed, reason="I agree.")
    events = AuditEvent.objects.filter(action__startswith="study.lock").order_by("number")
    assert closed.state == Study.State.LOCKED
    assert [(event.action, event.reason) for event in events] == [
        ("study.lock_asked", "Queries are answered."),
        ("study.locked", "I agree."),
    ]
    assert events[0].actor != events[1].actor


@pytest.mark.parametrize(
    ("password", "said"), [("wrong", "This is not your password."), ("", "This field is required.")]
)
def test_a_browser_left_alone_locks_nothing(closed: Study, password: str, said: str) -> None:
    assert said in _lock(_coordinator("ada"), closed, password)
    assert not AuditEvent.objects.filter(action="study.lock_asked").exists()


def test_a_study_still_open_is_not_asked_for(db: None) -> None:
    study = make_study(opened=True)
    assert "it must be closed for this" in _lock(_coordinator("ada"), study)
    assert not AuditEvent.objects.filter(action="study.lock_asked").exists()
