"""Uniform black or white borders, and the picture within them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from studies.imaging.types import Bytes

Flags = NDArray[np.bool_]
TOLERANCE = 5  # of 255, from black or from white: what JPEG leaves on a plain border
SHARE = 0.995  # of a row's or column's pixels that must be so
SMALLEST_SHARE = 0.1  # of a side that must be left, else the picture itself is taken for a border


def inner(shown: Iterable[Bytes]) -> tuple[slice, slice]:
    """Rows and columns within the border that all frames have, as shown in 256 steps.

    From each side, rows and columns go that are nearly all black or nearly all white, until none goes; so a
    white frame around a black one goes too. A picture that would all but vanish is left whole."""
    frames = iter(shown)
    first = next(frames)
    dark, light = first <= TOLERANCE, first >= 255 - TOLERANCE
    for frame in frames:
        dark &= frame <= TOLERANCE
        light &= frame >= 255 - TOLERANCE
    rows, columns = slice(0, dark.shape[0]), slice(0, dark.shape[1])
    while True:
        before = rows, columns
        rows = _within(rows, dark[rows, columns], light[rows, columns])
        columns = _within(columns, dark[rows, columns].T, light[rows, columns].T)
        if _count(rows) < SMALLEST_SHARE * dark.shape[0] or _count(columns) < SMALLEST_SHARE * dark.shape[1]:
            return slice(0, dark.shape[0]), slice(0, dark.shape[1])
        if (rows, columns) == before:
            return before


def _within(lines: slice, dark: Flags, light: Flags) -> slice:
    if dark.size == 0:
        return slice(lines.start, lines.start)
    plain = (dark.mean(axis=1) >= SHARE) | (light.mean(axis=1) >= SHARE)
    kept = np.flatnonzero(~plain)
    if kept.size == 0:
        return slice(lines.start, lines.start)
    return slice(lines.start + int(kept[0]), lines.start + int(kept[-1]) + 1)


def _count(lines: slice) -> int:
    return int(lines.stop - lines.start)
