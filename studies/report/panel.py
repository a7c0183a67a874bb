"""The panels of a study: what its readers achieved in each session that is compared with truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.reporting.panel import Missing, Panel
from studies.dataset import reading_table
from studies.protocol import SessionDefinition
from studies.records import Dataset, Slot

ALGORITHM = "algorithm"


@dataclass(frozen=True)
class SessionPanel(Panel):
    """One session, read by people (or simulated readers); slots: theirs that hold a call."""

    session: SessionDefinition
    slots: tuple[Slot, ...]


def panels(dataset: Dataset) -> tuple[SessionPanel, ...]:
    """One panel per session with a call question, in the order of the sessions."""
    asking = (each for each in dataset.protocol.sessions if _asks(dataset, each, "call"))
    return tuple(_panel(dataset, session) for session in asking)


def _panel(dataset: Dataset, session: SessionDefinition) -> SessionPanel:
    called = [slot for slot in dataset.done(session.key) if slot.call is not None]
    people = [reader for reader in dataset.readers if reader.kind != ALGORITHM]
    return SessionPanel(
        key=session.key,
        title=f"session “{session.title}”",
        everyone=reading_table(called, f"session {session.key}")
        if called
        else Missing("no reading of this session has a call"),
        algorithms=frozenset(slot.reader for slot in called if slot.reader_kind == ALGORITHM),
        specialty={reader.code: reader.specialty for reader in people},
        years_in_practice={reader.code: reader.years for reader in people},
        level=1 - dataset.protocol.analysis.alpha,
        rating_is_call=not _asks(dataset, session, "confidence"),
        session=session,
        slots=tuple(slot for slot in called if slot.reader_kind != ALGORITHM),
    )


def _asks(dataset: Dataset, session: SessionDefinition, role: Literal["call", "confidence"]) -> bool:
    return dataset.protocol.with_role(role, session.questions) is not None
