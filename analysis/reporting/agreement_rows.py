"""Rows on agreement, time and order, from readings alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.agreement.study import ConditionAgreement, reader_agreement
from analysis.agreement.variance import Coefficient
from analysis.errors import Refusal
from analysis.order import over_order as trends
from analysis.reporting.panel import Missing, Panel
from analysis.reporting.printing import (
    DASH,
    Cell,
    Lines,
    absent,
    counted,
    number,
    p_value,
    value_with_interval,
)
from analysis.table import ReadingTable

_SHOWN = {"percent": "Share alike", "fleiss": "Fleiss κ", "gwet": "Gwet AC1"}
_NAMES = {"cohen": "Cohen κ", "gwet": "Gwet AC1", "percent": "Share alike"}


def between_readers(panel: Panel) -> Lines:
    """Observed share, Fleiss' kappa and Gwet's AC1 of calls, readers and cases random."""
    found = _agreement(panel)
    if isinstance(found, Missing):
        return (absent(found.reason),)
    chosen = [each for each in found.coefficients if each.name in _SHOWN and each.weights == "identity"]
    if all(each.estimate is None for each in chosen):
        return (absent("; ".join(dict.fromkeys(note for each in chosen for note in each.notes))),)
    return tuple(_coefficient(each, _SHOWN[each.name]) for each in chosen)


def with_oneself(again: ReadingTable | None) -> Callable[[Panel], Lines]:
    """Readers with themselves, from second showings."""

    def write(panel: Panel) -> Lines:
        own = None if again is None else again.condition == panel.title.removeprefix("condition ")
        if again is None or own is None or not own.any():
            return (absent("no case was shown twice"),)
        found = _agreement(panel, again.rows(own))
        if isinstance(found, Missing) or found.with_self is None:
            return (absent("no pair of calls on one case"),)
        chosen = [each for each in found.with_self.means if each.weights == "identity"][:2]
        names = [each.name.rpartition(" ")[2] for each in chosen]
        return tuple(
            _coefficient(each, _NAMES.get(name, name)) for each, name in zip(chosen, names, strict=True)
        )

    return write


def _agreement(panel: Panel, again: ReadingTable | None = None) -> ConditionAgreement | Missing:
    if isinstance(panel.table, Missing):
        return panel.table
    try:
        found = reader_agreement(panel.table, ["call"], level=panel.level, again=again)
    except Refusal as refusal:
        return Missing(refusal.rule)
    return found.conditions[0] if found.conditions else Missing("no reading has a call")


def _coefficient(found: Coefficient, label: str) -> Cell:
    if found.estimate is None:
        return absent("; ".join(found.notes)).labelled(label)
    basis = f"{counted(found.readers, 'reader')}, {counted(found.cases, 'case')}"
    return Cell(
        value_with_interval(found.estimate, found.interval),
        basis=basis,
        note="" if found.interval else "no interval over readers and cases",
        label=label,
        estimate=found.estimate,
        low=found.interval.low if found.interval else None,
        high=found.interval.high if found.interval else None,
        readers=found.readers,
        cases=found.cases,
    )


def reading_time(panel: Panel) -> Lines:
    """Median of the readers' medians, for positive and negative cases."""
    table = panel.table
    if isinstance(table, Missing) or table.read_ms is None:
        return (absent("no reading has a time"),)
    lines = []
    for side, label in ((1, "positive cases"), (0, "negative cases")):
        kept = (table.truth == side) & ~np.isnan(table.read_ms)
        medians = [
            float(np.median(table.read_ms[own])) / 1000
            for own in (kept & (table.reader == who) for who in table.readers[0])
            if own.any()
        ]
        if not medians:
            lines.append(absent("no reading has a time").labelled(label))
            continue
        middle, count = float(np.median(medians)), len(medians)
        lines.append(
            Cell(number(middle, 1), counted(count, "reader"), label=label, estimate=middle, readers=count)
        )
    return tuple(lines)


def over_order(panel: Panel) -> Lines:
    """What ten readings more change."""
    if isinstance(panel.table, Missing):
        return (absent(panel.table.reason),)
    try:
        found = trends(panel.table, panel.level)
    except Refusal as refusal:
        return (absent(refusal.rule),)
    lines = []
    for trend in found.trends:
        label = "reading time, ratio" if trend.quantity.startswith("reading time") else "share of right calls"
        if trend.estimate is None:
            lines.append(Cell(DASH, note="; ".join(trend.notes), label=label))
            continue
        lines.append(
            Cell(
                value_with_interval(trend.estimate, trend.interval, 3),
                basis="; ".join(filter(None, (p_value(trend.p), counted(trend.readers, "reader")))),
                note="cases fixed",
                label=label,
                estimate=trend.estimate,
                low=trend.interval.low if trend.interval else None,
                high=trend.interval.high if trend.interval else None,
                p=trend.p,
                readers=trend.readers,
            )
        )
    return tuple(lines)
