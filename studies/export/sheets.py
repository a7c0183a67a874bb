"""The exported CSV files, column by column; the codebook is made from the same definitions."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from studies.codebook import Column, Sheet, listed
from studies.models import AuditEvent
from studies.protocol import Protocol
from studies.records import CaseRecord, Dataset, MarkRecord, Sitting, Slot
from studies.submission import SKIP_REASONS
from studies.truth import LesionEntry

STATUSES = (
    "done=read;skipped=skipped with a reason;not_reached=still waiting;"
    "withdrawn=the reader withdrew;failed=an algorithm gave no usable answer"
)


class AnswerRow(NamedTuple):
    """One answer; slot is None for the questions at a session's end."""

    reader: str
    session: str
    slot: Slot | None
    question: str
    kind: str
    value: str | int | float


class MarkRow(NamedTuple):
    """One mark of one reading."""

    slot: Slot
    mark: MarkRecord


class LesionRow(NamedTuple):
    """One lesion of one case."""

    case: CaseRecord
    number: int
    lesion: LesionEntry


def data_sheets(dataset: Dataset) -> list[Sheet]:
    """Readings, answers, marks, readers and cases; lesions once the study is locked."""
    sheets = [_readings(dataset), _answers(dataset), _marks(dataset), _readers(dataset), _cases(dataset)]
    return [*sheets, _lesions(dataset)] if dataset.unblinded else sheets


def _study(dataset: Dataset) -> Column:
    slug = dataset.protocol.slug
    return Column("study", "text", "The study's slug.", lambda row: slug)


def _field(
    name: str, kind: Any, meaning: str, unit: str = "", allowed: str = "", path: str | None = None
) -> Column:
    return Column(name, kind, meaning, attrgetter(path or name), unit, allowed)


def _place(path: str) -> list[Column]:
    """Which slot a row belongs to."""
    return [
        _field("reader", "text", "The reader's code.", path=f"{path}reader"),
        _field("session", "text", "The session's key.", path=f"{path}session"),
        _field(
            "position",
            "integer",
            "Place in the reader's order of the session, from 1.",
            path=f"{path}position",
        ),
        _field("repeat", "flag", "1: the second showing of the case to this reader.", path=f"{path}repeat"),
        _field("case", "text", "The case's code.", path=f"{path}case"),
    ]


def _readings(dataset: Dataset) -> Sheet:
    terms, protocol = dataset.protocol.truth, dataset.protocol
    when = "" if dataset.unblinded else " Empty in this export: the study is not locked."
    values = listed([f"1={terms.positive}", f"0={terms.negative}"])
    columns = (
        _study(dataset),
        _field("reader", "text", "The reader's code."),
        _field("reader_kind", "text", "Who reads.", allowed="radiologist;algorithm;simulated"),
        _field("arm", "text", "The order or share that the reader was allocated to."),
        _field("session", "text", "The session's key.", allowed=listed(s.key for s in protocol.sessions)),
        _field("condition", "text", "The condition that the session was read under."),
        _field("case_set", "text", "The set that the session draws its cases from."),
        _field("position", "integer", "Place in the reader's order of the session, from 1."),
        _field("repeat", "flag", "1: second showing to this reader; counts for agreement, not for accuracy."),
        _field("case", "text", "The case's code."),
        _field("patient", "text", "The patient; cases of one patient form a cluster."),
        _field("status", "text", "What became of the slot.", allowed=STATUSES),
        _field(
            "skip_reason",
            "text",
            "Why the case was skipped.",
            allowed=listed(f"{key}={label}" for key, label in SKIP_REASONS.items()),
        ),
        _field("truth", "flag", f"Reference standard: {terms.reference_standard}{when}", allowed=values),
        _field("correct", "flag", f"1: the call agrees with truth.{when}"),
        _field("call", "flag", "The binary decision.", allowed=values),
        _field("confidence", "integer", "How sure the reader was.", "step", _steps(protocol)),
        _field(
            "rating",
            "integer",
            "Ordered score for ROC analysis: with confidence c of K steps a positive call rates K + c and a "
            "negative one K + 1 - c; without a confidence question the call itself.",
            "step",
        ),
        _field("served_utc", "time", "When the case was first given to the reader as the current one."),
        _field("submitted_utc", "time", "When the outcome was kept."),
        _field("ready_ms", "integer", "From serving until the image was painted.", "ms"),
        _field("first_input_ms", "integer", "From serving until the first input.", "ms"),
        _field("read_ms", "integer", "From serving until submission, all included.", "ms"),
        _field(
            "visible_ms", "integer", "Of read_ms the time with the page seen and the machine awake.", "ms"
        ),
        _field("focused_ms", "integer", "Of visible_ms the time with the keyboard's focus.", "ms"),
        _field(
            "event_timing_ms",
            "integer",
            "The browser's own Event Timing of the key or click that led to this case: from it to the next "
            "paint after its handlers, which is this case's where it was drawn at once, and else that of the "
            "word that the answer is being saved. Rounded to 8 by the browser. Empty: not measured, below "
            "16 ms, or a first case.",
            "ms",
        ),
        *_display(),
        _field("logged", "integer", "Events of this reading in interactions.csv; empty: no log was sent."),
        _field("logged_truncated", "integer", "Events beyond the log's limit, which are counted alone."),
        _field("log_fault", "text", "Why a log was not taken; the answer stands all the same."),
    )
    return Sheet("readings.csv", columns, dataset.slots)


def _display() -> list[Column]:
    def fact(name: str, kind: Any, meaning: str, unit: str = "", allowed: str = "") -> Column:
        return Column(name, kind, meaning, lambda slot: slot.display.get(name), unit, allowed)

    def side(name: str, key: str, at: int, meaning: str, unit: str) -> Column:
        return Column(name, "integer", meaning, lambda slot: slot.display.get(key, (None, None))[at], unit)

    css = "CSS pixels"
    return [
        fact("renderer", "text", "What drew the picture.", allowed="webgl2;2d"),
        fact(
            "gl",
            "text",
            "The graphics processor behind it.",
            allowed="hardware=a real one;software=an emulated one;none=not used",
        ),
        fact("software_gl", "flag", "1: drawn without a graphics processor; times are longer there."),
        fact("refresh_ms", "number", "Median from one frame of the display to the next: times' grain.", "ms"),
        fact("pixel_ratio", "number", "Device pixels for one CSS pixel."),
        side("screen_width", "screen", 0, "Width of the screen.", css),
        side("screen_height", "screen", 1, "Height of the screen.", css),
        side("viewport_width", "viewport", 0, "Width of the page.", css),
        side("viewport_height", "viewport", 1, "Height of the page.", css),
        fact("color_depth", "integer", "Bits of a pixel's colour, as the browser says.", "bit"),
    ]


def _steps(protocol: Protocol) -> str:
    asked = [q for q in protocol.questions if q.role == "confidence"]
    return listed(f"{choice.value}={choice.label}" for q in asked[:1] for choice in q.choices)


def _answers(dataset: Dataset) -> Sheet:
    def of_slot(name: str) -> Any:
        return lambda row: None if row.slot is None else getattr(row.slot, name)

    columns = (
        _study(dataset),
        _field("reader", "text", "The reader's code."),
        _field("session", "text", "The session's key."),
        Column(
            "position", "integer", "The slot's place; empty: asked at the session's end.", of_slot("position")
        ),
        Column("repeat", "flag", "1: the second showing of the case to this reader.", of_slot("repeat")),
        Column("case", "text", "The case's code; empty: asked at the session's end.", of_slot("case")),
        _field(
            "question",
            "text",
            "The question's key.",
            allowed=listed(q.key for q in dataset.protocol.questions),
        ),
        _field("kind", "text", "The question's kind."),
        _field("value", "text", "The answer, as the lines per question say; of marks their number."),
    )
    return Sheet("answers.csv", columns, tuple(_answer_rows(dataset)))


def _answer_rows(dataset: Dataset) -> Iterator[AnswerRow]:
    kinds = {question.key: question.kind for question in dataset.protocol.questions}
    places: list[Slot | Sitting] = [*dataset.slots, *dataset.sittings]
    for place in places:
        slot = place if isinstance(place, Slot) else None
        answers = place.answers if isinstance(place, Slot) else place.exit_answers
        for key, value in sorted(answers.items()):
            kind = kinds[key]
            cell = len(value) if kind == "mark" else listed(value) if kind == "multichoice" else value
            yield AnswerRow(place.reader, place.session, slot, key, kind, cell)


def _marks(dataset: Dataset) -> Sheet:
    pixels = "image pixels"
    columns = (
        _study(dataset),
        *_place("slot."),
        _field("question", "text", "The question that asked for the mark.", path="mark.question"),
        _field("number", "integer", "First, second … mark of the answer.", path="mark.number"),
        _field("image", "integer", "First, second … image of the case.", path="mark.image"),
        _field("frame", "integer", "First, second … frame of the image.", path="mark.frame"),
        _field("kind", "text", "The shape.", allowed="point;box;ellipse", path="mark.kind"),
        _field(
            "x",
            "number",
            "Of a point its column from the left edge (a pixel's centre is at + 0.5); of a box, and of an "
            "ellipse's box, its left edge.",
            pixels,
            path="mark.x",
        ),
        _field(
            "y",
            "number",
            "Of a point its row from the top edge (a pixel's centre is at + 0.5); of a box, and of an "
            "ellipse's box, its top edge. The centre of either is at x + width / 2, y + height / 2.",
            pixels,
            path="mark.y",
        ),
        _field("width", "number", "Width of a box or of an ellipse's box.", pixels, path="mark.width"),
        _field("height", "number", "Height of a box or of an ellipse's box.", pixels, path="mark.height"),
        _field("label", "text", "The label chosen for the mark.", path="mark.label"),
    )
    rows = tuple(MarkRow(slot, mark) for slot in dataset.slots for mark in slot.marks)
    return Sheet("marks.csv", columns, rows)


def _readers(dataset: Dataset) -> Sheet:
    columns = (
        _study(dataset),
        _field("reader", "text", "The reader's code; names and addresses are never exported.", path="code"),
        _field("reader_kind", "text", "Who reads.", allowed="radiologist;algorithm;simulated", path="kind"),
        _field("specialty", "text", "Specialty; the reader's own words win over readers.csv."),
        _field("years", "integer", "Years in practice; the reader's own words win.", "years"),
        _field("institution", "text", "Institution; the reader's own words win."),
        _field("country", "text", "Country; the reader's own words win."),
        _field("arm", "text", "The order or share that the reader was allocated to."),
        _field("invited", "flag", "1: a link was made."),
        _field("consented", "flag", "1: the reader agreed to take part."),
        _field("finished", "flag", "1: every session was finished."),
        _field("withdrew", "flag", "1: the reader withdrew after the debriefing."),
    )
    return Sheet("readers.csv", columns, dataset.readers)


def _cases(dataset: Dataset) -> Sheet:
    columns = [
        _study(dataset),
        _field("case", "text", "The case's code.", path="code"),
        _field("case_set", "text", "The set that the case belongs to."),
        _field("patient", "text", "The patient; cases of one patient form a cluster."),
        _field("region", "text", "The body region."),
    ]
    if dataset.unblinded:
        terms = dataset.protocol.truth
        values = listed([f"1={terms.positive}", f"0={terms.negative}"])
        columns += [
            _field("truth", "flag", "Reference standard.", allowed=values, path="truth.value"),
            _field("diagnosis", "text", "Reference diagnosis.", path="truth.diagnosis"),
            _field("explanation", "text", "Why truth is what it is.", path="truth.explanation"),
        ]
    return Sheet("cases.csv", tuple(columns), dataset.cases)


def _lesions(dataset: Dataset) -> Sheet:
    pixels = "image pixels"
    columns = (
        _study(dataset),
        _field("case", "text", "The case's code.", path="case.code"),
        _field("lesion", "integer", "First, second … lesion of the case.", path="number"),
        Column(
            "image",
            "integer",
            "First, second … image of the case.",
            lambda row: row.lesion.image_position + 1,
        ),
        Column(
            "frame", "integer", "First, second … frame of the image.", lambda row: row.lesion.frame_number + 1
        ),
        _field("x", "number", "Column of the centre from the left edge.", pixels, path="lesion.x"),
        _field("y", "number", "Row of the centre from the top edge.", pixels, path="lesion.y"),
        _field(
            "radius", "number", "Radius within which a mark finds the lesion.", pixels, path="lesion.radius"
        ),
        _field("weight", "number", "Weight of the lesion within its case.", path="lesion.weight"),
    )
    rows = (
        LesionRow(case, number, lesion)
        for case in dataset.cases
        if case.truth
        for number, lesion in enumerate(case.truth.lesions, 1)
    )
    return Sheet("lesions.csv", columns, tuple(rows))


def audit_sheets(events: list[AuditEvent]) -> list[Sheet]:
    """The audit trail and the head of each of its chains."""
    chain = _field("chain", "text", "study:<id> for design and people, assignment:<id> for readings.")
    number = _field("number", "integer", "Place in the chain, from 1.")
    digest = _field(
        "sha256",
        "text",
        "SHA-256 of the JSON list [chain, number, utc, actor, action, subject, reason, data, "
        "previous_sha256] without spaces.",
    )
    columns = (
        chain,
        number,
        _field("utc", "time", "When."),
        _field("actor", "text", "Who: operator, system, person:<id> or reader:<id>."),
        _field("action", "text", "What."),
        _field("subject", "text", "On what."),
        _field("reason", "text", "Why, where a reason was given."),
        _field("data", "json", "Details as JSON."),
        _field("previous_sha256", "text", "The hash of the event before; zeros for the first."),
        digest,
    )
    last = {event.chain: event for event in events}
    return [
        Sheet("events.csv", columns, tuple(events)),
        Sheet("heads.csv", (chain, number, digest), tuple(last.values())),
    ]
