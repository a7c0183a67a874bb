"""Every reader alone: accuracy, sensitivity, specificity with two intervals each, and the empirical AUC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.clusters import effective_cases, repeated
from analysis.delong import AucEstimate, delong_auc
from analysis.detection import Detection, detection_of
from analysis.frames import Framed
from analysis.intervals import check_level, clopper_pearson, wilson
from analysis.results import Proportion
from analysis.table import Codes, Numbers, ReadingTable, levels


@dataclass(frozen=True)
class BothIntervals:
    """One proportion with Wilson's and with Clopper and Pearson's interval."""

    wilson: Proportion
    clopper_pearson: Proportion

    @property
    def estimate(self) -> float | None:
        return self.wilson.estimate


@dataclass(frozen=True)
class ReaderAccuracy(Framed):
    """One reader under one condition: n readings, positive and negative by truth.

    The intervals count the cases as random (patients, where some gave several), and say nothing of other
    readers. accuracy, sensitivity, specificity and detection (d', criterion) are None without calls, auc is
    None without ratings; notes say so. n_called and n_rated count the readings behind them.
    """

    reader: str
    condition: str
    n: int
    positive: int
    negative: int
    n_called: int
    n_rated: int
    accuracy: BothIntervals | None
    sensitivity: BothIntervals | None
    specificity: BothIntervals | None
    auc: AucEstimate | None
    detection: Detection | None = None
    median_read_ms: float | None = None
    notes: tuple[str, ...] = ()
    readers: int = 1
    method: str = "one reader alone, cases random"

    @property
    def cases(self) -> int:
        return self.n


def each_reader(table: ReadingTable, level: float = 0.95) -> tuple[ReaderAccuracy, ...]:
    """Every reader under every condition, by condition and then reader, in natural order of names.

    Readers need not have read the same cases. Proportions without a case (no positives, say) are undefined
    with a note. Raises ValueRefused for a level outside (0, 1).
    """
    check_level(level)
    table = table.in_order()
    readers, reader = table.readers
    conditions, condition = table.conditions
    found = []
    for i, name in enumerate(conditions):
        for j, who in enumerate(readers):
            rows = (condition == i) & (reader == j)
            if rows.any():
                found.append(_one(table.rows(rows), who, name, level))
    return tuple(found)


def _median(values: Numbers | None) -> float | None:
    known = None if values is None else values[~np.isnan(values)]
    return float(np.median(known)) if known is not None and len(known) else None


def _one(readings: ReadingTable, reader: str, condition: str, level: float) -> ReaderAccuracy:
    truth, call, rating = readings.truth, readings.call, readings.rating
    called = np.zeros(len(readings), dtype=bool) if call is None else ~np.isnan(call)
    rated = np.zeros(len(readings), dtype=bool) if rating is None else ~np.isnan(rating)
    right = np.zeros(len(readings), dtype=bool) if call is None else call == truth
    notes = [] if called.any() else ["no calls: accuracy, sensitivity and specificity are undefined"]
    if not rated.any():
        notes.append("no ratings: the AUC is undefined")

    several: Codes = np.arange(len(readings)) if readings.patient is None else levels(readings.patient)[1]
    clustered = repeated(several)

    def share(of: np.ndarray) -> BothIntervals | None:
        if not called.any():
            return None
        k, n = int((right & of).sum()), int(of.sum())
        telling = effective_cases(right[of].astype(float), several[of], level) if n and clustered else None
        return BothIntervals(wilson(k, n, level, telling), clopper_pearson(k, n, level, telling))

    def area() -> AucEstimate | None:
        if rating is None or not rated.any():
            return None
        patient = several[rated] if clustered else None
        return delong_auc(truth[rated], rating[rated], level, patient)

    def signal() -> Detection | None:
        if call is None or not called.any():
            return None
        return detection_of(truth[called], call[called], level, several[called] if clustered else None)

    return ReaderAccuracy(
        reader=reader,
        condition=condition,
        n=len(readings),
        positive=int((truth == 1).sum()),
        negative=int((truth == 0).sum()),
        n_called=int(called.sum()),
        n_rated=int(rated.sum()),
        accuracy=share(called),
        sensitivity=share(called & (truth == 1)),
        specificity=share(called & (truth == 0)),
        auc=area(),
        detection=signal(),
        median_read_ms=_median(readings.read_ms),
        notes=tuple(notes),
    )
