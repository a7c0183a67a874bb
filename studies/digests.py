"""What stands in the tables, as hashes: taken when it is written, taken again when the audit is verified."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from studies.models import (
    Answer,
    Assignment,
    Case,
    DisplayCheck,
    Frame,
    Image,
    LeakAudit,
    Mark,
    Reader,
    Reading,
    Study,
)


def design_digest(study: Study) -> str:
    """SHA-256 of sessions, cases, images, how they are shown, and their frames' names."""
    sessions = study.sessions.order_by("pk").values_list(
        "pk", "number", "key", "condition", "case_set__name", "reveal"
    )
    cases = (
        Case.objects.filter(study=study)
        .order_by("pk")
        .select_related("case_set")
        .prefetch_related("images__frames")
    )
    return _hash([list(map(list, sessions)), [_case(case) for case in cases]])


def people_digest(study: Study) -> str:
    """SHA-256 of what the analysis knows of readers: kind, arm, readers.csv and their own words."""
    rows = Reader.objects.filter(study=study).order_by("pk").select_related("profile")
    facts = ("specialty", "years", "institution", "country")
    said = []
    for reader in rows:
        own = getattr(reader, "profile", None)
        own_words = [getattr(own, name) for name in facts] if own else None
        said.append(
            [reader.pk, reader.code, reader.kind, reader.arm]
            + [[getattr(reader, name) for name in facts], own_words]
        )
    return _hash(said)


def leak_audit_digest(kept: LeakAudit) -> str:
    """SHA-256 of a leak audit as it was made."""
    return _hash([kept.pk, _time(kept.made_utc), kept.actor, kept.files_sha256, kept.whole, kept.document])


def order_digest(assignment: Assignment) -> str:
    """SHA-256 of whose session it is and of its slots in their order."""
    whose = [assignment.pk, assignment.reader_id, assignment.session_id, assignment.number]
    slots = assignment.readings.order_by("position").values_list("pk", "position", "case_id", "repeat")
    return _hash([whose, list(map(list, slots))])


def reading_digest(reading: Reading, answers: list[Answer]) -> str:
    """SHA-256 of a reading's outcome, answers, marks and times, as they stand in the database.

    The nonce keeps a finite set of possible answers from being tried against the digest in the audit.
    """
    slot = [
        reading.nonce,
        reading.pk,
        reading.assignment_id,
        reading.assignment.reader_id,
        reading.assignment.session_id,
        reading.case_id,
        reading.position,
        reading.repeat,
        reading.status,
        reading.skip_reason,
    ]
    stamps = [_time(reading.served_utc), _time(reading.submitted_utc)]
    spans = [reading.ready_ms, reading.first_input_ms, reading.read_ms, reading.visible_ms]
    sent = [str(reading.submission_id), reading.submission_sha256, reading.display_facts]
    return _hash([slot, stamps, spans, sent, _answers(answers), *_later(reading)])


def exit_digest(assignment: Assignment) -> str:
    """SHA-256 of a session's exit answers."""
    return _hash([assignment.nonce, assignment.pk, _answers(list(assignment.answers.filter(reading=None)))])


def display_digest(check: DisplayCheck) -> str:
    """SHA-256 of one attempt at the display self-check."""
    place = [check.assignment.nonce, check.pk, check.assignment_id, check.number, _time(check.kept_utc)]
    return _hash([place, check.shown, check.answers, check.results, check.display_facts])


def _later(reading: Reading) -> list[object]:
    """What later versions keep beside; nothing where a reading has none of it, so that older hashes hold."""
    said: list[object] = []
    times = [reading.focused_ms, reading.event_timing_ms]
    if times != [None, None]:
        said.append(["times", times])
    log = getattr(reading, "interactions", None)
    if log is not None:
        blob = hashlib.sha256(bytes(log.blob)).hexdigest()
        said.append(["interactions", log.events, log.truncated, log.fault, log.sha256, blob])
    return said


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def _case(case: Case) -> list[object]:
    images = [
        [
            image.pk,
            image.position,
            image.view,
            image.original_sha256,
            image.derivative_sha256,
            [image.rows, image.columns, image.bits],
            image.display,
            *_showing(image),
            *_spacing(image),
            *_derivation(image),
            [_frame(frame) for frame in sorted(image.frames.all(), key=lambda f: f.number)],
        ]
        for image in sorted(case.images.all(), key=lambda image: image.position)
    ]
    return [case.pk, case.code, case.case_set.name, case.patient, case.region, case.history, images]


def _spacing(image: Image) -> list[object]:
    """Nothing where none is known, as for studies loaded before spacing was read."""
    known = [image.row_spacing_mm, image.column_spacing_mm, image.spacing_kind]
    return [known] if image.spacing_kind else []


def _showing(image: Image) -> list[object]:
    """Nothing where the image has one window and square pixels: the digest of the time before these."""
    said = {name: getattr(image, name) for name in ("windows", "frame_displays", "modality_slope")}
    said |= {"modality_intercept": image.modality_intercept}
    said |= {"aspect": image.aspect} if image.aspect != 1 else {}
    kept = {name: value for name, value in said.items() if value or value == 0}
    return [kept] if kept else []


def _derivation(image: Image) -> list[object]:
    """Nothing where values stayed as they were decoded."""
    said = [image.recipe_sha256, image.masks, image.placement]
    return [said] if image.recipe_sha256 or image.masks else []


def _frame(frame: Frame) -> list[object]:
    return [frame.number, frame.sha256, *([frame.overlay_sha256] if frame.overlay_sha256 else [])]


def _mark(mark: Mark) -> list[object]:
    place = [mark.x, mark.y, mark.width, mark.height]
    named = [mark.label] if mark.label else []  # marks without keep the digest of the time before labels
    return [mark.number, mark.image_id, mark.frame_number, mark.kind, *place, *named]


def _answers(answers: list[Answer]) -> list[list[object]]:
    return [
        [
            answer.question,
            answer.value,
            [_mark(mark) for mark in sorted(answer.marks.all(), key=lambda m: m.number)],
        ]
        for answer in sorted(answers, key=lambda answer: answer.question)
    ]
