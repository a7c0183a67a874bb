"""What every exported column means: one definition writes the column and describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Literal

from studies.protocol import Protocol, Question

Kind = Literal["text", "integer", "number", "flag", "time", "json"]
Cell = str | int | float | None

CONVENTIONS = (
    ("encoding", "UTF-8, comma-separated, quoted where needed, one header line, lines end with CR LF."),
    ("empty cell", "Not given, not known or not applicable; never zero."),
    ("flag", "1: yes, 0: no."),
    ("time", "ISO 8601 in UTC with microseconds and offset, such as 2026-03-24T09:30:00.000000+00:00."),
    (
        "text",
        "A text cell that begins with = + - @ tab, carriage return or ' carries one more ' in front, so that "
        "spreadsheets do not run it; remove one leading ' to get the value. Numbers are never changed.",
    ),
    ("list", "Several choices of one answer are separated by ; and a ; or \\ within a choice follows a \\."),
    (
        "withdrawn",
        "A reader who withdrew keeps the slots, as withdrawn; answers, marks and times are left out.",
    ),
)


@dataclass(frozen=True)
class Column:
    """One column of one file: its definition and how a row gives its cell."""

    name: str
    kind: Kind
    meaning: str
    of: Callable[[Any], Any]
    unit: str = ""
    allowed: str = ""


@dataclass(frozen=True)
class Sheet:
    """One exported CSV file."""

    file: str
    columns: tuple[Column, ...]
    rows: Iterable[Any]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def cells(self) -> Iterable[list[Cell]]:
        """Every row in its written form."""
        for row in self.rows:
            yield [written(column.of(row)) for column in self.columns]


@dataclass(frozen=True)
class Entry:
    """One line of codebook.csv."""

    file: str
    column: str
    question: str
    meaning: str
    type: str
    unit: str = ""
    allowed: str = ""


def written(value: Any) -> Cell:
    """A value as its cell: flags 0 and 1, times in UTC, text guarded against spreadsheets."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, str):
        return guarded(value)
    if value is None or isinstance(value, int | float):
        return value
    raise TypeError(f"{value!r} has no written form")


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula; one leading apostrophe is to be removed again."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) else text


def listed(values: Iterable[str]) -> str:
    """Several choices in one cell."""
    return ";".join(value.replace("\\", "\\\\").replace(";", "\\;") for value in values)


def codebook(sheets: Iterable[Sheet], protocol: Protocol) -> Sheet:
    """codebook.csv: the conventions, every column of every file (its own too), every question."""
    columns = tuple(
        Column(name, "text", meaning, attrgetter(name))
        for name, meaning in (
            ("file", "The file that the line describes; * stands for all."),
            ("column", "The column that the line describes."),
            ("question", "The question whose answers the line describes; empty for a whole column."),
            ("meaning", "What a cell says."),
            ("type", "text, integer, number, flag, time or json; for questions their kind and role."),
            ("unit", "The unit of a number."),
            ("allowed", "The values that may occur, as value=meaning separated by ;"),
        )
    )
    own = Sheet("codebook.csv", columns, ())
    entries = [Entry("*", "", "", meaning, name) for name, meaning in CONVENTIONS]
    for sheet in (*sheets, own):
        entries += [
            Entry(sheet.file, c.name, "", c.meaning, c.kind, c.unit, c.allowed) for c in sheet.columns
        ]
    entries += [_question(question) for question in protocol.questions]
    return Sheet(own.file, columns, tuple(entries))


def _question(question: Question) -> Entry:
    allowed = listed(f"{choice.value}={choice.label}" for choice in question.choices)
    if question.minimum is not None and question.maximum is not None:
        allowed = f"{question.minimum:g} to {question.maximum:g}"
    if question.kind == "mark":
        named = f"; labels: {listed(question.labels)}" if question.labels else ""
        allowed = f"shapes: {listed(question.shapes)}{named}"
    kind = f"{question.kind}, role {question.role}" if question.role else question.kind
    meaning = question.label if question.required else f"{question.label} (may stay open)"
    return Entry("answers.csv", "value", question.key, meaning, kind, question.unit, allowed)
