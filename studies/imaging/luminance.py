"""Colour to grey, once and the same way for every case: ITU-R BT.601 weights on the values as stored
(0.299 R + 0.587 G + 0.114 B, in the whole numbers that Pillow's mode "L" uses). The weights sum to 65536,
so equal channels give exactly that value."""

from __future__ import annotations

import numpy as np

from studies.imaging.types import Grey, Values

RED, GREEN, BLUE = 19595, 38470, 7471
HALF = 32768


def luminance(colour: Values) -> Grey:
    """(rows, columns, 3) unsigned values of 8 or 16 bits -> (rows, columns)."""
    grey = np.full(colour.shape[:2], HALF, np.uint32)  # 65535 * 65536 + HALF just fits
    for channel, weight in enumerate((RED, GREEN, BLUE)):
        grey += colour[..., channel].astype(np.uint32) * np.uint32(weight)
    grey >>= 16
    return grey.astype(np.uint16)
