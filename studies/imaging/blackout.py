"""Rectangles that a person blacked out because they hold burned-in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.imaging.types import Values


@dataclass(frozen=True)
class Rectangle:
    """Whole image pixels: columns x to x + width, rows y to y + height, the last ones excluded; on every
    frame, since burned-in text stands on all of them."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or min(self.x, self.y) < 0:
            raise ValueError(f"A rectangle lies within the image and has an area; {self} does not.")


def black_out(frame: Values, rectangles: Sequence[Rectangle], black: int) -> Values:
    """A copy of a frame, (rows, columns[, samples]), with `black` in the rectangles within it."""
    covered = np.array(frame)
    for place in rectangles:
        covered[place.y : place.y + place.height, place.x : place.x + place.width] = black
    return covered
