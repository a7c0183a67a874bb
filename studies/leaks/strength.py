"""How strongly a rule tells two classes apart, for the labels as they are and for all exchanged ones at once.

The strength of a rule is Youden's J = sensitivity + specificity - 1 of its best form, which does not depend
on how common the classes are. For a threshold it is the two-sample Kolmogorov-Smirnov distance, for a range
(inside against outside) Kuiper's, for groups of values the total variation distance. A missing value is a
leaf of its own. Undefined for a constant column: 0.
Sources: Youden WJ, Cancer 1950; 3: 32-35. Kuiper NH, Proc K Ned Akad Wet A 1960; 63: 38-47."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from studies.leaks.features import Column, Floats

Form = Literal["threshold", "range", "values"]
FEW_VALUES = 12  # a number with so many different values may also be grouped by value
RARE = 2  # values that fewer cases have are one value, "any other"
AT_ONCE = 4_000_000  # numbers of a block, so that thousands of cases fit the memory


@dataclass(frozen=True, eq=False)
class Rule:
    """A column and the form in which it is asked to tell the classes apart."""

    column: Column
    form: Form


def rules(columns: list[Column]) -> list[Rule]:
    """Every form that each column can take; a constant one takes none."""
    made: list[Rule] = []
    for column in columns:
        if column.constant:
            continue
        if column.numbers is None:
            made.append(Rule(column, "values"))
            continue
        different = len(np.unique(column.numbers))
        made.append(Rule(column, "threshold"))
        if different > 2:
            made.append(Rule(column, "range"))
        if 2 < different <= FEW_VALUES:
            made.append(Rule(column, "values"))
    return made


def strengths(rule: Rule, labels: NDArray[np.int8]) -> Floats:
    """J (b,) for labels (b, n): each row has as many ones as the first."""
    block = max(1, AT_ONCE // labels.shape[1])
    parts = [_strengths(rule, labels[at : at + block]) for at in range(0, len(labels), block)]
    return np.concatenate(parts)


def _strengths(rule: Rule, labels: NDArray[np.int8]) -> Floats:
    ones = int(labels[0].sum())
    weights = np.where(labels == 1, 1 / ones, -1 / (labels.shape[1] - ones))
    if rule.form == "values":
        return np.asarray(np.abs(weights @ membership(rule.column)).sum(axis=1) / 2)
    assert rule.column.numbers is not None
    order, ends = cuts(rule.column.numbers)
    inside = np.cumsum(weights[:, order], axis=1)[:, ends]
    total = inside[:, -1:]  # what the missing ones lack
    if rule.form == "range":
        from_start = np.concatenate([np.zeros((len(inside), 1)), inside], axis=1)
        up = from_start - np.minimum.accumulate(from_start, axis=1)
        down = from_start - np.maximum.accumulate(from_start, axis=1)
        inside = np.concatenate([up, down], axis=1)
    spread = np.abs(inside) + np.abs(total - inside) + np.abs(total)
    return np.asarray(spread.max(axis=1) / 2)


def cuts(numbers: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order of the cases that have a number, and where in it each different value ends."""
    order = np.argsort(numbers, kind="stable")[: int(np.isfinite(numbers).sum())]
    sorted_numbers = numbers[order]
    ends = np.flatnonzero(np.append(sorted_numbers[1:] != sorted_numbers[:-1], True))
    return order, ends


def membership(column: Column) -> Floats:
    """(n, k): which case has which value; rare values share the last place."""
    codes = value_codes(column)
    counts = np.bincount(codes)
    places = np.where(counts >= RARE, np.cumsum(counts >= RARE) - 1, int((counts >= RARE).sum()))
    return np.asarray(np.eye(int(places.max()) + 1)[places[codes]])


def value_codes(column: Column) -> NDArray[np.intp]:
    """(n,): a code per different value; missing ones share one."""
    values: NDArray[Any] | None = column.words if column.numbers is None else column.numbers
    assert values is not None
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.intp)


def family_wise_p(rules_asked: list[Rule], labels: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """p (r,) of each rule, adjusted for having asked all of them, and its own p (r,), unadjusted.

    labels[0] are the real ones. Each rule's strength is put on its own scale (mean and SD over all rows) and
    compared, row by row, with the largest of the rules that are no stronger than itself (step-down). The
    probability that the p of any rule that tells nothing is at most a is at most a, however the rules depend
    on each other. The smallest p is 1 / rows.
    Source: Westfall PH, Young SS, Resampling-Based Multiple Testing, Wiley 1993, algorithm 4.1."""
    if not rules_asked:
        return np.empty(0), np.empty(0)
    found = np.stack([strengths(rule, labels) for rule in rules_asked])
    found = np.round(found, 12)  # a strength that never changes must not do so by rounding errors
    spread = found.std(axis=1, keepdims=True)
    scaled = (found - found.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    scaled = np.round(scaled, 9)  # equal strengths stay equal
    order = np.argsort(scaled[:, 0], kind="stable")
    largest = np.maximum.accumulate(scaled[order], axis=0)
    stepped = (largest >= scaled[order, :1]).mean(axis=1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(stepped[::-1])[::-1]  # no stronger rule has a larger p
    return adjusted, np.asarray((scaled >= scaled[:, :1]).mean(axis=1))
