"""Imports on their way into a study, the jobs that work on them, and the tokens of who may send images."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.study import Study


class ImportSource(models.TextChoices):
    """How the files came."""

    ZIP = "zip", "zip file"
    DICOMWEB = "dicomweb", "DICOMweb server"
    STOW = "stow", "sent to us (STOW-RS)"


class ImportState(models.TextChoices):
    """Where an import stands."""

    RECEIVING = "receiving", "receiving"
    WAITING = "waiting", "being checked"
    STAGED = "staged", "to be confirmed"
    REFUSED = "refused", "refused"
    LOADING = "loading", "loading"
    LOADED = "loaded", "loaded"
    DISCARDED = "discarded", "discarded"


class Import(models.Model):
    """Files that were staged; nothing of them is in a study before a person has confirmed it."""

    Source: ClassVar[type[ImportSource]] = ImportSource
    State: ClassVar[type[ImportState]] = ImportState

    key = models.CharField(max_length=32, unique=True, help_text="The name of its folder.")
    source = models.CharField(max_length=10, choices=ImportSource)
    origin = models.CharField(max_length=255, help_text="File, server or token that it came from.")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    token = models.ForeignKey(
        "studies.ImportToken", on_delete=models.PROTECT, null=True, blank=True, related_name="imports"
    )
    state = models.CharField(max_length=10, choices=ImportState)
    created_by = models.CharField(max_length=64)
    created_utc = models.DateTimeField(auto_now_add=True)
    closed_utc = models.DateTimeField(null=True, blank=True)
    files = models.PositiveIntegerField(default=0, help_text="Received so far.")
    size = models.PositiveBigIntegerField(default=0, help_text="Their bytes.")
    request = models.JSONField(default=dict, blank=True, help_text="What was asked of a server.")
    preview = models.JSONField(default=dict, blank=True, help_text="What loading would do.")
    reasons = models.JSONField(default=list, blank=True, help_text="Each file not taken, with its reason.")

    class Meta:
        ordering = ["-created_utc"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(condition=Q(source__in=ImportSource.values), name="import_source_known"),
            models.UniqueConstraint(
                fields=["token"],
                condition=Q(state=ImportState.RECEIVING),
                name="import_one_receives_per_token",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(models.TextChoices):
    """What a worker does."""

    CHECK = "check", "fetch, unpack and check"
    LOAD = "load"


class Job(models.Model):
    """Long work in steps that may be repeated. Who claims it shows a heartbeat, or it goes to another."""

    State: ClassVar[type[JobState]] = JobState
    Kind: ClassVar[type[JobKind]] = JobKind

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=10, choices=JobKind)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    created_by = models.CharField(max_length=64)
    created_utc = models.DateTimeField(auto_now_add=True)
    started_utc = models.DateTimeField(null=True, blank=True)
    heartbeat_utc = models.DateTimeField(null=True, blank=True)
    finished_utc = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["created_utc", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.UniqueConstraint(
                fields=["of"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_one_at_a_time_per_import",
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.pk}"


class ImportToken(models.Model):
    """Lets a program send images for one study; the secret is kept as a hash only."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="import_tokens")
    name = models.CharField(max_length=100)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.CharField(max_length=64)
    created_utc = models.DateTimeField(auto_now_add=True)
    expires_utc = models.DateTimeField()
    revoked_utc = models.DateTimeField(null=True, blank=True)
    used_utc = models.DateTimeField(null=True, blank=True)
    minute_utc = models.DateTimeField(null=True, blank=True)
    requests = models.PositiveIntegerField(default=0, help_text="Within that minute.")

    class Meta:
        ordering = ["study", "created_utc"]

    def __str__(self) -> str:
        return self.name
