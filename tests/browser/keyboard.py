"""A reader who has only a keyboard: drives real pages from the invitation link to the debriefing."""

from playwright.sync_api import Page

READY_MS = 30_000


def press(page: Page, *keys: str) -> None:
    """Presses keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def heading(page: Page) -> str:
    """The page's main heading."""
    return page.locator("h1").inner_text()


def go_on(page: Page, *keys: str) -> None:
    """Waits for the keyboard's place on the page, then presses keys of which the last leaves it."""
    page.wait_for_selector(":focus")
    press(page, *keys[:-1])
    with page.expect_navigation():
        press(page, keys[-1])


def begin(page: Page, link: str) -> None:
    """From the link to the first case."""
    page.goto(link)
    go_on(page, "Enter")
    go_on(page, "Space", "Enter")  # consent
    go_on(page, "Tab", "Enter")  # the profile as it was noted
    go_on(page, "Enter")  # briefing


def case_or_heading(page: Page, seen: str = "") -> str | None:
    """Waits for a case other than the one seen, or for a page with a heading; the case's address or None."""
    waited = f'#stage[data-state=ready]:not([data-painted-reading="{seen}"]), h1'
    found = page.wait_for_selector(waited, timeout=READY_MS)
    return found.get_attribute("data-painted-reading") if found else None
