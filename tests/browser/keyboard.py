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
    check_display(page)
    go_on(page, "Enter")  # briefing


def check_display(page: Page) -> None:
    """Through the display self-check where the study has one."""
    if heading(page) != "Your display":
        return
    page.wait_for_selector(":focus")
    for _patch in ("black", "grey", "white"):
        page.keyboard.type("nothing")
        press(page, "Tab")
    go_on(page, "Space", "Tab", "Space", "Tab", "Space", "Enter")  # lines, room, display
    go_on(page, "Enter")


def case_or_heading(page: Page, seen: str = "") -> str | None:
    """Waits for a case other than the one seen, or for a page with a heading; the case's address or None."""
    waited = f'#stage[data-state=ready]:not([data-painted-reading="{seen}"]), h1'
    found = page.wait_for_selector(waited, timeout=READY_MS)
    return found.get_attribute("data-painted-reading") if found else None
