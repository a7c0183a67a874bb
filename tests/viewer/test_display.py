"""The smallest window: no answer of a person is taken from a smaller one."""

import uuid
from typing import Any

import pytest

from studies import audit, lifecycle
from studies.evidence import verify_study
from studies.ingest import load
from studies.models import Answer, AuditEvent, Reader, Reading, Study
from tests.planted import write_folder
from tests.studies.builders import looked_at
from tests.viewer.reading import Browser
from viewer.display import WindowTooSmall, require_window

ANSWERS = {"quality": 2, "diagnosis": "pneumonia"}
LARGE = {"viewport": [1024, 700], "pixel_ratio": 1}


@pytest.fixture
def reader(db, tmp_path) -> Browser:
    load(write_folder(tmp_path, display="{minimum: {width: 1024, height: 700}}"), audit.OPERATOR)
    study = Study.objects.get(slug="planted")
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    return Browser(study.readers.first()).begin()


def sent(browser: Browser, display: Any, **said: Any) -> Any:
    more = {} if display is None else {"display": display}
    return browser.send(browser.next()["reading"], said.pop("answers", ANSWERS), **more, **said)


@pytest.mark.parametrize(
    "display",
    [LARGE, {"viewport": [512, 350], "pixel_ratio": 2}, {"viewport": [930, 636], "pixel_ratio": 1.1}],
)
def test_a_large_window_at_any_zoom_is_taken(reader, display):
    assert sent(reader, display).status_code == 200


@pytest.mark.parametrize(
    "display",
    [
        {"viewport": [1023, 700], "pixel_ratio": 1},
        {"viewport": [1024, 699], "pixel_ratio": 1},
        {"viewport": [1280, 800], "pixel_ratio": 0.5},
        {"viewport": [0, 0], "pixel_ratio": 20},
        {"viewport": [1280, 800]},
        {"pixel_ratio": 1},
        {},
        None,
    ],
)
def test_a_small_window_or_one_of_no_size_is_refused_and_nothing_is_kept(reader, display):
    before = AuditEvent.objects.count()
    reply = sent(reader, display)
    assert (reply.status_code, reply.json()["code"]) == (400, "window_too_small")
    assert "at least 1024 × 700 pixels" in reply.json()["error"]
    assert (Reading.objects.read().count(), Answer.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    "display",
    [
        {"viewport": [10**9, 10**9], "pixel_ratio": 1},
        {"viewport": [-1, 700], "pixel_ratio": 1},
        {"viewport": [1280], "pixel_ratio": 1},
        {"viewport": [1280, 800, 3], "pixel_ratio": 1},
        {"viewport": [1280, 800], "pixel_ratio": "inf"},
        {"viewport": [1280, 800], "pixel_ratio": "nan"},
        {"viewport": "1280x800", "pixel_ratio": True},
        "large",
    ],
)
def test_what_is_no_display_is_refused_as_such(reader, display):
    reply = sent(reader, display)
    assert reply.status_code == 400 and "as the schema says" in reply.json()["error"]


def test_a_skip_is_refused_alike(reader):
    assert sent(reader, None, answers={}, skip_reason="not_diagnostic").status_code == 400


def test_the_same_submission_is_taken_from_a_larger_window(reader):
    said, address = str(uuid.uuid4()), reader.next()["reading"]
    assert reader.send(address, ANSWERS, said).status_code == 400
    assert reader.send(address, ANSWERS, said, display=LARGE).status_code == 200
    assert verify_study(Study.objects.get()) is None


def test_what_is_kept_already_is_told_as_kept(reader):
    said, address = str(uuid.uuid4()), reader.next()["reading"]
    reader.send(address, ANSWERS, said, display=LARGE)
    assert reader.send(address, ANSWERS, said, display=LARGE).status_code == 200
    assert reader.send(address, ANSWERS, said).status_code == 409


@pytest.mark.parametrize("kind", [Reader.Kind.ALGORITHM, Reader.Kind.SIMULATED])
def test_only_people_have_a_window(reader, kind):
    reading = Reading.objects.get(address=reader.next()["reading"])
    person = reading.assignment.reader
    with pytest.raises(WindowTooSmall):
        require_window(person, reading, {})
    person.kind = kind
    require_window(person, reading, {})


def test_a_study_that_asks_for_none_takes_all(browser):
    assert sent(browser, None).status_code == 200
    assert b'id="cover"' not in browser.get("/reading/").content


def test_the_pages_tell_the_size(reader):
    assert 'data-minimum="1024 700"' in reader.get("/reading/").content.decode()
    briefing = next(page for page in reader.replies if b"Rate each radiograph" in page.content)
    assert "at least 1024 × 700 pixels" in briefing.content.decode()
