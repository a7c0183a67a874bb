"""Readers: who was invited, and what they say of themselves."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.study import Study


class ReaderKind(models.TextChoices):
    """Who reads."""

    RADIOLOGIST = "radiologist"
    ALGORITHM = "algorithm"
    SIMULATED = "simulated"


class Reader(models.Model):
    """Who reads, as readers.csv has it."""

    Kind: ClassVar[type[ReaderKind]] = ReaderKind

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="readers")
    code = models.CharField(max_length=32, help_text="The only name that exports carry.")
    kind = models.CharField(max_length=12, choices=ReaderKind, default=ReaderKind.RADIOLOGIST)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    specialty = models.CharField(max_length=100, blank=True)
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    institution = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    arm = models.CharField(max_length=64, blank=True)
    consented_utc = models.DateTimeField(null=True, blank=True)
    debriefed_utc = models.DateTimeField(null=True, blank=True)
    withdrew_utc = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["study", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="reader_code_once_per_study"),
            models.UniqueConstraint(
                fields=["study", "email"], condition=~Q(email=""), name="reader_email_once_per_study"
            ),
            models.CheckConstraint(condition=Q(kind__in=ReaderKind.values), name="reader_kind_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Profile(models.Model):
    """The reader's own words; where they differ from readers.csv, these win."""

    reader = models.OneToOneField(Reader, on_delete=models.CASCADE, related_name="profile")
    specialty = models.CharField(max_length=100, blank=True)
    years = models.PositiveSmallIntegerField(null=True, blank=True, verbose_name="years in practice")
    institution = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    submitted_utc = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"profile of {self.reader}"


class ReaderPreferences(models.Model):
    """How the reader likes to sit: keys other than the standard ones, and the side of the questions."""

    reader = models.OneToOneField(Reader, on_delete=models.CASCADE, related_name="preferences")
    keys = models.JSONField(default=dict, blank=True, help_text="{action: key} of studies/keys.json.")
    left_handed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "reader preferences"

    def __str__(self) -> str:
        return f"preferences of {self.reader}"
