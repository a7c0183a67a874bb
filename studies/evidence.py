"""What a kept reading says, as one hash: taken when it is kept, taken again when the audit is verified."""

import hashlib
import json
from collections.abc import Iterator

from studies.audit import Break, assignment_chain, chains_of, verify_chain
from studies.models import Answer, Assignment, AuditEvent, Mark, Reading, Study


def _mark(mark: Mark) -> list[object]:
    return [mark.number, mark.image_id, mark.frame_number, mark.kind, mark.x, mark.y, mark.width, mark.height]


def _answers(answers: list[Answer]) -> list[list[object]]:
    return [
        [
            answer.question,
            answer.value,
            [_mark(mark) for mark in sorted(answer.marks.all(), key=lambda m: m.number)],
        ]
        for answer in sorted(answers, key=lambda answer: answer.question)
    ]


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def reading_digest(reading: Reading) -> str:
    """SHA-256 of a reading's outcome, answers, marks and times, as they stand in the database."""
    times = [reading.ready_ms, reading.first_input_ms, reading.read_ms, reading.visible_ms]
    slot = [
        reading.pk,
        reading.case_id,
        reading.position,
        reading.repeat,
        reading.status,
        reading.skip_reason,
    ]
    return _hash([slot, times, _answers(list(reading.answers.all()))])


def exit_digest(assignment: Assignment) -> str:
    """SHA-256 of a session's exit answers."""
    return _hash([assignment.pk, _answers(list(assignment.answers.filter(reading=None)))])


def verify_study(study: Study) -> Break | None:
    """The first thing in a study's records that is not as it was written, or None."""
    for chain in chains_of(study):
        broken = verify_chain(chain)
        if broken:
            return broken
    assignments = Assignment.objects.filter(session__study=study).order_by("pk")
    return next((broken for assignment in assignments for broken in _differences(assignment)), None)


def _differences(assignment: Assignment) -> Iterator[Break]:
    kept = {}
    for event in AuditEvent.objects.filter(chain=assignment_chain(assignment)):
        if event.action in {"reading.kept", "session.finished"}:
            kept[event.subject] = json.loads(event.data)["sha256"]
    for reading in assignment.readings.prefetch_related("answers__marks"):
        recorded = kept.get(f"reading:{reading.pk}")
        if reading.status == Reading.Status.WAITING:
            if recorded:
                yield Break(f"reading {reading.pk}", "the audit says it was kept, the table that it waits")
        elif recorded is None:
            yield Break(f"reading {reading.pk}", "it has an outcome, but no event says so")
        elif recorded != reading_digest(reading):
            yield Break(f"reading {reading.pk}", "its answers or times are not what was kept")
    recorded = kept.get(assignment_chain(assignment))
    if recorded and recorded != exit_digest(assignment):
        yield Break(f"assignment {assignment.pk}", "its exit answers are not what was kept")
