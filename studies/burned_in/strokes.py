"""How much a picture's margins look written on, where no program reads text: thin strokes, all white or all
black, on ground of another grey. A measure of its own, to rank by; it knows no letters."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from studies.imaging.types import Bytes

MARGIN = 0.2  # of each side
THICKEST = 9  # pixels of a stroke
CONTRAST = 96
WHITE = 240


def written(picture: Bytes) -> float:
    """Pixels of such strokes in a thousand of the margins of an 8-bit picture and of its negative."""
    rows, columns = picture.shape
    down, across = max(1, int(MARGIN * rows)), max(1, int(MARGIN * columns))
    inside = np.s_[down : max(down, rows - down), across : max(across, columns - across)]
    strokes = _strokes(picture) | _strokes(255 - picture)
    strokes[inside] = False
    margin = picture.size - picture[inside].size
    return float(1000 * strokes.sum() / margin)


def _strokes(picture: Bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    ground = ndimage.grey_opening(picture, size=(THICKEST, THICKEST))
    return np.asarray((picture >= WHITE) & (picture - ground >= CONTRAST))
