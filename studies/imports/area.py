"""Where imports wait: DATA_DIR/staging/<key>/, with limits, and swept when they are done or forgotten."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from studies import audit
from studies.models import Import
from studies.refusals import Refusal, Refused

MB = 1_000_000
DAY = 24 * 3600
OPEN = (Import.State.RECEIVING, Import.State.STAGED, Import.State.REFUSED)
CLOSED = (Import.State.LOADED, Import.State.DISCARDED)


class NoRoom(Refused):
    """The disk would be too full."""


def root() -> Path:
    """The folder of all imports, made when it is missing."""
    path = Path(settings.DATA_DIR) / "staging"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def new_key() -> str:
    """A name for an import's folder."""
    return secrets.token_hex(8)


def folder_of(imported: Import) -> Path:
    """An import's own folder, made when it is missing."""
    path = root() / imported.key
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def check_room(wanted: int = 0) -> None:
    """Refuses what would fill the disk."""
    free = shutil.disk_usage(root()).free
    if free - wanted < settings.FREE_MB * MB:
        rule = f"The disk has {free / MB:,.0f} MB left; {settings.FREE_MB:,} MB must stay free."
        raise NoRoom([Refusal("the server", rule, "Make room, or ask the operator of the server to.")])


def check_size(files: int, size: int) -> None:
    """Refuses an import that is larger than one may be."""
    if files > settings.IMPORT_FILES:
        rule = f"An import may have {settings.IMPORT_FILES:,} files; this has {files:,}."
        raise Refused([Refusal("the import", rule, "Split it.")])
    if size > settings.IMPORT_MB * MB:
        rule = f"An import may have {settings.IMPORT_MB:,} MB; this has {size / MB:,.0f}."
        raise Refused([Refusal("the import", rule, "Split it.")])


def size_of(folder: Path) -> tuple[int, int]:
    """Files below a folder, and their bytes."""
    files = size = 0
    for path, _, names in os.walk(folder):
        files += len(names)
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += (Path(path) / name).lstat().st_size
    return files, size


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Holds an import's folder: what is received and what closes it take turns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def clear(imported: Import) -> None:
    """Removes an import's files."""
    shutil.rmtree(root() / imported.key, ignore_errors=True)


def sweep() -> None:
    """Discards what nobody confirmed in time; removes the files of what is closed, and of what has no row.

    Staged files are not sealed, as the decoding processes read them by path: this is what bounds their life,
    also where no worker ever checked them."""
    oldest = timezone.now() - timedelta(days=settings.STAGING_DAYS)
    waiting = (*OPEN, Import.State.WAITING)
    for imported in Import.objects.filter(state__in=waiting, created_utc__lt=oldest):
        discard(imported, audit.OPERATOR, f"Not confirmed within {settings.STAGING_DAYS} days.")
    for upload in root().glob("*.upload"):  # of a server that was killed
        if timezone.now().timestamp() - upload.stat().st_mtime > DAY:
            upload.unlink(missing_ok=True)
    there = {path.name: path for path in root().iterdir() if path.is_dir()}
    alive = set(Import.objects.exclude(state__in=CLOSED).values_list("key", flat=True))
    closed = set(Import.objects.filter(state__in=CLOSED, key__in=there).values_list("key", flat=True))
    for key in set(there) - alive:
        made = there[key].stat().st_mtime
        if key in closed or timezone.now().timestamp() - made > DAY:  # an upload has its row soon
            shutil.rmtree(there[key], ignore_errors=True)


def discard(imported: Import, actor: str, reason: str) -> bool:
    """Ends an import before it was loaded, with the job that works on it."""
    states = [state for state in Import.State.values if state not in CLOSED]
    now = timezone.now()
    changed = Import.objects.filter(pk=imported.pk, state__in=states).update(
        state=Import.State.DISCARDED, closed_utc=now
    )
    if not changed:
        return False
    imported.jobs.filter(state__in=["waiting", "running"]).update(state="cancelled", finished_utc=now)
    if imported.study:
        audit.record(
            imported.study,
            "import.discarded",
            actor=actor,
            reason=reason,
            subject=f"import:{imported.pk}",
            data={"source": imported.source},
        )
    clear(imported)
    return True
