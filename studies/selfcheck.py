"""The display self-check: faint symbols on black, grey and white, and what was seen of them.

The grounds are those of the AAPM's pattern TG18-OIQ: least, middle and most of 255. Each carries four symbols
that differ from it by 8, 4, 2 and 1 levels. A browser cannot measure luminance: this says what a person saw,
and nothing of the display's calibration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

DIFFERENCES = (8, 4, 2, 1)  # levels of 255, from left to right
MOST_ATTEMPTS = 20
NOTHING = "nothing"
UNSEEN = "-"
FAINT = 2  # a difference that a fair display in a fair room shows


@dataclass(frozen=True)
class Ground:
    """One patch: its grey level, and the way in which its symbols differ from it."""

    key: str
    label: str
    level: int
    towards: int

    @property
    def levels(self) -> tuple[int, ...]:
        """Grey of the ground, then of its symbols from left to right."""
        return (self.level, *(self.level + self.towards * difference for difference in DIFFERENCES))


GROUNDS = (
    Ground("black", "Near black", 0, 1),
    Ground("grey", "Mid grey", 128, 1),
    Ground("white", "Near white", 255, -1),
)
LINES = {
    "even": "Even all over: grey, or fine lines of one width",
    "uneven": "Uneven: bands, blotches or broad stripes",
    "coloured": "Coloured",
}
ROOMS = {"dark": "Dark", "dim": "Dim", "office": "Office light", "daylight": "Daylight"}
DISPLAYS = {
    "medical": "Medical display",
    "office": "Office monitor",
    "laptop": "Laptop",
    "tablet": "Tablet",
}

# Symbols that are not taken for each other: five columns by seven rows, a number of five bits a row.
GLYPHS: dict[str, tuple[int, ...]] = {
    "C": (0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110),
    "E": (0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111),
    "H": (0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001),
    "K": (0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001),
    "L": (0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111),
    "N": (0b10001, 0b11001, 0b10101, 0b10101, 0b10101, 0b10011, 0b10001),
    "P": (0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000),
    "T": (0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100),
    "U": (0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110),
    "X": (0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001),
    "3": (0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110),
    "4": (0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010),
    "9": (0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00001, 0b01110),
}
GLYPH_COLUMNS, GLYPH_ROWS, GAP = 5, 7, 4
COLUMNS = len(DIFFERENCES) * GLYPH_COLUMNS + (len(DIFFERENCES) + 1) * GAP
ROWS = GLYPH_ROWS + 2 * GAP

Shown = Mapping[str, str]


def symbols(nonce: str, attempt: int) -> dict[str, str]:
    """The symbols of an attempt, by ground: the same however often its page is loaded, foretold by nobody."""
    seed = hashlib.sha256(f"display\x1f{nonce}\x1f{attempt}".encode()).digest()
    draw = Random(int.from_bytes(seed))
    return {ground.key: "".join(draw.sample(sorted(GLYPHS), len(DIFFERENCES))) for ground in GROUNDS}


def grid(shown: str) -> str:
    """A patch row by row, a digit for each place: 0 ground, 1 the first symbol, 2 the second …"""
    places = [[0] * COLUMNS for _ in range(ROWS)]
    for number, symbol in enumerate(shown):
        left = GAP + number * (GLYPH_COLUMNS + GAP)
        for row, bits in enumerate(GLYPHS[symbol]):
            for column in range(GLYPH_COLUMNS):
                if bits >> (GLYPH_COLUMNS - 1 - column) & 1:
                    places[GAP + row][left + column] = number + 1
    return "".join(str(place) for row in places for place in row)


def typed(text: str) -> str | None:
    """What a reader typed of one patch in its plain form; None where it cannot be that."""
    said = "".join(text.split())
    if said.lower() == NOTHING:
        return ""
    said = said.upper()
    fits = 0 < len(said) <= len(DIFFERENCES) and all(
        c == UNSEEN or (c.isascii() and c.isalnum()) for c in said
    )
    return said.rstrip(UNSEEN) if fits else None


def smallest(shown: str, said: str) -> int | None:
    """The smallest difference seen: its symbol and all stronger ones were named right. None: not even one."""
    seen = None
    for difference, symbol, named in zip(DIFFERENCES, shown, said, strict=False):
        if symbol != named:
            break
        seen = difference
    return seen


def results(shown: Shown, said: Mapping[str, Any]) -> dict[str, int | None]:
    """The smallest difference seen, by ground."""
    return {ground.key: smallest(shown[ground.key], said[ground.key]) for ground in GROUNDS}


def advice(found: Mapping[str, int | None], said: Mapping[str, Any], pixel_ratio: float | None) -> list[str]:
    """What may help, in plain sentences; none where nothing was found wanting."""
    faint = {key for key, difference in found.items() if difference is None or difference > FAINT}
    told = []
    if "black" in faint:
        told.append(
            "Dark shades run together: dim the room, turn the display from lamps, or raise its brightness."
        )
    if "white" in faint:
        told.append("Light shades run together: lower the contrast setting of the display.")
    if faint:
        told.append("Turn off night mode, automatic brightness and power saving.")
    if said["lines"] == "uneven":
        told.append("Pixels are scaled: set the display to its own resolution.")
    if pixel_ratio is not None and pixel_ratio != round(pixel_ratio):
        told.append(
            f"The page is drawn at {100 * pixel_ratio:.0f} %: set the browser's zoom to 100 %, if it is not."
        )
    if said["lines"] == "coloured":
        told.append("Turn off night mode and colour filters, and look from straight ahead.")
    return told
