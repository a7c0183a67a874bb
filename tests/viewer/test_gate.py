"""Who may fetch what, now: everything else is 404."""

import logging.config

import pytest
from django.conf import settings
from django.test import Client

from studies import audit, lifecycle
from studies.enrolment import revoke
from studies.models import AuditEvent, Invitation, Reading
from tests.viewer.reading import Browser

ANSWERS = {"quality": 2, "diagnosis": "pneumonia"}


def frame(address: str) -> str:
    return f"/api/v1/readings/{address}/images/0/frames/0"


def addresses(browser: Browser, session: int = 1) -> list[str]:
    rows = Reading.objects.filter(assignment__number=session, assignment__reader__code="R01")
    return list(rows.order_by("position").values_list("address", flat=True))


def test_get_of_a_link_uses_nothing_up(study):
    browser = Browser(study.readers.first())
    assert browser.get(f"/read/{browser.secret}/").status_code == 200
    assert Invitation.objects.get().first_used_utc is None
    assert browser.get("/reading/").status_code == 403


def test_a_link_works_again_on_another_device_at_the_same_case(browser):
    first = browser.next()
    browser.send(first["reading"], ANSWERS)
    browser.client = Client()
    browser.post(f"/read/{browser.secret}/")
    assert browser.next()["reading"] == addresses(browser)[1]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_frames_of_the_current_case_and_the_next_two_are_served(browser, position):
    assert browser.get(frame(addresses(browser)[position])).status_code == 200


@pytest.mark.parametrize("position", [3, 7])
def test_later_frames_are_not_there(browser, position):
    assert browser.get(frame(addresses(browser)[position])).status_code == 404


def test_earlier_frames_are_gone_and_so_are_other_sessions(browser):
    browser.send(browser.next()["reading"], ANSWERS)
    assert browser.get(frame(addresses(browser)[0])).status_code == 404
    assert browser.get(frame(addresses(browser, session=2)[0])).status_code == 404


def test_another_readers_frames_and_readings_are_not_there(browser, study):
    other = Browser(study.readers.last()).begin()
    address = other.next()["reading"]
    assert browser.get(frame(address)).status_code == 404
    assert browser.send(address, ANSWERS).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/readings/next/", "/api/v1/assignments/", "/reading/"])
def test_without_a_link_there_is_nothing(study, path):
    assert Client().get(path).status_code == 403


@pytest.mark.parametrize("name", ["exit", "debrief", "consent", "profile", "briefing"])
def test_a_step_that_is_not_next_is_not_taken(browser, name):
    events = AuditEvent.objects.count()
    reply = browser.post(f"/reading/{name}/")
    assert (reply.status_code, reply.get("Location")) == (302, "/reading/")
    assert AuditEvent.objects.count() == events


def test_what_is_no_step_is_not_there(browser):
    assert browser.post("/reading/nowhere/").status_code == 404


def test_a_revoked_link_ends_the_sitting(browser):
    revoke(Invitation.objects.get(), audit.OPERATOR, "lost")
    assert browser.get("/api/v1/readings/next/").status_code == 403
    assert browser.get(f"/read/{browser.secret}/").status_code == 404


def test_a_closed_study_takes_no_answer(browser, study):
    address = browser.next()["reading"]
    lifecycle.close_study(study, audit.OPERATOR)
    assert browser.send(address, ANSWERS).status_code == 409
    assert browser.get(frame(address)).status_code == 404


def test_a_look_at_the_headers_serves_no_case(browser):
    assert browser.client.head("/api/v1/readings/next/").status_code == 405
    assert not Reading.objects.filter(served_utc__isnull=False).exists()


def test_the_secret_of_a_link_is_in_no_log(browser, capfd):
    """What the project's own handlers write of a page that is not found."""
    logging.config.dictConfig(settings.LOGGING)
    revoke(Invitation.objects.get(), audit.OPERATOR, "lost")
    assert browser.get(f"/read/{browser.secret}/").status_code == 404
    written = capfd.readouterr().err
    assert "Not Found: /read/…/" in written and browser.secret not in written


def test_answers_need_the_token_of_the_page(browser):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.client.cookies
    address = browser.next()["reading"]
    reply = strict.post(f"/api/v1/readings/{address}/", {}, content_type="application/json")
    assert reply.status_code == 403
    assert not Reading.objects.read().exists()
