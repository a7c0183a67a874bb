"""Which readings the analyses across readers hold, in one sentence for the methods."""

from __future__ import annotations

from studies.report.cells import counted
from studies.report.column import Column


def completeness(columns: tuple[Column, ...]) -> str:
    """Whether every reader read every case, and what was left out where not."""
    said = []
    for column in columns:
        for figure in column.panel.together:
            notes = column.panel.left_out(figure)
            said += [
                f"For {figure.replace('auc', 'AUC')} in session “{column.panel.session.title}”: {note}."
                for note in notes
            ]
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
