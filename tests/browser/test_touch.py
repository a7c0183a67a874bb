"""A session read with fingers alone, on a tablet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_marks import marking, near, on_stage, place
from tests.browser.test_stacks import stack_study
from tests.browser.test_viewer_page import CALL, Reader, study_of
from tests.browser.viewer_server import serving

pytestmark = pytest.mark.browser

Spot = tuple[float, float]


@pytest.fixture
def tablet(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    yield context.new_page()
    context.close()


def touch(page: Page, *steps: list[Spot], hold_ms: int = 0) -> None:
    """Fingers go down at the first places, through the others, and are lifted."""
    cdp = page.context.new_cdp_session(page)
    for number, spots in enumerate(steps):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(spots)]
        kind = "touchMove" if number else "touchStart"
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_timeout(hold_ms)
    if hold_ms:
        expect(page.locator("#lens")).to_have_attribute("data-on", "")
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_session_by_touch_alone(tablet: Page) -> None:
    study = study_of(marking("point", "box"), CALL, cases=2)
    with serving(study) as url:
        reader = Reader(tablet, study, url)
        reader.opens()
        tablet.get_by_text("Box", exact=True).tap()
        corners = [[on_stage(reader, *spot)] for spot in ((100, 100), (150, 200), (200, 300))]
        touch(tablet, *corners)
        touch(tablet, [(300, 300), (360, 300)], [(280, 300), (380, 300)], [(230, 300), (430, 300)])
        expect(tablet.locator("#zoom")).to_have_text("× 3.3")
        tablet.get_by_text("Abnormal", exact=True).tap()
        tablet.locator("#submit").tap()
        reader.waits_for("case1")
        (mark,) = study.kept["case0"]["answers"]["region"]
        assert place(mark) == near(100, 100, 100, 200)
        assert study.kept["case0"]["answers"]["call"] == "abnormal"
        tablet.get_by_text("Normal", exact=True).tap()
        touch(tablet, [(300, 300)], [(340, 330)], [(380, 360)])
        expect(tablet.locator("#windowed")).to_be_visible()
        touch(tablet, [(300, 300)], hold_ms=800)
        tablet.locator("#submit").tap()
        tablet.wait_for_url("**/reading/")
        assert len(study.kept) == 2


def test_a_finger_scrolls_a_stack_and_two_taps_zoom(tablet: Page) -> None:
    with serving(stack_study(30)) as url:
        Reader(tablet, stack_study(30), url).opens()
        touch(tablet, [(300, 300)], [(302, 340)], [(302, 372)])
        expect(tablet.locator("#frame-name")).to_have_text("Frame 7 of 30")
        expect(tablet.locator("#windowed")).to_be_hidden()
        for _ in range(2):
            touch(tablet, [(300, 300)])
        expect(tablet.locator("#zoom")).to_have_text("1:1")


def test_no_target_is_smaller_than_a_fingertip(tablet: Page) -> None:
    study = study_of(marking("point", "box", labels=("nodule", "mass")), CALL)
    with serving(study) as url:
        Reader(tablet, study, url).opens()
        for button in tablet.locator("#panel button:visible, #panel .choice:visible").all():
            box = button.bounding_box()
            assert box and box["height"] >= 44 and box["width"] >= 44
        tablet.goto("about:blank")
