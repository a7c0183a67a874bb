"""Seeded ratings of the Roe-Metz model: readers, cases and conditions random, and every two of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.table import Numbers, ReadingTable

SEPARATION = 1.5
READER, CASE, READER_CASE, REST = 0.0055, 0.3, 0.2, 0.2  # variances; as many again under each condition
CUTS = (-0.5, 0.3, 1.0, 1.8)  # five levels, none of them rare


@dataclass(frozen=True)
class Size:
    readers: int
    conditions: int
    cases: int

    def __str__(self) -> str:
        return f"{self.readers} x {self.conditions} x {self.cases}"


SIZES = (Size(5, 2, 114), Size(20, 2, 1000), Size(50, 2, 5000))
FORMS = ("continuous", "5 levels")


def ratings(size: Size, form: str) -> tuple[NDArray[np.int8], Numbers]:
    """Truth (n,), half of it positive, and ratings (conditions, readers, n)."""
    draw = np.random.default_rng(size.cases)
    t, r, n = size.conditions, size.readers, size.cases
    truth = (np.arange(n) % 2).astype(np.int8)
    found = SEPARATION * truth + np.sqrt(CASE) * (draw.normal(size=n) + draw.normal(size=(t, 1, n)))
    for kind in (0, 1):  # a reader's bias has its own value in each truth
        bias = draw.normal(size=(r, 1)) + draw.normal(size=(t, r, 1))
        found = found + np.sqrt(READER) * bias * (truth == kind)
    found = (
        found + np.sqrt(READER_CASE) * draw.normal(size=(r, n)) + np.sqrt(REST) * draw.normal(size=(t, r, n))
    )
    return truth, found if form == "continuous" else np.digitize(found, CUTS) + 1.0


def table(size: Size, form: str) -> ReadingTable:
    truth, found = ratings(size, form)
    condition, reader, case = np.indices(found.shape).reshape(3, -1)
    names = [
        np.char.mod(f"{kind}%d", place) for kind, place in (("c", condition), ("r", reader), ("k", case))
    ]
    return ReadingTable(
        reader=names[1], case=names[2], condition=names[0], truth=truth[case], rating=found.ravel()
    )


def write(size: Size, form: str, to: Path) -> None:
    """The same ratings for another program."""
    made = table(size, form)
    assert made.rating is not None
    with to.open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(("reader", "case", "condition", "truth", "rating"))
        out.writerows(
            zip(
                made.reader,
                made.case,
                made.condition,
                made.truth,
                map(repr, made.rating.tolist()),
                strict=True,
            )
        )
