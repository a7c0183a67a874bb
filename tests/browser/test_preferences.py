"""Own keys and the side of the questions, set by keyboard alone in the key help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_viewer_page import CALL, Reader, study_of
from tests.browser.viewer_server import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def helped(screen: Page) -> Iterator[Any]:
    """A reader with the key help open."""
    with ExitStack() as stack:

        def start(**more: Any) -> Reader:
            study = study_of(CALL, **more)
            reader = Reader(screen, study, stack.enter_context(serving(study)))
            reader.opens()
            reader.presses("?")
            return reader

        yield start
        screen.goto("about:blank")


def is_told(reader: Reader, sentence: str) -> None:
    expect(reader.page.locator("#own-status")).to_contain_text(sentence)


def chooses(reader: Reader, action: str) -> None:
    """By Tab from line to line."""
    focused = "document.activeElement.dataset.id"
    while reader.page.evaluate(focused) != action:
        reader.presses("Tab")
    reader.presses("Enter")
    is_told(reader, "Press the new key")


def is_inverted(reader: Reader, inverted: bool) -> None:
    button = reader.page.locator('[data-action="invert"]')
    expect(button).to_have_attribute("aria-pressed", str(inverted).lower())


def test_a_key_is_changed_by_keyboard_and_outlives_a_reload(helped: Any) -> None:
    reader = helped()
    chooses(reader, "invert")
    reader.presses("q")
    is_told(reader, "Saved: Invert is on Q.")
    expect(reader.page.locator('[data-action="invert"] kbd')).to_have_text("Q")
    reader.presses("Escape", "i")
    is_inverted(reader, False)
    reader.opens()
    reader.presses("q")
    is_inverted(reader, True)
    assert reader.study.preferences == {"keys": {"invert": "q"}, "left_handed": False}


def test_a_conflict_and_a_reserved_key_are_said_and_Escape_leaves_all(helped: Any) -> None:
    reader = helped()
    chooses(reader, "invert")
    reader.presses("f")
    is_told(reader, "F is the key of another action: Fit, 1:1.")
    reader.presses("1")
    is_told(reader, "1 has another use")
    reader.presses("Escape")
    is_told(reader, "Nothing was changed.")
    expect(reader.page.locator("#help")).to_be_visible()
    assert reader.study.preferences is None


@pytest.mark.parametrize(("answer", "why"), [(0, "does not answer"), (400, "refused")])
def test_what_is_not_saved_is_said_and_changes_nothing(helped: Any, answer: int, why: str) -> None:
    reader = helped(preferences_answer=answer)
    chooses(reader, "invert")
    reader.presses("q")
    is_told(reader, why)
    reader.presses("Escape", "q")
    is_inverted(reader, False)
    reader.presses("i")
    is_inverted(reader, True)


def test_the_standard_keys_come_back(helped: Any) -> None:
    reader = helped(preferences={"keys": {"invert": "q"}, "left_handed": False})
    reader.page.locator("#standard-keys").press("Enter")
    is_told(reader, "Saved: the standard keys.")
    reader.presses("Escape", "i")
    is_inverted(reader, True)
    assert reader.study.preferences == {"keys": {}, "left_handed": False}


def test_the_questions_go_to_the_left_and_stay_there(helped: Any) -> None:
    reader = helped()
    reader.page.locator("#left-handed").press("Space")
    is_told(reader, "Saved.")
    reader.opens()
    panel, stage = (reader.page.locator(name).bounding_box() for name in ("#panel", "#stage"))
    assert panel and stage and panel["x"] == 0 and stage["x"] == panel["width"]
