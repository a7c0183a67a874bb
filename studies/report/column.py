"""One column of the main table: a session compared with truth, and earlier sessions on the same cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studies.protocol import Question, SessionDefinition
from studies.records import Dataset, Slot
from studies.report.panel import SessionPanel


@dataclass(frozen=True)
class Column:
    """One session compared with truth, with the earlier sessions on the same cases."""

    dataset: Dataset
    panel: SessionPanel
    blinded: tuple[SessionDefinition, ...]

    @property
    def asked_in(self) -> tuple[SessionDefinition, ...]:
        """All sessions on this set of cases."""
        return (*self.blinded, self.panel.session)

    def slots(self, session: SessionDefinition) -> list[Slot]:
        """The panel's first showings in a session."""
        return [slot for slot in self.dataset.done(session.key) if slot.reader_kind != "algorithm"]

    def asked(
        self, wanted: Callable[[Question], bool], at_exit: bool = False
    ) -> Iterable[tuple[SessionDefinition, Question]]:
        """Questions of a kind, with their sessions."""
        for session in self.asked_in:
            keys = session.exit_questions if at_exit else session.questions
            for question in map(self.dataset.protocol.question, keys):
                if wanted(question):
                    yield session, question


def columns(dataset: Dataset, panels: tuple[SessionPanel, ...]) -> tuple[Column, ...]:
    """A column per panel."""
    sessions = dataset.protocol.sessions
    return tuple(
        Column(
            dataset,
            panel,
            tuple(
                session
                for session in sessions[: sessions.index(panel.session)]
                if session.case_set == panel.session.case_set
                and dataset.protocol.with_role("call", session.questions) is None
            ),
        )
        for panel in panels
    )
