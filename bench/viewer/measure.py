"""Drives all contestants in one Chromium, round by round in changing order."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Error, Page, sync_playwright

from bench.viewer.server import Contestant, serving

SCREEN = {"width": 1280, "height": 800}
RENDERER = """() => {
  const gl = document.createElement("canvas").getContext("webgl2");
  const names = gl && gl.getExtension("WEBGL_debug_renderer_info");
  return gl ? gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : "no WebGL2";
}"""
LINE = {"offline": False, "latency": 20, "downloadThroughput": 50e6 / 8, "uploadThroughput": 50e6 / 8}
WARM_UP = 2  # cases before counting
DRAGS, MOVES = 3, 60
REST_S = 0.15
WAIT_MS = 30_000

COLD, AHEAD, FETCHED, DRAG = (
    "cold open",
    "next case, decoded ahead",
    "next case, not prefetched",
    "window drag, p95",
)


@dataclass
class Measured:
    """Milliseconds by measure; a failure ends a contestant's part in the run."""

    times: dict[str, list[float]] = field(default_factory=dict)
    failure: str | None = None


class Run:
    def __init__(self, browser: Browser, addresses: dict[str, str], rounds: int) -> None:
        self.browser, self.addresses, self.rounds = browser, addresses, rounds
        self.measured = {name: Measured() for name in addresses}
        self.pages: dict[str, Page] = {}

    def in_turn(self, rounds: int, measure: str, one: Callable[[str], list[float]]) -> None:
        """Each round begins with another contestant, every second one runs backwards."""
        for number in range(rounds):
            for name in turn(list(self.addresses), number):
                kept = self.measured[name]
                if kept.failure:
                    continue
                try:
                    kept.times.setdefault(measure, []).extend(one(name))
                except Error as error:
                    kept.failure = f"{measure}: {error.message.splitlines()[0]}"

    def everything(self, windowed: set[str]) -> None:
        self.in_turn(self.rounds, COLD, self.cold)
        self.in_turn(1, "warming up", self.keep_open)
        self.in_turn(self.rounds, AHEAD, self.ahead)
        self.in_turn(1, "slowing the line", self.slow_down)
        self.in_turn(self.rounds, FETCHED, self.pressed)
        self.in_turn(DRAGS, DRAG, lambda name: self.drag(name) if name in windowed else [])

    def new_page(self, name: str) -> tuple[Page, float]:
        page = self.browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(WAIT_MS)
        page.goto(self.addresses[name])
        return page, painted(page)

    def cold(self, name: str) -> list[float]:
        page, milliseconds = self.new_page(name)
        page.context.close()
        time.sleep(REST_S)
        return [milliseconds]

    def keep_open(self, name: str) -> list[float]:
        self.pages[name] = self.new_page(name)[0]
        for _ in range(WARM_UP):
            self.ahead(name)
        return []

    def ahead(self, name: str) -> list[float]:
        self.pages[name].evaluate("bench.ahead()")
        return self.pressed(name)

    def pressed(self, name: str) -> list[float]:
        time.sleep(REST_S)
        self.pages[name].keyboard.press("n")
        return [painted(self.pages[name])]

    def slow_down(self, name: str) -> list[float]:
        session = self.pages[name].context.new_cdp_session(self.pages[name])
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINE)
        return []

    def drag(self, name: str) -> list[float]:
        page = self.pages[name]
        page.evaluate("bench.frames.length = 0")
        page.mouse.move(400, 300)
        page.mouse.down()
        page.mouse.move(560, 380, steps=MOVES)
        page.mouse.up()
        return [float(frame) for frame in page.evaluate("bench.frames")]


def painted(page: Page) -> float:
    """What the page's own clock says; a promise, so that no polling disturbs what is measured."""
    late = f"new Promise((_, reject) => setTimeout(() => reject(new Error('not painted')), {WAIT_MS}))"
    return float(page.evaluate(f"Promise.race([bench.painted, {late}])"))


def turn(names: list[str], number: int) -> list[str]:
    start = number // 2 % len(names)
    order = names[start:] + names[:start]
    return order[::-1] if number % 2 else order


@contextmanager
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if not found:
        raise SystemExit("Chromium is not installed. As root: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def measure(contestants: list[Contestant], rounds: int) -> tuple[dict[str, Measured], str]:
    """Measured times by contestant, and the browser with its renderer."""
    with ExitStack() as stack:
        addresses = {one.name: stack.enter_context(serving(one)) for one in contestants}
        browser = stack.enter_context(chromium())
        run = Run(browser, addresses, rounds)
        run.everything({one.name for one in contestants if one.windowed})
        renderer = browser.new_page().evaluate(RENDERER)
        return run.measured, f"Chromium {browser.version}, {renderer}"
