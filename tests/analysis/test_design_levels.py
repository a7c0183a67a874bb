"""How often a test of equal conditions rejects where they are equal, one design after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import ReadingTable, make_table, mrmc, u_statistics

READERS, CASES = 8, 96
READER = np.arange(READERS)[None, :, None]
CASE = np.arange(CASES)[None, None, :] // 2
CONDITION = np.arange(2)[:, None, None]
DESIGNS: dict[str, NDArray[np.bool_]] = {
    "crossed": CASE >= 0,
    "cases nested in conditions": CASE % 2 == CONDITION,
    "cases nested in groups of readers": CASE % 4 == READER % 4,
    "crossed, readers share some of their cases": (CASE % 4 == READER % 4) | (CASE % 4 == (READER + 1) % 4),
    "readers nested in conditions": READER % 2 == CONDITION,
    "crossed, not every reader under every condition": (READER > 1) | (READER != CONDITION) | (CASE < 0),
}


def equal_conditions(draw: np.random.Generator, planned: NDArray[np.bool_]) -> ReadingTable:
    """Ratings of a positive case are 1.2 higher on average, a reader's and a reader's in a condition vary."""
    parts = [((1, READERS, 1), 0.2), ((2, READERS, 1), 0.2)]
    apart = 1.2 + sum(draw.normal(size=shape) * sd for shape, sd in parts)
    parts = [
        ((1, 1, CASES), 0.5),
        ((2, 1, CASES), 0.5),
        ((1, READERS, CASES), 0.4),
        ((2, READERS, CASES), 0.6),
    ]
    truth = np.arange(CASES) % 2
    rating = truth * apart + sum(draw.normal(size=shape) * sd for shape, sd in parts)
    places: Any = np.argwhere(np.broadcast_to(planned, rating.shape))
    return make_table(
        places[:, 1], places[:, 2], places[:, 0], truth[places[:, 2]], rating[tuple(places.T)].tolist()
    )


@pytest.mark.drill
@pytest.mark.parametrize("name", DESIGNS)
def test_one_in_twenty_is_rejected(name: str) -> None:
    draw, found = np.random.default_rng(1), []
    for _ in range(400):
        table = equal_conditions(draw, DESIGNS[name])
        result = mrmc(table)
        (gap,) = u_statistics(table).differences
        found.append((result.random_readers_random_cases.differences[0].p, gap.p))
        assert result.design == name
    rejected = (np.array(found, dtype=np.float64) < 0.05).mean(axis=0)
    assert (rejected > 0.02).all() and (rejected < 0.09).all()
