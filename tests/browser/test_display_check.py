"""The display self-check in a browser: by keyboard alone, its greys read back pixel by pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from studies import audit, enrolment, lifecycle, selfcheck
from studies.evidence import verify_study
from studies.ingest import load
from studies.models import Assignment, DisplayCheck, Study
from tests.browser.keyboard import go_on, heading, press
from tests.planted import STUDY_YAML, write_folder
from tests.studies.builders import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
READ_BACK = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const grey = [...data].filter((_, at) => at % 4 === 0);
    const isGrey = data.every((value, at) => at % 4 === 3 ? value === 255 : value === data[at - at % 4]);
    const { width: shownWidth, height: shownHeight } = canvas.getBoundingClientRect();
    return { width, height, grey, isGrey, shownWidth, shownHeight, ratio: devicePixelRatio };
}"""


@pytest.fixture
def study(transactional_db, tmp_path) -> Study:
    folder = write_folder(tmp_path / "study", cases=2)
    (folder / "study.yaml").write_text(STUDY_YAML + "display: {check: true}\n")
    load(folder, audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get()), audit.OPERATOR)
    return Study.objects.get()


def to_the_display(page, served, study) -> Assignment:
    """From the link to the display step; the reader's first assignment."""
    reader = study.readers.first()
    page.goto(f"{served}/read/{enrolment.invite(reader, audit.OPERATOR)}/")
    go_on(page, "Enter")
    go_on(page, "Space", "Enter")
    go_on(page, "Tab", "Enter")
    page.wait_for_selector("canvas[data-lines=horizontal][data-painted]")
    return Assignment.objects.get(reader=reader, number=1)


def patch(page, selector: str) -> dict:
    return page.locator(selector).evaluate(READ_BACK)


def expected(shown: str, levels: tuple[int, ...], width: int, height: int) -> list[int]:
    """Each stroke as a square of whole device pixels, the rest ground."""
    grid, unit = selfcheck.grid(shown), min(width // selfcheck.COLUMNS, height // selfcheck.ROWS)
    left, top = (width - unit * selfcheck.COLUMNS) // 2, (height - unit * selfcheck.ROWS) // 2

    def grey(x: int, y: int) -> int:
        column, row = (x - left) // unit, (y - top) // unit
        inside = 0 <= column < selfcheck.COLUMNS and 0 <= row < selfcheck.ROWS
        return levels[int(grid[row * selfcheck.COLUMNS + column])] if inside else levels[0]

    return [grey(x, y) for y in range(height) for x in range(width)]


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_every_pixel_has_its_grey(chromium, served, study, ratio):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=ratio)
    page = context.new_page()
    shown = selfcheck.symbols(to_the_display(page, served, study).nonce, 1)
    for ground in selfcheck.GROUNDS:
        found = patch(page, f"[data-patch={ground.key}]")
        size = found["width"], found["height"]
        assert found["isGrey"] and found["ratio"] == ratio
        assert size == pytest.approx((found["shownWidth"] * ratio, found["shownHeight"] * ratio), abs=0.76)
        assert found["grey"] == expected(shown[ground.key], ground.levels, *size)
    context.close()


def test_lines_are_one_device_pixel_wide(chromium, served, study):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=2)
    page = context.new_page()
    to_the_display(page, served, study)
    upright, level = (patch(page, f"[data-lines={name}]") for name in ("vertical", "horizontal"))
    assert upright["width"] == level["height"] == 240
    assert upright["grey"] == [0, 255] * (240 * 120)
    assert level["grey"] == ([0] * 240 + [255] * 240) * 120
    context.close()


def test_a_patch_stays_exact_when_the_window_changes(screen, served, study):
    shown = selfcheck.symbols(to_the_display(screen, served, study).nonce, 1)
    screen.set_viewport_size({"width": 611, "height": 700})
    screen.wait_for_selector("canvas[data-painted='200x75']")
    found = patch(screen, "[data-patch=grey]")
    assert found["grey"] == expected(shown["grey"], (128, 136, 132, 130, 129), 200, 75)


def test_what_is_drawn_is_what_is_on_the_screen(screen, served, study):
    """A screenshot's pixels, not only the canvas's: nothing between them scales or smooths."""
    to_the_display(screen, served, study)
    whole = np.asarray(Image.open(io.BytesIO(screen.screenshot(full_page=True))).convert("RGB"))
    for selector in ("[data-patch=black]", "[data-patch=white]", "[data-lines=vertical]"):
        box, found = screen.locator(selector).bounding_box(), patch(screen, selector)
        left, top = round(box["x"]), round(box["y"])
        shown = whole[top : top + found["height"], left : left + found["width"]]
        assert (shown == np.reshape(found["grey"], (found["height"], found["width"], 1))).all()


def test_a_reader_checks_twice_by_keyboard_alone(screen, served, study):
    assignment = to_the_display(screen, served, study)
    assert heading(screen) == "Your display"
    for text in ("nothing", "-", "nothing"):
        screen.keyboard.type(text)
        press(screen, "Tab")
    go_on(screen, "ArrowDown", "Tab", "Space", "Tab", "Space", "Enter")
    assert heading(screen) == "What you could see"
    assert screen.locator("li").count() >= 3
    go_on(screen, "Tab", "Enter")  # Check again
    screen.wait_for_selector(":focus")
    for text in selfcheck.symbols(assignment.nonce, 2).values():
        screen.keyboard.type(text.lower())
        press(screen, "Tab")
    go_on(screen, "Space", "Tab", "Space", "Tab", "ArrowDown", "Enter")
    assert screen.get_by_text("Nothing needs to be changed.").is_visible()
    go_on(screen, "Enter")
    assert heading(screen) == "Image quality"
    checks = list(DisplayCheck.objects.all())
    assert [check.results["grey"] for check in checks] == [None, 1]
    assert checks[0].display_facts["viewport"] == [1280, 800]
    assert verify_study(study) is None
