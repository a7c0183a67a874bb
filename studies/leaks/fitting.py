"""The most accurate rule of a form, fitted to some cases and asked about others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.leaks.chance import Labels
from studies.leaks.features import Column, Floats
from studies.leaks.strength import RARE, Rule, cuts

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


def fit(rule: Rule, labels: Labels, balanced: bool = False) -> Fitted:
    """The form's rule that is right most often on these cases, each leaf going to its more common class, or,
    balanced, of the largest Youden's J. A column without two different values gives one leaf."""
    if rule.form == "values":
        values = _kept_values(rule.column)
        edges: tuple[float, ...] = ()
    else:
        ones = int(labels.sum())
        gains = np.where(labels == 1, len(labels) - ones, -ones) if balanced else 2 * labels.astype(int) - 1
        values, edges = {}, _best_edges(rule, gains)
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


def _best_edges(rule: Rule, gains: NDArray[np.int_]) -> tuple[float, ...]:
    """gains (n,): what calling a case 1 gains over calling it 0."""
    numbers = rule.column.numbers
    assert numbers is not None
    order, ends = cuts(numbers)
    if len(ends) < 2:
        return (np.inf,)
    sums = np.concatenate([[0], np.cumsum(gains[order])[ends]])
    points = numbers[order][ends]
    borders = np.concatenate([[-np.inf], (points[:-1] + points[1:]) / 2, [np.inf]])
    total = int(sums[-1])
    if rule.form == "threshold":
        best = int(np.argmax(np.abs(sums) + np.abs(total - sums)))
        return (float(borders[best]),)
    lows = np.stack([np.minimum.accumulate(sums)[:-1], np.maximum.accumulate(sums)[:-1]])
    inside = sums[1:] - lows  # what is gained is convex in it: best at an end, thus in one pass
    side, last = np.unravel_index(int(np.argmax(np.abs(inside) + np.abs(total - inside))), inside.shape)
    first = int(np.flatnonzero(sums == lows[side, last])[0])
    return (float(borders[first]), float(borders[last + 1]))


def in_words(rule: Rule, labels: Labels, negative: str, positive: str) -> str:
    """The rule fitted to all cases as a sentence, with the classes' own words. Where the most accurate one
    calls all cases alike, for one class is rare, it is the balanced one, and says what is more often."""
    fitted, half, more = fit(rule, labels), 0.5, ""
    if len({fitted.shares[leaf] > half for leaf in fitted._leaves(rule.column)}) == 1:
        fitted, half, more = fit(rule, labels, balanced=True), float(labels.mean()), "more often "

    def called(leaf: int) -> str:
        return more + (positive if fitted.shares[leaf] > half else negative)

    return _sentence(rule, fitted, called)


def _sentence(rule: Rule, fitted: Fitted, called: Callable[[int], str]) -> str:
    name, form = rule.column.name, rule.form
    missing = rule.column.numbers is not None and bool(np.isnan(rule.column.numbers).any())
    low, high = (fitted.edges[0], fitted.edges[-1]) if fitted.edges else (0.0, 0.0)
    if form == "values":
        return f"{name} {_values_in_words(rule, fitted, called)}"
    if form == "range" and np.isfinite(low) and np.isfinite(high):
        said = f"{name} from {_said(low)} to {_said(high)}: {called(1)}; else: {called(0)}"
    elif form == "range" and (np.isfinite(low) or np.isfinite(high)):
        edge, below, above = (low, 0, 1) if np.isfinite(low) else (high, 1, 0)
        said = f"{name} up to {_said(edge)}: {called(below)}; above: {called(above)}"
    elif not np.isfinite(low):
        said = f"{name} given: {called(1 if low < 0 else 0)}"  # and for a range from end to end
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
