"""Seeded ratings of one simulated study by Roe and Metz's model, for us and for other programs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.simulation import draw
from analysis.simulation.model import configuration
from analysis.table import Numbers, ReadingTable

MODEL = configuration("HL.855")
CUTS = np.array([-0.5, 0.3, 1.0, 1.8])  # five levels, none of them rare


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
    half = size.cases // 2
    (study,) = draw.ratings(MODEL, draw.Size(size.readers, half, half), 1, seed=size.cases)
    found = study if form == "continuous" else study.in_steps(CUTS)
    truth = np.repeat([0, 1], half).astype(np.int8)
    return truth, np.concatenate([found.negative[0, 0], found.positive[0, 0]], axis=2)


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
