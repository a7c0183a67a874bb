"""Stacks, images side by side, and the magnifier, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser.test_viewer_page import CALL, REGION, Reader
from tests.browser.viewer_server import StudyCase, ViewerStudy, serving

pytestmark = pytest.mark.browser

WINDOW = {"low": 0.0, "high": 4095.0}

# The middle of the stage after every wheel event, read in the turn of the page that draws it.
SCROLL = """async ({events, pixels}) => {
  const stage = document.querySelector("#stage"), canvas = document.querySelector("#canvas");
  const turn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = [];
  const box = stage.getBoundingClientRect();
  for (let i = 0; i < events; i++) {
    const at = {clientX: box.left + 200, clientY: box.top + 200};
    stage.dispatchEvent(new WheelEvent("wheel", {deltaY: pixels, bubbles: true, cancelable: true, ...at}));
    await turn();
    probe.drawImage(canvas, canvas.width / 2, canvas.height / 2, 1, 1, 0, 0, 1, 1);
    seen.push(probe.getImageData(0, 0, 1, 1).data[0]);
  }
  return {seen};
}"""


def flat_frames(count: int, side: int = 64) -> NDArray[np.uint16]:
    """Frame k is all of one grey of its own, never black."""
    greys = 1000 + 10 * np.arange(count, dtype=np.uint16)
    return np.broadcast_to(greys[:, None, None], (count, side, side)).copy()


def grey_of(frame: int) -> float:
    return 255 * (1000 + 10 * frame) / 4095


def noise(rows: int, columns: int, seed: int) -> NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(500, 4096, (rows, columns), np.uint16)


def stack_study(count: int = 300, *questions: Any, **more: Any) -> ViewerStudy:
    return ViewerStudy([StudyCase(flat_frames(count), WINDOW)] * 2, list(questions or [CALL]), **more)


def pair_study(*questions: Any, count: int = 2) -> ViewerStudy:
    images = [noise(640, 512, seed) for seed in range(count)]
    return ViewerStudy([StudyCase(images[0], WINDOW, beside=images[1:])] * 2, list(questions or [CALL]))


@pytest.fixture
def sit(screen: Page) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(study: ViewerStudy) -> Reader:
            reader = Reader(screen, study, stack.enter_context(serving(study)))
            reader.opens()
            return reader

        yield start
        screen.goto("about:blank")


def all_there(reader: Reader) -> None:
    reader.page.wait_for_load_state("networkidle")


def says_frame(reader: Reader, name: str) -> None:
    expect(reader.page.locator("#frame-name")).to_have_text(name)


def moves_on(reader: Reader) -> None:
    expect(reader.page.locator("#frame-name")).not_to_have_text("Frame 1 of 30")


def test_three_hundred_frames_scroll_without_a_blank(sit: Any) -> None:
    reader = sit(stack_study())
    all_there(reader)
    run = reader.page.evaluate(SCROLL, {"events": 299, "pixels": 100})
    says_frame(reader, "Frame 300 of 300")
    assert min(run["seen"]) > grey_of(0) - 2
    assert run["seen"] == sorted(run["seen"])
    assert run["seen"][-1] == pytest.approx(grey_of(299), abs=2)
    assert len(set(run["seen"])) > 150


def test_the_last_frame_stays_while_the_next_is_under_way(sit: Any) -> None:
    reader = sit(stack_study(60, frame_seconds=0.15))
    run = reader.page.evaluate(SCROLL, {"events": 40, "pixels": 100})
    assert min(run["seen"]) > grey_of(0) - 2
    assert reader.page.get_attribute("#stage", "data-state") == "ready"
    says_frame(reader, "Frame 41 of 60")


def test_frames_under_way_are_bounded(sit: Any) -> None:
    reader = sit(stack_study(80, frame_seconds=0.02))
    reader.page.evaluate(SCROLL, {"events": 60, "pixels": -100})
    reader.presses("End", "Home", "PageDown")
    all_there(reader)
    assert 2 <= reader.study.most_under_way <= 6


def test_keys_go_through_the_stack(sit: Any) -> None:
    reader = sit(stack_study(30))
    for key, number in (("]", 2), ("PageDown", 12), ("[", 11), ("End", 30), ("PageUp", 20), ("Home", 1)):
        reader.presses(key)
        says_frame(reader, f"Frame {number} of 30")


def test_the_slider_is_reached_by_tab_and_digits_still_answer(sit: Any) -> None:
    reader = sit(stack_study(30))
    reader.page.locator("#frame").focus()
    reader.presses("ArrowRight", "ArrowRight")
    says_frame(reader, "Frame 3 of 30")
    reader.presses("2", "Control+Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "abnormal"}
    says_frame(reader, "Frame 1 of 30")


def test_a_stack_keeps_its_window_and_ctrl_wheel_zooms(sit: Any) -> None:
    reader = sit(stack_study(30))
    reader.presses("i", "]")
    expect(reader.page.locator('[data-action="invert"]')).to_have_attribute("aria-pressed", "true")
    reader.page.mouse.move(300, 300)
    reader.page.keyboard.down("Control")
    reader.page.mouse.wheel(0, -200)
    reader.page.keyboard.up("Control")
    expect(reader.page.locator("#zoom")).to_contain_text("×")
    zoom = str(reader.page.locator("#zoom").text_content())
    reader.page.mouse.wheel(0, 100)
    says_frame(reader, "Frame 3 of 30")
    expect(reader.page.locator("#zoom")).to_have_text(zoom)


def test_marks_belong_to_the_frame_on_show(sit: Any) -> None:
    reader = sit(stack_study(30, REGION, CALL))
    reader.presses("]", "]")
    says_frame(reader, "Frame 3 of 30")
    reader.page.mouse.click(400, 300)
    assert reader.page.locator(".mark").count() == 1
    reader.presses("[")
    says_frame(reader, "Frame 2 of 30")
    assert reader.page.locator(".mark").count() == 0
    reader.presses("Escape", "1", "Control+Enter")
    reader.waits_for("case1")
    assert [mark["frame"] for mark in reader.sent["answers"]["region"]] == [2]


def test_the_film_plays_faster_on_a_key_and_stops(sit: Any) -> None:
    reader = sit(stack_study(30))
    all_there(reader)
    reader.presses("p", ".", ".")
    expect(reader.page.locator('[data-action="film"]')).to_contain_text("20/s")
    moves_on(reader)
    reader.presses("p")
    expect(reader.page.locator('[data-action="film"]')).to_contain_text("Play")
    reader.page.wait_for_timeout(100)
    stopped = reader.page.locator("#frame-name").text_content()
    reader.page.wait_for_timeout(300)
    says_frame(reader, str(stopped))


def test_where_little_motion_is_wanted_the_film_is_asked_for_twice(screen: Page) -> None:
    screen.emulate_media(reduced_motion="reduce")
    study = stack_study(30)
    with serving(study) as url:
        reader = Reader(screen, study, url)
        reader.opens()
        reader.presses("p")
        reader.says("little motion")
        screen.wait_for_timeout(300)
        says_frame(reader, "Frame 1 of 30")
        reader.presses("p")
        moves_on(reader)
        screen.goto("about:blank")


def test_a_frame_that_is_missing_is_told_and_others_can_be_read(sit: Any) -> None:
    reader = sit(stack_study(3, missing_frames={1}))
    all_there(reader)
    reader.presses("]")
    reader.sees("failed")
    says_frame(reader, "Frame 1 of 3")
    reader.presses("]")
    reader.sees("ready")
    says_frame(reader, "Frame 3 of 3")


def zoom_of(reader: Reader, pane: int) -> str:
    """The name of a pane's zoom, told when it is the active one."""
    canvas = reader.page.locator(".pane canvas").nth(pane)
    box = canvas.bounding_box()
    assert box
    reader.page.mouse.click(box["x"] + 5, box["y"] + 5)
    return str(reader.page.locator("#zoom").text_content())


def test_two_images_stand_side_by_side(sit: Any) -> None:
    reader = sit(pair_study())
    panes = reader.page.locator(".pane:visible")
    expect(panes).to_have_count(2)
    left, right = (panes.nth(i).bounding_box() for i in (0, 1))
    assert left and right
    assert (left["width"], left["height"]) == (right["width"], right["height"])
    assert right["x"] == pytest.approx(left["x"] + left["width"] + 4, abs=1)
    shots = {panes.nth(i).locator("canvas").screenshot() for i in (0, 1)}
    assert len(shots) == 2


@pytest.mark.parametrize(("count", "rows"), [(3, 2), (4, 2)])
def test_three_and_four_images_stand_in_a_grid(sit: Any, count: int, rows: int) -> None:
    reader = sit(pair_study(count=count))
    boxes = [pane.bounding_box() for pane in reader.page.locator(".pane:visible").all()]
    assert len(boxes) == count
    assert len({box["y"] for box in boxes if box}) == rows


def test_images_zoom_together_until_unlinked(sit: Any) -> None:
    reader = sit(pair_study())
    reader.presses("+")
    assert [zoom_of(reader, 0), zoom_of(reader, 1)] == ["× 1.3", "× 1.3"]
    reader.presses("u", "+")
    assert [zoom_of(reader, 0), zoom_of(reader, 1)] == ["× 1.3", "× 1.6"]


def test_brackets_choose_an_image_and_one_key_makes_it_large(sit: Any) -> None:
    reader = sit(pair_study())
    reader.presses("]", "e")
    expect(reader.page.locator("#place")).to_have_text("Image 2 of 2")
    expect(reader.page.locator(".pane:visible")).to_have_count(1)
    large = reader.page.locator(".pane:visible canvas").bounding_box()
    assert large and large["width"] > 850
    reader.presses("e")
    expect(reader.page.locator(".pane:visible")).to_have_count(2)
    expect(reader.page.locator("#zoom")).to_have_text("Fit")


def test_a_mark_lands_on_the_image_under_the_pointer(sit: Any) -> None:
    reader = sit(pair_study(REGION, CALL))
    box = reader.page.locator(".pane canvas").nth(1).bounding_box()
    assert box
    reader.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reader.page.mouse.move(100, 400)
    reader.presses("m", "Escape", "1", "Control+Enter")
    reader.waits_for("case1")
    marks = reader.sent["answers"]["region"]
    assert [mark["image"] for mark in marks] == [1, 0]
    assert (marks[0]["x"], marks[0]["y"]) == (pytest.approx(256, abs=1), pytest.approx(320, abs=1))


def test_a_case_of_one_image_follows_a_pair(sit: Any) -> None:
    study = pair_study()
    study.cases[1] = StudyCase(noise(640, 512, 9), WINDOW)
    reader = sit(ViewerStudy(study.cases, study.questions))
    reader.presses("e", "1", "Enter")
    reader.waits_for("case1")
    expect(reader.page.locator(".pane:visible")).to_have_count(1)
    expect(reader.page.locator("#several")).to_be_hidden()


LENS_PIXEL = """([x, y]) => {
  const lens = document.querySelector("#lens");
  return [...lens.getContext("2d").getImageData(x, y, 1, 1).data];
}"""


def test_the_lens_shows_twice_the_zoom_with_the_same_window(sit: Any) -> None:
    values = np.zeros((800, 800), np.uint16)
    values[:, 400:] = 3000
    reader = sit(ViewerStudy([StudyCase(values, WINDOW)], [CALL]))
    box = reader.page.locator("#canvas").bounding_box()
    assert box
    middle = box["width"] / 2
    reader.page.mouse.move(box["x"] + middle + 30, 400)
    reader.page.keyboard.down("l")
    reader.page.wait_for_selector("#lens[data-on]", state="attached")
    edge = int(middle + 30 - 2 * 30)
    seen = [reader.page.evaluate(LENS_PIXEL, [edge + by, 400]) for by in (-4, 4)]
    assert [pixel[0] for pixel in seen] == [0, pytest.approx(255 * 3000 / 4095, abs=1)]
    assert [pixel[3] for pixel in seen] == [255, 255]
    assert reader.page.evaluate(LENS_PIXEL, [int(middle + 30 - 140), 400])[3] == 0
    reader.page.keyboard.up("l")
    reader.page.wait_for_selector("#lens:not([data-on])", state="attached")


def test_each_of_two_stacks_keeps_its_place(sit: Any) -> None:
    case = StudyCase(flat_frames(30), WINDOW, beside=[flat_frames(20)])
    reader = sit(ViewerStudy([case], [CALL]))
    reader.presses("]", "]", "n")
    expect(reader.page.locator("#place")).to_have_text("Image 2 of 2")
    says_frame(reader, "Frame 1 of 20")
    reader.presses("End", "n")
    says_frame(reader, "Frame 3 of 30")


def test_the_key_help_needs_no_scrolling(sit: Any) -> None:
    reader = sit(pair_study())
    reader.presses("?")
    room = "(e => e.scrollHeight - e.clientHeight)(document.querySelector('#help'))"
    assert reader.page.evaluate(room) == 0


def test_frames_of_everyday_size_scroll_without_a_blank(sit: Any) -> None:
    made = np.random.default_rng(3).integers(900, 1100, (512, 512), np.uint16)
    stack = np.stack([made + 10 * frame for frame in range(60)]).astype(np.uint16)
    reader = sit(ViewerStudy([StudyCase(stack, WINDOW)], [CALL]))
    all_there(reader)
    run = reader.page.evaluate(SCROLL, {"events": 59, "pixels": 100})
    says_frame(reader, "Frame 60 of 60")
    assert min(run["seen"]) > 255 * 890 / 4095


def test_scrolling_on_in_the_turn_of_the_first_paint_still_hands_the_case_over(screen: Page) -> None:
    study = stack_study(30)
    screen.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          const stage = document.querySelector("#stage");
          const turn = () => {
            if (!stage || stage.dataset.state === "ready") return;
            const wheel = {deltaY: 100, clientX: 300, clientY: 300, bubbles: true, cancelable: true};
            stage.dispatchEvent(new WheelEvent("wheel", wheel));
            setTimeout(turn, 1);
          };
          turn();
        });"""
    )
    with serving(study) as url:
        reader = Reader(screen, study, url)
        reader.opens()
        reader.presses("1", "Enter")
        reader.waits_for("case1")
        screen.goto("about:blank")
