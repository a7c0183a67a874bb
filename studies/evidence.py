"""Whether a study's records are what the audit says of them: every chain, stamp, order, answer and truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from studies import truth
from studies.audit import Break, assignment_chain, chains_of, study_chain, verify_chain
from studies.digests import (
    design_digest,
    display_digest,
    exit_digest,
    leak_audit_digest,
    order_digest,
    people_digest,
    reading_digest,
)
from studies.models import Assignment, AuditEvent, Reader, Reading, Study
from studies.protocol import digest
from studies.snapshot import standing_still

MOVES = {
    "study.opened": (Study.State.OPEN, "opened_utc"),
    "study.closed": (Study.State.CLOSED, "closed_utc"),
    "study.locked": (Study.State.LOCKED, "locked_utc"),
}
READER_STEPS = {
    "reader.consented": "consented_utc",
    "reader.debriefed": "debriefed_utc",
    "reader.withdrew": "withdrew_utc",
}
SITTING_STEPS = {
    "session.display_checked": "display_checked_utc",
    "session.begun": "briefed_utc",
    "session.finished": "finished_utc",
}
Events = dict[tuple[str, str], AuditEvent]  # by action and subject, the newest


def verify_study(study: Study) -> Break | None:
    """The first thing in a study's records that is not as it was written, or None; readers may read on."""
    with standing_still():
        study = Study.objects.select_related("protocol").get(pk=study.pk)
        for chain in chains_of(study):
            broken = verify_chain(chain)
            if broken:
                return broken
        return next(_differences(study), None)


def _differences(study: Study) -> Iterator[Break]:
    events = _events(study_chain(study))
    yield from _of_state(study, events)
    yield from _of_design(study, events)
    yield from _of_leak_audits(study)
    for reader in Reader.objects.filter(study=study).select_related("profile").order_by("pk"):
        yield from _of_reader(reader, events)
    yield from _of_enrolment(study, events)
    for assignment in Assignment.objects.filter(session__study=study).order_by("pk"):
        yield from _of_assignment(assignment)


def _events(chain: str) -> Events:
    rows = AuditEvent.objects.filter(chain=chain).order_by("number")
    return {(event.action, event.subject): event for event in rows}


def _said(event: AuditEvent | None) -> dict[str, Any]:
    return dict(json.loads(event.data)) if event else {}


def _stamp(place: str, column: str, stands: datetime | None, event: AuditEvent | None) -> Iterator[Break]:
    if stands != (event.utc if event else None):
        yield Break(place, f"{column} is not what the audit says" if event else f"no event says its {column}")


def _of_state(study: Study, events: Events) -> Iterator[Break]:
    place, chain, expected = f"study {study.slug}", study_chain(study), Study.State.DRAFT
    for action, (state, column) in MOVES.items():
        event = events.get((action, chain))
        expected = state if event else expected
        yield from _stamp(place, column, getattr(study, column), event)
    if study.state != expected:
        yield Break(place, f"it is {study.state}, the audit says {expected}")
    if study.simulated != (("study.simulated", chain) in events):
        yield Break(place, "its mark of simulation is not what the audit says")


def _of_design(study: Study, events: Events) -> Iterator[Break]:
    place, chain = f"study {study.slug}", study_chain(study)
    opened = events.get(("study.opened", chain))
    if study.leaks_override != _leaks_overridden(opened):
        yield Break(place, "why it was opened in spite of leaks is not what the audit says")
    protocol = getattr(study, "protocol", None)
    if protocol and digest(protocol.document) != protocol.sha256:
        yield Break(place, "its protocol is not what its hash says")
    if opened is None:
        return
    said, frozen = _said(opened), protocol.frozen_utc if protocol else None
    yield from _stamp(f"{place}'s protocol", "frozen_utc", frozen, opened)
    if protocol and said["protocol_sha256"] != protocol.sha256:
        yield Break(place, "its protocol is not the one that it opened with")
    if said.get("design_sha256") != design_digest(study):
        yield Break(place, "its cases, images or sessions are not those that it opened with")
    if said.get("truth_sha256") != truth.sealed(study):
        yield Break(place, "its truth is not the one that it opened with")
    locked = events.get(("study.locked", chain))
    if locked and _said(locked).get("people_sha256") != people_digest(study):
        yield Break(place, "what is known of its readers is not what it was at the lock")


def _leaks_overridden(opened: AuditEvent | None) -> str:
    """Before reasons were told by their ground, the one for all was the event's."""
    said = _said(opened)
    if opened is not None and said.get("leaks_overridden"):
        return opened.reason
    return str(said.get("overridden", {}).get("leaks", ""))


def _of_leak_audits(study: Study) -> Iterator[Break]:
    """Before audits had a digest, an event told only when one was made."""
    rows = AuditEvent.objects.filter(chain=study_chain(study), action="leaks.audited")
    said = {event.utc: _said(event).get("audit_sha256") for event in rows}
    there = {kept.made_utc: leak_audit_digest(kept) for kept in study.leak_audits.all()}
    for made, digest_there in there.items():
        if made not in said or said[made] not in (None, digest_there):
            yield Break(
                f"study {study.slug}", f"its leak audit of {made:%Y-%m-%d %H:%M} is not what was made"
            )
    for made in said.keys() - there.keys():
        if said[made]:
            yield Break(f"study {study.slug}", f"its leak audit of {made:%Y-%m-%d %H:%M} is missing")


def _of_reader(reader: Reader, events: Events) -> Iterator[Break]:
    place = f"reader:{reader.pk}"
    for action, column in READER_STEPS.items():
        yield from _stamp(
            f"reader {reader.code}", column, getattr(reader, column), events.get((action, place))
        )
    if hasattr(reader, "profile") != (("profile.kept", place) in events):
        yield Break(f"reader {reader.code}", "its profile is not what the audit says")


def _of_enrolment(study: Study, events: Events) -> Iterator[Break]:
    enrolled = {
        (pk, subject)
        for (action, subject), event in events.items()
        if action == "reader.enrolled"
        for pk in _said(event)["assignments"]
    }
    there = {
        (pk, f"reader:{reader}")
        for pk, reader in Assignment.objects.filter(session__study=study).values_list("pk", "reader_id")
    }
    for pk, subject in sorted(enrolled - there):
        yield Break(f"assignment {pk}", f"the audit enrolled {subject} in it, the table does not have it so")
    for pk, subject in sorted(there - enrolled):
        yield Break(f"assignment {pk}", f"no event enrolled {subject} in it")


def _of_assignment(assignment: Assignment) -> Iterator[Break]:
    place, chain = f"assignment {assignment.pk}", assignment_chain(assignment)
    events = _events(chain)
    stored = next((event for (action, _), event in events.items() if action == "order.stored"), None)
    if _said(stored).get("order_sha256") != order_digest(assignment):
        yield Break(place, "its slots are not those of the order that was stored")
    for action, column in SITTING_STEPS.items():
        yield from _stamp(place, column, getattr(assignment, column), events.get((action, chain)))
    for reading in assignment.readings.select_related("interactions").prefetch_related("answers__marks"):
        event = events.get(("reading.kept", f"reading:{reading.pk}"))
        yield from _of_reading(reading, _said(event).get("sha256"))
    yield from _of_display_checks(assignment, events)
    finished = events.get(("session.finished", chain))
    if finished is None and assignment.answers.filter(reading=None).exists():
        yield Break(place, "it has exit answers, but no event says so")
    elif finished and _said(finished)["sha256"] != exit_digest(assignment):
        yield Break(place, "its exit answers are not what was kept")


def _of_display_checks(assignment: Assignment, events: Events) -> Iterator[Break]:
    recorded = {
        subject: _said(event)["sha256"]
        for (action, subject), event in events.items()
        if action == "display.kept"
    }
    kept = {f"display_check:{check.pk}": display_digest(check) for check in assignment.display_checks.all()}
    for place in sorted(recorded.keys() | kept.keys()):
        if recorded.get(place) != kept.get(place):
            yield Break(f"assignment {assignment.pk}", f"{place} is not what was kept")


def _of_reading(reading: Reading, recorded: str | None) -> Iterator[Break]:
    place, answers = f"reading {reading.pk}", list(reading.answers.all())
    if reading.status == Reading.Status.WAITING:
        if recorded:
            yield Break(place, "the audit says it was kept, the table that it waits")
        elif answers or hasattr(reading, "interactions"):
            yield Break(place, "it waits, but has answers")
    elif recorded is None:
        yield Break(place, "it has an outcome, but no event says so")
    elif recorded != reading_digest(reading, answers):
        yield Break(place, "its answers or times are not what was kept")
