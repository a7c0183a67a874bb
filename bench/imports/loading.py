"""One load in a process, a store and a database of its own: python -m bench.imports.loading FOLDER."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load(folder: Path, data: Path) -> dict[str, float]:
    """CPU and wall time in s, peak memory in MB of the importer and of its child, which decodes alone."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
        "READERSTUDY_DATA": str(data),
        "READERSTUDY_PLAIN_HTTP": "1",
        "READERSTUDY_DECODE_WORKERS": "1",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "bench.imports.loading", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def used() -> tuple[float, float, float]:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(one.ru_utime + one.ru_stime for one in (own, children))
    return cpu, own.ru_maxrss / 1024, children.ru_maxrss / 1024


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from studies import audit, ingest

    call_command("migrate", verbosity=0)
    (before, _, _), start = used(), time.monotonic()
    loaded = ingest.load(Path(sys.argv[1]), audit.OPERATOR)
    cpu, own, child = used()
    said = {"cpu": cpu - before, "wall": time.monotonic() - start, "own_mb": own, "child_mb": child}
    print(json.dumps({**said, "images": loaded.images}))


if __name__ == "__main__":
    main()
