"""Loads a folder in a process that kills itself on the way: python -m tests.dying FOLDER WHEN."""

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from studies import audit  # noqa: E402
from studies.ingest import Way, load  # noqa: E402


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def half_way(done: int, total: int) -> None:
    if done > total // 2:
        die()


WAYS = {"taking": Way(tick=half_way), "committing": Way(closing=die), "never": Way()}

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    load(Path(sys.argv[1]), audit.OPERATOR, WAYS[sys.argv[2]])
