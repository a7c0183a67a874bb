"""A reader's way through a study: which step is next, and the small records that each step leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from studies import audit, locks, selfcheck
from studies.digests import display_digest
from studies.models import Assignment, DisplayCheck, Profile, Reader, Reading, Study

Name = Literal[
    "consent",
    "profile",
    "wait",
    "display",
    "briefing",
    "cases",
    "exit",
    "debrief",
    "done",
    "withdrawn",
    "closed",
]
READING_STATES = {Study.State.OPEN, Study.State.PILOTING}


class OutOfTurn(Exception):
    """A step that is not this reader's next one."""


@dataclass(frozen=True)
class Step:
    """Where a reader stands; `assignment` where the step belongs to a session."""

    name: Name
    assignment: Assignment | None = None
    not_before: datetime | None = None


def next_step(reader: Reader) -> Step:
    """The one step that a reader may take now."""
    if reader.withdrew_utc:
        return Step("withdrawn")
    if reader.study.state not in READING_STATES:
        return _step_after_reading(reader)
    if not reader.consented_utc:
        return Step("consent")
    if reader.study.definition.profile and not hasattr(reader, "profile"):
        return Step("profile")
    assignments = list(reader.assignments.select_related("session__study__protocol").order_by("number"))
    for before, assignment in zip([None, *assignments], assignments, strict=False):
        if not assignment.finished_utc:
            return _session_step(assignment, before)
    return Step("done" if reader.debriefed_utc else "debrief")


def _step_after_reading(reader: Reader) -> Step:
    """Once reading is over those who finished may still be debriefed, and withdraw until the lock."""
    if reader.debriefed_utc:
        return Step("done")
    finished = reader.consented_utc and not reader.assignments.filter(finished_utc=None).exists()
    return Step("debrief" if finished and reader.study.state == Study.State.CLOSED else "closed")


def _session_step(assignment: Assignment, before: Assignment | None) -> Step:
    if before and before.finished_utc:
        ready = before.finished_utc + timedelta(days=assignment.session.definition.washout_days)
        if timezone.now() < ready:
            return Step("wait", assignment, ready)
    if not assignment.briefed_utc:
        if _has_display_to_check(assignment):
            return Step("display", assignment)
        return Step("briefing", assignment)
    if assignment.readings.waiting().exists():
        return Step("cases", assignment)
    return Step("exit", assignment)


def _has_display_to_check(assignment: Assignment) -> bool:
    """Algorithms and simulated readers sit before no display."""
    asked = assignment.session.study.definition.display.check and not assignment.display_checked_utc
    return asked and assignment.reader.kind == Reader.Kind.RADIOLOGIST


@transaction.atomic
def consent(reader: Reader) -> None:
    """Notes that the reader agreed to take part."""
    reader = _in_step(reader, "consent")
    _stamp(reader, "reader.consented", "consented_utc")


@transaction.atomic
def keep_profile(reader: Reader, words: dict[str, Any]) -> None:
    """Keeps what readers say of themselves; readers.csv stays beside it."""
    reader = _in_step(reader, "profile")
    Profile.objects.create(reader=reader, **words)
    _record(reader, "profile.kept", timezone.now(), fields=sorted(words))


@transaction.atomic(durable=True)
def keep_display_check(
    reader: Reader, attempt: int, answers: dict[str, str], facts: dict[str, Any]
) -> DisplayCheck:
    """Keeps one attempt at the display self-check; raises OutOfTurn for one that is not the next."""
    assignment = _display_step(reader)
    number = assignment.display_checks.count() + 1
    if attempt != number or number > selfcheck.MOST_ATTEMPTS:
        raise OutOfTurn(f"Attempt {attempt} is not the next one.")
    shown = selfcheck.symbols(assignment.nonce, number)
    check = DisplayCheck.objects.create(
        assignment=assignment,
        number=number,
        kept_utc=timezone.now(),
        shown=shown,
        answers=answers,
        results=selfcheck.results(shown, answers),
        display_facts=facts,
    )
    audit.record(
        assignment,
        "display.kept",
        actor=f"reader:{reader.pk}",
        subject=f"display_check:{check.pk}",
        data={"number": number, "sha256": display_digest(check)},
        utc=check.kept_utc,
    )
    return check


@transaction.atomic(durable=True)
def leave_display(reader: Reader) -> None:
    """Notes that the reader goes on to the briefing, after one attempt or more."""
    assignment = _display_step(reader)
    if not assignment.display_checks.exists():
        raise OutOfTurn("The display was not looked at yet.")
    assignment.display_checked_utc = timezone.now()
    assignment.save(update_fields=["display_checked_utc"])
    actor = f"reader:{reader.pk}"
    audit.record(assignment, "session.display_checked", actor=actor, utc=assignment.display_checked_utc)


def _display_step(reader: Reader) -> Assignment:
    assignment = next_step(_in_step(reader, "display", alone=False)).assignment
    assert assignment is not None  # the display step belongs to a session
    return assignment


@transaction.atomic
def begin_session(reader: Reader) -> None:
    """Notes that the briefing was read."""
    reader = _in_step(reader, "briefing", alone=False)
    assignment = next_step(reader).assignment
    assert assignment is not None  # the briefing belongs to a session
    assignment.briefed_utc = timezone.now()
    assignment.save(update_fields=["briefed_utc"])
    actor = f"reader:{reader.pk}"
    audit.record(assignment, "session.begun", actor=actor, utc=assignment.briefed_utc)


@transaction.atomic
def debrief(reader: Reader, withdraw: bool = False) -> None:
    """Notes that the debriefing was read, and a withdrawal of all readings where the reader asks for it."""
    reader = _in_step(reader, "debrief")
    _stamp(reader, "reader.debriefed", "debriefed_utc")
    if withdraw:
        _stamp(reader, "reader.withdrew", "withdrew_utc")


def progress(assignment: Assignment) -> tuple[int, int]:
    """(slots read, slots) of a session."""
    return assignment.readings.read().count(), assignment.readings.count()


def current_reading(assignment: Assignment) -> Reading | None:
    """The slot to be read now."""
    return assignment.readings.waiting().first()


def _in_step(reader: Reader, name: Name, alone: bool = True) -> Reader:
    """The reader as they stand now, locked after the study: alone where the study's chain is written."""
    if alone:
        locks.alone(reader.study_id)
    else:
        locks.shared(reader.study_id)
    reader = (
        Reader.objects.select_for_update(of=("self",)).select_related("study__protocol").get(pk=reader.pk)
    )
    step = next_step(reader)
    if step.name != name:
        raise OutOfTurn(f"The next step is {step.name}, not {name}.")
    return reader


def _stamp(reader: Reader, action: str, column: str) -> None:
    now = timezone.now()
    setattr(reader, column, now)
    reader.save(update_fields=[column])
    _record(reader, action, now)


def _record(reader: Reader, action: str, now: datetime, **data: Any) -> None:
    who = f"reader:{reader.pk}"
    audit.record(reader.study, action, actor=who, subject=who, data=data, utc=now)
