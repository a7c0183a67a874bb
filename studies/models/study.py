"""A study, its frozen protocol and the sessions that the protocol names."""

from __future__ import annotations

import functools
from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.protocol import Protocol as Definition
from studies.protocol import SessionDefinition, from_json


class StudyState(models.TextChoices):
    """Where a study stands; `studies.lifecycle` alone moves it."""

    DRAFT = "draft"
    PILOTING = "piloting"
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


class Study(models.Model):
    """One experiment: protocol, cases, readers."""

    State: ClassVar[type[StudyState]] = StudyState

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=StudyState, default=StudyState.DRAFT)
    simulated = models.BooleanField(
        default=False, help_text="Simulated readers have read it; every report says so."
    )
    leaks_override = models.TextField(
        blank=True, default="", help_text="Why it was opened in spite of the leak audit, if it was."
    )
    created_utc = models.DateTimeField(auto_now_add=True)
    opened_utc = models.DateTimeField(null=True, blank=True)
    closed_utc = models.DateTimeField(null=True, blank=True)
    locked_utc = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "studies"
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StudyState.values), name="study_state_known"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def definition(self) -> Definition:
        """The protocol as frozen dataclasses."""
        return self.protocol.definition


class Protocol(models.Model):
    """The definition as one canonical document with its hash; triggers hold it still once frozen."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="protocol")
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    frozen_utc = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.study} {self.sha256[:12]}"

    @property
    def definition(self) -> Definition:
        """Parsed once per document, however often it is asked for."""
        return _parsed(self.document)


@functools.lru_cache(maxsize=64)
def _parsed(document: str) -> Definition:
    return from_json(document)


class Session(models.Model):
    """A sitting under one condition; its wording stays in the protocol."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=64)
    condition = models.CharField(max_length=64)
    case_set = models.ForeignKey("studies.CaseSet", on_delete=models.PROTECT, related_name="sessions")
    reveal = models.BooleanField(default=False)

    class Meta:
        ordering = ["study", "number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="session_number_once_per_study"),
            models.UniqueConstraint(fields=["study", "key"], name="session_key_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study}/{self.key}"

    @property
    def definition(self) -> SessionDefinition:
        """This session as the protocol words it."""
        return self.study.definition.session(self.key)
