"""What a reader does at the screen, read back from the log that comes with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page

from studies.interactions import Event, checked, events_of, packed, summary
from tests.browser.test_stacks import all_there, stack_study
from tests.browser.test_viewer_page import CALL, REGION, Reader, study_of
from tests.browser.viewer_server import Json, ViewerStudy, serving

pytestmark = pytest.mark.browser

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
RESTORED = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


@pytest.fixture
def sit(screen: Page) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(study: ViewerStudy) -> Reader:
            reader = Reader(screen, study, stack.enter_context(serving(study)))
            reader.opens()
            return reader

        yield start
        screen.goto("about:blank")


def events(sent: Json) -> list[Event]:
    log = checked(sent["interactions"])
    assert (log.fault, log.truncated) == ("", 0)
    return list(events_of(packed(log)))


def of(found: list[Event], kind: str) -> list[dict[str, Any]]:
    return [event.values for event in found if event.kind == kind]


def drag(reader: Reader, button: str, steps: int) -> None:
    mouse = reader.page.mouse
    mouse.move(300, 300)
    mouse.down(button=button)
    mouse.move(500, 420, steps=steps)
    mouse.up(button=button)


def test_drag_zoom_keys_and_answers_are_in_the_log(sit: Any) -> None:
    reader = sit(study_of(CALL, REGION))
    drag(reader, "left", 60)
    reader.presses("i", "+")
    drag(reader, "middle", 20)
    reader.presses("1", "m", "Enter")
    reader.waits_for("case1")
    found = events(reader.sent)
    windows, views = of(found, "window"), of(found, "view")
    assert windows[0] == {"image": 0, "low": 0, "high": 4095, "inverted": 0}
    assert windows[-1]["inverted"] == 1 and windows[-1]["high"] > 4095
    assert views[1]["scale"] == pytest.approx(1.25 * views[0]["scale"], rel=1e-3)
    assert (views[0]["x"], views[0]["y"]) == (pytest.approx(256, abs=2), pytest.approx(320, abs=2))
    assert views[-1]["x"] < views[1]["x"]
    assert [value["name"] for value in of(found, "do")] == ["invert", "zoom", "digit", "mark", "enter"]
    assert of(found, "answer") == [{"name": "call"}, {"name": "region"}]
    assert of(found, "question")[-1] == {"name": "region"} and of(found, "mark") == [{"name": "add"}]
    assert found[-1].ms <= reader.sent["times"]["read_ms"]
    assert found[1].ms <= reader.sent["times"]["ready_ms"]


def test_every_frame_of_a_scroll_and_its_time_are_in_the_log(sit: Any) -> None:
    reader = sit(stack_study(12))
    all_there(reader)
    for _ in range(4):
        reader.presses("]")
        reader.page.wait_for_timeout(120)
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    found = events(reader.sent)
    assert [value["frame"] for value in of(found, "frame")] == [0, 1, 2, 3, 4]
    assert all(summary(found).frames[0, frame] >= 100 for frame in (1, 2, 3))


def test_hidden_and_unfocused_time_is_taken_out(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.page.evaluate(HIDE, True)
    reader.page.wait_for_timeout(600)
    reader.page.evaluate(HIDE, False)
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    times = reader.sent["times"]
    assert times["read_ms"] - times["visible_ms"] >= 590
    assert times["focused_ms"] <= times["visible_ms"]
    assert [event.kind for event in events(reader.sent) if event.kind in {"hidden", "shown"}] == [
        "hidden",
        "shown",
    ]


def test_the_page_away_counts_as_read_alone_and_the_log_goes_on(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("i")
    reader.page.goto(f"{reader.url}/blank/")
    reader.page.wait_for_timeout(700)
    reader.opens()
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    times, found = reader.sent["times"], events(reader.sent)
    assert times["read_ms"] - times["visible_ms"] >= 690
    kinds = [event.kind for event in found]
    before, after = found[: kinds.index("reload")], found[kinds.index("reload") :]
    assert {"name": "invert"} in of(before, "do")
    assert of(after, "window")[0]["inverted"] == 0
    assert after[0].ms - before[-1].ms >= 690


def test_a_page_from_the_cache_begins_anew_with_its_draft(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("1")
    with reader.page.expect_navigation():
        reader.page.evaluate(RESTORED)
    reader.waits_for("case0")
    reader.presses("Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "normal"}
    assert len(of(events(reader.sent), "reload")) == 1


def test_a_page_hidden_while_saving_changes_nothing_that_is_sent(sit: Any) -> None:
    reader = sit(study_of(CALL, faults=[503, 503]))
    reader.presses("1", "Enter")
    reader.sees("retrying")
    reader.page.evaluate(HIDE, True)
    reader.page.evaluate(HIDE, False)
    reader.waits_for("case1")
    assert len(reader.study.received) == 3
    assert all(body == reader.sent for body in reader.study.received)
    assert of(events(reader.sent), "hidden") == []


@pytest.mark.drill
def test_a_short_session_takes_few_bytes(sit: Any) -> None:
    reader = sit(study_of(CALL))
    for _ in range(3):
        drag(reader, "left", 120)
        drag(reader, "middle", 120)
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    log = checked(reader.sent["interactions"])
    print(f"{len(log.rows)} events, {len(log.text)} letters, {len(packed(log))} bytes stored")
    seconds = reader.sent["times"]["read_ms"] / 1000
    assert len(log.rows) <= 25 * seconds + 20
    assert len(packed(log)) < 10 * len(log.rows) + 200
