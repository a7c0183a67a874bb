"""The only list of what a reader may know of a case, a session and a study; all else stays behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from studies.models import Assignment, Image, Reading, Study
from studies.participation import Step, progress
from studies.protocol import Protocol, Question
from viewer.access import Open


@dataclass(frozen=True)
class StudyPage:
    """A study before its reveal: nothing of purpose, conditions or other sessions."""

    title: str
    contact: str
    demonstration: bool


@dataclass(frozen=True)
class SessionPage:
    """The session that the reader has reached, in its own wording."""

    title: str
    briefing: str
    done: int
    total: int


@dataclass(frozen=True)
class SpacingPage:
    """Millimetres from row to row and column to column; `kind` says where: patient, detector or film."""

    row_mm: float
    column_mm: float
    kind: str


@dataclass(frozen=True)
class ImagePage:
    """The picture: size, addresses of its frames and how values become grey.

    `spacing` may tell of a picture's origin: it is here only where the protocol lets readers measure lengths.
    """

    rows: int
    columns: int
    frames: tuple[str, ...]
    display: dict[str, Any]
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
    return StudyPage(protocol.title, protocol.contact, protocol.demonstration)


def session_page(assignment: Assignment) -> SessionPage:
    """The session reached, with the reader's own progress; how many follow would tell."""
    definition = assignment.session.definition
    return SessionPage(definition.title, definition.briefing, *progress(assignment))


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
        images=_images(found.reading, protocol),
        questions=question_pages(protocol, asked),
        length=protocol.viewer.length,
        ahead=tuple(AheadPage(reading.address, _images(reading, protocol)) for reading in found.ahead),
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


def _images(reading: Reading, protocol: Protocol) -> tuple[ImagePage, ...]:
    images = enumerate(reading.case.images.all())
    return tuple(_image(reading, number, image, protocol) for number, image in images)


def _image(reading: Reading, number: int, image: Image, protocol: Protocol) -> ImagePage:
    frames = tuple(
        reverse("api-frame", args=[reading.address, number, frame])
        for frame in range(len(image.frames.all()))
    )
    spacing = _spacing(image) if protocol.viewer.length else None
    return ImagePage(image.rows, image.columns, frames, image.display, spacing)


def _spacing(image: Image) -> SpacingPage | None:
    if image.row_spacing_mm is None or image.column_spacing_mm is None:
        return None
    return SpacingPage(image.row_spacing_mm, image.column_spacing_mm, image.spacing_kind or "")
