"""Windows to choose from, frames' own windows, overlays and oblong pixels on the reading page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_viewer_page import CALL, Reader
from tests.browser.viewer_server import LINEAR, StudyCase, ViewerStudy, serving

pytestmark = pytest.mark.browser

Grey = NDArray[np.uint16]
FLAT: Grey = np.full((100, 100), 500, np.uint16)
OWN = {"low": 0.0, "high": 1000.0}
OTHER = {**LINEAR, "invert": False, "padding": None, "low": 250.0, "high": 1250.0}
PRESET = {"label": "Lung", "low": 400.0, "high": 1400.0}


@pytest.fixture(params=["/", "/plain/"], ids=["webgl2", "2d"])
def sit(screen: Page, request: pytest.FixtureRequest) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(values: Grey = FLAT, layer: Grey | None = None, cases: int = 2, **more: Any) -> Reader:
            study = ViewerStudy([StudyCase(values, OWN, more=more, layer=layer)] * cases, [CALL])
            reader = Reader(screen, study, stack.enter_context(serving(study)) + request.param)
            reader.opens()
            return reader

        yield start
        screen.goto("about:blank")


def seen(reader: Reader) -> NDArray[np.uint8]:
    """The middle of the stage, without the list of windows."""
    picture = Image.open(BytesIO(reader.page.locator("#stage").screenshot()))
    return np.asarray(picture.convert("RGB"))


def grey(reader: Reader) -> int:
    rows, columns, _ = (picture := seen(reader)).shape
    return int(picture[rows // 2, columns // 2, 0])


def says(reader: Reader, words: str) -> None:
    expect(reader.page.locator("#windowed")).to_have_text(words)


def test_the_key_opens_the_list_and_steps_through_it(sit: Any) -> None:
    reader = sit(windows=[OTHER], presets=[PRESET])
    says(reader, "Window 1 of 2")
    assert grey(reader) == 128
    reader.presses("w")
    expect(reader.page.locator("#windows")).to_contain_text("Lung")
    assert grey(reader) == 128
    for name, shown in (("Window 2 of 2", 64), ("Lung", 26), ("Window 1 of 2", 128)):
        reader.presses("w")
        says(reader, name)
        assert grey(reader) == shown


def test_a_digit_chooses_and_does_not_answer(sit: Any) -> None:
    reader = sit(windows=[OTHER], presets=[PRESET])
    reader.presses("w", "3")
    says(reader, "Lung")
    expect(reader.page.locator("#windows")).to_be_hidden()
    assert grey(reader) == 26 and reader.page.locator("input:checked").count() == 0
    reader.presses("2")
    expect(reader.page.locator("input:checked")).to_have_value("abnormal")


def test_escape_closes_the_list_and_another_key_does_its_own(sit: Any) -> None:
    reader = sit(presets=[PRESET])
    reader.presses("w", "Escape")
    expect(reader.page.locator("#windows")).to_be_hidden()
    reader.presses("w", "i")
    expect(reader.page.locator("#windows")).to_be_hidden()
    expect(reader.page.locator('[data-action="invert"]')).to_have_attribute("aria-pressed", "true")


def test_the_list_is_for_the_mouse_as_well(sit: Any) -> None:
    reader = sit(presets=[PRESET])
    reader.page.click('[data-action="window"]')
    reader.page.click("#windows button:has-text('Lung')")
    says(reader, "Lung")


def test_inversion_stays_while_windows_change_and_reset_takes_all_back(sit: Any) -> None:
    reader = sit(windows=[OTHER])
    reader.presses("i", "w", "2")
    says(reader, "Window 2 of 2")
    assert grey(reader) == 255 - 64
    reader.presses("r")
    says(reader, "Window 1 of 2")
    assert grey(reader) == 128


def test_a_window_moved_is_told_and_the_next_case_begins_anew(sit: Any) -> None:
    reader = sit(windows=[OTHER])
    reader.presses("w", "2", "b")
    says(reader, "window changed")
    reader.presses("1", "Enter")
    reader.waits_for("case1")
    says(reader, "Window 1 of 2")


def test_without_a_choice_there_is_neither_button_nor_list(sit: Any) -> None:
    reader = sit()
    reader.presses("w")
    expect(reader.page.locator("#windows")).to_be_hidden()
    expect(reader.page.locator('[data-action="window"]')).to_be_hidden()
    says(reader, "")


def test_frames_are_shown_in_their_own_windows_until_the_reader_moves_one(sit: Any) -> None:
    reader = sit(np.stack([FLAT] * 3), frame_displays={"1": OTHER})
    assert grey(reader) == 128
    reader.presses("]")
    expect(reader.page.locator("#frame-name")).to_have_text("Frame 2 of 3")
    assert grey(reader) == 64
    reader.presses("i")
    assert grey(reader) == 191
    reader.presses("]", "i", "d")
    moved = grey(reader)
    reader.presses("[")
    assert moved not in (128, 64) and grey(reader) == moved


def drawn(reader: Reader) -> NDArray[np.bool_]:
    picture = seen(reader)
    return np.asarray(picture[..., 2].astype(int) < picture[..., 0].astype(int) - 40)


def cross() -> Grey:
    layer = np.zeros((100, 100), np.uint16)
    layer[20, 10:90] = 1
    layer[10:90, 50] = 1
    return layer


def test_an_overlay_lies_where_it_was_drawn_and_its_key_hides_it(sit: Any) -> None:
    reader = sit(layer=cross())
    there = drawn(reader)
    rows, columns = np.nonzero(there)
    scale = there.shape[0] / 100
    left = (there.shape[1] - there.shape[0]) / 2
    assert abs(columns.min() - left - 10 * scale) <= 1 and abs(columns.max() - left - 90 * scale) <= 1
    assert abs(rows.min() - 10 * scale) <= 1 and abs(rows.max() - 90 * scale) <= 1
    assert abs(there[:, int(left + 30 * scale)].sum() - scale) <= 1
    reader.presses("o")
    assert not drawn(reader).any()
    reader.presses("o")
    assert drawn(reader).any()


def test_an_overlay_follows_zoom_and_pan(sit: Any) -> None:
    reader = sit(layer=cross())
    reader.presses("f", "Shift+ArrowLeft")
    rows, columns = np.nonzero(drawn(reader))
    assert (columns.max() - columns.min() + 1, rows.max() - rows.min() + 1) == (80, 80)


def test_a_thin_line_stays_whole_in_a_fitted_large_image(sit: Any) -> None:
    layer = np.zeros((4000, 3000), np.uint16)
    layer[:, 1500] = 1
    there = drawn(sit(np.full((4000, 3000), 900, np.uint16), layer))
    assert there.any(axis=1).all() and there.sum(axis=1).max() <= 2


def test_a_case_without_overlays_has_no_button_for_them(sit: Any) -> None:
    expect(sit().page.locator('[data-action="overlay"]')).to_be_hidden()


def test_oblong_pixels_fill_the_stage_in_their_own_shape(sit: Any) -> None:
    reader = sit(aspect=2.0)
    picture = seen(reader)[..., 0]
    columns = np.nonzero(picture[picture.shape[0] // 2])[0]
    assert abs(columns.max() - columns.min() + 1 - picture.shape[0] / 2) <= 1
