"""Sentences for the methods: which readings the analyses across readers hold, and on what displays."""

from __future__ import annotations

from statistics import median_high

from analysis.reporting.printing import counted
from studies.records import Dataset
from studies.report.column import Column
from studies.selfcheck import DIFFERENCES, GROUNDS


def completeness(columns: tuple[Column, ...]) -> str:
    """Whether every reader read every case, and what was left out where not."""
    said = []
    for column in columns:
        for figure in column.panel.together:
            notes = column.panel.left_out(figure)
            said += [f"For {figure.replace('auc', 'AUC')} in {column.panel.title}: {note}." for note in notes]
    if said:
        return "Analyses across readers need every reader on every case. " + " ".join(dict.fromkeys(said))
    if not columns:
        return "No session of this study is compared with truth."
    counts = "; ".join(
        f"{counted(len({slot.reader for slot in column.panel.slots}), 'reader')} × "
        f"{counted(len({slot.case for slot in column.panel.slots}), 'case')}"
        for column in columns
    )
    return f"Every reader read every case ({counts})."


def displays(dataset: Dataset) -> str:
    """What the last display self-check before each session found; empty where the protocol has none."""
    if not dataset.protocol.display.check:
        return ""
    people = {reader.code for reader in dataset.readers if reader.kind == "radiologist"}
    begun = [each for each in dataset.sittings if each.reader in people and each.begun and not each.withdrawn]
    last = [each.display_checks[-1] for each in begun if each.display_checks]
    said = f"{len(last)} of {counted(len(begun), 'session')} begun with a display self-check"
    if not last:
        return f"{said}."
    found = (
        f"{ground.label.lower()} {_difference([check.smallest[ground.key] for check in last])}"
        for ground in GROUNDS
    )
    what = "smallest difference seen, median of the last attempts, in levels of 255"
    return f"{said}; {what}: {', '.join(found)}."


def _difference(smallest: list[int | None]) -> str:
    """The median, the upper of two in the middle; whoever saw none counts beyond the greatest shown."""
    beyond = max(DIFFERENCES) + 1
    middle = median_high([beyond if each is None else each for each in smallest])
    return f"more than {max(DIFFERENCES)}" if middle == beyond else str(middle)
