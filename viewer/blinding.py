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
class ImagePage:
    """The picture: size, addresses of its frames and how values become grey."""

    rows: int
    columns: int
    frames: tuple[str, ...]
    display: dict[str, Any]


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
        images=_images(found.reading),
        questions=question_pages(protocol, asked),
        ahead=tuple(AheadPage(reading.address, _images(reading)) for reading in found.ahead),
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
    )


def _images(reading: Reading) -> tuple[ImagePage, ...]:
    return tuple(_image(reading, number, image) for number, image in enumerate(reading.case.images.all()))


def _image(reading: Reading, number: int, image: Image) -> ImagePage:
    frames = tuple(
        reverse("api-frame", args=[reading.address, number, frame])
        for frame in range(len(image.frames.all()))
    )
    return ImagePage(image.rows, image.columns, frames, image.display)
