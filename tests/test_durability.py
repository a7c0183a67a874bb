"""An acknowledged answer survives the death of the process that acknowledged it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("acknowledged", [1, 5, 11])
def test_sentence_05_nothing_acknowledged_is_lost_to_kill_9(tmp_path, acknowledged):
    environment = {
        **os.environ,
        "READERSTUDY_DATA": str(tmp_path / "data"),
        "READERSTUDY_PLAIN_HTTP": "1",
        "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.answering", str(tmp_path / "study")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        kept = [int(process.stdout.readline()) for _ in range(acknowledged)]
        process.kill()
    rows = sqlite3.connect(tmp_path / "data" / "readerstudy.sqlite3")
    done = {pk for (pk,) in rows.execute("SELECT id FROM studies_reading WHERE status = 'done'")}
    assert set(kept) <= done
    answers = list(rows.execute("SELECT reading_id FROM studies_answer ORDER BY reading_id"))
    assert answers == sorted([(pk,) for pk in done] * 2)
    verify = [sys.executable, "manage.py", "verify_audit", "planted"]
    assert subprocess.run(verify, cwd=ROOT, env=environment, capture_output=True).returncode == 0
