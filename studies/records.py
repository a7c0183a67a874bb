"""A study's readings as plain frozen records, free of the database: what analysis and export start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from studies.models import Study
from studies.protocol import Protocol
from studies.truth import TruthEntry

Status = Literal["done", "skipped", "not_reached", "withdrawn", "failed"]


@dataclass(frozen=True)
class ReaderRecord:
    """One reader under their code; what they said of themselves wins over readers.csv."""

    code: str
    kind: str
    specialty: str
    years: int | None
    institution: str
    country: str
    arm: str
    invited: bool
    enrolled: bool
    consented: bool
    finished: bool
    withdrew: bool


@dataclass(frozen=True)
class CaseRecord:
    """One case; truth is None until the study is locked."""

    code: str
    case_set: str
    patient: str
    region: str
    truth: TruthEntry | None


@dataclass(frozen=True)
class MarkRecord:
    """One mark in image pixels; image and frame count from 1; x and y of a box are its left and top edge."""

    question: str
    number: int
    image: int
    frame: int
    kind: str
    x: float
    y: float
    width: float | None
    height: float | None
    label: str


@dataclass(frozen=True)
class Slot:
    """One reading slot: its place from enrolment on, and what became of it."""

    reader: str
    reader_kind: str
    arm: str
    session: str
    condition: str
    case_set: str
    position: int
    repeat: bool
    case: str
    patient: str
    status: Status
    skip_reason: str
    truth: int | None
    correct: int | None
    call: int | None
    confidence: int | None
    rating: int | None
    served_utc: datetime | None
    submitted_utc: datetime | None
    ready_ms: int | None
    first_input_ms: int | None
    read_ms: int | None
    visible_ms: int | None
    focused_ms: int | None
    event_timing_ms: int | None
    display: Mapping[str, Any]
    logged: int | None
    logged_truncated: int | None
    log_fault: str
    answers: Mapping[str, Any]
    marks: tuple[MarkRecord, ...]


@dataclass(frozen=True)
class DisplayRecord:
    """One attempt at the display self-check; `smallest` difference seen by ground, None for not one."""

    reader: str
    session: str
    attempt: int
    kept_utc: datetime
    shown: Mapping[str, str]
    answers: Mapping[str, str]
    smallest: Mapping[str, int | None]
    display: Mapping[str, Any]


@dataclass(frozen=True)
class Sitting:
    """One reader in one session, with the answers given at its end."""

    reader: str
    session: str
    begun: bool
    finished: bool
    withdrawn: bool
    exit_answers: Mapping[str, Any]
    display_checks: tuple[DisplayRecord, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """All that a study's analysis and export start from."""

    study: Study
    protocol: Protocol
    readers: tuple[ReaderRecord, ...]
    cases: tuple[CaseRecord, ...]
    sittings: tuple[Sitting, ...]
    slots: tuple[Slot, ...]
    unblinded: bool

    def done(self, session: str, repeats: bool = False) -> list[Slot]:
        """Readings of a session that have answers; second showings only where asked for."""
        return [
            slot
            for slot in self.slots
            if slot.session == session and slot.status == "done" and (repeats or not slot.repeat)
        ]
