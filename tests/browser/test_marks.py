"""Boxes, ellipses, labels and lengths in a browser, by keyboard and by pointer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_stacks import stack_study
from tests.browser.test_viewer_page import CALL, Reader, question, study_of
from tests.browser.viewer_server import ViewerStudy, serving

pytestmark = pytest.mark.browser

Json = dict[str, Any]
SIDE = (
    0.2 * 800 / (800 / 640)
)  # of a new box: a fifth of the stage's height, in pixels of a fitted image of 640 rows


def marking(*shapes: str, labels: tuple[str, ...] = ()) -> Json:
    return question("region", "mark", required=False, shapes=list(shapes), labels=list(labels))


@pytest.fixture
def sit(screen: Page) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(study: ViewerStudy) -> Reader:
            reader = Reader(screen, study, stack.enter_context(serving(study)))
            reader.opens()
            return reader

        yield start
        screen.goto("about:blank")


def drag(reader: Reader, *path: tuple[float, float]) -> None:
    """Presses at the first place, in image pixels, and lets go at the last."""
    mouse = reader.page.mouse
    places = [on_stage(reader, *place) for place in path]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=3)
    mouse.up()


def on_stage(reader: Reader, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the fitted image of 640 rows and 512 columns lies on the page."""
    box = reader.page.locator("#canvas").bounding_box()
    assert box
    scale = min(box["height"] / 640, box["width"] / 512)
    left, top = (box["width"] - 512 * scale) / 2, (box["height"] - 640 * scale) / 2
    return box["x"] + left + x * scale, box["y"] + top + y * scale


def kept(reader: Reader) -> list[Json]:
    reader.presses("Control+Enter")
    reader.waits_for("case1")
    marks: list[Json] = reader.sent["answers"].get("region", [])
    return marks


def place(mark: Json) -> list[float]:
    return [mark[name] for name in ("x", "y", "width", "height")]


def near(*numbers: float) -> Any:
    return pytest.approx(list(numbers), abs=1.2)


@pytest.mark.parametrize("kind", ["box", "ellipse"])
def test_a_shape_by_keyboard_alone(sit: Any, kind: str) -> None:
    reader = sit(study_of(marking("point", kind)))
    reader.presses(
        "s", "m", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowUp"
    )
    (mark,) = kept(reader)
    step = 3 * 640 / 800
    assert mark["kind"] == kind
    assert place(mark) == near(256 - SIDE / 2 + step, 320 - SIDE / 2 + step, SIDE + step, SIDE)


def test_every_change_by_keyboard_is_undone(sit: Any) -> None:
    reader = sit(study_of(marking("box")))
    reader.presses("m", "ArrowRight", "Shift+ArrowDown", "Delete", "z", "z", "z")
    (mark,) = kept(reader)
    assert place(mark) == near(256 - SIDE / 2, 320 - SIDE / 2, SIDE, SIDE)


@pytest.mark.parametrize("kind", ["box", "ellipse"])
def test_a_shape_is_drawn_moved_resized_and_undone_by_pointer(sit: Any, kind: str) -> None:
    reader = sit(study_of(marking(kind)))
    drag(reader, (100, 100), (200, 300))
    drag(reader, (150, 100), (170, 150))  # by its outline
    drag(reader, (220, 350), (260, 250))  # by its lower right corner
    drag(reader, (260, 250), (400, 600))
    reader.presses("z")
    (mark,) = kept(reader)
    assert (mark["kind"], place(mark)) == (kind, near(120, 150, 140, 100))


def test_a_drag_off_the_image_ends_at_its_edge(sit: Any) -> None:
    reader = sit(study_of(marking("box")))
    drag(reader, (400, 500), (700, 900))
    assert [place(mark) for mark in kept(reader)] == [near(400, 500, 112, 140)]


def test_ctrl_drag_windows_where_a_drag_would_draw(sit: Any) -> None:
    reader = sit(study_of(marking("box")))
    reader.page.keyboard.down("Control")
    drag(reader, (100, 100), (200, 300))
    reader.page.keyboard.up("Control")
    expect(reader.page.locator("#windowed")).to_be_visible()
    assert reader.page.locator(".mark").count() == 0


def test_a_point_is_dragged_to_its_place(sit: Any) -> None:
    reader = sit(study_of(marking("point")))
    reader.page.mouse.click(*on_stage(reader, 100, 100))
    drag(reader, (100, 100), (300, 200))
    (mark,) = kept(reader)
    assert [mark["x"], mark["y"]] == near(300, 200) and "width" not in mark


def test_marks_are_selected_removed_and_labelled_by_key(sit: Any) -> None:
    reader = sit(study_of(marking("box", labels=("nodule", "mass"))))
    drag(reader, (50, 50), (100, 100))
    drag(reader, (200, 50), (250, 100))
    drag(reader, (50, 300), (100, 400))
    reader.presses("2", "k", "1", "k", "Delete", "Control+Enter")
    reader.waits_for("case1")
    marks = reader.sent["answers"]["region"]
    assert [(mark["label"], round(mark["y"])) for mark in marks] == [("nodule", 50), ("mass", 300)]


def test_a_mark_without_its_label_is_not_sent(sit: Any) -> None:
    reader = sit(study_of(marking("box", labels=("nodule", "mass"))))
    drag(reader, (50, 50), (100, 100))
    reader.presses("Control+Enter")
    expect(reader.page.locator(".complaint")).to_have_text("Please choose a label for each mark.")
    reader.page.get_by_text("mass", exact=True).click()
    assert reader.page.locator(".mark text").text_content() == "mass"
    assert kept(reader)[0]["label"] == "mass"


def test_shapes_and_labels_outlive_a_reload(sit: Any) -> None:
    reader = sit(study_of(marking("box", "ellipse", labels=("nodule", "mass"))))
    reader.presses("s", "m", "2")
    reader.opens()
    expect(reader.page.locator(".mark.ellipse text")).to_have_text("mass")
    assert [(mark["kind"], mark["label"]) for mark in kept(reader)] == [("ellipse", "mass")]


def test_a_mark_is_drawn_on_its_frame_alone_and_found_again(sit: Any) -> None:
    reader = sit(stack_study(12, marking("box", labels=("nodule", "mass"))))
    reader.presses("]", "]", "m", "1", "Home")
    expect(reader.page.locator("#frame-name")).to_have_text("Frame 1 of 12")
    assert reader.page.locator(".mark").count() == 0
    reader.page.locator(".drawn button").click()
    expect(reader.page.locator("#frame-name")).to_have_text("Frame 3 of 12")
    assert reader.page.locator(".mark.box").count() == 1
    assert kept(reader)[0]["frame"] == 2


def test_two_questions_keep_their_marks_apart(sit: Any) -> None:
    other = {**marking("point"), "key": "other"}
    reader = sit(study_of(marking("box"), other))
    reader.presses("m", "Escape", "Tab", "Tab", "m")
    assert reader.page.locator(".mark").count() == 2
    reader.presses("Control+Enter")
    reader.waits_for("case1")
    answers = reader.sent["answers"]
    assert [answers[key][0]["kind"] for key in ("region", "other")] == ["box", "point"]


def measured(spacing: Json | None) -> ViewerStudy:
    study = study_of(CALL, length=True)
    for case in study.cases:
        case.spacing = spacing
    return study


def test_a_length_is_in_millimetres_of_its_own_rows_and_columns(sit: Any) -> None:
    reader = sit(measured({"row_mm": 0.5, "column_mm": 0.25, "kind": "detector"}))
    reader.presses("t")
    drag(reader, (100, 100), (220, 180))
    expect(reader.page.locator(".mark.line text")).to_have_text("50.0 mm at detector")
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"call": "normal"}
    assert reader.page.locator(".mark").count() == 0


def test_without_spacing_there_is_no_length(sit: Any) -> None:
    reader = sit(measured(None))
    reader.presses("t")
    reader.says("cannot be measured")
    drag(reader, (100, 100), (220, 180))
    assert reader.page.locator(".mark").count() == 0


def test_the_words_of_a_length_stay_on_the_stage(sit: Any) -> None:
    reader = sit(measured({"row_mm": 0.5, "column_mm": 0.25, "kind": "detector"}))
    reader.presses("t", "+", "+")
    drag(reader, (250, 300), (500, 300))
    words = reader.page.locator(".mark.line text").bounding_box()
    stage = reader.page.locator("#stage").bounding_box()
    assert words["x"] + words["width"] <= stage["width"]
    reader.presses("Escape")
    assert reader.page.locator(".mark").count() == 0


def test_a_mark_is_picked_from_another_question(sit: Any) -> None:
    reader = sit(study_of(marking("point", "box"), CALL))
    reader.presses("s", "m", "Tab", "k")
    assert reader.page.locator("fieldset[data-active]").get_attribute("data-key") == "region"
    assert reader.page.locator(".mark.selected").count() == 1
    assert reader.page.locator(":focus").get_attribute("value") == "box"


def test_a_click_on_the_thumb_answers_a_slider(sit: Any) -> None:
    reader = sit(study_of(question("chance", "slider", minimum=0, maximum=10)))
    reader.page.locator("[name=chance]").click()
    reader.presses("Enter")
    reader.waits_for("case1")
    assert reader.sent["answers"] == {"chance": 5}
