"""Cases, their images and the grey values that readers get."""

from django.db import models
from django.db.models import Q

from studies.models.study import Study


class CaseSet(models.Model):
    """A named group of cases that a session draws from."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="case_sets")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["study", "name"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="case_set_name_once_per_study")]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """Images read as a unit, of one patient. Truth is kept elsewhere."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    case_set = models.ForeignKey(CaseSet, on_delete=models.PROTECT, related_name="cases")
    code = models.CharField(max_length=100)
    patient = models.CharField(max_length=100, blank=True, help_text="Cases of one patient form a cluster.")
    region = models.CharField(max_length=100, blank=True)
    history = models.TextField(blank=True, help_text="Shown to readers: age, sex, indication.")

    class Meta:
        ordering = ["study", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="case_code_once_per_study"),
            models.CheckConstraint(condition=~Q(code=""), name="case_code_not_empty"),
        ]

    def __str__(self) -> str:
        return self.code


class Image(models.Model):
    """An image of a case: where its original is vaulted, and how its derivative is shown."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="images")
    position = models.PositiveSmallIntegerField()
    view = models.CharField(max_length=64, blank=True)
    original_name = models.CharField(max_length=255)
    original_format = models.CharField(max_length=32)
    original_bytes = models.PositiveBigIntegerField()
    original_sha256 = models.CharField(max_length=64, db_index=True)
    derivative_sha256 = models.CharField(max_length=64, db_index=True)
    parts = models.JSONField(
        default=list, blank=True, help_text="SHA-256 of its files, where the original is a folder of them."
    )
    recipe_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Of the protocol's `normalise`, if pictures follow one.",
    )
    masks = models.JSONField(
        default=list, blank=True, help_text="Rectangles blacked out: x, y, width, height in the original."
    )
    placement = models.JSONField(
        default=None, null=True, blank=True, help_text="Where the original's pixels went, if they moved."
    )
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField()
    display = models.JSONField(help_text="How stored values become grey: window, inversion, padding.")
    notes = models.JSONField(default=list, help_text="What had to be decided when it was decoded.")
    windows = models.JSONField(
        default=None, null=True, blank=True, help_text="Further windows of the file; null: not asked."
    )
    frame_displays = models.JSONField(
        default=dict, blank=True, help_text="By frame, where its own window differs from the image's."
    )
    aspect = models.FloatField(default=1.0, help_text="A pixel's height for a width of 1.")
    modality_slope = models.FloatField(null=True, blank=True, help_text="To modality values (HU).")
    modality_intercept = models.FloatField(null=True, blank=True)
    row_spacing_mm = models.FloatField(null=True, blank=True, help_text="From a row to the next one.")
    column_spacing_mm = models.FloatField(null=True, blank=True)
    spacing_kind = models.CharField(
        max_length=8,
        null=True,
        blank=True,
        help_text="Where the spacing holds; empty: not given; null: not asked.",
    )

    class Meta:
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="image_position_once_per_case"),
            models.CheckConstraint(condition=Q(rows__gt=0, columns__gt=0), name="image_has_pixels"),
            models.CheckConstraint(
                condition=Q(row_spacing_mm=None, column_spacing_mm=None)
                | Q(row_spacing_mm__gt=0, column_spacing_mm__gt=0),
                name="image_spacing_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} image {self.position + 1}"


class Frame(models.Model):
    """One frame of a derivative, as stored in the file store."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="frames")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the grey values; the name of the stored files.")
    overlay_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="The name of its overlay's stored files."
    )

    class Meta:
        ordering = ["image", "number"]
        constraints = [
            models.UniqueConstraint(fields=["image", "number"], name="frame_number_once_per_image")
        ]

    def __str__(self) -> str:
        return f"{self.image} frame {self.number + 1}"
