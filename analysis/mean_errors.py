"""How far the readers' means may be off, when every reader has a figure under every condition.

The formulas of the three analyses from mean squares and averaged covariances (Hillis SL, Stat Med 2007; 26:
596-619, and Stat Med 2014; 33: 330-360). With g groups of readers who have cases of their own, mean squares
are within groups, and the errors of m readers hang together in place of all r (m is `together`; 2014, mixed
split-plot); with one group m = r.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.moments import Moments
from analysis.mrmc_result import FIXED_CASES, FIXED_READERS, Components, Covariances
from analysis.table import Numbers

Error = tuple[float, float | None]  # a variance, nan where undefined, and its df, None for the normal


class MeanErrors(Protocol):
    """What an analysis needs to know, whatever the design; each is asked for by the analysis's name."""

    @property
    def means(self) -> Numbers:
        """(t,)"""

    @property
    def covariances(self) -> Covariances: ...

    @property
    def components(self) -> Components: ...

    def readers(self, *places: int) -> int:
        """Distinct readers under any of these conditions."""

    def test(self, name: str) -> tuple[float, float, float | None]:
        """Mean square of conditions, error, and df of the error."""

    def condition(self, name: str, i: int) -> Error: ...

    def difference(self, name: str, a: int, b: int) -> Error: ...


@dataclass(frozen=True, eq=False)
class Balanced:
    """Of a whole table of estimates, by its moments."""

    m: Moments

    @property
    def means(self) -> Numbers:
        return self.m.means

    @property
    def covariances(self) -> Covariances:
        return self.m.covariances

    @property
    def components(self) -> Components:
        return self.m.components

    def readers(self, *places: int) -> int:
        return self.m.readers

    def test(self, name: str) -> tuple[float, float, float | None]:
        return self.m.ms_condition, *self._error(name)

    def difference(self, name: str, a: int, b: int) -> Error:
        error, df = self._error(name)
        return 2 * error / self.m.readers, df

    def condition(self, name: str, i: int) -> Error:
        """From the readings of this condition alone."""
        m, r, free = self.m, self.m.readers, self.m.free_readers
        ms, shared = float(m.ms_reader_within[i]), max(float(m.cov2_within[i]), 0.0) if r > 1 else 0.0
        if name == FIXED_READERS:
            return (float(m.variance_within[i]) + (m.together - 1) * shared) / r, None
        if name == FIXED_CASES:
            return ms / r, float(free) or None
        error = ms + m.together * shared
        return error / r, hillis(error, ms, free)

    def _error(self, name: str) -> Error:
        """MS(TR) + m max(cov2 - cov3, 0); variance - cov1 + (m - 1) max(cov2 - cov3, 0); MS(TR)."""
        m = self.m
        free = float((m.conditions - 1) * m.free_readers)
        if name == FIXED_READERS:
            return m.variance - m.cov1 + (m.together - 1) * m.excess, None
        if name == FIXED_CASES:
            return m.ms_condition_reader, free or None
        error = m.ms_condition_reader + m.together * m.excess
        return error, hillis(error, m.ms_condition_reader, free)


def hillis(error: float, mean_square: float, df: float) -> float | None:
    """(error / mean square)^2 df; None, meaning the normal distribution, where readers do not differ."""
    if df <= 0 or not np.isfinite(error) or mean_square <= 0:
        return None
    return float((error / mean_square) ** 2 * df)
