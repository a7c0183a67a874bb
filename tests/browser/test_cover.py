"""A window smaller than the study asks for: covered, dumb, and given back as it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_viewer_page import CALL, CONFIDENCE, Reader, study_of
from tests.browser.viewer_server import ViewerStudy, serving

pytestmark = pytest.mark.browser

LEAST = {"width": 1024, "height": 700}
SMALL, LARGE = {"width": 900, "height": 650}, {"width": 1100, "height": 720}
TOO_SMALL = {"error": "This study needs a larger window.", "code": "window_too_small"}


def asking(**more: object) -> ViewerStudy:
    return study_of(CALL, CONFIDENCE, minimum_window=LEAST, **more)


def is_covered(page: Page, size: str) -> None:
    said = page.get_by_role("alert").filter(has_text="window")
    expect(said).to_have_text(
        f"This study needs a window of at least 1024 × 700 pixels; yours has {size}. Make it larger to go on."
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def events(reader: Reader) -> list[str]:
    return [row[1] for row in reader.sent["interactions"]["events"]]


def test_a_small_window_is_covered_and_takes_no_key(screen: Page) -> None:
    with serving(asking()) as url:
        reader = Reader(screen, asking(), url)
        reader.opens()
        reader.presses("2")
        screen.set_viewport_size(SMALL)
        is_covered(screen, "900 × 650")
        reader.presses("5", "Enter", "Control+Enter", "x", "1", "?", "Escape", "Escape", "Tab", "i")
        assert screen.locator("dialog[open]").count() == 1 and screen.locator("input:checked").count() == 1
        assert screen.evaluate("!document.activeElement.closest('#reading')")
        screen.set_viewport_size(LARGE)
        expect(screen.locator("#cover")).to_be_hidden()
        assert focused(screen) == "confidence"
        screen.goto("about:blank")


def test_nothing_is_sent_from_beneath_and_the_log_tells(screen: Page) -> None:
    study = asking()
    with serving(study) as url:
        reader = Reader(screen, study, url)
        reader.opens()
        reader.presses("2", "5")
        screen.set_viewport_size(SMALL)
        is_covered(screen, "900 × 650")
        screen.evaluate("document.querySelector('#submit').click()")
        screen.wait_for_timeout(1500)
        assert study.received == []
        screen.set_viewport_size(LARGE)
        expect(screen.locator("#cover")).to_be_hidden()
        reader.presses("Enter")
        reader.waits_for("case1")
        assert [name for name in events(reader) if "covered" in name] == ["covered", "uncovered"]
        times = reader.sent["times"]
        assert times["visible_ms"] < times["read_ms"] - 1400


def test_a_refusal_under_the_cover_loses_nothing(screen: Page) -> None:
    study = asking(faults=[503], refusal=TOO_SMALL)
    with serving(study) as url:
        reader = Reader(screen, study, url)
        reader.opens()
        reader.presses("2", "5", "Enter")
        reader.sees("retrying")
        screen.set_viewport_size(SMALL)
        reader.sees("ready")
        is_covered(screen, "900 × 650")
        screen.reload()
        is_covered(screen, "900 × 650")
        reader.waits_for("case0")
        screen.set_viewport_size(LARGE)
        expect(screen.locator("#cover")).to_be_hidden()
        assert focused(screen) == "call"
        reader.presses("Control+Enter")
        reader.waits_for("case1")
        assert study.kept["case0"]["answers"] == {"call": "abnormal", "confidence": 5}


def test_a_refusal_is_said_where_the_page_knows_of_no_size(screen: Page) -> None:
    study = study_of(CALL, refusal=TOO_SMALL)
    with serving(study) as url:
        reader = Reader(screen, study, url)
        reader.opens()
        reader.presses("2", "Enter")
        reader.says("needs a larger window")
        reader.presses("Enter")
        reader.waits_for("case1")
        assert reader.sent["answers"] == {"call": "abnormal"}


def test_page_zoom_covers_nothing(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    with serving(asking()) as url:
        reader = Reader(context.new_page(), asking(), url)
        reader.opens()
        expect(reader.page.locator("#cover")).to_be_hidden()
        context.close()
