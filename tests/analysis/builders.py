"""Small reading tables for tests: name only what matters."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from analysis import ReadingTable, make_table, read_csv, with_calls_from_rating

DATA = Path(__file__).parent / "data"


def reference(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def ratings(name: str = "VanDyke.csv") -> ReadingTable:
    return with_calls_from_rating(read_csv(DATA / name), at_least=3)


def table_of(rating: Any, truth: Any, call: Any = None) -> ReadingTable:
    """rating and call: (conditions, readers, cases); truth: (cases,). Names are c0, r0 and k0 on."""
    shape = np.shape(rating if rating is not None else call)
    cells = list(product(range(shape[0]), range(shape[1]), range(shape[2])))
    return make_table(
        reader=[f"r{j}" for _, j, _ in cells],
        case=[f"k{k}" for _, _, k in cells],
        condition=[f"c{i}" for i, _, _ in cells],
        truth=[int(truth[k]) for _, _, k in cells],
        rating=None if rating is None else list(np.ravel(rating)),
        call=None if call is None else list(np.ravel(call)),
    )


def random_table(conditions: int = 2, readers: int = 4, cases: int = 30, seed: int = 0) -> ReadingTable:
    """Ratings on a 1-6 scale with reader and case effects; call = 1 from 4 on."""
    draw = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    latent = draw.normal(size=(conditions, readers, cases)) + draw.normal(size=cases)
    latent = latent + draw.normal(size=(readers, 1)) * 0.3 + 1.5 * truth
    rating = np.clip(np.round(latent + 3), 1, 6)
    return table_of(rating, truth, (rating >= 4).astype(int))


def nested(table: ReadingTable) -> ReadingTable:
    """The same readings, with every condition given cases of its own."""
    return renamed(table, case=table.condition)


def renamed(table: ReadingTable, **by: Any) -> ReadingTable:
    """The same readings with names of readers or cases (reader=, case=) told apart by another column."""
    names = {column: list(getattr(table, column)) for column in ("reader", "case", "condition")}
    for column, apart in by.items():
        names[column] = [f"{name}/{other}" for name, other in zip(names[column], apart, strict=True)]
    return make_table(
        **names,
        truth=list(table.truth),
        rating=None if table.rating is None else list(table.rating),
        call=None if table.call is None else list(table.call),
    )


def shuffled(table: ReadingTable, seed: int = 1) -> ReadingTable:
    order = np.random.default_rng(seed).permutation(len(table))
    return make_table(
        reader=list(table.reader[order]),
        case=list(table.case[order]),
        condition=list(table.condition[order]),
        truth=list(table.truth[order]),
        rating=None if table.rating is None else list(table.rating[order]),
        call=None if table.call is None else list(table.call[order]),
    )


def with_gaps(table: ReadingTable, share: float, seed: int = 0) -> ReadingTable:
    """The table less about this share of its readings, picked at random."""
    return table.rows(np.random.default_rng(seed).uniform(size=len(table)) >= share)


def split_plot(table: ReadingTable, groups: int) -> ReadingTable:
    """The same readings, as if groups of neighbouring readers r0, r1, ... had cases of their own."""
    readers = len(set(table.reader))
    return renamed(table, case=[int(reader[1:]) * groups // readers for reader in table.reader])
