"""One load in a process, a store and a database of its own: python -m bench.imports.loading FOLDER."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from studies import audit  # noqa: E402
from studies.ingest import load  # noqa: E402


def cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    call_command("migrate", verbosity=0)
    before, start = cpu(), time.monotonic()
    loaded = load(Path(sys.argv[1]), audit.OPERATOR)
    print(json.dumps({"cpu": cpu() - before, "wall": time.monotonic() - start, "images": loaded.images}))


if __name__ == "__main__":
    main()
