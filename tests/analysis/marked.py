"""Small free-response studies for tests: name only what matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from analysis import FreeResponseTable, Lesions, Marks, read_free_response
from analysis.free_response.table import Readings
from tests.analysis.builders import DATA


@dataclass(frozen=True)
class Study:
    """weights: of each case's lesions, () where there are none. false and hits: ratings by condition, reader,
    case (and lesion); patient: of each case, where some have several."""

    weights: tuple[tuple[float, ...], ...]
    false: dict[tuple[int, int, int], tuple[float, ...]] = field(default_factory=dict)
    hits: dict[tuple[int, int, int, int], float] = field(default_factory=dict)
    conditions: int = 1
    readers: int = 1
    patient: tuple[int, ...] | None = None

    def without(self, cases: set[int]) -> Study:
        """The study without some cases; the others move up."""
        left = [case for case in range(len(self.weights)) if case not in cases]
        at = {case: place for place, case in enumerate(left)}
        return Study(
            tuple(self.weights[case] for case in left),
            {(i, j, at[k]): marks for (i, j, k), marks in self.false.items() if k in at},
            {(i, j, at[k], n): mark for (i, j, k, n), mark in self.hits.items() if k in at},
            self.conditions,
            self.readers,
        )


def table_of(study: Study) -> FreeResponseTable:
    """Names are c0, r0, k0 and 1 (of the first lesion) on."""
    rows = [(i, j, k, "", mark) for (i, j, k), marks in study.false.items() for mark in marks]
    rows += [(i, j, k, str(n + 1), mark) for (i, j, k, n), mark in study.hits.items()]
    marks = Marks(
        reader=np.array([f"r{row[1]}" for row in rows], dtype=np.str_),
        condition=np.array([f"c{row[0]}" for row in rows], dtype=np.str_),
        case=np.array([f"k{row[2]}" for row in rows], dtype=np.str_),
        lesion=np.array([row[3] for row in rows], dtype=np.str_),
        rating=np.array([row[4] for row in rows], dtype=np.float64),
    )
    listed = [
        (k, str(n + 1) if own else "", weight)
        for k, own in enumerate(study.weights)
        for n, weight in enumerate(own or (0.0,))
    ]
    patient = study.patient
    lesions = Lesions(
        case=np.array([f"k{row[0]}" for row in listed]),
        truth=np.array([int(row[1] != "") for row in listed], dtype=np.int8),
        lesion=np.array([row[1] for row in listed]),
        weight=np.array([row[2] for row in listed]),
        patient=None if patient is None else np.array([f"p{patient[row[0]]}" for row in listed]),
    )
    every = list(product(range(study.conditions), range(study.readers), range(len(study.weights))))
    readings = Readings(
        reader=np.array([f"r{j}" for _, j, _ in every]),
        condition=np.array([f"c{i}" for i, _, _ in every]),
        case=np.array([f"k{k}" for _, _, k in every]),
    )
    return FreeResponseTable(marks, lesions, readings)


def random_study(seed: int = 0, conditions: int = 2, readers: int = 3, cases: int = 14) -> Study:
    """Half the cases have one to three lesions of unequal weight; ratings are whole numbers from 1 to 5."""
    draw = np.random.default_rng(seed)
    weights, false, hits = [], {}, {}
    for case in range(cases):
        share = draw.dirichlet(np.ones(draw.integers(1, 4))) if case % 2 else np.zeros(0)
        weights.append(tuple(float(part) for part in share))
    for i, j, k in product(range(conditions), range(readers), range(cases)):
        marks = draw.integers(1, 5, size=draw.integers(0, 3))
        false[i, j, k] = tuple(float(mark) for mark in marks)
        for n in range(len(weights[k])):
            if draw.random() < 0.7:
                hits[i, j, k, n] = float(draw.integers(2, 6))
    return Study(tuple(weights), false, hits, conditions, readers)


def dataset(name: str = "dataset06") -> FreeResponseTable:
    return read_free_response(DATA / f"{name}_marks.csv", DATA / f"{name}_lesions.csv")
