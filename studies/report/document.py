"""Puts the report together: page, tables and figures in one folder, whole or not at all."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from studies import audit, dataset
from studies.codebook import written
from studies.delivery import delivered, refuse_taken
from studies.export.folder import notice
from studies.models import Study
from studies.records import Dataset
from studies.refusals import NotReady
from studies.report import figures, method, summary, tables
from studies.report.cells import Row, Table
from studies.report.column import Column, columns
from studies.report.panel import Panel, panels


@dataclass(frozen=True)
class Figure:
    """One figure of the page: its file, what it shows, and what a screen reader says."""

    file: str
    caption: str
    alternative: str
    wide: bool


@dataclass(frozen=True)
class Reported:
    """What a report holds."""

    study: str
    folder: str
    simulated: bool
    protocol_sha256: str
    tables: tuple[str, ...]
    figures: tuple[str, ...]


def make_report(study: Study, target: Path, actor: str) -> Reported:
    """Writes a locked study's report; raises NotReady before the lock, Refused for a folder in use."""
    if study.state != Study.State.LOCKED:
        raise NotReady(
            [f"Study {study.slug} is {study.state}: a report joins truth to readings, so lock it first."]
        )
    refuse_taken(target)
    data = dataset.read(study)
    found = columns(data, panels(data))
    with delivered(target) as folder:
        drawn = _figures(folder, found, _flag(data))
        rows = summary.rows(found)
        printed = _tables(data, found)
        flat = tables.summary(rows, found)
        (folder / "tables").mkdir()
        for table in (flat, *printed):
            _write(folder / table.file, table, _flag(data))
        page = render_to_string("report/report.html", _context(data, found, rows, flat, printed, drawn))
        (folder / "report.html").write_text(page, encoding="utf-8")
        made = Reported(
            study=study.slug,
            folder=str(target),
            simulated=study.simulated,
            protocol_sha256=study.protocol.sha256,
            tables=(flat.file, *(table.file for table in printed)),
            figures=tuple(figure.file for figure in drawn),
        )
        audit.record(study, "study.reported", actor=actor, data={"protocol_sha256": study.protocol.sha256})
    return made


def _flag(data: Dataset) -> str:
    words = ["SIMULATED"] if data.study.simulated else []
    return " · ".join([*words, *(["DEMONSTRATION"] if data.protocol.demonstration else [])])


def _tables(data: Dataset, found: tuple[Column, ...]) -> list[Table]:
    made: list[Table] = []
    for column in found:
        named = tables.tells(column)
        made += [tables.groups(column.panel), tables.readers(column.panel), tables.times(column)]
        made += [named] if named else []
    return [*made, tables.flow(data)]


def _write(path: Path, table: Table, flag: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.csv_header, "notice"])
        writer.writerows([*map(written, row), flag] for row in table.csv_rows)


def _figures(folder: Path, found: tuple[Column, ...], flag: str) -> list[Figure]:
    (folder / "figures").mkdir()
    drawn: list[Figure] = []
    for column in found:
        panel = column.panel
        if not panel.alone:
            continue
        for name, caption, wide, plot in _plots(panel):
            file = f"figures/{name}-{panel.session.key}.svg"
            if plot(panel, folder / file, flag) is not False:
                drawn.append(Figure(file, caption, caption.split(".")[0] + ".", wide))
    return drawn


Plot = Callable[[Panel, Path, str], bool | None]


def _plots(panel: Panel) -> list[tuple[str, str, bool, Plot]]:
    title = panel.session.title
    readers = (
        f"Accuracy of each reader in session “{title}”. Squares: readers, with Wilson intervals over cases. "
        "Grey diamonds: mean of a specialty with two readers or more. Blue diamond, dashed line: mean of "
        "all readers but those who lack cases. The diamonds’ intervals count readers and cases as random."
    )
    roc = (
        f"Empirical ROC curves in session “{title}”. Grey: each reader. Blue: their mean sensitivity "
        "at each false-positive rate; AUC with an interval that counts readers and cases as random."
    )
    years = (
        f"Accuracy against years in practice in session “{title}”. One point per reader; Pearson’s r, its "
        "interval over readers."
    )
    return [
        ("readers", readers, True, figures.forest),
        ("roc", roc, False, figures.roc),
        ("years", years, False, figures.years),
    ]


def _named(figure: str) -> str:
    return "AUC" if figure == "auc" else figure


def _context(
    data: Dataset,
    found: tuple[Column, ...],
    rows: list[Row],
    flat: Table,
    printed: list[Table],
    drawn: list[Figure],
) -> dict[str, Any]:
    values = Counter(case.truth.value for case in data.cases if case.truth)
    return {
        "study": data.study,
        "protocol": data.protocol,
        "notice": notice(data.study),
        "flag": _flag(data),
        "columns": found,
        "rows": rows,
        "summary_file": flat.file,
        "tables": list(enumerate(printed, 2)),
        "figures": list(enumerate(drawn, 1)),
        "completeness": method.completeness(found),
        "displays": method.displays(data),
        "primary": _named(data.protocol.analysis.primary),
        "also": [_named(figure) for figure in data.protocol.analysis.also],
        "level": f"{100 * (1 - data.protocol.analysis.alpha):g}",
        "made_utc": timezone.now(),
        "readers": len({slot.reader for column in found for slot in column.panel.slots}),
        "positive": values[1],
        "negative": values[0],
        "chains": len(audit.chains_of(data.study)),
    }
