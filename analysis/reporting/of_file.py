"""The report of a file of readings: a study's sections, as far as readings alone can fill them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from analysis.delivery import delivered, refuse_taken
from analysis.errors import NothingToAnalyse
from analysis.formats.door import read_readings
from analysis.readers_csv import Covariates, read_readers
from analysis.reporting import accuracy_rows, agreement_rows
from analysis.reporting.page import Page, draw_figures, write_page, write_tables
from analysis.reporting.panel import Missing, Panel
from analysis.reporting.printing import Lines, Row, Table
from analysis.reporting.tables import comparisons, groups, readers, summary
from analysis.table import ReadingTable, with_calls_from_rating


@dataclass(frozen=True)
class Reported:
    """What a report holds: paths within its folder."""

    source: str
    folder: str
    conditions: tuple[str, ...]
    tables: tuple[str, ...]
    figures: tuple[str, ...]
    notes: tuple[str, ...]


def report_file(
    source: str | Path,
    target: str | Path,
    readers_file: str | Path | None = None,
    condition_column: str | None = None,
    call_at_least: float | None = None,
    level: float = 0.95,
) -> Reported:
    """Writes report.html, tables/ and figures/ to a new folder, whole or not at all.

    source: any file that the commands read. readers_file: a CSV with specialty and years by reader; one named
    readers.csv beside the source is taken where none is given. Raises FolderTaken, and what reading raises.
    """
    refuse_taken(Path(target))
    reading = _Reading(Path(source), condition_column, call_at_least)
    everyone, people = reading.table(), reading.table(leave_out_algorithms=True)
    beside = Path(source).with_name("readers.csv")
    known = read_readers(readers_file or beside) if readers_file or beside.is_file() else {}
    panels = _panels(everyone, people, known, level)
    flag = "SIMULATED" if any(note.startswith("SIMULATED") for note in everyone.notes) else ""
    with delivered(Path(target)) as folder:
        drawn = draw_figures(folder, panels, flag)
        rows = _rows(panels, reading.again())
        flat = summary(rows, ("condition",), [(name,) for name in everyone.conditions[0]])
        printed = [comparisons(people, level), *_tables(panels)]
        write_tables(folder, (flat, *printed), flag, _cell)
        page = Page(
            title=f"Readings of {Path(source).name}",
            flag=flag,
            notice="",
            facts=_facts(people),
            heads=tuple(f"Condition {name}" for name in everyone.conditions[0]),
            rows=rows,
            flat=flat,
            figures=drawn,
            tables=printed,
            level=f"{100 * level:g}",
            nothing="No reading is left.",
        )
        write_page(folder, page, "readings.html", notes=everyone.remarks, record=_record(Path(source)))
    names = tuple(table.file for table in (flat, *printed))
    files = tuple(figure.file for figure in drawn)
    return Reported(str(source), str(target), everyone.conditions[0], names, files, everyone.remarks)


@dataclass(frozen=True)
class _Reading:
    source: Path
    condition_column: str | None
    call_at_least: float | None

    def table(self, leave_out_algorithms: bool = False, repeats: bool = False) -> ReadingTable:
        table = read_readings(
            self.source,
            condition_column=self.condition_column,
            leave_out_algorithms=leave_out_algorithms,
            repeats=repeats,
        )
        return table if self.call_at_least is None else with_calls_from_rating(table, self.call_at_least)

    def again(self) -> ReadingTable | None:
        """Second showings, where the file has any."""
        try:
            return self.table(leave_out_algorithms=True, repeats=True)
        except NothingToAnalyse:
            return None


def _panels(everyone: ReadingTable, people: ReadingTable, known: Covariates, level: float) -> list[Panel]:
    keys: dict[str, str] = {}
    for name in everyone.conditions[0]:
        plain = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:40]
        keys[name] = plain if plain not in keys.values() else f"{plain}-{len(keys) + 1}"
    algorithms = frozenset(everyone.readers[0]) - frozenset(people.readers[0])
    specialty = {who: str(group) for who, group in known.get("specialty", {}).items() if group is not None}
    numbers = known.get("years", {})
    years = {who: value if isinstance(value, float) else None for who, value in numbers.items()}
    return [
        Panel(
            key=keys[name],
            title=f"condition {name}",
            everyone=replace(everyone.only(condition=name), notes=()),  # told once, in the methods
            algorithms=algorithms,
            specialty=specialty,
            years_in_practice=years,
            level=level,
            rating_is_call=everyone.rating is None,
        )
        for name in everyone.conditions[0]
    ]


def _rows(panels: list[Panel], again: ReadingTable | None) -> list[Row]:
    """Rows without any number in any condition are left out: a file says what it holds."""
    first, leading, agreement = panels[0], panels[0].leading, agreement_rows.between_readers
    writers: list[tuple[str, str, Callable[[Panel], Lines]]] = [
        ("Accuracy, mean of readers (CI)", "cases called correctly", accuracy_rows.of_figure("accuracy")),
        ("Accuracy, difference", "from the first condition", accuracy_rows.difference_from(first)),
        ("Range of readers", f"lowest to highest {leading.replace('auc', 'AUC')}", accuracy_rows.span),
        ("Sensitivity (CI)", "positive cases called positive", accuracy_rows.of_figure("sensitivity")),
        ("Specificity (CI)", "negative cases called negative", accuracy_rows.of_figure("specificity")),
        ("Area under the ROC curve (CI)", "from ratings", accuracy_rows.of_figure("auc")),
        ("Area, difference", "from the first condition", accuracy_rows.difference_from(first, "auc")),
        ("By specialty (CI)", "readers of each specialty; P unadjusted", accuracy_rows.by_specialty),
        ("By years in practice (CI)", "readers of each band; P unadjusted", accuracy_rows.by_experience),
        ("Correlation with years", "readers", accuracy_rows.with_years),
        ("Each algorithm, accuracy (CI)", "cases called correctly", accuracy_rows.algorithms),
        ("Agreement between readers", "calls; share alike and beyond chance (CI)", agreement),
        ("Repeat agreement (CI)", "cases shown twice", agreement_rows.with_oneself(again)),
        ("Reading time", "seconds, median of readers’ medians", agreement_rows.reading_time),
        ("Over ten readings", "right calls; reading time", agreement_rows.over_order),
    ]
    if len(panels) == 1:
        writers = [writer for writer in writers if "difference" not in writer[0]]
    rows = [Row(title, unit, tuple(write(panel) for panel in panels)) for title, unit, write in writers]
    return [
        row for row in rows if any(cell.estimate is not None or cell.low is not None for cell in _cells(row))
    ]


def _cells(row: Row) -> Lines:
    return tuple(cell for column in row.columns for cell in column)


def _tables(panels: list[Panel]) -> list[Table]:
    made: list[Table] = []
    for panel in panels:
        grouped = [panel.by_specialty, panel.by_experience]
        made += [] if all(isinstance(each, Missing) for each in grouped) else [groups(panel)]
        made += [readers(panel)]
    return made


def _facts(table: ReadingTable) -> tuple[tuple[str, str], ...]:
    truth = dict(zip(table.case, table.truth, strict=True))
    positive = sum(int(value) for value in truth.values())
    return (
        ("Readers analysed", str(len(table.readers[0]))),
        ("Cases", f"{positive} positive, {len(truth) - positive} negative"),
        ("Readings", str(len(table))),
    )


def _record(source: Path) -> tuple[tuple[str, str], ...]:
    return (
        ("File", source.name),
        ("SHA-256", hashlib.sha256(source.read_bytes()).hexdigest()),
        ("Report made", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
    )


def _cell(value: object) -> object:
    """A leading formula sign is guarded against spreadsheets."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value.item() if isinstance(value, np.generic) else value
