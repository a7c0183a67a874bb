"""The only list of what a reader may know of a case, a session and a study; all else stays behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from studies import selfcheck
from studies.models import Assignment, DisplayCheck, Image, Reading, Study
from studies.participation import Step, progress
from studies.protocol import Protocol, Question, ViewerDefinition, WindowSize
from viewer.access import Open


@dataclass(frozen=True)
class StudyPage:
    """A study before its reveal: nothing of purpose, conditions or other sessions."""

    title: str
    contact: str
    demonstration: bool
    minimum_window: WindowSize | None


@dataclass(frozen=True)
class SessionPage:
    """The session that the reader has reached, in its own wording."""

    title: str
    briefing: str
    done: int
    total: int


@dataclass(frozen=True)
class PatchPage:
    """One patch of the display self-check: where its symbols' strokes are and how grey, not what they are."""

    key: str
    label: str
    grid: str
    levels: tuple[int, ...]


@dataclass(frozen=True)
class SeenPage:
    """What a reader saw of one patch in the attempt before."""

    label: str
    shown: str
    typed: str
    smallest: int | None


@dataclass(frozen=True)
class DisplayPage:
    """The display self-check: the next attempt's patches, and what came of the one before."""

    attempt: int
    columns: int
    patches: tuple[PatchPage, ...]
    seen: tuple[SeenPage, ...]
    advice: tuple[str, ...]
    again: bool


@dataclass(frozen=True)
class SpacingPage:
    """Millimetres from row to row and column to column; `kind` says where: patient, detector or film."""

    row_mm: float
    column_mm: float
    kind: str


@dataclass(frozen=True)
class PresetPage:
    """A window under the study's own label, in the image's own values: no unit and no scale."""

    label: str
    low: float
    high: float


@dataclass(frozen=True)
class ImagePage:
    """The picture: size, addresses of its frames, how values become grey, and the windows to choose from.

    `spacing` may tell of a picture's origin: it is here only where the protocol lets readers measure lengths.
    """

    rows: int
    columns: int
    frames: tuple[str, ...]
    display: dict[str, Any]
    aspect: float
    windows: tuple[dict[str, Any], ...]
    frame_displays: dict[str, dict[str, Any]]
    presets: tuple[PresetPage, ...]
    overlays: tuple[str | None, ...]
    spacing: SpacingPage | None


@dataclass(frozen=True)
class ChoicePage:
    """One option."""

    value: str
    label: str


@dataclass(frozen=True)
class QuestionPage:
    """A question as it is asked; its role in the analysis stays behind."""

    key: str
    kind: str
    label: str
    required: bool
    choices: tuple[ChoicePage, ...]
    minimum: float | None
    maximum: float | None
    unit: str
    shapes: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class AheadPage:
    """A coming case of this session: its picture, to be decoded ahead, and nothing more."""

    reading: str
    images: tuple[ImagePage, ...]


@dataclass(frozen=True)
class CasePage:
    """Everything that a page or a reply may know of a case."""

    reading: str
    position: int
    total: int
    history: str | None
    images: tuple[ImagePage, ...]
    questions: tuple[QuestionPage, ...]
    length: bool
    ahead: tuple[AheadPage, ...]


def study_page(study: Study) -> StudyPage:
    """What every page may show."""
    protocol = study.definition
    return StudyPage(protocol.title, protocol.contact, protocol.demonstration, protocol.display.minimum)


def session_page(assignment: Assignment) -> SessionPage:
    """The session reached, with the reader's own progress; how many follow would tell."""
    definition = assignment.session.definition
    return SessionPage(definition.title, definition.briefing, *progress(assignment))


def display_page(assignment: Assignment) -> DisplayPage:
    """The display self-check before a session; it says nothing of the session."""
    last = assignment.display_checks.order_by("number").last()
    attempt = last.number + 1 if last else 1
    symbols = selfcheck.symbols(assignment.nonce, attempt)
    return DisplayPage(
        attempt=attempt,
        columns=selfcheck.COLUMNS,
        patches=tuple(
            PatchPage(ground.key, ground.label, selfcheck.grid(symbols[ground.key]), ground.levels)
            for ground in selfcheck.GROUNDS
        ),
        seen=_seen(last) if last else (),
        advice=tuple(selfcheck.advice(last.results, last.answers, last.display_facts.get("pixel_ratio")))
        if last
        else (),
        again=attempt <= selfcheck.MOST_ATTEMPTS,
    )


def _seen(check: DisplayCheck) -> tuple[SeenPage, ...]:
    return tuple(
        SeenPage(ground.label, check.shown[ground.key], check.answers[ground.key], check.results[ground.key])
        for ground in selfcheck.GROUNDS
    )


def case_page(step: Step, found: Open) -> CasePage:
    """The current case, and the pictures of the next ones."""
    assert step.assignment is not None  # cases belong to a session
    session = step.assignment.session
    protocol = session.study.definition
    asked = session.definition.questions
    done, total = progress(step.assignment)
    return CasePage(
        reading=found.reading.address,
        position=done + 1,
        total=total,
        history=found.reading.case.history or None,
        images=_images(found.reading, protocol.viewer),
        questions=question_pages(protocol, asked),
        length=protocol.viewer.length,
        ahead=tuple(AheadPage(reading.address, _images(reading, protocol.viewer)) for reading in found.ahead),
    )


def question_pages(protocol: Protocol, keys: tuple[str, ...]) -> tuple[QuestionPage, ...]:
    """The questions of those keys, as they are asked."""
    return tuple(_question(protocol.question(key)) for key in keys)


def _question(question: Question) -> QuestionPage:
    choices = tuple(ChoicePage(choice.value, choice.label) for choice in question.choices)
    return QuestionPage(
        question.key,
        question.kind,
        question.label,
        question.required,
        choices,
        question.minimum,
        question.maximum,
        question.unit,
        question.shapes,
        question.labels,
    )


def _images(reading: Reading, viewer: ViewerDefinition) -> tuple[ImagePage, ...]:
    images = reading.case.images.all()
    return tuple(_image(reading, number, image, viewer) for number, image in enumerate(images))


def _image(reading: Reading, number: int, image: Image, viewer: ViewerDefinition) -> ImagePage:
    frames = image.frames.all()
    places = [[reading.address, number, frame] for frame in range(len(frames))]
    drawn = viewer.overlays and any(frame.overlay_sha256 for frame in frames)
    return ImagePage(
        rows=image.rows,
        columns=image.columns,
        frames=tuple(reverse("api-frame", args=place) for place in places),
        display=image.display,
        aspect=image.aspect,
        windows=tuple(image.windows or ()),
        frame_displays=image.frame_displays,
        presets=_presets(image, viewer),
        overlays=tuple(
            reverse("api-overlay", args=place) if frame.overlay_sha256 else None
            for place, frame in zip(places, frames, strict=True)
        )
        if drawn
        else (),
        spacing=_spacing(image) if viewer.length else None,
    )


def _spacing(image: Image) -> SpacingPage | None:
    if image.row_spacing_mm is None or image.column_spacing_mm is None:
        return None
    return SpacingPage(image.row_spacing_mm, image.column_spacing_mm, image.spacing_kind or "")


def _presets(image: Image, viewer: ViewerDefinition) -> tuple[PresetPage, ...]:
    """The study's windows for an image whose values are of a known unit (DICOM's LINEAR, C.11.2.1.2.1)."""
    slope, intercept = image.modality_slope, image.modality_intercept
    if not slope or intercept is None:
        return ()
    return tuple(
        PresetPage(
            preset.label,
            low=(preset.center - preset.width / 2 - intercept) / slope,
            high=(preset.center + preset.width / 2 - 1 - intercept) / slope,
        )
        for preset in viewer.presets
    )
