"""P values of several tests, adjusted so that a false finding among them all stays as rare as for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import ValueRefused
from analysis.frames import Framed, Row, flat


@dataclass(frozen=True)
class AdjustedP:
    """One test of a family: its P value and the adjusted one, None where there was no test."""

    name: str
    p: float | None
    adjusted: float | None


@dataclass(frozen=True)
class Family(Framed):
    """Tests whose P values were adjusted together; `size` counts those that could be made."""

    tests: tuple[AdjustedP, ...]
    size: int
    method: str = "holm"

    def rows(self) -> list[Row]:
        return [flat(test, method=self.method, family=self.size) for test in self.tests]

    @property
    def adjusted(self) -> tuple[float | None, ...]:
        return tuple(test.adjusted for test in self.tests)


def holm(p: Sequence[float | None], names: Sequence[str] | None = None) -> Family:
    """Holm's step-down adjustment of P values, in their order; whatever the dependence of the tests.

    p: values in [0, 1], None for a test that could not be made, which stays None and is not counted. names:
    default 1, 2, 3 on. An adjusted value at or below alpha rejects at a family-wise error of alpha. Raises
    ValueRefused for values outside [0, 1] and for names of another number.
    Source: Holm S, Scand J Stat 1979; 6: 65-70.
    """
    told = [str(place + 1) for place in range(len(p))] if names is None else list(names)
    values = np.array([np.nan if value is None else value for value in p], dtype=np.float64)
    made = np.array([value is not None for value in p], dtype=bool)
    if len(told) != len(p) or not ((values[made] >= 0) & (values[made] <= 1)).all():
        raise ValueRefused(
            "P values", "P values lie in [0, 1], and each has a name", "check values and names"
        )
    size = int(made.sum())
    order = np.argsort(np.where(made, values, np.inf), kind="stable")[:size]
    steps = np.minimum(values[order] * np.arange(size, 0, -1), 1.0)
    adjusted = np.full(len(values), np.nan)
    adjusted[order] = np.maximum.accumulate(steps)
    tests = tuple(
        AdjustedP(name, value, float(new) if there else None)
        for name, value, new, there in zip(told, p, adjusted, made, strict=True)
    )
    return Family(tests, size)
