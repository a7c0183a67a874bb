"""What zoom of 200 %, a keyboard and weak eyes meet in the key help, the cover and the reading page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_viewer_page import CALL, CONFIDENCE, REGION, WHERE, Reader, study_of
from tests.browser.viewer_server import serving

pytestmark = pytest.mark.browser

AA = 4.5
# What is seen at the middle of the element with the keyboard is that element itself, whole.
FOCUSED = """() => {
  const { activeElement: element } = document;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const isWhole = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  return [element.dataset.id ?? element.id, isWhole && (seen === element || element.contains(seen))];
}"""
# WCAG 2.2, 1.4.3: the least ratio of luminances of a text and the plain colour behind it, with the text.
WEAKEST = """(root) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => channels(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
  };
  const ratio = (element) => {
    const two = [getComputedStyle(element).color, behind(element)].map(light);
    return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const all = [...document.querySelectorAll(`${root} *`)];
  const texts = all.filter((one) => own(one) && one.checkVisibility());
  return texts.map((one) => [ratio(one), one.textContent.trim()]).sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.fixture
def zoomed(chromium: Browser) -> Iterator[Reader]:
    """A reader at 1280 x 800 with page zoom of 200 %, who wants no motion."""
    context = chromium.new_context(
        viewport={"width": 640, "height": 400}, device_scale_factor=2, reduced_motion="reduce"
    )
    study = study_of(CALL, CONFIDENCE, WHERE, REGION, minimum_window={"width": 1280, "height": 800})
    with serving(study) as url:
        reader = Reader(context.new_page(), study, url)
        reader.opens()
        yield reader
        context.close()


def tabbed(page: Page) -> list[str]:
    """Where Tab goes, once round; each place is seen whole."""
    names: list[str] = []
    while True:
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUSED)
        if name in names:
            return names
        assert is_seen, name
        names.append(name)


def test_the_key_help_is_walked_at_200_percent(zoomed: Reader) -> None:
    zoomed.presses("?")
    names = tabbed(zoomed.page)
    assert names[0] == "skip" and names[-3:-1] == ["left-handed", "standard-keys"] and len(names) > 30
    assert zoomed.page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#help'))")


def test_what_a_change_says_is_in_sight_at_200_percent(zoomed: Reader) -> None:
    zoomed.presses("?", "Tab", "Enter")
    status = zoomed.page.locator("#own-status")
    box = status.bounding_box()
    assert "Press the new key" in status.inner_text() and box and box["y"] + box["height"] < 400


def test_the_reading_page_is_answered_at_200_percent(zoomed: Reader) -> None:
    assert zoomed.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for _ in range(4):
        zoomed.presses("Tab")
        assert zoomed.page.evaluate("document.activeElement.getBoundingClientRect().bottom <= innerHeight")
    zoomed.presses("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "2", "4", "Control+Enter")
    zoomed.waits_for("case1")


@pytest.mark.parametrize(("root", "keys"), [("#panel", ""), ("#help", "?"), ("#skip", "x")])
def test_texts_are_strong_enough(zoomed: Reader, root: str, keys: str) -> None:
    zoomed.presses(*keys)
    ratio, text = zoomed.page.evaluate(WEAKEST, root)
    assert ratio >= AA, text


def test_the_covers_text_is_strong_enough(zoomed: Reader) -> None:
    zoomed.page.set_viewport_size({"width": 600, "height": 400})
    zoomed.page.wait_for_selector("#cover[open]")
    ratio, text = zoomed.page.evaluate(WEAKEST, "#cover")
    assert ratio >= AA, text


def test_nothing_moves_for_those_who_want_no_motion(zoomed: Reader) -> None:
    zoomed.presses("?")
    assert zoomed.page.evaluate("document.getAnimations().length") == 0
