"""Assignments and the reading slots that they are made of."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.case import Case
from studies.models.reader import Reader
from studies.models.study import Session


def random_nonce() -> str:
    """128 random bits within a record's digest, so that nobody finds the record by trying all answers."""
    return secrets.token_hex(16)


class Assignment(models.Model):
    """One reader in one session; its order is the positions of its readings."""

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="assignments")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="assignments")
    number = models.PositiveSmallIntegerField(help_text="The reader's first, second … session.")
    display_checked_utc = models.DateTimeField(null=True, blank=True)
    briefed_utc = models.DateTimeField(null=True, blank=True)
    finished_utc = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=32, default=random_nonce, editable=False)

    class Meta:
        ordering = ["reader", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "session"], name="assignment_once_per_reader_and_session"
            ),
            models.UniqueConstraint(fields=["reader", "number"], name="assignment_number_once_per_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} in {self.session}"


class ReadingStatus(models.TextChoices):
    """What became of a slot."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class ReadingQuerySet(models.QuerySet["Reading"]):
    """Selections that read as English."""

    def waiting(self) -> ReadingQuerySet:
        """Slots still to be read, in their stored order."""
        return self.filter(status=ReadingStatus.WAITING).order_by("position")

    def read(self) -> ReadingQuerySet:
        """Slots with an outcome."""
        return self.exclude(status=ReadingStatus.WAITING)


def random_address() -> str:
    """128 random bits; it says nothing of case, reader or position."""
    return secrets.token_urlsafe(16)


class Reading(models.Model):
    """One reader, one session, one case: the slot from enrolment on, later its outcome and times."""

    Status: ClassVar[type[ReadingStatus]] = ReadingStatus

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="readings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readings")
    position = models.PositiveIntegerField()
    repeat = models.BooleanField(default=False, help_text="Shown a second time, for agreement with oneself.")
    address = models.CharField(max_length=32, unique=True, default=random_address)
    nonce = models.CharField(max_length=32, default=random_nonce, editable=False)
    status = models.CharField(max_length=10, choices=ReadingStatus, default=ReadingStatus.WAITING)
    skip_reason = models.CharField(max_length=32, blank=True)
    submission_id = models.UUIDField(null=True, blank=True, unique=True)
    submission_sha256 = models.CharField(max_length=64, blank=True)
    served_utc = models.DateTimeField(null=True, blank=True)
    submitted_utc = models.DateTimeField(null=True, blank=True)
    ready_ms = models.PositiveIntegerField(null=True, blank=True)
    first_input_ms = models.PositiveIntegerField(null=True, blank=True)
    read_ms = models.PositiveIntegerField(null=True, blank=True)
    visible_ms = models.PositiveIntegerField(null=True, blank=True)
    focused_ms = models.PositiveIntegerField(null=True, blank=True)
    event_timing_ms = models.PositiveIntegerField(null=True, blank=True)
    display_facts = models.JSONField(default=dict, blank=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["assignment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "position"], name="reading_position_once"),
            models.UniqueConstraint(
                fields=["assignment", "case", "repeat"], name="reading_case_once_and_repeat_once"
            ),
            models.CheckConstraint(condition=Q(status__in=ReadingStatus.values), name="reading_status_known"),
            models.CheckConstraint(
                condition=Q(
                    status=ReadingStatus.WAITING, submitted_utc__isnull=True, submission_id__isnull=True
                )
                | (
                    ~Q(status=ReadingStatus.WAITING)
                    & Q(submitted_utc__isnull=False, submission_id__isnull=False)
                ),
                name="reading_waits_or_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(status=ReadingStatus.SKIPPED) ^ Q(skip_reason=""),
                name="reading_skipped_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"
