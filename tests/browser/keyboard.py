"""A reader who has only a keyboard: drives real pages from the invitation link to the debriefing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

READY_MS = 30_000


@contextmanager
def chromium(width: int = 1280, height: int = 800) -> Iterator[Page]:
    """A page of the system's Chromium; whatever its console calls an error fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height})
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        try:
            yield page
        except BaseException:
            page.screenshot(path="test-results/browser.png")
            raise
        finally:
            browser.close()
        assert faults == []


def press(page: Page, *keys: str) -> None:
    """Presses keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def heading(page: Page) -> str:
    """The page's main heading."""
    return page.locator("h1").inner_text()


def go_on(page: Page, *keys: str) -> None:
    """Presses keys of which the last leaves the page."""
    press(page, *keys[:-1])
    with page.expect_navigation():
        press(page, keys[-1])


def begin(page: Page, link: str) -> None:
    """From the link to the first case."""
    page.goto(link)
    go_on(page, "Enter")
    go_on(page, "Tab", "Space", "Enter")  # consent
    go_on(page, *["Tab"] * 4, "Enter")  # the profile as it was noted
    go_on(page, "Enter")  # briefing


def ready_case(page: Page) -> str:
    """Waits until the current case is painted; answers its position line."""
    page.wait_for_selector("#stage[data-state=ready]", timeout=READY_MS)
    return str(page.locator("#position").inner_text())


def after(page: Page, position: str) -> Any:
    """Waits for the next case or the end of the session; answers the case's position line or None."""
    page.wait_for_function(
        "before => !document.querySelector('#stage')"
        " || (document.querySelector('#stage').dataset.state === 'ready'"
        "     && document.querySelector('#position').innerText !== before)",
        arg=position,
        timeout=READY_MS,
    )
    return page.locator("#position").inner_text() if page.locator("#stage").count() else None
