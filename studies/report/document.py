"""Puts the report together: page, tables and figures in one folder, whole or not at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from analysis.reporting.page import Page, draw_figures, write_page, write_tables
from analysis.reporting.printing import Table
from analysis.reporting.tables import groups, readers
from analysis.reporting.tables import summary as flat_summary
from studies import audit, dataset
from studies.codebook import written
from studies.delivery import delivered, refuse_taken
from studies.export.folder import notice
from studies.models import Study
from studies.records import Dataset
from studies.refusals import NotReady
from studies.report import method, summary, tables
from studies.report.column import Column, columns
from studies.report.panel import panels

PAGES = Path(settings.BASE_DIR) / "templates" / "report"


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
        flag = _flag(data)
        drawn = draw_figures(folder, [column.panel for column in found], flag)
        rows = summary.rows(found)
        sessions = [column.panel.session for column in found]
        flat = flat_summary(
            rows, ("session", "case_set"), [(session.key, session.case_set) for session in sessions]
        )
        printed = _tables(data, found)
        write_tables(folder, (flat, *printed), flag, written)
        page = Page(
            title=data.protocol.title,
            flag=flag,
            notice=notice(data.study),
            facts=_facts(data, found),
            heads=tuple(f"{each.case_set}: {each.title} ({each.condition})" for each in sessions),
            rows=rows,
            flat=flat,
            figures=drawn,
            tables=printed,
            level=f"{100 * (1 - data.protocol.analysis.alpha):g}",
            nothing="No session of this study asks for a call, so nothing is compared with truth.",
        )
        write_page(folder, page, "report.html", [PAGES], **_context(data, found))
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
        made += [groups(column.panel), readers(column.panel), tables.times(column)]
        made += [named] if named else []
    return [*made, tables.flow(data)]


def _named(figure: str) -> str:
    return "AUC" if figure == "auc" else figure


def _facts(data: Dataset, found: tuple[Column, ...]) -> tuple[tuple[str, str], ...]:
    values, terms = Counter(case.truth.value for case in data.cases if case.truth), data.protocol.truth
    readers = len({slot.reader for column in found for slot in column.panel.slots})
    facts = [
        ("Readers analysed", str(readers)),
        ("Cases", f"{values[1]} {terms.positive}, {values[0]} {terms.negative}"),
        ("Readings final since", f"{_day(data.study.locked_utc)}, {_stamp(data.study.locked_utc)[11:]}"),
    ]
    return tuple(facts + ([("Ethics", data.protocol.ethics)] if data.protocol.ethics else []))


def _context(data: Dataset, found: tuple[Column, ...]) -> dict[str, Any]:
    study = data.study
    stamps = {"Opened": study.opened_utc, "Closed": study.closed_utc, "Locked": study.locked_utc}
    return {
        "protocol": data.protocol,
        "frozen": _day(study.protocol.frozen_utc),
        "completeness": method.completeness(found),
        "displays": method.displays(data),
        "primary": _named(data.protocol.analysis.primary),
        "also": [_named(figure) for figure in data.protocol.analysis.also],
        "record": [
            ("Study", study.slug),
            ("Protocol, SHA-256", study.protocol.sha256),
            *((name, _stamp(at)) for name, at in stamps.items()),
            ("Audit chains", str(len(audit.chains_of(study)))),
            ("Report made", _stamp(timezone.now())),
        ],
    }


def _day(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y}" if at else "-"


def _stamp(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "-"
