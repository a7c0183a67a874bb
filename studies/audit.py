"""The audit trail: events are appended to chains, each hashed over the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.models import Assignment, AuditEvent, Study

GENESIS = "0" * 64
OPERATOR = "operator"
ORDER = "order.stored"  # an assignment chain's first event; its subject is the study's chain


def study_chain(study: Study) -> str:
    """The chain of a study's design and people."""
    return f"study:{study.pk}"


def assignment_chain(assignment: Assignment) -> str:
    """The chain of one assignment's readings, so that readers do not queue behind each other."""
    return f"assignment:{assignment.pk}"


def record(
    place: Study | Assignment,
    action: str,
    *,
    actor: str,
    subject: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
    utc: datetime | None = None,
) -> AuditEvent:
    """Appends one event to the chain of a study or an assignment, in the caller's transaction or its own.

    `utc` is the stamp that a row got for the same thing, so that the two can be compared.
    """
    with transaction.atomic(savepoint=False):
        # Locking the chain's owner keeps two writers from taking one number.
        type(place)._default_manager.select_for_update().get(pk=place.pk)
        chain = study_chain(place) if isinstance(place, Study) else assignment_chain(place)
        last = AuditEvent.objects.filter(chain=chain).order_by("-number").first()
        event = AuditEvent(
            chain=chain,
            number=last.number + 1 if last else 1,
            utc=utc or timezone.now(),
            actor=actor,
            action=action,
            subject=subject or chain,
            reason=reason,
            data=json.dumps(data or {}, sort_keys=True, separators=(",", ":")),
            previous_sha256=last.sha256 if last else GENESIS,
        )
        event.sha256 = digest(event)
        event.save(force_insert=True)
    return event


def digest(event: AuditEvent) -> str:
    """SHA-256 over everything that the event says and the hash of the one before."""
    said: list[str | int] = [
        event.chain,
        event.number,
        event.utc.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.reason,
        event.data,
        event.previous_sha256,
    ]
    return hash_of(said)


def hash_of(said: list[str | int]) -> str:
    """SHA-256 over an event's parts, in the order of `digest`."""
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


def chains_of(study: Study) -> list[str]:
    """All chains that belong to a study, design first: of its assignments, and of those that once were."""
    rows = Assignment.objects.filter(session__study=study).values_list("pk", flat=True)
    once = AuditEvent.objects.filter(action=ORDER, subject=study_chain(study)).values_list("chain", flat=True)
    chains = {*once, *(f"assignment:{pk}" for pk in rows)}
    return [study_chain(study), *sorted(chains, key=lambda chain: (len(chain), chain))]


def strays() -> list[str]:
    """Chains that belong to no study: what they told of is gone."""
    known = {chain for study in Study.objects.all() for chain in chains_of(study)}
    return sorted(set(AuditEvent.objects.order_by().values_list("chain", flat=True).distinct()) - known)


def verify_chain(chain: str) -> Break | None:
    """The first broken event of a chain, or None."""
    previous, number = GENESIS, 0
    for event in AuditEvent.objects.filter(chain=chain).order_by("number").iterator():
        place, number = f"event {event.pk} ({event.chain}#{event.number} {event.action})", number + 1
        if event.number != number:
            return Break(place, f"event {number} of this chain is missing")
        if event.previous_sha256 != previous:
            return Break(place, "it does not continue the event before it")
        if event.sha256 != digest(event):
            return Break(place, "its content is not what was hashed")
        previous = event.sha256
    return None


def heads(study: Study) -> Iterator[tuple[str, int, str]]:
    """(chain, number, hash) of each chain's last event; kept elsewhere, they show a cut tail."""
    for chain in chains_of(study):
        last = AuditEvent.objects.filter(chain=chain).order_by("-number").first()
        if last:
            yield chain, last.number, last.sha256


def reaches(head: str) -> bool:
    """Whether an event of that hash is still there."""
    return AuditEvent.objects.filter(sha256=head).exists()
