"""A worker that is killed in the middle: another goes on where it stood, to the same end."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.planted import CODES, write_dicom, write_folder
from tests.studies.staged import zip_of

ROOT = Path(__file__).resolve().parents[1]
IMAGES = len(CODES)


class Site:
    """A database and data folder of their own, and the commands of the machine on them."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.environment = {
            **os.environ,
            "READERSTUDY_DATA": str(self.data),
            "READERSTUDY_PLAIN_HTTP": "1",
            "READERSTUDY_JOB_TIMEOUT": "1",
            "READERSTUDY_DECODE_WORKERS": "1",
            "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
        }
        self.environment.pop("DATABASE_URL", None)
        self.run("manage.py", "migrate", "--verbosity", "0")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment)

    def run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment, check=True)

    def rows(self, question: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.data / "readerstudy.sqlite3", timeout=20)
        try:
            return list(connection.execute(question))
        finally:
            connection.close()

    def decoded(self) -> dict[str, int]:
        """Results that are whole, with the time at which each was kept."""
        kept = self.data.glob("staging/*/decoded/*")
        return {path.name: path.stat().st_mtime_ns for path in kept if not path.suffix}

    def queue(self, upload: Path, confirm: bool = False) -> None:
        code = (
            "import django; django.setup(); from studies.imports import door; from studies.models import *; "
        )
        if confirm:
            code += "door.confirm(Import.objects.get(), 'person:2')"
        else:
            code += (
                f"from pathlib import Path; door.from_zip(Path({str(upload)!r}), 'x.zip', None, 'person:1')"
            )
        self.run("-c", code)


def large_study(folder: Path) -> Path:
    """Images that take a while each."""
    write_folder(folder)
    for path in folder.glob("images/*.dcm"):
        write_dicom(
            path, np.random.default_rng(len(path.name)).integers(0, 200, (1500, 1500), dtype=np.uint16)
        )
    return folder


@pytest.mark.parametrize("after", [1, pytest.param(5, marks=pytest.mark.drill)])
def test_a_killed_worker_is_followed_by_another_at_the_same_image(tmp_path, after):
    site = Site(tmp_path)
    site.queue(zip_of(large_study(tmp_path / "study"), tmp_path / "x.upload"))
    first = site.start("manage.py", "run_jobs")
    try:
        wait_until(lambda: len(site.decoded()) >= after)
    finally:
        first.kill()
        first.wait()
    before = site.decoded()
    assert after <= len(before) < IMAGES
    assert site.rows("SELECT state, attempts FROM studies_job") == [("running", 1)]
    time.sleep(1.2)  # as long as a worker may be silent
    site.run("manage.py", "run_jobs", "--once")
    now = site.decoded()
    assert {name: now[name] for name in before} == before and len(now) == IMAGES
    assert site.rows("SELECT state, attempts FROM studies_job") == [("done", 2)]
    assert site.rows("SELECT state FROM studies_import") == [("staged",)]


def test_a_worker_killed_while_it_loads_ends_with_the_same_study(tmp_path):
    folder = large_study(tmp_path / "study")
    plain, site = Site(tmp_path / "plain"), Site(tmp_path / "killed")
    plain.run("manage.py", "load_study", str(folder))
    site.queue(zip_of(folder, tmp_path / "x.upload"))
    site.run("manage.py", "run_jobs", "--once")
    site.queue(tmp_path, confirm=True)
    first = site.start("manage.py", "run_jobs")
    try:
        wait_until(lambda: any((site.data / "vault").glob("*/*")))
    finally:
        first.kill()
        first.wait()
    time.sleep(1.2)
    site.run("manage.py", "run_jobs", "--once")
    for question in (
        "SELECT original_name, original_sha256, derivative_sha256, display FROM studies_image ORDER BY id",
        "SELECT image_id, number, sha256 FROM studies_frame ORDER BY id",
        "SELECT code, history FROM studies_case ORDER BY id",
    ):
        assert site.rows(question) == plain.rows(question)
    assert stored(site) == stored(plain)
    assert site.rows("SELECT count(*) FROM studies_auditevent WHERE action = 'study.loaded'") == [(1,)]


def stored(site: Site) -> set[str]:
    kinds = ("vault", "derivatives", "thumbnails")
    files = [path for kind in kinds for path in (site.data / kind).rglob("*") if path.is_file()]
    return {path.name for path in files if len(path.stem) == 64}  # not what was being written


def wait_until(holds) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("It did not come to that.")
