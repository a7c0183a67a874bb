"""Grey values <-> what is left of them when their neighbours are known.

A value is foretold as (4 left + 3 up + 2 up-right - up-left + 4) >> 3: a mean has less noise than one
neighbour, and noise is most of what a radiograph's bits say. Against the left neighbour alone this takes 4 to
23 % off radiographs, 16 % off a CT slice. The first row is foretold by its left neighbour, from 0. Beside the
image stand, on the left, the first value of the row above (0 in the first row) and, on the right, the last
value of the same row. Differences are modulo 65536.

Images of one shape may be undone together, stacked along a third axis: a small one alone is mostly waiting
between short steps, sixteen cost twice what one does.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from studies.imaging.types import Grey

# Rows at a time, so that what is under work stays in the processor's cache, whatever the image's size.
BAND = 512
FORETOLD_AT_ONCE = 64 * 1024  # values

Wide = NDArray[np.int32]


def differences(values: Grey) -> Grey:
    left = np.empty(values.shape, np.uint16)
    left[0] = np.diff(values[0], prepend=np.uint16(0))
    band = max(1, FORETOLD_AT_ONCE // values.shape[1])
    for start in range(1, len(values), band):
        rows = values[start : start + band]
        left[start : start + band] = rows - _foretold(values, start, len(rows)).astype(np.uint16)
    return left


def _foretold(values: Grey, start: int, count: int) -> Wide:
    wide = np.empty((count + 1, values.shape[1] + 2), np.int32)
    wide[:, 1:-1] = values[start - 1 : start + count]
    wide[0, 0] = values[start - 2, 0] if start > 1 else 0
    wide[1:, 0] = wide[:-1, 1]
    wide[:, -1] = wide[:, -2]
    sum_ = 4 * wide[1:, :-2]
    sum_ += 3 * wide[:-1, 1:-1]
    sum_ += 2 * wide[:-1, 2:]
    sum_ -= wide[:-1, :-2]
    sum_ += 4
    sum_ >>= 3
    return sum_


def values_of(differences: Grey) -> Grey:
    """Of one image, or of several along the last axis."""
    values = np.empty(differences.shape, np.uint16)
    np.cumsum(differences[0], axis=0, dtype=np.uint16, out=values[0])
    for start in range(1, len(values), BAND):
        corner = values[start - 2, 0] if start > 1 else np.zeros_like(values[0, 0])
        values[start : start + BAND] = _band(values[start - 1], corner, differences[start : start + BAND])
    return values


def _band(above: Grey, corner: Grey, differences: Grey) -> Wide:
    """Each value waits for the one up-right of it: all with the same column + 2 row are ready together. They
    are one row of `slanted`, whose columns are the band's rows, with the row above as the first."""
    count, columns, *several = differences.shape
    slanted = np.zeros((columns + 2 * count + 3, count + 1, *several), np.int32)
    step, aside, *inner = slanted.strides
    cells = as_strided(slanted[1:], (count + 1, columns, *several), (2 * step + aside, step, *inner))
    cells[0], cells[1:] = above, differences
    slanted[0, 0], slanted[2, 1], slanted[columns + 1, 0] = corner, above[0], above[-1]
    for at in range(3, columns + 2 * count + 1):
        first, last = max(1, (at - columns + 1) // 2), min(count, (at - 1) // 2)
        here, over = slice(first, last + 1), slice(first - 1, last)
        sum_ = 4 * slanted[at - 1, here]
        sum_ += 3 * slanted[at - 2, over]
        sum_ += 2 * slanted[at - 1, over]
        sum_ -= slanted[at - 3, over]
        sum_ += 4
        sum_ >>= 3
        sum_ += slanted[at, here]
        sum_ &= 0xFFFF
        slanted[at, here] = sum_
        if at % 2 and last < count:  # a row's first value stands beside the next row
            slanted[at + 1, last + 1] = sum_[-1]
        if (at - columns) % 2 == 0 and at >= columns + 2:  # and its last one at its own end
            slanted[at + 1, first] = sum_[0]
    return cells[1:]
