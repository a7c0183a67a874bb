"""How a load goes: what it adds to, what was decoded before, and whom it tells how far it is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studies.models import Study


def _nobody(done: int, total: int) -> None:
    """Told how many images are done."""


def _unseen(digest: str, png: bytes) -> None:
    """Told of each small picture that a preview makes, with its derivative's hash."""


def _nothing() -> None:
    """Done as the last thing of the transaction."""


@dataclass(frozen=True)
class Way:
    """A plain load of a folder, unless a field says otherwise."""

    adding_to: Study | None = None  # a draft whose protocol and cases stay; the folder's cases join them
    decoded: Path | None = None  # where results of decoding are kept from one attempt to the next
    tick: Callable[[int, int], None] = _nobody
    thumbnail: Callable[[str, bytes], None] = _unseen
    closing: Callable[[], None] = _nothing
    said: dict[str, Any] = field(default_factory=dict)  # joins the audit event


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Holds the data folder's lock: of two loads at once one could forget files that the other refers to.

    The system gives the lock back when its holder dies.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
