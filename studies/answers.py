"""Checks answers against the protocol's questions; pure, no database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from studies.protocol import Question

LONGEST_TEXT = 4000
NOT_TEXT = {"Cc", "Cs"}  # control characters and halves of characters: no file takes them
MOST_MARKS = 100
LARGEST = 1e12
SHAPES = {"point": "a point", "box": "a box", "ellipse": "an ellipse"}
POINT, SIZE = ("x", "y"), ("width", "height")
ROUNDING = 1e-6  # pixels by which a sum of decimal fractions may pass the edge


class InvalidAnswers(Exception):
    """Answers that do not fit the questions; one sentence per question."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(" ".join(fields.values()))


@dataclass(frozen=True)
class Extent:
    """Size of one image of the case, for marks."""

    rows: int
    columns: int
    frames: int


class _Wrong(Exception):
    pass


def checked(questions: Iterable[Question], given: dict[str, Any], extents: list[Extent]) -> dict[str, Any]:
    """The answers in their kept form, without empty ones; raises InvalidAnswers with every fault."""
    kept: dict[str, Any] = {}
    faults: dict[str, str] = {}
    known = {question.key: question for question in questions}
    for key in given:
        if key not in known:
            faults[key] = f"“{key}” is not asked here."
    for key, question in known.items():
        value = given.get(key)
        if value is None or value in ("", []):
            if question.required:
                faults[key] = f"Please answer: {question.label}"
            continue
        try:
            kept[key] = _checked_value(question, value, extents)
        except _Wrong as wrong:
            faults[key] = f"{question.label}: {wrong}"
    if faults:
        raise InvalidAnswers(faults)
    return kept


def _checked_value(question: Question, value: Any, extents: list[Extent]) -> Any:
    match question.kind:
        case "choice":
            return _one_of(question, value)
        case "scale":
            return _step(question, value)
        case "multichoice":
            return _some_of(question, value)
        case "text":
            return _text(value)
        case "number" | "slider":
            return _number(question, value)
        case "mark":
            return _marks(question, value, extents)


def _one_of(question: Question, value: Any) -> str:
    if not isinstance(value, str) or value not in question.values:
        raise _Wrong("choose one of the options.")
    return value


def _step(question: Question, value: Any) -> int:
    if isinstance(value, bool) or str(value) not in question.values:
        raise _Wrong(f"choose a step from 1 to {len(question.choices)}.")
    return int(value)


def _some_of(question: Question, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(item, str) and item in question.values for item in value
    ):
        raise _Wrong("choose from the options.")
    return [option for option in question.values if option in value]


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _Wrong(f"write at most {LONGEST_TEXT} characters.")
    if any(unicodedata.category(character) in NOT_TEXT for character in value if character not in "\r\n\t"):
        raise _Wrong("leave out control characters.")
    if not value.strip():
        raise _Wrong("write an answer.")
    return value.strip()


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise _Wrong("give a number.")
    return float(value)


def _number(question: Question, value: Any) -> float:
    number = _finite(value)
    assert question.minimum is not None and question.maximum is not None  # the parser sees to it
    if not question.minimum <= number <= question.maximum:
        raise _Wrong(f"give a number from {question.minimum:g} to {question.maximum:g}.")
    return number


def _marks(question: Question, value: Any, extents: list[Extent]) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > MOST_MARKS:
        raise _Wrong(f"set at most {MOST_MARKS} marks.")
    return [_mark(question, mark, extents) for mark in value]


def _mark(question: Question, mark: Any, extents: list[Extent]) -> dict[str, Any]:
    if not isinstance(mark, dict) or mark.get("kind", "point") not in question.shapes:
        raise _Wrong(f"a mark is {' or '.join(SHAPES[shape] for shape in question.shapes)}.")
    image, frame = mark.get("image", 0), mark.get("frame", 0)
    if type(image) is not int or not 0 <= image < len(extents):
        raise _Wrong("the mark names an image that the case does not have.")
    extent = extents[image]
    if type(frame) is not int or not 0 <= frame < extent.frames:
        raise _Wrong("the mark names a frame that the image does not have.")
    kind = mark.get("kind", "point")
    kept = {"image": image, "frame": frame, "kind": kind, **_place(mark, kind, extent)}
    return {**kept, "label": _mark_label(question, mark)} if question.labels else kept


def _place(mark: dict[str, Any], kind: str, extent: Extent) -> dict[str, float]:
    """A point, or left and top edge with width and height of a box or of an ellipse's box."""
    place = {name: _finite(mark.get(name)) for name in (POINT if kind == "point" else (*POINT, *SIZE))}
    width, height = (place.get(name, 0.0) for name in SIZE)
    if kind != "point" and not (width > 0 and height > 0):
        raise _Wrong("a box or an ellipse has a width and a height.")
    right, bottom = place["x"] + width, place["y"] + height
    inside = right <= extent.columns + ROUNDING and bottom <= extent.rows + ROUNDING
    if not (inside and min(place["x"], place["y"]) >= 0):
        raise _Wrong("the mark lies outside the image.")
    return place


def _mark_label(question: Question, mark: dict[str, Any]) -> str:
    label = mark.get("label")
    if not isinstance(label, str) or label not in question.labels:
        raise _Wrong(f"give each mark a label: {', '.join(question.labels)}.")
    return label
