"""Ratings as counts by level: all that an ROC curve depends on, and what is left without one case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.table import Codes, Numbers


@dataclass(frozen=True, eq=False)
class Counts:
    """Positive and negative cases at each of k rating levels, strictest (highest) first; (v, k) each.

    v variants of one set of cases: all of them, or all but one.
    """

    positive: Numbers
    negative: Numbers

    @property
    def points(self) -> tuple[Numbers, Numbers]:
        """False and true positive rates (v, k + 1) from (0, 0) to (1, 1); nan where a class is empty."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return _rates(self.negative), _rates(self.positive)


def counted(truth: NDArray[np.int8], rating: Numbers) -> Counts:
    """The counts (1, k) of ratings (n,) on truth (n,)."""
    return Counts(*(one[None, :] for one in _by_level(truth, rating)[:2]))


def left_out(truth: NDArray[np.int8], rating: Numbers, unit: Codes) -> tuple[Counts, Codes]:
    """The counts without each unit in turn, and which of them (u,) belongs to each of u units.

    unit (n,): codes from 0 of what is left out at a time, a case or a patient. Units alike in truth and
    ratings leave the same behind and are counted once, which is what makes ordinal ratings cheap.
    """
    positive, negative, level = _by_level(truth, rating)
    size, k = int(unit.max()) + 1, len(positive)
    taken = np.zeros((size, 2 * k))
    np.add.at(taken, (unit, level + k * (truth == 0)), 1.0)
    kinds, of_unit = np.unique(taken, axis=0, return_inverse=True)
    rest = Counts(positive - kinds[:, :k], negative - kinds[:, k:])
    return rest, np.asarray(of_unit, dtype=np.int64).reshape(-1)


def _by_level(truth: NDArray[np.int8], rating: Numbers) -> tuple[Numbers, Numbers, Codes]:
    values, code = np.unique(-rating, return_inverse=True)
    positive = np.bincount(code, weights=truth == 1, minlength=len(values))
    negative = np.bincount(code, weights=truth == 0, minlength=len(values))
    return positive.astype(np.float64), negative.astype(np.float64), np.asarray(code, dtype=np.int64)


def _rates(counts: Numbers) -> Numbers:
    total = np.cumsum(counts, axis=1)
    start = np.zeros((len(counts), 1))
    return np.concatenate([start, total], axis=1) / total[:, -1:]
