"""Fixtures of the reading page's tests: one Chromium for a module, one page for a test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with the module: Playwright's event loop would keep Django from its database."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Page]:
    """A page of 1280 x 800; an error on it, or something that the policy refused, fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Refused" in message.text else None)
    yield page
    context.close()
    assert faults == []
