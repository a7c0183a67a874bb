"""Every reader's ROC curve under every condition: points, and on demand fits and calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.calibration import Calibration, calibration_of
from analysis.curves.binormal import FittedCurve, binormal_curve
from analysis.curves.proper import proper_curve
from analysis.figures import scored
from analysis.frames import Framed, Row
from analysis.roc import RocPoints, roc_points
from analysis.table import ReadingTable, levels


@dataclass(frozen=True)
class ReaderCurve(Framed):
    """One reader under one condition; binormal, proper and calibration are None where not asked for."""

    reader: str
    condition: str
    points: RocPoints
    binormal: FittedCurve | None = None
    proper: FittedCurve | None = None
    calibration: Calibration | None = None

    def rows(self) -> list[Row]:
        """A row for each operating point."""
        return [{"reader": self.reader, "condition": self.condition, **row} for row in self.points.rows()]


def each_curve(
    table: ReadingTable, level: float = 0.95, fits: bool = False, scale: tuple[float, float] | None = None
) -> tuple[ReaderCurve, ...]:
    """The curves of all readers who rated, by condition and then reader.

    fits: binormal and proper binormal curves too. scale: the ratings that mean probability 0 and 1, for
    calibration. Raises ScoreMissing where nobody rated, and what `calibration_of` raises.
    """
    table, scores = scored(table.in_order(), "auc")
    readers, reader = levels(table.reader)
    conditions, condition = levels(table.condition)
    found = []
    for i, j in np.ndindex(len(conditions), len(readers)):
        rows = (condition == i) & (reader == j) & ~np.isnan(scores)
        if not rows.any():
            continue
        y, x = table.truth[rows], scores[rows]
        patient = None if table.patient is None else table.patient[rows]
        found.append(
            ReaderCurve(
                readers[j],
                conditions[i],
                roc_points(y, x),
                binormal_curve(y, x, level) if fits else None,
                proper_curve(y, x, level) if fits else None,
                calibration_of(y, x, scale, level, patient=patient) if scale else None,
            )
        )
    return tuple(found)
