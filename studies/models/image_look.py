"""What a person saw of burned-in text on each image, and what a search had found before."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.study import Study


class Verdict(models.TextChoices):
    """What is to become of the image."""

    ACCEPT = "accept"
    BLACKOUT = "blackout"
    EXCLUDE = "exclude"


class ImageLook(models.Model):
    """One look at one derivative; none is changed, the newest counts.

    By names, not by the image's row: a folder that is loaded again makes new rows of the same pictures.
    """

    Verdict: ClassVar[type[Verdict]] = Verdict

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="looks")
    case_code = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()
    original_sha256 = models.CharField(max_length=64)
    derivative_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=8, choices=Verdict)
    rectangles = models.JSONField(default=list, help_text="[x, y, width, height] in pixels; all in force.")
    hints = models.JSONField(
        default=list, help_text="[x, y, width, height, confidence] of each word that was outlined; no text."
    )
    bulk_reason = models.TextField(
        blank=True, default="", help_text="Why it was accepted together with others that nobody looked at."
    )
    looked_by = models.CharField(max_length=64)
    utc = models.DateTimeField()

    class Meta:
        ordering = ["study", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="look_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.case_code} image {self.position + 1}"


class FoundText(models.Model):
    """What a search for text found on a derivative: it ranks the gallery and decides nothing."""

    derivative_sha256 = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=16)
    weight = models.FloatField(help_text="The higher, the sooner a person sees it.")
    words = models.JSONField(
        default=list, help_text="[text, x, y, width, height, confidence]; no text once it was looked at."
    )
    utc = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.derivative_sha256[:12]} {self.weight:g}"
