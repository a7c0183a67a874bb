"""What several readers said of the same cases: categories by case and reader, gaps allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ValueRefused
from analysis.table import Codes, Numbers

Size: TypeAlias = tuple[int, int, int]  # readers, cases, judgements


@dataclass(frozen=True, eq=False)
class Judgements:
    """codes (n, r): place of the category that reader j gave case i, -1 where none; values (q,) ascending.

    patient (n,): codes of the cases' patients, all different where each patient gave one case. A case that
    nobody judged is not among them.
    """

    values: Numbers
    codes: Codes
    patient: Codes

    @property
    def cases(self) -> int:
        return len(self.codes)

    @property
    def readers(self) -> int:
        return int(self.codes.shape[1])

    @property
    def missing(self) -> int:
        return int((self.codes < 0).sum())

    @property
    def size(self) -> Size:
        return self.readers, self.cases, self.readers * self.cases - self.missing

    @cached_property
    def counts(self) -> Numbers:
        """(n, q): how many readers gave each category to each case."""
        counts = np.zeros((self.cases, len(self.values)))
        for column in self.codes.T:
            said = np.flatnonzero(column >= 0)
            counts[said, column[said]] += 1
        return counts

    @cached_property
    def judges(self) -> Numbers:
        """(n,): how many readers judged each case."""
        return np.asarray((self.codes >= 0).sum(axis=1), dtype=np.float64)

    @property
    def twice(self) -> NDArray[np.bool_]:
        """(n,): the cases with two judgements or more, on which readers can agree at all."""
        return np.asarray(self.judges >= 2)

    @cached_property
    def shares(self) -> Numbers:
        """(q,): each category's share of the judgements, within cases first."""
        return np.asarray((self.counts / self.judges[:, None]).mean(axis=0))

    @property
    def paired(self) -> Judgements:
        """The cases with two judgements or more."""
        return replace(self, codes=self.codes[self.twice], patient=self.patient[self.twice])

    def over_pairs(self, table: Numbers) -> Numbers:
        """(n,): the sum of a symmetric table's (q, q) entries over each case's ordered pairs of
        judgements."""
        if len(table) <= self.readers:
            own = self.counts @ np.diag(table)
            return np.asarray(((self.counts @ table) * self.counts).sum(axis=1) - own)
        padded = np.pad(table, (0, 1))  # a missing judgement's place, -1, is the last row, of zeros
        total = np.zeros(self.cases)
        for reader in range(1, self.readers):
            total += padded[self.codes[:, [reader]], self.codes[:, :reader]].sum(axis=1)
        return 2 * total

    def of(self, *readers: int) -> Judgements:
        """The judgements of some readers, by place; the categories stay."""
        return self._kept(self.codes[:, readers])

    def without(self, reader: int) -> Judgements:
        """The judgements of all readers but one, by place; the categories stay."""
        return self._kept(np.delete(self.codes, reader, axis=1))

    def _kept(self, codes: Codes) -> Judgements:
        judged = (codes >= 0).any(axis=1)
        return replace(self, codes=codes[judged], patient=self.patient[judged])


def judgements(
    scores: ArrayLike, categories: Sequence[float] | None = None, patient: ArrayLike | None = None
) -> Judgements:
    """Judgements from scores (cases, readers), nan where there is none.

    categories: the scale, where not all of it need occur; default the values that occur. patient (cases,):
    names. A reader who judged nothing is left out. Raises ValueRefused for other shapes, infinite scores,
    scores off the scale, and where nothing was judged.
    """
    grid = np.asarray(scores, dtype=np.float64)
    if grid.ndim != 2 or np.isinf(grid).any() or not np.isfinite(grid).any():
        raise ValueRefused(
            "scores", "scores are finite or nan, with a row per case and a column per reader", "check them"
        )
    said = np.isfinite(grid)
    values = np.unique(grid[said] if categories is None else np.asarray(categories, dtype=np.float64))
    if not np.isin(grid[said], values).all():
        raise ValueRefused("scores", "a score is not among the categories", "name every category")
    grid, said = grid[:, said.any(axis=0)], said[:, said.any(axis=0)]
    codes = np.where(said, np.searchsorted(values, np.where(said, grid, values[0])), -1)
    return Judgements(values, codes, patients(patient, len(grid)))._kept(codes)


def patients(patient: ArrayLike | None, cases: int) -> Codes:
    """Codes (cases,) of the patients; every case its own patient where none is named."""
    if patient is None:
        return np.arange(cases)
    names = np.asarray(patient)
    if names.shape != (cases,):
        raise ValueRefused("patient", "there is one patient for each case", "give one name per row of scores")
    return np.asarray(np.unique(names, return_inverse=True)[1], dtype=np.int64)
