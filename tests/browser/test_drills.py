"""A whole session through the real server: how many keys it takes, what it keeps in memory, what is seen."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from studies.models import Reading, Study
from tests.browser.keyboard import begin, case_or_heading, heading, press
from tests.browser.written_study import Grey, link, open_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

MEGABYTE = 2**20
BLACK = 8  # of 255; the phantoms' darkest grey is far above
# One wheel event for each turn of the screen, and the middle of the canvas in that turn.
WHEEL = """async (events) => {
  const stage = document.querySelector("#stage"), canvas = document.querySelector("#canvas");
  const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const box = stage.getBoundingClientRect(), seen = [];
  for (let i = 0; i < events; i++) {
    const at = {clientX: box.left + 200, clientY: box.top + 200};
    stage.dispatchEvent(new WheelEvent("wheel", {deltaY: 100, bubbles: true, cancelable: true, ...at}));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    probe.drawImage(canvas, canvas.width / 2, canvas.height / 2, 1, 1, 0, 0, 1, 1);
    seen.push(probe.getImageData(0, 0, 1, 1).data[0]);
  }
  return seen;
}"""


def phantoms(count: int, rows: int, columns: int) -> list[Grey]:
    """Bright noise with a slope, so that no pixel of a shown image is black."""
    slope = np.linspace(1500, 2500, columns)
    random = np.random.default_rng(1)
    noise = random.normal(0, 7, (rows, columns))
    return [np.roll(slope + noise, 31 * i, axis=1).astype(np.uint16) for i in range(count)]


def stack(frames: int, side: int) -> Grey:
    """Frame k is brighter than the one before; the noise is a CT slice's."""
    noise = np.random.default_rng(2).normal(0, 12, (side, side))
    return np.stack([1000 + 9 * k + noise for k in range(frames)]).astype(np.uint16)


def allow(page: Page, megabytes: int) -> None:
    """The reading page with another budget of memory."""
    page.add_init_script(
        f"""new MutationObserver(() => {{
          const reading = document.querySelector("#reading");
          if (reading) reading.dataset.megabytes = {megabytes};
        }}).observe(document, {{childList: true, subtree: true}});"""
    )


def most(page: Page) -> float:
    return float(page.get_attribute("#stage", "data-most-bytes") or "nan") / MEGABYTE


def darkest_seen(page: Page) -> int:
    """Of the middle of what is really on the screen."""
    box = page.locator("#canvas").bounding_box()
    assert box
    middle = {
        "x": box["x"] + box["width"] / 2,
        "y": box["y"] + box["height"] / 2,
        "width": 8.0,
        "height": 8.0,
    }
    shot = Image.open(BytesIO(page.screenshot(clip=middle)))  # type: ignore[arg-type]
    return int(np.asarray(shot.convert("L")).min())


def read_all(page: Page) -> dict[str, Any]:
    """Two keys a case, one for the call and one to save; what was pressed, held and seen on the way."""
    keys, megabytes, greys = 0, [], []
    case = case_or_heading(page)
    while case:
        greys.append(darkest_seen(page))
        megabytes.append(most(page))
        press(page, "12"[len(greys) % 2], "Enter")
        keys += 2
        case = case_or_heading(page, case)
    return {"keys": keys, "megabytes": max(megabytes), "darkest": min(greys), "cases": len(greys)}


def kept(study: Study) -> list[Reading]:
    return list(Reading.objects.filter(assignment__session__study=study, status="done"))


@pytest.mark.parametrize("cases", [20, pytest.param(154, marks=pytest.mark.drill)])
def test_a_session_takes_two_keys_a_case(served: str, screen: Page, tmp_path: Path, cases: int) -> None:
    study = open_study(tmp_path / "study", phantoms(cases, 160, 128))
    begin(screen, link(study, served))
    session = read_all(screen)
    assert heading(screen) == "This session is done"
    assert (session["cases"], session["keys"]) == (cases, 2 * cases)
    readings = kept(study)
    assert len(readings) == cases
    for reading in readings:
        assert reading.answers.get().value in ("absent", "present")
        ready, first = reading.ready_ms, reading.first_input_ms
        assert ready is not None and first is not None and reading.read_ms is not None
        assert 0 <= ready <= first <= reading.read_ms


@pytest.mark.parametrize(
    ("images", "times", "megabytes"), [(3, 2, 40), pytest.param(12, 25, 512, marks=pytest.mark.drill)]
)
def test_cases_of_five_megapixels_stay_within_the_budget(
    served: str, screen: Page, tmp_path: Path, images: int, times: int, megabytes: int
) -> None:
    study = open_study(tmp_path / "study", phantoms(images, 2500, 2048), times)
    allow(screen, megabytes)
    begin(screen, link(study, served))
    session = read_all(screen)
    assert len(kept(study)) == session["cases"] == images * times
    assert 2 * 2500 * 2048 / MEGABYTE < session["megabytes"] <= megabytes
    assert session["darkest"] > BLACK


@pytest.mark.parametrize(
    ("frames", "side", "megabytes"),
    [
        (60, 128, 512),
        pytest.param(60, 512, 24, marks=pytest.mark.drill),
        pytest.param(300, 512, 512, marks=pytest.mark.drill),
    ],
)
def test_a_stack_scrolls_without_a_blank_and_within_the_budget(
    served: str, screen: Page, tmp_path: Path, frames: int, side: int, megabytes: int
) -> None:
    study = open_study(tmp_path / "study", [stack(frames, side)], times=2)
    allow(screen, megabytes)
    begin(screen, link(study, served))
    case_or_heading(screen)
    screen.wait_for_load_state("networkidle")
    seen = screen.evaluate(WHEEL, frames - 1)
    assert min(seen) > BLACK and most(screen) <= megabytes
    screen.wait_for_selector(f'#frame-name:text-is("Frame {frames} of {frames}")')
    if 2 * side * side * frames < 0.9 * megabytes * MEGABYTE:  # all there: every step shows a later frame
        assert len(set(seen)) > frames // 2 and seen[-1] > seen[0]
