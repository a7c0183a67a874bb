"""Outcome and predictors of a logistic model, one row a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import NothingToAnalyse, ScoreMissing, UnknownChoice, ValueRefused
from analysis.table import Codes, Names, Numbers, ReadingTable, levels

Outcome = Literal["correct", "positive"]
Covariate = Mapping[str, str | float | None]


@dataclass(frozen=True, eq=False)
class Terms:
    """outcome (n,): 0 or 1; columns (n, k) by name, the intercept first; reader, cluster (n,): codes.

    cluster: the case, or the patient where one gave several cases.
    """

    outcome: Numbers
    names: tuple[str, ...]
    columns: Numbers
    reader: Codes
    cluster: Codes
    cases: int
    notes: tuple[str, ...]


def terms(
    table: ReadingTable,
    outcome: Outcome = "correct",
    covariates: Mapping[str, Covariate] | None = None,
    position: Numbers | None = None,
) -> Terms:
    """The calls of a table as outcome, and conditions against the first as predictors.

    outcome: whether the call is right, or positive. covariates: by name, a value per reader (number, or text
    whose levels are compared with the first); readers without one are left out with a note. position (n,):
    order of reading, taken in tens. Raises ScoreMissing without calls, UnknownChoice where a predictor does
    not vary or repeats another.
    """
    if table.call is None:
        raise ScoreMissing(table.source, "a logistic model needs calls", "give a call column, or a threshold")
    keep, notes = ~np.isnan(table.call), table.remarks
    for name, values in (covariates or {}).items():
        known = np.array([values.get(who) is not None for who in table.reader])
        lost = sorted(set(map(str, table.reader[keep & ~known])))
        if lost:
            notes += (f"readers without {name} are left out: {', '.join(lost)}",)
        keep &= known
    if position is not None:
        keep &= ~np.isnan(position)
    if not keep.any():
        raise NothingToAnalyse(
            table.source, "no called reading has all covariates", "give covariates by reader"
        )
    rows = table.rows(keep)
    columns: dict[str, Numbers] = {"intercept": np.ones(len(rows))}
    columns |= _dummies("condition", rows.condition)
    for name, values in (covariates or {}).items():
        columns |= _covariate(name, [values[who] for who in rows.reader])
    if position is not None:
        columns["position, tens"] = (position[keep] - position[keep].mean()) / 10
    matrix = np.column_stack(list(columns.values()))
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise UnknownChoice(
            table.source, "a predictor does not vary or repeats another", "leave one of them out"
        )
    assert rows.call is not None
    wanted = rows.call == rows.truth if outcome == "correct" else rows.call == 1
    cluster = rows.case if rows.patient is None else rows.patient
    return Terms(
        wanted.astype(np.float64),
        tuple(columns),
        matrix,
        levels(rows.reader)[1],
        levels(cluster)[1],
        len(np.unique(rows.case)),
        notes,
    )


def _dummies(name: str, values: Names) -> dict[str, Numbers]:
    found, code = levels(values)
    return {f"{name} {each}": (code == place).astype(np.float64) for place, each in enumerate(found) if place}


def _covariate(name: str, values: list[str | float | None]) -> dict[str, Numbers]:
    if all(isinstance(value, int | float) for value in values):
        column = np.array(values, dtype=np.float64)
        if not np.isfinite(column).all():
            raise ValueRefused(f"covariate {name}", "a number is finite", "leave unknown values out")
        return {name: column}
    return _dummies(name, np.array([str(value) for value in values]))
