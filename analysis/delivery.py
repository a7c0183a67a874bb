"""Delivers a folder whole: it is written beside its place and moved there when everything is in it."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import FolderTaken


@contextlib.contextmanager
def delivered(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` on leaving, and vanishes on any failure.

    Raises FolderTaken when the target is a file or holds anything.
    """
    target = target.absolute()
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{target.name}-{uuid.uuid4().hex[:8]}"
    temporary.mkdir()
    try:
        yield temporary
        refuse_taken(target)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def refuse_taken(target: Path) -> None:
    """Refuses a place where something is already."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise FolderTaken(str(target), "this is not a folder", "name a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise FolderTaken(str(target), "the folder is not empty", "name a new or an empty folder")
