"""Leak audits as they were made: of which files, with what result."""

from __future__ import annotations

import functools
import json
from typing import Any

from django.db import models

from studies.models.study import Study


class LeakAudit(models.Model):
    """What the files of a study told at one moment; another state of the files needs another audit."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="leak_audits")
    made_utc = models.DateTimeField()
    actor = models.CharField(max_length=64)
    files_sha256 = models.CharField(max_length=64, help_text="Of all that the audit looked at.")
    whole = models.BooleanField(help_text="Originals and pictures too, not the readers' files alone.")
    document = models.TextField(help_text="The result as JSON.")

    class Meta:
        ordering = ["study", "-made_utc", "-pk"]

    def __str__(self) -> str:
        return f"{self.study} {self.made_utc:%Y-%m-%d %H:%M}"

    @functools.cached_property
    def result(self) -> dict[str, Any]:
        """The result's document: studies.leaks.document writes it."""
        return dict(json.loads(self.document))
