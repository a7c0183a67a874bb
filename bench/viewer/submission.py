"""From the Enter that saves an answer to the next case painted: the whole page against the whole server.

Runs with a database and files of its own, served as scripts/demo serves. Nothing here is compared to a peer,
since no peer keeps answers: the limit is in milliseconds.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.viewer import pictures
from bench.viewer.measure import REST_S, SCREEN, WAIT_MS

ROOT = Path(__file__).resolve().parents[2]
PICTURES = 4
SERVER = ("-m", "gunicorn", "readerstudy.wsgi", "--worker-class", "gthread", "--threads", "8")
QUIET = ("--log-level", "warning", "--no-control-socket")
STUDY = """
format: 1
slug: bench
title: Radiograph reading
contact: coordinator@example.org
truth: {positive: present, negative: absent, reference_standard: Known by construction.}
consent: You are invited to read images.
debrief: Thank you for reading.
profile: [specialty, years, institution, country]
questions:
  call: {kind: choice, role: call, label: "Is a nodule there?", choices: {absent: "No", present: "Yes"}}
sessions:
  - {key: reading, title: Reading, condition: alone, case_set: all, briefing: Read each image.,
     questions: [call]}
analysis: {primary: accuracy}
readers: readers.csv
seed: 3
"""
READER = """name,email,specialty,years,institution,country,arm
Reader 1,reader1@example.org,thoracic,5,Centre,DE,
"""

# The next reading's sign of being painted is set in the frame callback after a pixel read back.
WATCH = """() => {
  const stage = document.querySelector("#stage"), before = stage.dataset.paintedReading;
  let pressed = 0;
  addEventListener("keydown", (event) => (pressed = event.timeStamp));
  window.painted = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (stage.dataset.paintedReading === before) return;
    observer.disconnect();
    resolve(performance.now() - pressed);
  }).observe(stage, {attributes: true}));
}"""


def write_study(folder: Path, cases: int) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY)
    (folder / "readers.csv").write_text(READER)
    stored = [pictures.little_endian(pictures.radiograph(seed)) for seed in range(PICTURES)]
    rows = ["case,case_set,truth,image,patient"]
    for at in range(cases):
        (folder / "images" / f"{at}.dcm").write_bytes(stored[at % PICTURES])
        rows.append(f"C{at},all,{('absent', 'present')[at % 2]},images/{at}.dcm,P{at}")
    (folder / "cases.csv").write_text("\n".join(rows) + "\n")


@contextmanager
def serving(cases: int) -> Iterator[str]:
    """The reader's link."""
    with tempfile.TemporaryDirectory() as kept:
        bind = f"127.0.0.1:{free_port()}"
        env = {**os.environ, "READERSTUDY_DATA": kept, "READERSTUDY_STATIC": f"{kept}/static"}
        env |= {"READERSTUDY_PLAIN_HTTP": "1", "READERSTUDY_PUBLIC_URL": f"http://{bind}"}
        env.pop("DATABASE_URL", None)
        link = opened(Path(kept, "study"), cases, env)
        server = subprocess.Popen([sys.executable, *SERVER, "--bind", bind, *QUIET], cwd=ROOT, env=env)
        try:
            awaited(bind)
            yield link
        finally:
            server.terminate()
            server.wait()


def opened(folder: Path, cases: int, env: dict[str, str]) -> str:
    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    manage("migrate", "--verbosity", "0")
    manage("collectstatic", "--noinput", "--verbosity", "0")
    write_study(folder, cases)
    manage("load_study", str(folder))
    manage("look_at", "bench", "--all", "--reason", "Phantoms.")
    manage("open_study", "bench")
    return next(word for word in manage("invite", "bench").split() if "/read/" in word)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def awaited(bind: str) -> None:
    host, port = bind.split(":")
    for _ in range(100):
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def begin(page: Page, link: str) -> None:
    """By keyboard: invitation, consent, profile, briefing."""
    page.goto(link)
    for keys in (["Enter"], ["Space", "Enter"], ["Tab", "Enter"], ["Enter"]):
        page.wait_for_selector(":focus")
        for key in keys[:-1]:
            page.keyboard.press(key)
        with page.expect_navigation():
            page.keyboard.press(keys[-1])


def submissions(browser: Browser, rounds: int) -> list[float]:
    """Milliseconds, each with the next case decoded ahead."""
    with serving(rounds + 1) as link:
        page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(WAIT_MS)
        begin(page, link)
        times = []
        for _ in range(rounds):
            page.wait_for_selector("#stage[data-state=ready]")
            page.wait_for_load_state("networkidle")
            time.sleep(REST_S)
            page.evaluate(WATCH)
            page.keyboard.press("1")
            page.keyboard.press("Enter")
            times.append(float(page.evaluate("window.painted")))
        page.context.close()
        return times
