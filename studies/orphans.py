"""Files in the store that no row names: of loads that were killed, and of drafts that were replaced."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from studies.filestore import DAY, KINDS, TEMPORARY, FileStore
from studies.ingest.way import one_at_a_time
from studies.models import Frame, Image, Job
from studies.refusals import NotReady

GIVEN = re.compile(rf"[0-9a-f]{{64}}(\.zst|\.gz|\.png)?|{TEMPORARY}\w+")
BUSY = "An import is being loaded. Run this again once it is done."
STRANGE = (
    "The database names no file of this folder: is it the folder's own? Nothing was deleted. Restore the "
    "database that belongs to it, or empty the folder by hand."
)


@dataclass(frozen=True)
class Orphan:
    """A file, by its place below the data folder."""

    name: str
    bytes: int
    days: int


def sweep(delete: bool) -> list[Orphan]:
    """Files older than a day that no row names; with `delete` they are gone afterwards.

    Loads wait meanwhile, or one could take up a file that is there already and is deleted then."""
    loading = Job.objects.filter(state=Job.State.RUNNING, kind=Job.Kind.LOAD)
    if loading.exclude(heartbeat_utc__lt=timezone.now() - timedelta(seconds=settings.JOB_TIMEOUT)).exists():
        raise NotReady([BUSY])
    store = FileStore(settings.DATA_DIR)
    with one_at_a_time(store.root):
        named = _named()
        files = [(kind, path) for kind in KINDS for path in _files(store.root / kind)]
        unnamed = [path for kind, path in files if path.stem not in named[kind]]
        if delete and unnamed and len(unnamed) == len(files):
            raise NotReady([STRANGE])
        orphans = [one for one in (_orphan(path, store.root) for path in unnamed) if one.days]
        for one in orphans if delete else ():
            (store.root / one.name).unlink(missing_ok=True)
    return orphans


def _named() -> dict[str, set[str]]:
    """By kind, what rows name. A stack's original is its parts; there is no file of its own hash."""
    images, frames = Image.objects.order_by(), Frame.objects.order_by()
    parts = chain.from_iterable(images.exclude(parts=[]).values_list("parts", flat=True).iterator())
    pairs = frames.values_list("sha256", "overlay_sha256").iterator()
    return {
        "vault": {*images.values_list("original_sha256", flat=True), *parts},
        "derivatives": set(chain.from_iterable(pairs)),
        "thumbnails": set(images.values_list("derivative_sha256", flat=True)),
    }


def _files(folder: Path) -> Iterator[Path]:
    """Those that have names as the store gives them; what else lies there is somebody's own."""
    for path in sorted(folder.glob("??/*")):
        if GIVEN.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            yield path


def _orphan(path: Path, root: Path) -> Orphan:
    facts = path.stat()
    age = max(0.0, time.time() - facts.st_mtime)
    return Orphan(path.relative_to(root).as_posix(), facts.st_size, int(age // DAY))
