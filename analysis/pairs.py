"""Sums over all pairs of a positive and a negative case, in whole numbers: exact, whatever the order of rows.

The kernel of a pair is 1 where the positive case is rated above the negative one, 1/2 where equal, 0 below.
Few levels: one table of counts for every two rows. Many: kernels as planes of bits, 64 pairs a word.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.table import Codes, Numbers

Words = NDArray[np.uint64]
_WORD = 64
_WORDS = 1 << 10  # of one row in a block: every row's block then fits the processor's cache
_ENTRIES = 1 << 20  # of the tables held at once
_TABLE_SHARE = 80  # an entry of a table costs about what the bits of so many pairs do


def kernel_products(truth: NDArray[np.int8], ratings: Numbers) -> Numbers:
    """Sums (m, m) over pairs of cases of the products of two rows' kernels, for ratings (m, n), truth (n,).

    A pair counts as 0 for a row that lacks a rating (nan) of either case. Exact multiples of 1/4.
    """
    codes = ranks(ratings)
    high, low = codes[:, truth == 1], codes[:, truth == 0]
    top = int(codes.max(initial=0)) + 1
    low[low == 0] = top  # beaten by nobody, as a positive case without a rating beats nobody
    few = (top + 1) ** 2 * _TABLE_SHARE <= high.shape[1] * low.shape[1]
    total = _by_tables(high, low, top + 1) if few else _by_bits(high, low, top)
    products: Numbers = total / 4
    return products


def ranks(ratings: Numbers) -> Codes:
    """The place (m, n) of each rating among the distinct ones of its row, from 1; 0 for nan."""
    order = np.argsort(ratings, axis=1)
    ordered = np.take_along_axis(ratings, order, axis=1)
    place = np.ones(ratings.shape, dtype=np.int64)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=place[:, 1:])
    place[:, 1:] += 1
    place[np.isnan(ordered)] = 0
    found = np.empty_like(place)
    np.put_along_axis(found, order, place, axis=1)
    return found


def kernel_sums(truth: NDArray[np.int8] | Codes, ratings: Numbers) -> tuple[Numbers, Numbers]:
    """Of ratings (m, n) the sums of kernels of each positive (m, n1) and each negative case (m, n0).

    Over the cases of the other truth that the same row rates; 0 where the row lacks the case itself (nan).
    """
    codes = ranks(ratings)
    high, low = codes[:, truth == 1], codes[:, truth == 0]
    size = int(codes.max(initial=0)) + 1
    up = np.take_along_axis(_below(low, size), high, axis=1) / 2
    down = np.take_along_axis(_below(high, size), low, axis=1) / 2
    return up, np.where(low > 0, (high > 0).sum(axis=1, keepdims=True) - down, 0.0)


def _below(codes: Codes, size: int) -> Codes:
    """(m, size): twice how many of a row of codes (m, n) lie below a code, and once how many are level.

    Code 0, no rating, is not counted: nothing beats it.
    """
    cell = codes + np.arange(len(codes))[:, None] * size
    counts = np.bincount(cell.ravel(), minlength=len(codes) * size).reshape(len(codes), size)
    counts[:, 0] = 0
    return _twice_up_to(counts, 1)


def _by_tables(high: Codes, low: Codes, size: int) -> Codes:
    """Four times the sums (m, m): positives at two levels times the negatives they beat."""
    total = np.zeros((len(high), len(high)), dtype=np.int64)
    step = max(1, _ENTRIES // size**2)
    for first in range(len(high)):
        for start in range(first, len(high), step):
            rows = slice(start, start + step)
            beaten = _twice_up_to(_twice_up_to(_joint(low[first], low[rows], size), 1), 2)
            total[first, rows] = (_joint(high[first], high[rows], size) * beaten).sum(axis=(1, 2))
    return _mirrored(total)


def _joint(one: Codes, others: Codes, size: int) -> Codes:
    """How many cases have level u in `one` (n,) and v in each of the others (k, n): (k, size, size)."""
    count = len(others)
    cell = others + one * size + np.arange(count)[:, None] * size**2
    return np.bincount(cell.ravel(), minlength=count * size**2).reshape(count, size, size)


def _twice_up_to(counts: Codes, axis: int) -> Codes:
    """Twice what lies below along an axis, and once what lies level."""
    found: Codes = 2 * np.cumsum(counts, axis=axis) - counts
    return found


def _by_bits(high: Codes, low: Codes, top: int) -> Codes:
    """Four times the sums (m, m), by counting the pairs that two rows both have in order.

    Twice a kernel is 2 [above] + [level], so four times a product takes three counts: both above, one level
    and the other above, both level. Level pairs are mostly few, and words without one are passed over.
    """
    words = max(1, -(-low.shape[1] // _WORD))
    codes = np.uint16 if top < 1 << 16 else np.uint32
    padded = np.full((len(low), 1, words * _WORD), top, dtype=codes)
    padded[:, 0, : low.shape[1]] = low
    there = np.zeros((len(low), top + 1), dtype=bool)
    np.put_along_axis(there, low, True, axis=1)
    tied = np.flatnonzero(np.take_along_axis(there, high, axis=1).any(axis=1))
    above, level, mixed = (np.zeros((len(high), len(high)), dtype=np.int64) for _ in range(3))
    step = max(1, _WORDS // words)
    for start in range(0, high.shape[1], step):
        some = high[:, start : start + step, None].astype(codes)
        planes, ties = _packed(some > padded), _packed(some[tied] == padded[tied])
        for row, plane in enumerate(planes):
            above[row, row:] += _in_both(plane, planes[row:])
        for row, plane in zip(tied.tolist(), ties, strict=True):
            where = np.flatnonzero(plane)
            at = where if 4 * len(where) < len(plane) else slice(None)
            mixed[row] += _in_both(plane[at], planes[:, at])
            level[row, tied] += _in_both(plane[at], ties[:, at])
    total: Codes = 4 * _mirrored(above) + 2 * (mixed + mixed.T) + level
    return total


def _in_both(plane: Words, others: Words) -> NDArray[np.uint32]:
    """How many bits of a plane (w,) each of the others (k, w) has too."""
    found: NDArray[np.uint32] = np.bitwise_count(plane & others).sum(axis=1, dtype=np.uint32)
    return found


def _packed(kernel: NDArray[np.bool_]) -> Words:
    """The bits (m, positives, negatives) of each row in words, (m, words)."""
    rows, positives, negatives = kernel.shape
    return np.packbits(kernel, axis=2).reshape(rows, positives * negatives // 8).view(np.uint64)


def _mirrored(upper: Codes) -> Codes:
    return upper + np.triu(upper, 1).T
