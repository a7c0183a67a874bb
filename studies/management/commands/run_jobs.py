"""manage.py run_jobs [--once] [--with-parent]"""

from __future__ import annotations

import os
import signal
import socket
import time
from typing import Any

from django.core.management.base import CommandParser
from django.db import OperationalError, close_old_connections

from studies.imports import area, jobs, steps
from studies.management.command import OperatorCommand

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_SWEEPS = 60.0


class Command(OperatorCommand):
    """The worker; any number may run, on any machine that shares database and data folder."""

    help = "Does what was queued in the background: checks and loads imports."

    def add_arguments(self, parser: CommandParser) -> None:
        """How long it runs."""
        parser.add_argument("--once", action="store_true", help="end when nothing waits")
        parser.add_argument("--with-parent", action="store_true", help="end with the process that began it")

    def act(self, options: dict[str, Any]) -> None:
        """Looks for work until it is told to end."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        worker, parent = f"{socket.gethostname()}:{os.getpid()}", os.getppid()
        swept = 0.0
        try:
            while not (options["with_parent"] and os.getppid() != parent):
                if time.monotonic() - swept > SECONDS_BETWEEN_SWEEPS:
                    swept = time.monotonic()
                    area.sweep()
                busy = self._worked(worker)
                if options["once"] and not busy:
                    return
                if not busy:
                    close_old_connections()
                    time.sleep(SECONDS_BETWEEN_LOOKS)
        except KeyboardInterrupt:  # its job goes to another worker, at the place where it stood
            return

    def _worked(self, worker: str) -> bool:
        try:
            return jobs.run_next(worker, steps.run, beating=True)
        except OperationalError as error:  # the database is away or busy: look again
            self.stderr.write(f"The database does not answer: {error}")
            close_old_connections()
            return False
