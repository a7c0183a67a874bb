"""Delivers a folder whole, with a place that is taken refused as all refusals of a study are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from analysis import delivery
from analysis.errors import FolderTaken
from studies.refusals import Refusal, Refused


@contextlib.contextmanager
def delivered(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` on leaving, and vanishes on any failure; or Refused."""
    with _told(), delivery.delivered(target) as folder:
        yield folder


def refuse_taken(target: Path) -> None:
    """Refuses a place where something is already."""
    with _told():
        delivery.refuse_taken(target)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FolderTaken as taken:
        rule, remedy = (f"{text[0].upper()}{text[1:]}." for text in (taken.rule, taken.remedy))
        raise Refused([Refusal(taken.where, rule, remedy)]) from taken
