"""The reference standard's tables. Only `studies.truth` imports them; no other model points here."""

from django.db import models
from django.db.models import Q

from studies.models.case import Case
from studies.models.study import Study


class CaseTruth(models.Model):
    """One version of what is true of a case; the highest version counts, none is overwritten."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField(help_text="1: target condition present, 0: absent")
    diagnosis = models.TextField(blank=True)
    explanation = models.TextField(blank=True)
    recorded_utc = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="truth_version_once_per_case"),
            models.CheckConstraint(condition=Q(value__in=[0, 1]), name="truth_is_0_or_1"),
        ]

    def __str__(self) -> str:
        return f"truth {self.pk}"


class Lesion(models.Model):
    """Where the target condition is, in pixels of an image of the case."""

    truth = models.ForeignKey(CaseTruth, on_delete=models.CASCADE, related_name="lesions")
    number = models.PositiveSmallIntegerField()
    image_position = models.PositiveSmallIntegerField(default=0)
    frame_number = models.PositiveIntegerField(default=0)
    x = models.FloatField()
    y = models.FloatField()
    radius = models.FloatField(null=True, blank=True)
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["truth", "number"], name="lesion_number_once_per_truth")
        ]

    def __str__(self) -> str:
        return f"lesion {self.pk}"


class TruthSeal(models.Model):
    """The salt of the truth's digest in the audit: without it nobody finds truth by trying all values."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"seal {self.pk}"
