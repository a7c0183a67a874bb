"""The most accurate rule of a form, fitted to some cases and asked about others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.leaks.features import Column, Floats
from studies.leaks.strength import RARE, Rule, cuts
from studies.leaks.targets import Labels

OTHER = -1  # the leaf of missing numbers and of values that are rare or unheard of
LONG = 1000.0
NAMED = 4  # values that a sentence names


@dataclass(frozen=True)
class Fitted:
    """edges: 1 (threshold) or 2 (range) numbers; values: leaf by value. shares: of ones, by leaf."""

    edges: tuple[float, ...]
    values: dict[Any, int]
    shares: dict[int, float]

    def scores(self, column: Column) -> Floats:
        """(n,): share of ones among the fitted cases of the same leaf, shrunk by one case to all cases'."""
        return np.array([self.shares[leaf] for leaf in self._leaves(column)])

    def _leaves(self, column: Column) -> list[int]:
        if not self.edges:
            given: NDArray[Any] | None = column.words if column.numbers is None else column.numbers
            assert given is not None
            return [self.values.get(value, OTHER) for value in given.tolist()]
        assert column.numbers is not None
        return [
            OTHER if np.isnan(x) else int(sum(x > edge for edge in self.edges) == 1)
            for x in column.numbers.tolist()
        ]


def fit(rule: Rule, labels: Labels) -> Fitted:
    """The form's rule that is right most often on these cases, each leaf going to its more common class.

    A column without two different values gives one leaf, the common class."""
    if rule.form == "values":
        values = _kept_values(rule.column)
        edges: tuple[float, ...] = ()
    else:
        values, edges = {}, _best_edges(rule, labels)
    unfitted = Fitted(edges, values, {})
    leaves = np.array(unfitted._leaves(rule.column))
    common = float(labels.mean())
    shares = {}
    for leaf in (OTHER, 0, 1, *values.values()):
        inside = labels[leaves == leaf]
        shares[leaf] = (float(inside.sum()) + common) / (len(inside) + 1)
    return Fitted(edges, values, shares)


def _kept_values(column: Column) -> dict[Any, int]:
    given: NDArray[Any] | None = column.words if column.numbers is None else column.numbers
    assert given is not None
    different, counts = np.unique(given, return_counts=True)
    kept = different[counts >= RARE].tolist()
    return {value: leaf for leaf, value in enumerate(kept) if value == value}  # not nan


def _best_edges(rule: Rule, labels: Labels) -> tuple[float, ...]:
    numbers = rule.column.numbers
    assert numbers is not None
    order, ends = cuts(numbers)
    if len(ends) < 2:
        return (np.inf,)
    sums = np.concatenate([[0], np.cumsum(2 * labels[order].astype(np.int64) - 1)[ends]])
    points = numbers[order][ends]
    borders = np.concatenate([[-np.inf], (points[:-1] + points[1:]) / 2, [np.inf]])
    total = int(sums[-1])
    if rule.form == "threshold":
        best = int(np.argmax(np.abs(sums) + np.abs(total - sums)))
        return (float(borders[best]),)
    inside = sums[None, :] - sums[:, None]  # [i, j]: sum between borders i and j
    right = np.triu(np.abs(inside) + np.abs(total - inside), 1)
    low, high = np.unravel_index(int(np.argmax(right)), right.shape)
    return (float(borders[low]), float(borders[high]))


def in_words(rule: Rule, fitted: Fitted, negative: str, positive: str) -> str:
    """The rule as a sentence, with the classes' own words."""

    def called(leaf: int) -> str:
        return positive if fitted.shares[leaf] > 0.5 else negative

    name, form = rule.column.name, rule.form
    missing = rule.column.numbers is not None and bool(np.isnan(rule.column.numbers).any())
    low, high = (fitted.edges[0], fitted.edges[-1]) if fitted.edges else (0.0, 0.0)
    if form == "values":
        return f"{name} {_values_in_words(rule, fitted, called)}"
    if form == "range" and np.isfinite(low) and np.isfinite(high):
        said = f"{name} from {_said(low)} to {_said(high)}: {called(1)}; else: {called(0)}"
    elif form == "range":
        edge, below, above = (low, 0, 1) if np.isfinite(low) else (high, 1, 0)
        said = f"{name} up to {_said(edge)}: {called(below)}; above: {called(above)}"
    elif not np.isfinite(low):
        said = f"{name} given: {called(1 if low < 0 else 0)}"
    else:
        said = f"{name} up to {_said(low)}: {called(0)}; above: {called(1)}"
    return f"{said}; missing: {called(OTHER)}" if missing else said


def _values_in_words(rule: Rule, fitted: Fitted, called: Callable[[int], str]) -> str:
    groups: dict[str, list[str]] = {}
    for value, leaf in fitted.values.items():
        groups.setdefault(called(leaf), []).append(_said(value))
    said = [
        f"{', '.join(values[:NAMED])}{' …' if len(values) > NAMED else ''}: {kind}"
        for kind, values in sorted(groups.items())
    ]
    rare = OTHER in fitted._leaves(rule.column)
    return "; ".join([*said, *([f"any other: {called(OTHER)}"] if rare else [])])


def _said(value: Any) -> str:
    if not isinstance(value, float):
        return str(value) or "missing"
    return f"{value:,.0f}" if abs(value) >= LONG else f"{value:.4g}"
