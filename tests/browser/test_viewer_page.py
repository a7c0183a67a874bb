"""The reading page by keyboard: answers, marks, failures, resuming, times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer_server import StudyCase, ViewerStudy, serving

pytestmark = pytest.mark.browser

Json = dict[str, Any]


def question(key: str, kind: str, *labels: str, required: bool = True, **more: Any) -> Json:
    values = [str(i + 1) if kind == "scale" else label.lower() for i, label in enumerate(labels)]
    choices = [{"value": value, "label": label} for value, label in zip(values, labels, strict=True)]
    base = {"key": key, "kind": kind, "label": f"About {key}?", "required": required, "choices": choices}
    return {**base, "minimum": None, "maximum": None, "unit": None, **more}


CALL = question("call", "choice", "Normal", "Abnormal")
CONFIDENCE = question("confidence", "scale", "Guessing", "Unsure", "Fairly sure", "Sure", "Certain")
SIX = ("Lung", "Pleura", "Heart", "Bone", "Soft tissue", "Something else")
WHERE = question("where", "multichoice", *SIX, required=False)
REGION = question("region", "mark", required=False)
TEXT = question("diagnosis", "text")
NUMBER = question("size", "number", minimum=0, maximum=200, unit="mm")
SLIDER = question("chance", "slider", minimum=0, maximum=100, unit="%")


def study_of(*questions: Json, cases: int = 3, **more: Any) -> ViewerStudy:
    made = np.random.default_rng(1).integers(0, 4096, (cases, 640, 512), np.uint16)
    window = {"low": 0.0, "high": 4095.0}
    return ViewerStudy([StudyCase(values, window, "Cough.") for values in made], list(questions), **more)


class Reader:
    """A reader at the screen."""

    def __init__(self, page: Page, study: ViewerStudy, url: str) -> None:
        self.page, self.study, self.url = page, study, url

    def opens(self) -> None:
        self.page.goto(self.url)
        self.waits_for("case0")

    def waits_for(self, reading: str) -> None:
        ready = f'#stage[data-state="ready"][data-painted-reading="{reading}"]'
        self.page.wait_for_selector(ready)

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, state: str) -> None:
        self.page.wait_for_selector(f'#stage[data-state="{state}"]')

    def says(self, sentence: str) -> None:
        expect(self.page.locator("#status")).to_contain_text(sentence)

    @property
    def sent(self) -> Json:
        return self.study.received[-1]


@pytest.fixture
def sit(screen: Page) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(study: ViewerStudy) -> Reader:
            reader = Reader(screen, study, stack.enter_context(serving(study)))
            reader.opens()
            return reader

        yield start
        screen.goto("about:blank")


def test_a_call_alone_takes_two_keys(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("2", "Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal"}


def test_all_kinds_are_answered_by_keyboard(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE, WHERE, TEXT, NUMBER, SLIDER, REGION))
    reader.presses("1", "4", "3", "5", "5", "Enter")
    reader.page.keyboard.type("Bulla, 3 cm")
    reader.presses("Enter", "3", "0", "Enter", "ArrowRight", "ArrowDown", "m", "ArrowLeft", "Enter")
    reader.waits_for("case1")
    answers = reader.sent["answers"]
    mark = answers.pop("region")
    given = {"call": "normal", "confidence": 4, "where": ["heart"], "diagnosis": "Bulla, 3 cm"}
    assert answers == {**given, "size": 30, "chance": 51}
    assert [(point["image"], point["frame"], point["kind"]) for point in mark] == [(0, 0, "point")]
    assert mark[0]["x"] < 256 and mark[0]["y"] == pytest.approx(320, abs=1)


def test_what_is_missing_is_said_and_focused(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE))
    reader.presses("1", "Enter")
    reader.says("marked question")
    assert reader.page.evaluate("document.activeElement.name") == "confidence"
    assert reader.study.received == []


def test_typed_letters_and_digits_are_text_until_escape(sit: Any) -> None:
    reader = sit(study_of(TEXT, CALL))
    reader.page.keyboard.type("i12?")
    reader.presses("Escape", "i")
    expect(reader.page.locator('[data-action="invert"]')).to_have_attribute("aria-pressed", "true")
    assert reader.page.locator('input[name="diagnosis"]').input_value() == "i12?"


def test_digits_answer_the_question_that_tab_went_to(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE))
    reader.presses("Tab", "4", "ArrowUp", "2", "Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal", "confidence": 4}


def test_a_digit_held_down_answers_one_question(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE))
    for _ in range(3):
        reader.page.keyboard.down("2")
    assert reader.page.locator("input:checked").count() == 1


def test_a_second_enter_does_not_reach_the_next_case(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    reader.presses("Enter")
    expect(reader.page.locator("#status")).to_be_empty()
    assert len(reader.study.received) == 1


def test_an_optional_list_is_passed_with_the_enter_that_saves(sit: Any) -> None:
    reader = sit(study_of(CALL, WHERE, REGION))
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    reader.presses("1", "2", "Enter")
    assert reader.page.get_attribute(".question[data-active]", "data-key") == "region"


def test_the_complaint_goes_with_its_cause(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.page.wait_for_timeout(450)
    reader.presses("Enter")
    reader.says("marked question")
    reader.presses("1")
    expect(reader.page.locator("#status")).to_be_empty()


def test_enter_does_not_pass_a_case_over(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("x", "Enter", "1", "Enter")
    reader.waits_for("case1")
    assert reader.sent["skip_reason"] == ""


def test_marks_by_click_and_undo(sit: Any) -> None:
    reader = sit(study_of(REGION, CALL))
    reader.page.mouse.click(400, 200)
    reader.page.mouse.click(450, 500)
    reader.presses("Delete", "z", "z")
    reader.page.mouse.move(1200, 700)
    reader.presses("Escape", "ArrowDown", "1", "Enter")
    reader.waits_for("case1")
    box = reader.page.locator("#canvas").bounding_box()
    assert box
    scale = box["height"] / 640
    left = box["x"] + round((box["width"] - 512 * scale) / 2)
    assert [(point["x"], point["y"]) for point in reader.sent["answers"]["region"]] == [
        (pytest.approx((400 - left) / scale, abs=0.6), pytest.approx(200 / scale, abs=0.6))
    ]


def test_a_click_marks_nothing_while_another_question_is_active(sit: Any) -> None:
    reader = sit(study_of(CALL, REGION))
    reader.page.mouse.click(400, 300)
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    assert "region" not in reader.sent["answers"]


def test_the_next_case_appears_only_when_the_answer_is_kept(sit: Any) -> None:
    reader = sit(study_of(CALL, faults=[503, 0]))
    reader.presses("1", "Enter")
    reader.sees("retrying")
    reader.says("Not yet saved")
    assert reader.page.get_attribute("#stage", "data-reading") == "case0"
    reader.waits_for("case1")
    assert len(reader.study.received) == 3
    assert all(body == reader.sent for body in reader.study.received)


def test_a_reload_keeps_answers_and_the_submission(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE, TEXT))
    reader.presses("2", "5")
    reader.page.keyboard.type("Effusion")
    before = reader.page.evaluate("JSON.parse(sessionStorage['reading:case0']).submission_id")
    reader.opens()
    reader.presses("Control+Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal", "confidence": 5, "diagnosis": "Effusion"}
    assert reader.sent["submission_id"] == before


def test_an_answer_under_way_is_sent_again_after_a_reload(sit: Any) -> None:
    reader = sit(study_of(CALL, faults=[503] * 3))
    reader.presses("2", "Enter")
    reader.sees("retrying")
    reader.page.on("dialog", lambda dialog: dialog.accept())
    reader.page.goto(reader.url)
    reader.waits_for("case1")
    assert all(body == reader.sent for body in reader.study.received)
    assert reader.study.kept["case0"]["answers"] == {"call": "abnormal"}


def test_resumes_at_the_same_case(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    reader.page.goto(reader.url)
    reader.waits_for("case1")
    expect(reader.page.locator("#position")).to_have_text("Case 2 of 3")


def test_a_refusal_goes_to_its_question_and_can_be_mended(sit: Any) -> None:
    reader = sit(study_of(CALL, refusal={"error": "No.", "fields": {"call": "Please look again."}}))
    reader.presses("1", "Enter")
    expect(reader.page.locator(".complaint")).to_have_text("Please look again.")
    reader.presses("2", "Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal"}


def test_an_answer_kept_before_stands(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.study.kept["case0"] = {"answers": {"call": "normal"}}
    reader.presses("2", "Enter")
    reader.waits_for("case1")
    reader.says("already kept")


def test_a_closed_gate_says_what_to_do(sit: Any) -> None:
    reader = sit(study_of(CALL, faults=[403]))
    reader.presses("1", "Enter")
    reader.sees("closed")
    reader.says("invitation")


@pytest.mark.parametrize(("key", "reason"), [("1", "not_diagnostic"), ("2", "faulty_image")])
def test_a_case_can_be_passed_over_with_a_reason(sit: Any, key: str, reason: str) -> None:
    reader = sit(study_of(CALL))
    reader.presses("x", key)
    reader.waits_for("case1")
    assert (reader.sent["skip_reason"], reader.sent["answers"]) == (reason, {})


def test_the_last_case_leads_on(sit: Any) -> None:
    reader = sit(study_of(CALL, cases=1))
    reader.presses("1", "Enter")
    reader.page.wait_for_url("**/reading/")


def test_a_frame_that_is_late_is_fetched_again(screen: Page) -> None:
    study = study_of(CALL, frame_faults=[503, 503])
    with serving(study) as url:
        Reader(screen, study, url).opens()
        screen.goto("about:blank")


def test_no_key_answers_a_case_before_its_image_is_there(screen: Page) -> None:
    study = study_of(CALL, frame_faults=[503])
    with serving(study) as url:
        screen.goto(url)
        screen.wait_for_selector('#stage[data-state="loading"][data-reading="case0"]')
        screen.keyboard.press("2")
        Reader(screen, study, url).waits_for("case0")
        assert screen.locator("input:checked").count() == 0
        assert screen.evaluate("document.activeElement.name") == "call"
        screen.goto("about:blank")


def test_a_faulty_frame_is_told_and_can_be_reported(screen: Page) -> None:
    study = study_of(CALL, frame_faults=[404])
    with serving(study) as url:
        screen.goto(url)
        screen.wait_for_selector('#stage[data-state="failed"]')
        screen.keyboard.press("x")
        screen.keyboard.press("2")
        screen.wait_for_selector('#stage[data-painted-reading="case1"]')
    assert study.received[-1]["skip_reason"] == "faulty_image"


def test_times_are_in_order(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.page.wait_for_timeout(300)
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    times = reader.sent["times"]
    assert 0 < times["ready_ms"] < times["first_input_ms"] <= times["read_ms"]
    assert times["first_input_ms"] >= times["ready_ms"] + 250
    assert times["visible_ms"] == times["read_ms"]
    assert reader.sent["display"]["viewport"] == [1280, 800]


def test_the_next_frames_are_there_before_they_are_needed(sit: Any) -> None:
    reader = sit(study_of(CALL, cases=4))
    asked: list[str] = []
    reader.page.wait_for_timeout(500)
    reader.page.context.on("request", lambda request: asked.append(request.url))
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    frames = [url for url in asked if "/frames/" in url]
    assert all("case3" in url for url in frames)


def test_the_detection_questions_need_no_scrolling(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE, WHERE, REGION))
    room = "(e => e.scrollHeight - e.clientHeight)(document.querySelector('#scroll'))"
    assert reader.page.evaluate(room) == 0
    assert reader.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_questions_stay_in_their_place_from_case_to_case(sit: Any) -> None:
    study = study_of(CALL)
    study.cases[1].history = "Cough for three weeks, now with fever; smoker, no earlier images known."
    study.cases[2].history = None
    reader = sit(study)
    top = "document.querySelector('.question').getBoundingClientRect().top"
    tops = [reader.page.evaluate(top)]
    for case in ("case1", "case2"):
        reader.presses("1", "Enter")
        reader.waits_for(case)
        tops.append(reader.page.evaluate(top))
    assert len(set(tops)) == 1


def test_keys_window_zoom_and_reset(sit: Any) -> None:
    reader = sit(study_of(CALL))
    zoom, changed = reader.page.locator("#zoom"), reader.page.locator("#windowed")
    expect(zoom).to_have_text("Fit")
    reader.presses("f")
    expect(zoom).to_have_text("1:1")
    reader.presses("+", "b", "c")
    expect(changed).to_be_visible()
    reader.presses("r")
    expect(zoom).to_have_text("Fit")
    expect(changed).to_be_hidden()


def test_a_drag_windows_and_marks_nothing(sit: Any) -> None:
    reader = sit(study_of(REGION, CALL))
    reader.page.mouse.move(300, 300)
    reader.page.mouse.down()
    reader.page.mouse.move(380, 340, steps=4)
    reader.page.mouse.up()
    expect(reader.page.locator("#windowed")).to_be_visible()
    assert reader.page.locator(".mark").count() == 0


def test_the_wheel_zooms_and_a_double_click_fits_again(sit: Any) -> None:
    reader = sit(study_of(CALL))
    zoom = reader.page.locator("#zoom")
    reader.page.mouse.move(300, 300)
    reader.page.mouse.wheel(0, -200)
    expect(zoom).to_have_text("× 1.6")
    reader.page.mouse.dblclick(300, 300)
    expect(zoom).to_have_text("Fit")


def test_the_image_comes_back_after_a_lost_context(sit: Any) -> None:
    reader = sit(study_of(CALL))
    before = reader.page.locator("#canvas").screenshot()
    reader.page.evaluate(
        """async () => {
          const gl = document.querySelector("#canvas").getContext("webgl2");
          const lost = gl.getExtension("WEBGL_lose_context");
          lost.loseContext();
          await new Promise((resolve) => setTimeout(resolve, 50));
          lost.restoreContext();
          await new Promise((resolve) => setTimeout(resolve, 200));
        }"""
    )
    assert reader.page.locator("#canvas").screenshot() == before


def test_a_click_on_a_choice_goes_on_to_the_next_question(sit: Any) -> None:
    reader = sit(study_of(CALL, CONFIDENCE))
    reader.page.get_by_text("Abnormal").click()
    reader.presses("4", "Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal", "confidence": 4}


def test_help_opens_and_closes_on_its_key(sit: Any) -> None:
    reader = sit(study_of(CALL))
    reader.presses("?")
    expect(reader.page.locator("#help")).to_be_visible()
    reader.presses("?", "1", "Enter")
    reader.waits_for("case1")
