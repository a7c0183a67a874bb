"""The main table: the rows that a study of detection must print, one column per session compared with truth.

A cell without data stays and says why.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.reporting import accuracy_rows, agreement_rows
from analysis.reporting.panel import Panel
from analysis.reporting.printing import Lines, Row
from studies.report import answer_rows
from studies.report.column import Column


def rows(found: tuple[Column, ...]) -> list[Row]:
    """Every row, in the order of the motivating table."""
    if not found:
        return []
    terms = found[0].dataset.protocol.truth
    sides, accuracy = f"{terms.positive} / {terms.negative}", "Accuracy, mean of readers (CI)"
    gap, agreement = _of(accuracy_rows.difference_from(found[0].panel)), _of(agreement_rows.between_readers)
    on_accuracy: list[tuple[str, str, Callable[[Panel], Lines]]] = [
        (
            "Sensitivity (CI)",
            f"{terms.positive} cases called {terms.positive}",
            accuracy_rows.of_figure("sensitivity"),
        ),
        (
            "Specificity (CI)",
            f"{terms.negative} cases called {terms.negative}",
            accuracy_rows.of_figure("specificity"),
        ),
        ("Area under the ROC curve (CI)", "from call and confidence", accuracy_rows.of_figure("auc")),
        ("Accuracy by specialty (CI)", "readers of each specialty; P unadjusted", accuracy_rows.by_specialty),
        (
            "Accuracy by years in practice (CI)",
            "readers of each band; P unadjusted",
            accuracy_rows.by_experience,
        ),
        ("Correlation of accuracy with years", "readers", accuracy_rows.with_years),
        ("Each algorithm, accuracy (CI)", "cases called correctly", accuracy_rows.algorithms),
    ]
    writers: list[tuple[str, str, Callable[[Column], Lines]]] = [
        ("Readers suspecting, unprompted", "readers", answer_rows.suspecting),
        (accuracy, "cases called correctly", _of(accuracy_rows.of_figure("accuracy"))),
        *([("Accuracy, difference from the first set", "percentage points", gap)] if len(found) > 1 else []),
        ("Range of readers", "lowest to highest accuracy", _of(accuracy_rows.span)),
        *((title, unit, _of(write)) for title, unit, write in on_accuracy),
        (f"Diagnosis correct, {sides}", "readings", answer_rows.diagnosis),
        (f"Scales, {sides}", "mean step, averaged within readers", answer_rows.scales),
        ("Agreement between readers", "calls; share alike and beyond chance (CI)", agreement),
        ("Repeat agreement (CI)", "cases shown twice, same call", answer_rows.with_oneself),
        (f"Reading time, {sides}", "seconds, median of readers’ medians", answer_rows.time_by_truth),
        ("Reading time, right / wrong", "seconds, median of readers’ medians", answer_rows.time_by_outcome),
        (f"Tells named, {sides}", "readings naming it", answer_rows.tells),
        ("Flow of readers", "readers", answer_rows.readers),
        ("Flow of readings", "reading slots", answer_rows.slots),
    ]
    return [Row(title, unit, tuple(write(column) for column in found)) for title, unit, write in writers]


def _of(write: Callable[[Panel], Lines]) -> Callable[[Column], Lines]:
    """What is written of a panel, written of its column."""
    return lambda column: write(column.panel)
