"""What a reader did in one reading: checked row by row, packed as one blob, given back as events.

A browser sends {"events": [[ms since the row before, kind, values ...], ...], "truncated": n}. Nothing of it
can cost an answer: a log that breaks a rule is left out as a whole, and the rule is kept in its place.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import zstandard

MOST_EVENTS = 6000  # the browser stops there and counts on
LONGEST_TEXT = 1_000_000  # of the canonical JSON; six thousand of the longest rows come to a third of it
LONGEST_MS = 2**31 - 1
LARGEST = 1e9
LEVEL = 3  # of zstd: readers wait for it
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")

Check = Callable[[Any], bool]


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LONGEST_MS


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= LARGEST


def _is_flag(value: Any) -> bool:
    return type(value) is int and value in (0, 1)


def _is_word(value: Any) -> bool:
    return type(value) is str and WORD.match(value) is not None


COUNT, NUMBER, FLAG, NAME = _is_count, _is_number, _is_flag, _is_word
# Kind -> its values; image and frame count from 0 here. The export's columns bear the same names.
KINDS: dict[str, tuple[tuple[str, Check], ...]] = {
    "frame": (("image", COUNT), ("frame", COUNT)),
    "window": (("image", COUNT), ("low", NUMBER), ("high", NUMBER), ("inverted", FLAG)),
    "view": (("image", COUNT), ("scale", NUMBER), ("x", NUMBER), ("y", NUMBER)),
    "do": (("name", NAME),),
    "mark": (("name", NAME),),
    "question": (("name", NAME),),
    "answer": (("name", NAME),),
    "hidden": (),
    "shown": (),
    "covered": (),
    "uncovered": (),
    "blur": (),
    "focus": (),
    "fullscreen": (("on", FLAG),),
    "size": (("width", COUNT), ("height", COUNT)),
    "slept": (("duration_ms", COUNT),),
    "reload": (),
}
BACK = {"shown": "hidden", "uncovered": "covered"}


@dataclass(frozen=True)
class Event:
    """One thing that happened, in ms from the serving; `values` are named as KINDS names them."""

    ms: int
    kind: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Interactions:
    """A log as it was taken; with a `fault` it was left out and there are no rows."""

    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: int = 0
    fault: str = ""

    @cached_property
    def text(self) -> str:
        """The canonical JSON that is hashed and packed."""
        return json.dumps(self.rows, separators=(",", ":"), allow_nan=False)


class _Fault(Exception):
    """A rule that a log breaks."""


def checked(sent: Any) -> Interactions:
    """What was sent, or why it is not taken; never raises for anything that JSON can say."""
    try:
        return _checked(sent)
    except _Fault as fault:
        return Interactions(fault=str(fault))


def _checked(sent: Any) -> Interactions:
    if not isinstance(sent, dict) or set(sent) != {"events", "truncated"}:
        raise _Fault("it is not an object of events and truncated")
    events, truncated = sent["events"], sent["truncated"]
    if not _is_count(truncated):
        raise _Fault("truncated is no count")
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise _Fault(f"events is no list of at most {MOST_EVENTS} rows")
    rows = tuple(_row(number, row) for number, row in enumerate(events, 1))
    if sum(row[0] for row in rows) > LONGEST_MS:
        raise _Fault(f"it is longer than {LONGEST_MS} ms")
    log = Interactions(rows, truncated)
    if len(log.text) > LONGEST_TEXT:
        raise _Fault(f"it has more than {LONGEST_TEXT} letters")
    return log


def _row(number: int, row: Any) -> tuple[Any, ...]:
    if not isinstance(row, list) or len(row) < 2 or not isinstance(row[1], str) or row[1] not in KINDS:
        raise _Fault(f"row {number} is of no known kind")
    if not _is_count(row[0]):
        raise _Fault(f"row {number} does not come after the one before")
    fields = KINDS[row[1]]
    if len(row) != 2 + len(fields):
        raise _Fault(f"row {number} has {len(row) - 2} values, {row[1]} has {len(fields)}")
    for (name, fits), value in zip(fields, row[2:], strict=True):
        if not fits(value):
            raise _Fault(f"row {number} has a {name} that does not fit")
    return tuple(row)


def packed(log: Interactions) -> bytes:
    """The rows as they are stored."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(log.text.encode())


def unpacked(blob: bytes | memoryview) -> str:
    """The canonical JSON of stored rows; a blob that would grow beyond the limit is refused."""
    return zstandard.ZstdDecompressor().decompress(bytes(blob), max_output_size=LONGEST_TEXT).decode()


def text_sha256(text: str) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def events_of(blob: bytes | memoryview) -> Iterator[Event]:
    """Stored rows with their times added up."""
    ms = 0
    for since, kind, *values in json.loads(unpacked(blob)):
        ms += since
        yield Event(ms, kind, dict(zip((name for name, _ in KINDS[kind]), values, strict=True)))


@dataclass(frozen=True)
class Summary:
    """A reading's log in a few numbers; `frames` are ms on show by image and frame, counted from 0."""

    windows: int
    views: int
    frames: dict[tuple[int, int], int]


def summary(events: Iterable[Event]) -> Summary:
    """Changes of window and of zoom or place after the first showing, and how long each frame was on show.

    Time with the page hidden, covered, asleep or closed counts for no frame; frames side by side count each.
    """
    seen: dict[tuple[int, int], int] = {}
    counts = {"window": 0, "view": 0}
    first: set[tuple[str, int]] = set()
    shown: dict[int, int] = {}  # image -> frame, of those on show
    last, gone = 0, set[str]()  # hidden and covered, while it lasts
    for event in events:
        passed = event.ms - last - event.values.get("duration_ms", 0)
        if not gone and event.kind != "reload":
            for place in shown.items():
                seen[place] += max(passed, 0)
        last = event.ms
        if event.kind in BACK:
            gone.discard(BACK[event.kind])
        elif event.kind in BACK.values():
            gone.add(event.kind)
        elif event.kind == "reload":
            shown, first = {}, set()
            gone.clear()
        elif event.kind in counts:
            key = (event.kind, event.values["image"])
            counts[event.kind] += key in first
            first.add(key)
        elif event.kind == "frame":
            shown = {**shown, event.values["image"]: event.values["frame"]}
            seen.setdefault((event.values["image"], event.values["frame"]), 0)
    return Summary(counts["window"], counts["view"], seen)
