"""interactions/interactions.csv: what readers did, a row per event, streamed from the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from studies.codebook import Column, Sheet
from studies.interactions import KINDS, Event, events_of
from studies.models import InteractionLog, Study

FILE = "interactions/interactions.csv"
AT_ONCE = 20  # logs in memory
EVENTS = (
    "frame=a frame came on show;window=the window was so;view=the place and scale were so;"
    "do=an action by key or button;mark=a mark was so changed;question=a question became the active one;"
    "answer=its answer changed;hidden=the page was hidden;shown=it was seen again;blur=it lost the keyboard;"
    "focus=it got it back;fullscreen=full screen went on or off;size=the page had this size;"
    "covered=the page was covered, its window being too small;uncovered=its window was large enough again;"
    "slept=the machine had slept;reload=the page was loaded again"
)


class EventRow(NamedTuple):
    """One event of one reading."""

    log: InteractionLog
    event: Event


@dataclass(frozen=True)
class Logged:
    """The events of many logs, which do not stand in memory together."""

    logs: QuerySet[InteractionLog]

    def __iter__(self) -> Iterator[EventRow]:
        for log in self.logs.iterator(chunk_size=AT_ONCE):
            for event in events_of(log.blob):
                yield EventRow(log, event)


def interaction_sheets(study: Study) -> list[Sheet]:
    """The sheet of events; none where no reading of the study has a log."""
    logs = _logs(study)
    return [Sheet(FILE, _columns(study), Logged(logs))] if logs.exists() else []


def _logs(study: Study) -> QuerySet[InteractionLog]:
    kept = InteractionLog.objects.filter(
        reading__assignment__session__study=study, reading__assignment__reader__withdrew_utc=None
    )
    place = "reading__assignment__"
    return kept.select_related(f"{place}reader", f"{place}session", "reading__case").order_by(
        f"{place}reader__code", f"{place}number", "reading__position"
    )


def _columns(study: Study) -> tuple[Column, ...]:
    slug, pixels = study.slug, "image pixels"
    return (
        Column("study", "text", "The study's slug.", lambda row: slug),
        Column("reader", "text", "The reader's code.", lambda row: row.log.reading.assignment.reader.code),
        Column("session", "text", "The session's key.", lambda row: row.log.reading.assignment.session.key),
        Column(
            "position",
            "integer",
            "Place in the reader's order of the session, from 1.",
            lambda row: row.log.reading.position,
        ),
        Column(
            "repeat",
            "flag",
            "1: the second showing of the case to this reader.",
            lambda row: row.log.reading.repeat,
        ),
        Column("case", "text", "The case's code.", lambda row: row.log.reading.case.code),
        Column("ms", "integer", "From serving until the event.", lambda row: row.event.ms, "ms"),
        Column("event", "text", "What happened.", lambda row: row.event.kind, allowed=EVENTS),
        _value("name", "text", "Of an action or a change of marks its name, of a question its key."),
        _value("image", "integer", "First, second … image of the case.", count_from=1),
        _value("frame", "integer", "First, second … frame of the image.", count_from=1),
        _value("low", "number", "Value that is black (of an inverted image white).", "grey value"),
        _value("high", "number", "Value that is white (of an inverted image black).", "grey value"),
        _value("inverted", "flag", "1: high values are dark."),
        _value("scale", "number", "Device pixels for one image pixel."),
        _value("x", "number", "Column of the image in the middle of its pane.", pixels),
        _value("y", "number", "Row of the image in the middle of its pane.", pixels),
        _value("on", "flag", "1: full screen from now on."),
        _value("width", "integer", "Width of the page.", "CSS pixels"),
        _value("height", "integer", "Height of the page.", "CSS pixels"),
        _value("duration_ms", "integer", "How long the machine had slept, up to this event.", "ms"),
    )


def _value(name: str, kind: Any, meaning: str, unit: str = "", count_from: int = 0) -> Column:
    used = ", ".join(event for event, fields in KINDS.items() if name in dict(fields))

    def of(row: EventRow) -> Any:
        value = row.event.values.get(name)
        return value if value is None else value + count_from if count_from else value

    return Column(name, kind, f"{meaning} Only of {used}.", of, unit)
