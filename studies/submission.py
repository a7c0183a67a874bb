"""The one door by which answers come in: idempotent, in turn, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from studies import audit, interactions, locks
from studies.answers import Extent, checked
from studies.digests import exit_digest, reading_digest
from studies.interactions import Interactions
from studies.models import Answer, Assignment, Image, InteractionLog, Mark, Reader, Reading
from studies.participation import READING_STATES, OutOfTurn, current_reading, next_step
from studies.protocol import Protocol

SKIP_REASONS = {"not_diagnostic": "Not diagnostic", "faulty_image": "Faulty image"}
LONGEST_MS = 2**31 - 1
OUTCOME = (
    "status",
    "skip_reason",
    "submission_id",
    "submission_sha256",
    "served_utc",
    "submitted_utc",
    "ready_ms",
    "first_input_ms",
    "read_ms",
    "visible_ms",
    "focused_ms",
    "event_timing_ms",
    "display_facts",
)
LATER_TIMES = frozenset({"focused_ms", "event_timing_ms"})  # absent from the digest where not measured
# SQLite has one writer: waiting here costs less than its busy handler's sleeps.
_writer = threading.Lock()


class AlreadyKept(Exception):
    """Another answer to this reading is on record and stays there."""


@dataclass(frozen=True)
class Times:
    """Milliseconds of the client's monotonic clock, counted from the serving."""

    ready_ms: int | None = None
    first_input_ms: int | None = None
    read_ms: int | None = None
    visible_ms: int | None = None
    focused_ms: int | None = None
    event_timing_ms: int | None = None


@dataclass(frozen=True)
class Submission:
    """What a reader sends for one reading; `submission_id` stays the same on every retry."""

    submission_id: uuid.UUID
    answers: dict[str, Any]
    skip_reason: str = ""
    times: Times = Times()
    display: dict[str, Any] = field(default_factory=dict)
    interactions: Interactions | None = None

    def digest(self) -> str:
        """SHA-256 of all that was sent; what a browser does not know to send is not in it."""
        said = {item.name: getattr(self, item.name) for item in fields(self)}
        said["times"] = {
            name: value
            for name, value in asdict(self.times).items()
            if value is not None or name not in LATER_TIMES
        }
        log = said.pop("interactions")
        if log is not None:
            said["interactions"] = [interactions.text_sha256(log.text), log.truncated, log.fault]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def submit(reading: Reading, submission: Submission, actor: str) -> Reading:
    """Keeps a submission; returning means that it is on disk, so it refuses to run in a caller's transaction.

    Sent again under its id it changes nothing. Raises AlreadyKept for a different answer to a kept reading,
    OutOfTurn where another step comes first, InvalidAnswers where the answers do not fit the questions.
    """
    with _one_writer(), transaction.atomic(durable=True):
        return submit_within(reading, submission, actor)


def submit_within(reading: Reading, submission: Submission, actor: str) -> Reading:
    """The same in the caller's transaction: kept when that commits, and not before."""
    locks.shared(reading.assignment.session.study_id)
    slot = _locked_slot(reading.pk)
    if slot.status != Reading.Status.WAITING:
        return _same_or_refused(slot, submission)
    _in_turn(slot)
    _keep(slot, submission, actor)
    return slot


def note_served(reading: Reading) -> None:
    """Stamps the first time that a case was given to its reader as the current one."""
    if reading.served_utc is None:
        with _one_writer():
            Reading.objects.filter(pk=reading.pk, served_utc=None, status=Reading.Status.WAITING).update(
                served_utc=timezone.now()
            )


def finish_session(assignment: Assignment, answers: dict[str, Any], actor: str) -> None:
    """Keeps the exit answers and ends the session; as with `submit`, returning means that it is on disk."""
    with _one_writer(), transaction.atomic(durable=True):
        finish_within(assignment, answers, actor)


def finish_within(assignment: Assignment, answers: dict[str, Any], actor: str) -> None:
    """The same in the caller's transaction."""
    locks.shared(assignment.session.study_id)
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("reader__study__protocol", "session__study__protocol")
        .get(pk=assignment.pk)
    )
    step = next_step(assignment.reader)
    if step.name != "exit" or step.assignment != assignment:
        raise OutOfTurn("This session is not at its end.")
    protocol = assignment.session.study.definition
    asked = [protocol.question(key) for key in assignment.session.definition.exit_questions]
    Answer.objects.bulk_create(
        Answer(assignment=assignment, question=key, value=value)
        for key, value in checked(asked, answers, []).items()
    )
    assignment.finished_utc = timezone.now()
    assignment.save(update_fields=["finished_utc"])
    data = {"sha256": exit_digest(assignment)}
    audit.record(assignment, "session.finished", actor=actor, data=data, utc=assignment.finished_utc)


@contextlib.contextmanager
def _one_writer() -> Iterator[None]:
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _writer:
        yield


def _locked_slot(pk: int) -> Reading:
    # The lock on the assignment lets one device of a reader write at a time.
    return (
        Reading.objects.select_for_update(of=("self", "assignment"))
        .select_related("case", "assignment__reader__study__protocol", "assignment__session__study__protocol")
        .get(pk=pk)
    )


def _same_or_refused(slot: Reading, submission: Submission) -> Reading:
    if slot.submission_id == submission.submission_id and slot.submission_sha256 == submission.digest():
        return slot
    raise AlreadyKept("This case was already answered; the first answer stays.")


def _in_turn(slot: Reading) -> None:
    reader: Reader = slot.assignment.reader
    if reader.study.state not in READING_STATES:
        raise OutOfTurn("This study no longer takes answers.")
    step = next_step(reader)
    if step.name != "cases" or step.assignment != slot.assignment or current_reading(slot.assignment) != slot:
        raise OutOfTurn("This case is not the one to be answered now.")


def _keep(slot: Reading, submission: Submission, actor: str) -> None:
    images = list(slot.case.images.order_by("position").prefetch_related("frames"))
    protocol, definition = slot.assignment.session.study.definition, slot.assignment.session.definition
    if submission.skip_reason:
        kept = {}
        if submission.skip_reason not in SKIP_REASONS:
            raise ValueError(
                f"{submission.skip_reason!r} is no reason to skip; use {', '.join(SKIP_REASONS)}"
            )
    else:
        kept = _checked(protocol, definition.questions, submission.answers, images)
    slot.status = Reading.Status.SKIPPED if submission.skip_reason else Reading.Status.DONE
    slot.skip_reason = submission.skip_reason
    slot.submission_id, slot.submission_sha256 = submission.submission_id, submission.digest()
    slot.submitted_utc = timezone.now()
    slot.served_utc = slot.served_utc or slot.submitted_utc
    slot.display_facts = submission.display
    for name, value in vars(submission.times).items():
        setattr(slot, name, value)
    slot.save(update_fields=OUTCOME)
    _write_answers(slot, kept, protocol, images)
    _write_log(slot, submission.interactions)
    answers = list(slot.answers.prefetch_related("marks"))
    audit.record(
        slot.assignment,
        "reading.kept",
        actor=actor,
        subject=f"reading:{slot.pk}",
        data={"status": slot.status, "sha256": reading_digest(slot, answers)},
        utc=slot.submitted_utc,
    )


def _checked(
    protocol: Protocol, keys: tuple[str, ...], answers: dict[str, Any], images: list[Image]
) -> dict[str, Any]:
    extents = [Extent(image.rows, image.columns, len(image.frames.all())) for image in images]
    return checked([protocol.question(key) for key in keys], answers, extents)


def _write_answers(slot: Reading, kept: dict[str, Any], protocol: Protocol, images: list[Image]) -> None:
    answers = Answer.objects.bulk_create(
        Answer(assignment=slot.assignment, reading=slot, question=key, value=value)
        for key, value in kept.items()
    )
    Mark.objects.bulk_create(
        Mark(
            answer=answer,
            number=number,
            image=images[mark["image"]],
            frame_number=mark["frame"],
            kind=mark["kind"],
            x=mark["x"],
            y=mark["y"],
            width=mark.get("width"),
            height=mark.get("height"),
            label=mark.get("label", ""),
        )
        for answer in answers
        if protocol.question(answer.question).kind == "mark"
        for number, mark in enumerate(answer.value, 1)
    )


def _write_log(slot: Reading, log: Interactions | None) -> None:
    if log is None:
        return
    InteractionLog.objects.create(
        reading=slot,
        events=len(log.rows),
        truncated=log.truncated,
        fault=log.fault,
        sha256=interactions.text_sha256(log.text),
        blob=interactions.packed(log),
    )
