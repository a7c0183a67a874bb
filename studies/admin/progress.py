"""How far a study is, in counts and dates alone: no outcome, answer or truth comes near this module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from studies.models import Assignment, Case, Invitation, Reader, Reading, Study

READ = ~Q(readings__status=Reading.Status.WAITING)


@dataclass(frozen=True)
class SessionProgress:
    """One reader in one session."""

    reader: Reader
    session: str
    read: int
    slots: int
    briefed_utc: datetime | None
    last_utc: datetime | None
    finished_utc: datetime | None


def with_counts(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Studies with what their list shows, in one query however many they are."""
    readers = Reader.objects.all()
    sittings = Assignment.objects.filter(reader=OuterRef("pk"))
    slots = Reading.objects.all()
    by_study = "assignment__session__study"
    return studies.select_related("protocol").annotate(
        n_cases=_count(Case.objects.all(), "study"),
        n_readers=_count(readers, "study"),
        n_invited=_count(readers.filter(Exists(Invitation.objects.filter(reader=OuterRef("pk")))), "study"),
        n_consented=_count(readers.filter(consented_utc__isnull=False), "study"),
        n_finished=_count(
            readers.filter(Exists(sittings), ~Exists(sittings.filter(finished_utc=None))), "study"
        ),
        n_slots=_count(slots, by_study),
        n_read=_count(slots.read(), by_study),
    )


def sessions_of(study: Study) -> list[SessionProgress]:
    """Every reader in every session of a study, in one query."""
    assignments = (
        Assignment.objects.filter(session__study=study)
        .select_related("reader", "session")
        .annotate(
            slots=Count("readings"),
            read=Count("readings", filter=READ),
            last_utc=Max("readings__submitted_utc"),
        )
        .order_by("reader__code", "number")
    )
    return [
        SessionProgress(
            row.reader,
            row.session.key,
            row.read,
            row.slots,
            row.briefed_utc,
            row.last_utc,
            row.finished_utc,
        )
        for row in assignments
    ]


def _count(rows: QuerySet[Any], path: str) -> Coalesce:
    counted = (
        rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
