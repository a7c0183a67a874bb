"""The page of the display self-check: in its place, repeatable, telling nothing, unmoved by hostile posts."""

import re

import pytest

from studies import audit, lifecycle, selfcheck
from studies.ingest import load
from studies.models import AuditEvent, DisplayCheck, Study
from tests.planted import STUDY_YAML, write_folder
from tests.studies.builders import looked_at
from tests.viewer.reading import Browser
from tests.viewer.test_blinding import texts, told

SEEN = {"black": "hex", "grey": "-", "white": "nothing", "lines": "even", "room": "dim", "display": "laptop"}
FACTS = '{"screen": [1920, 1080], "viewport": [1280, 800], "pixel_ratio": 1.25, "color_depth": 24}'
STEP = "/reading/display/"


@pytest.fixture
def study(db, tmp_path) -> Study:
    folder = write_folder(tmp_path / "study")
    (folder / "study.yaml").write_text(STUDY_YAML + "display: {check: true}\n")
    load(folder, audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get()), audit.OPERATOR)
    return Study.objects.get()


@pytest.fixture
def browser(study) -> Browser:
    return Browser(study.readers.first()).begin()


def page(browser: Browser, path: str = "/reading/") -> str:
    return browser.get(path).content.decode()


def attempt(browser: Browser, number: int = 1, **said: str):
    return browser.post(STEP, **{**SEEN, "attempt": number, "facts": FACTS, **said})


def test_the_step_is_looked_at_left_and_gone(browser):
    assert "What can you read?" in page(browser)
    assert attempt(browser).status_code == 302
    assert "What you could see" in page(browser)
    browser.post(STEP, go_on="1")
    assert "Rate each radiograph." in page(browser)
    browser.post("/reading/briefing/")
    assert browser.next()["position"] == 1


def test_the_cases_wait_for_the_display(browser):
    assert browser.get("/api/v1/readings/next/").status_code == 204
    browser.post("/reading/briefing/")
    assert "What can you read?" in page(browser)


def test_it_can_be_done_again_with_other_symbols(browser):
    grids = re.findall(r'data-grid="(\d+)"', page(browser))
    attempt(browser)
    again = page(browser, "/reading/?again")
    assert len(grids) == 3 and not set(grids) & set(re.findall(r'data-grid="(\d+)"', again))
    attempt(browser, 2, lines="uneven")
    assert [check.answers["lines"] for check in DisplayCheck.objects.all()] == ["even", "uneven"]


def test_what_was_said_stands_beside_what_was_shown(browser):
    attempt(browser)
    check = DisplayCheck.objects.get()
    assert check.answers == {**SEEN, "black": "HEX", "grey": "", "white": ""}
    assert check.shown == selfcheck.symbols(check.assignment.nonce, 1)
    assert check.display_facts["pixel_ratio"] == 1.25


def test_the_page_does_not_name_its_symbols(browser):
    said = page(browser)
    shown = selfcheck.symbols(browser_assignment(browser).nonce, 1)
    assert not [symbols for symbols in shown.values() if symbols in said]
    assert selfcheck.grid(shown["grey"]) in said


def browser_assignment(browser: Browser):
    return Study.objects.get().sessions.first().assignments.get(reader__code="R01")


def test_the_pages_tell_nothing(browser):
    page(browser)
    attempt(browser, black="<nothing")
    attempt(browser)
    page(browser)
    page(browser, "/reading/?again")
    assert not [found for text in texts(browser.replies) if (found := told(text))]
    assert "Image quality" not in page(browser)


def test_the_same_press_twice_is_kept_once(browser):
    attempt(browser)
    assert attempt(browser).status_code == 302
    assert DisplayCheck.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"black": ""},
        {"black": "<script>"},
        {"grey": "ABCDE"},
        {"white": "x" * 5000},
        {"lines": "purple"},
        {"room": ""},
        {"display": "['medical']"},
        {"attempt": "first"},
        {"attempt": ""},
    ],
)
def test_a_post_that_does_not_fit_is_refused_and_nothing_kept(browser, said):
    events = AuditEvent.objects.count()
    assert browser.post(STEP, **{**SEEN, "attempt": 1, **said}).status_code == 400
    assert (DisplayCheck.objects.count(), AuditEvent.objects.count()) == (0, events)


@pytest.mark.parametrize("number", [-1, 0, 2, 10**30])
def test_an_attempt_out_of_turn_is_not_kept(browser, number):
    assert attempt(browser, number).status_code == 302
    assert not DisplayCheck.objects.exists()


@pytest.mark.parametrize(
    "facts",
    ["", "{", "[1]", "null", '{"pixel_ratio": NaN}', '{"screen": [1]}', "[" * 1999, '{"pixel_ratio": 1e999}'],
)
def test_facts_that_do_not_fit_cost_no_attempt(browser, facts):
    assert attempt(browser, facts=facts).status_code == 302
    assert DisplayCheck.objects.get().display_facts == {}


def test_shown_and_results_are_not_taken_from_outside(browser):
    attempt(browser, shown='{"black": "HEX4"}', results="1", assignment="2", kept_utc="2020-01-01")
    check = DisplayCheck.objects.get()
    assert check.number == 1 and check.assignment == browser_assignment(browser)


def test_going_on_before_a_look_does_nothing(browser):
    assert browser.post(STEP, go_on="1").status_code == 302
    assert "What can you read?" in page(browser)


def test_another_readers_check_is_out_of_reach(browser, study):
    attempt(browser)
    other = Browser(study.readers.last()).begin()
    assert "What can you read?" in page(other)
    assert not set(re.findall(r'data-grid="(\d+)"', page(other))) & set(
        re.findall(r'data-grid="(\d+)"', page(browser, "/reading/?again"))
    )
    attempt(other, 2)
    assert DisplayCheck.objects.count() == 1


def test_after_the_last_attempt_one_can_only_go_on(browser, monkeypatch):
    monkeypatch.setattr(selfcheck, "MOST_ATTEMPTS", 1)
    attempt(browser)
    said = page(browser, "/reading/?again")
    assert "Go on" in said and "Check again" not in said


def test_the_step_is_shut_once_cases_are_read(browser):
    attempt(browser)
    browser.post(STEP, go_on="1")
    browser.post("/reading/briefing/")
    assert attempt(browser, 2).status_code == 302
    assert DisplayCheck.objects.count() == 1
