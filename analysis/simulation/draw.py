"""Ratings of many simulated studies at once, and of one as a table of readings.

Study n of a seed is the same however many studies are drawn, with whatever else: each has its own stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import ValueRefused
from analysis.simulation.model import RoeMetz
from analysis.table import Numbers, ReadingTable, make_table

_ELEMENTS = 1 << 18  # ratings in one block of studies: some megabytes, which stay near the processor


@dataclass(frozen=True)
class Size:
    """Readers and cases of one group of one study; groups have readers and cases of their own."""

    readers: int
    negatives: int
    positives: int
    groups: int = 1

    def __post_init__(self) -> None:
        if min(self.readers, self.groups) < 1 or min(self.negatives, self.positives) < 0:
            raise ValueRefused(f"{self}", "there are readers and cases", "give counts")

    @property
    def cases(self) -> int:
        return self.negatives + self.positives


@dataclass(frozen=True, eq=False)
class Ratings:
    """negative (studies, groups, conditions, readers, n0), positive (..., n1)."""

    negative: Numbers
    positive: Numbers

    def in_steps(self, cuts: Numbers) -> Ratings:
        """Ordinal ratings 0 to len(cuts): how many cuts a rating is above."""
        return Ratings(*(np.searchsorted(cuts, x).astype(np.float64) for x in (self.negative, self.positive)))


def ratings(model: RoeMetz, size: Size, studies: int, seed: int) -> Iterator[Ratings]:
    """The studies, in blocks that bound memory.

    seed: of a SeedSequence, which spawns one stream a study. Normal variates are drawn in double precision.
    """
    streams = np.random.SeedSequence(seed).spawn(studies)
    one = 2 * size.readers * size.groups * max(size.cases, 1)
    step = max(1, _ELEMENTS // one)
    for start in range(0, studies, step):
        yield _block(model, size, streams[start : start + step])


def _block(model: RoeMetz, size: Size, streams: list[np.random.SeedSequence]) -> Ratings:
    counts = [_count(size.readers, n) for n in (size.negatives, size.positives)]
    drawn = np.empty((len(streams), size.groups, sum(counts)))
    for row, stream in enumerate(streams):
        np.random.Generator(np.random.PCG64(stream)).standard_normal(out=drawn[row])
    negative = _latent(model, size.readers, size.negatives, drawn[:, :, : counts[0]], 1.0)
    positive = _latent(model, size.readers, size.positives, drawn[:, :, counts[0] :], 1 / model.slope)
    return Ratings(negative, positive + np.array(model.separation)[:, None, None])


def _count(readers: int, cases: int) -> int:
    return 3 * readers + 3 * cases + 3 * readers * cases


def _latent(model: RoeMetz, r: int, n: int, drawn: Numbers, scale: float) -> Numbers:
    """Sums (studies, groups, 2, r, n) of the model's effects; scale: SD of all but the readers' effects."""
    shapes = [(1, r, 1), (2, r, 1), (1, 1, n), (2, 1, n), (1, r, n), (2, r, n)]
    variances = [model.reader, model.condition_by_reader]
    variances += [model.case, model.condition_by_case, model.reader_by_case, model.error]
    total: Numbers = np.zeros((*drawn.shape[:2], 2, r, n))
    start = 0
    for place, (shape, variance) in enumerate(zip(shapes, variances, strict=True)):
        stop = start + int(np.prod(shape))
        sd = variance**0.5 * (scale if place > 1 else 1.0)
        total += drawn[:, :, start:stop].reshape(*drawn.shape[:2], *shape) * sd
        start = stop
    return total


def table(model: RoeMetz, size: Size, seed: int, call_above: float | None = None) -> ReadingTable:
    """Study 0 of the seed as readings of readers r1 on, cases n1 and p1 on, under conditions 1 and 2.

    call_above: calls are 1 for ratings above this; None: no calls.
    """
    (found,) = ratings(model, size, 1, seed)
    rows: list[tuple[str, str, str, int, float]] = []
    for truth, letter, scores in ((0, "n", found.negative[0]), (1, "p", found.positive[0])):
        rows += _rows(scores, truth, letter)
    reader, case, condition, truths, rating = zip(*rows, strict=True)
    call = None if call_above is None else [int(value > call_above) for value in rating]
    return make_table(reader, case, condition, truths, rating, call)


def _rows(scores: Numbers, truth: int, letter: str) -> list[tuple[str, str, str, int, float]]:
    groups, _, r, n = scores.shape
    return [
        (f"r{g * r + j + 1}", f"{letter}{g * n + k + 1}", f"{i + 1}", truth, float(scores[g, i, j, k]))
        for g, i, j, k in np.ndindex(scores.shape)
    ]
