"""What the API takes and gives, as serializers: the schema is made from them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from studies.interactions import Interactions, checked
from studies.submission import LONGEST_MS, SKIP_REASONS, Submission, Times


class _Milliseconds(serializers.IntegerField):
    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=LONGEST_MS, required=False, allow_null=True, default=None)


class TimesMessage(serializers.Serializer[Times]):
    """Milliseconds of the client's monotonic clock since the case was served."""

    ready_ms = _Milliseconds()
    first_input_ms = _Milliseconds()
    read_ms = _Milliseconds()
    visible_ms = _Milliseconds()
    focused_ms = _Milliseconds()
    event_timing_ms = _Milliseconds()


class _Pixels(serializers.ListField):
    child = serializers.IntegerField(min_value=0, max_value=100_000)

    def __init__(self) -> None:
        super().__init__(min_length=2, max_length=2, required=False)


class DisplayMessage(serializers.Serializer[Any]):
    """Facts of the reader's display."""

    software_gl = serializers.BooleanField(required=False)
    pixel_ratio = serializers.FloatField(min_value=0.1, max_value=20, required=False)
    screen = _Pixels()
    viewport = _Pixels()
    renderer = serializers.ChoiceField(choices=["webgl2", "2d"], required=False)
    gl = serializers.ChoiceField(choices=["hardware", "software", "none"], required=False)
    color_depth = serializers.IntegerField(min_value=1, max_value=128, required=False)
    refresh_ms = serializers.FloatField(min_value=0, max_value=10_000, required=False, allow_null=True)


@extend_schema_field(
    {
        "type": "object",
        "required": ["events", "truncated"],
        "properties": {
            "events": {"type": "array", "items": {"type": "array", "items": {}}},
            "truncated": {"type": "integer", "minimum": 0},
        },
    }
)
class _Interactions(serializers.Field[Interactions, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Interactions:
        return checked(data)


class SubmissionMessage(serializers.Serializer[Submission]):
    """One reading's answers; the same submission_id on every retry."""

    submission_id = serializers.UUIDField()
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))
    skip_reason = serializers.ChoiceField(
        choices=list(SKIP_REASONS), allow_blank=True, required=False, default=""
    )
    times = TimesMessage(required=False)
    display = DisplayMessage(required=False)
    interactions = _Interactions(
        required=False,
        allow_null=True,
        help_text="What the reader did: rows of [ms since the row before, kind, values ...]. "
        "A log that does not fit is left out, the answer is kept.",
    )

    def submission(self) -> Submission:
        """The checked message as the door takes it."""
        said = self.validated_data
        return Submission(
            submission_id=said["submission_id"],
            answers=said["answers"],
            skip_reason=said["skip_reason"],
            times=Times(**said.get("times", {})),
            display=dict(said.get("display", {})),
            interactions=said.get("interactions"),
        )


class SpacingMessage(serializers.Serializer[Any]):
    """Millimetres from row to row and column to column; kind: patient, detector or film."""

    row_mm = serializers.FloatField()
    column_mm = serializers.FloatField()
    kind = serializers.CharField()


class PresetMessage(serializers.Serializer[Any]):
    """A window of the study, in the image's own values."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    low = serializers.FloatField()
    high = serializers.FloatField()


class ImageMessage(serializers.Serializer[Any]):
    """A picture."""

    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    frames = serializers.ListField(child=serializers.CharField())
    display = serializers.DictField()
    aspect = serializers.FloatField(help_text="A pixel's height for a width of 1.")
    windows = serializers.ListField(child=serializers.DictField(), help_text="Like display, to choose from.")
    frame_displays = serializers.DictField(
        child=serializers.DictField(), help_text="By frame, where its own differs from display."
    )
    presets = PresetMessage(many=True)
    overlays = serializers.ListField(
        child=serializers.CharField(allow_null=True), help_text="One for each frame, or none."
    )
    spacing = SpacingMessage(allow_null=True)


class ChoiceMessage(serializers.Serializer[Any]):
    """One option."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name


class QuestionMessage(serializers.Serializer[Any]):
    """A question as it is asked."""

    key = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field of that name
    choices = ChoiceMessage(many=True)
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    shapes = serializers.ListField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField())


class AheadMessage(serializers.Serializer[Any]):
    """A coming case's picture."""

    reading = serializers.CharField()
    images = ImageMessage(many=True)


class CaseMessage(serializers.Serializer[Any]):
    """The case to be read now."""

    reading = serializers.CharField()
    position = serializers.IntegerField()
    total = serializers.IntegerField()
    history = serializers.CharField(allow_null=True)
    images = ImageMessage(many=True)
    questions = QuestionMessage(many=True)
    length = serializers.BooleanField()
    ahead = AheadMessage(many=True)


class KeptMessage(serializers.Serializer[Any]):
    """The answer is on disk; `next` is null when the session's cases are done."""

    kept = serializers.BooleanField()
    next = CaseMessage(allow_null=True)


class AssignmentMessage(serializers.Serializer[Any]):
    """A session that the reader has reached."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    finished = serializers.BooleanField()


class PreferencesMessage(serializers.Serializer[Any]):
    """The reader's own keys, by action, where they are not the standard ones; the side of the questions."""

    keys = serializers.DictField(child=serializers.CharField(max_length=16, trim_whitespace=False))
    left_handed = serializers.BooleanField()


class ErrorMessage(serializers.Serializer[Any]):
    """What went wrong, as a sentence."""

    error = serializers.CharField()
    code = serializers.ChoiceField(
        ["already_kept", "not_kept", "window_too_small"],
        required=False,
        help_text="window_too_small with 400, the others with 409.",
    )
    fields = serializers.DictField(required=False)  # type: ignore[assignment]  # a field of that name
