"""A picture in another size: area average where it shrinks, straight between pixel centres where it grows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.imaging.types import Values

Single = NDArray[np.float32]


def scaled(values: Values, rows: int, columns: int) -> Values:
    """(rows, columns), float32; the values themselves where the size stays. Each axis by itself."""
    if values.shape == (rows, columns):
        return values
    return _along_rows(_along_rows(values, rows).T, columns).T


def _along_rows(values: Values, count: int) -> Single:
    if len(values) == count:
        return values.astype(np.float32)
    result = np.empty((count, values.shape[1]), np.float32)
    for row in range(count):
        first, weights = _weights(row, len(values), count)
        result[row] = weights @ values[first : first + len(weights)].astype(np.float32)
    return result


def _weights(at: int, source: int, target: int) -> tuple[int, Single]:
    """The first source pixel that a target pixel is made of, and the shares of it and of the next ones."""
    step = source / target
    if step < 1:
        centre = min(max((at + 0.5) * step - 0.5, 0.0), source - 1.0)
        first = int(centre)
        share = centre - first
        return first, np.array([1 - share, share] if share else [1], np.float32)
    start, end = at * source / target, (at + 1) * source / target
    first, last = int(start), min(int(np.ceil(end)), source)
    edges = np.arange(first, last)
    covered = np.minimum(edges + 1, end) - np.maximum(edges, start)
    return first, (covered / covered.sum()).astype(np.float32)
