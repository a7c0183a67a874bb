"""display_checks.csv: what readers saw of their display's patches before a session, a row per attempt."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from studies.codebook import Column, Sheet, listed
from studies.records import Dataset
from studies.selfcheck import DISPLAYS, GROUNDS, LINES, ROOMS, Ground

CSS = "CSS pixels"


def display_sheets(dataset: Dataset) -> list[Sheet]:
    """The sheet of attempts; none where the protocol asks for no check."""
    if not dataset.protocol.display.check:
        return []
    slug = dataset.protocol.slug
    columns = (
        Column("study", "text", "The study's slug.", lambda row: slug),
        Column("reader", "text", "The reader's code.", attrgetter("reader")),
        Column("session", "text", "The session's key.", attrgetter("session")),
        Column("attempt", "integer", "First, second … attempt before this session.", attrgetter("attempt")),
        Column("kept_utc", "time", "When the attempt was kept.", attrgetter("kept_utc")),
        *(column for ground in GROUNDS for column in _of_ground(ground)),
        _said("lines", "How squares of single black and white lines looked.", LINES),
        _said("room", "How light the room was, as the reader says.", ROOMS),
        _said("display", "What the reader looked at.", DISPLAYS),
        *_facts(),
    )
    rows = tuple(check for sitting in dataset.sittings for check in sitting.display_checks)
    return [Sheet("display_checks.csv", columns, rows)]


def _of_ground(ground: Ground) -> Iterator[Column]:
    key, levels = ground.key, " ".join(map(str, ground.levels[1:]))
    place = f"on a ground of grey {ground.level} of 255"
    yield Column(f"{key}_shown", "text", f"Symbols of grey {levels} {place}.", lambda row: row.shown[key])
    yield Column(
        f"{key}_typed",
        "text",
        f"What the reader read {place}; - for one not seen; empty: nothing.",
        lambda row: row.answers[key],
    )
    yield Column(
        f"{key}_smallest",
        "integer",
        f"Smallest difference seen {place}: its symbol and all stronger ones were named right. Empty: none.",
        lambda row: row.smallest[key],
        "level",
        "1;2;4;8",
    )


def _said(name: str, meaning: str, choices: dict[str, str]) -> Column:
    allowed = listed(f"{value}={label}" for value, label in choices.items())
    return Column(name, "text", meaning, lambda row: row.answers[name], allowed=allowed)


def _facts() -> Iterator[Column]:
    def side(key: str, at: int) -> Any:
        return lambda row: row.display.get(key, (None, None))[at]

    for key, what in (("screen", "screen"), ("viewport", "page")):
        yield Column(f"{key}_width", "integer", f"Width of the {what}.", side(key, 0), CSS)
        yield Column(f"{key}_height", "integer", f"Height of the {what}.", side(key, 1), CSS)
    ratio, depth = "Device pixels for one CSS pixel.", "Bits of a pixel's colour, as the browser says."
    yield Column("pixel_ratio", "number", ratio, lambda row: row.display.get("pixel_ratio"))
    yield Column("color_depth", "integer", depth, lambda row: row.display.get("color_depth"), "bit")
