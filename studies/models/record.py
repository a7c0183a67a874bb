"""What readers said: answers and marks, written once by `studies.submission`, never changed."""

from django.db import models
from django.db.models import Q

from studies.models.assignment import Assignment, Reading
from studies.models.case import Image


class Answer(models.Model):
    """One question answered, of a reading or (exit questions) of a whole session."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="answers")
    reading = models.ForeignKey(
        Reading, on_delete=models.PROTECT, related_name="answers", null=True, blank=True
    )
    question = models.SlugField(max_length=64)
    value = models.JSONField()

    class Meta:
        ordering = ["assignment", "reading", "question"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading", "question"],
                condition=Q(reading__isnull=False),
                name="answer_once_per_reading",
            ),
            models.UniqueConstraint(
                fields=["assignment", "question"], condition=Q(reading__isnull=True), name="exit_answer_once"
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Mark(models.Model):
    """A point, box or ellipse on an image, in image pixels (x: column, y: row; pixel centres at + 0.5).

    Of a box, and of an ellipse in its box, x and y are the left and the top edge.
    """

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="marks")
    number = models.PositiveSmallIntegerField()
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    frame_number = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8)
    x = models.FloatField()
    y = models.FloatField()
    width = models.FloatField(null=True, blank=True)
    height = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        # By the column: by the relation Django takes Answer's two ways to the assignment for a loop.
        ordering = ["answer_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="mark_number_once_per_answer"),
            models.CheckConstraint(condition=Q(kind__in=["point", "box", "ellipse"]), name="mark_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="point", width=None, height=None)
                | Q(kind__in=["box", "ellipse"], width__gt=0, height__gt=0),
                name="mark_size_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class InteractionLog(models.Model):
    """What a reader did in one reading, as zstd of canonical JSON (see `studies.interactions`)."""

    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="interactions")
    events = models.PositiveIntegerField()
    truncated = models.PositiveIntegerField(help_text="Events beyond the limit: counted, not kept.")
    fault = models.CharField(max_length=200, blank=True, help_text="Why the log was not taken.")
    sha256 = models.CharField(max_length=64)
    blob = models.BinaryField()

    def __str__(self) -> str:
        return f"log of {self.reading}"


class DisplayCheck(models.Model):
    """One attempt at the display self-check before a session: see `studies.selfcheck`."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="display_checks")
    number = models.PositiveSmallIntegerField(help_text="First, second … attempt.")
    kept_utc = models.DateTimeField()
    shown = models.JSONField(help_text="{ground: its symbols from the strongest to the faintest}.")
    answers = models.JSONField(help_text="{ground: symbols typed}, and lines, room, display.")
    results = models.JSONField(help_text="{ground: smallest difference seen of 255, or null}.")
    display_facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["assignment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "number"], name="display_check_number_once"),
        ]

    def __str__(self) -> str:
        return f"display check {self.pk}"
