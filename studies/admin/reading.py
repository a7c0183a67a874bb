"""Readings: where each slot stands; what was answered appears once the study is closed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from studies import interactions
from studies.admin.base import NOTHING, moment
from studies.admin.of_assignment import OfAssignment
from studies.models import Reading, Study

FINAL = frozenset({Study.State.CLOSED, Study.State.LOCKED})
LONGEST_SEEN = 20  # frames listed, those longest on show
NOT_YET = "Shown once the study is closed."


def answers_may_show(reading: Reading) -> bool:
    """While reading goes on nobody looks at answers: what one sees, one may act on."""
    return reading.assignment.session.study.state in FINAL


@admin.register(Reading)
class ReadingAdmin(OfAssignment):
    """Slots in their stored order, with status and times."""

    served = moment("served_utc", "served")
    submitted = moment("submitted_utc", "submitted")
    list_display = (
        "reader",
        "session",
        "study",
        "position",
        "case_code",
        "repeated",
        "status",
        "served",
        "submitted",
        "seconds",
    )
    list_display_links = ("position",)
    list_filter = (
        ("assignment__session__study", admin.RelatedOnlyFieldListFilter),
        ("assignment__session", admin.RelatedOnlyFieldListFilter),
        "status",
    )
    list_select_related = ("assignment__reader", "assignment__session__study", "case")
    search_fields = ("assignment__reader__code", "case__code")
    search_help_text = "Reader's code or case."
    ordering = (
        "assignment__session__study__slug",
        "assignment__reader__code",
        "assignment__number",
        "position",
    )
    fields = (
        ("reader", "session", "study"),
        ("position", "case_code", "repeated"),
        ("status", "why_skipped"),
        ("served", "submitted"),
        ("ready_ms", "first_input_ms", "read_ms", "visible_ms", "focused_ms", "event_timing_ms"),
        "did",
        "said",
        "display",
    )

    @admin.display(description="case", ordering="case__code")
    def case_code(self, reading: Reading) -> str:
        return reading.case.code

    @admin.display(description="repeat", ordering="repeat")
    def repeated(self, reading: Reading) -> str:
        return "repeat" if reading.repeat else NOTHING

    @admin.display(description="read in (s)", ordering="read_ms")
    def seconds(self, reading: Reading) -> str | None:
        return None if reading.read_ms is None else f"{reading.read_ms / 1000:.1f}"

    @admin.display(description="reason for skipping")
    def why_skipped(self, reading: Reading) -> str:
        return (reading.skip_reason or NOTHING) if answers_may_show(reading) else NOT_YET

    @admin.display(description="answers")
    def said(self, reading: Reading) -> SafeString | str:
        return _table(_answers(reading)) if answers_may_show(reading) else NOT_YET

    @admin.display(description="what the reader did")
    def did(self, reading: Reading) -> SafeString | str:
        return _table(_log(reading)) if answers_may_show(reading) else NOT_YET

    @admin.display(description="display")
    def display(self, reading: Reading) -> SafeString | str:
        return _table(list(reading.display_facts.items()))

    def page_title(self, row: Reading) -> str:
        return f"Reading {row.position} of {row.assignment.reader} in {row.assignment.session}"


def _answers(reading: Reading) -> list[tuple[str, Any]]:
    definition = reading.assignment.session.study.definition
    asked = ((definition.question(answer.question), answer.value) for answer in reading.answers.all())
    return [(q.label, _marks(value) if q.kind == "mark" else value) for q, value in asked]


def _marks(marks: list[dict[str, Any]]) -> str:
    return "; ".join(_mark(mark) for mark in marks)


def _mark(mark: dict[str, Any]) -> str:
    """As in marks.csv: image and frame from 1, x and y of a box its left and top edge."""
    size = f", {mark['width']:g} x {mark['height']:g}" if "width" in mark else ""
    place = f"{mark['kind']} at ({mark['x']:g}, {mark['y']:g}){size}"
    label = f" “{mark['label']}”" if mark.get("label") else ""
    return f"{place}, image {mark['image'] + 1}, frame {mark['frame'] + 1}{label}"


def _log(reading: Reading) -> list[tuple[str, Any]]:
    log = getattr(reading, "interactions", None)
    if log is None:
        return []
    if log.fault:
        return [("Log not taken", log.fault)]
    done = interactions.summary(interactions.events_of(log.blob))
    rows: list[tuple[str, Any]] = [
        ("Events", log.events),
        ("Changes of window", done.windows),
        ("Changes of zoom or place", done.views),
        ("Frames seen", len(done.frames)),
    ]
    if log.truncated:
        rows.insert(1, ("Events beyond the limit, not kept", log.truncated))
    longest = sorted(done.frames.items(), key=lambda item: -item[1])[:LONGEST_SEEN]
    if len(done.frames) > 1:
        rows += [
            (f"Image {image + 1}, frame {frame + 1}", f"{ms / 1000:.1f} s") for (image, frame), ms in longest
        ]
    return rows


def _table(rows: list[tuple[str, Any]]) -> SafeString | str:
    if not rows:
        return NOTHING
    cells = ((key, value if isinstance(value, str) else json.dumps(value)) for key, value in rows)
    return format_html(
        '<table class="facts">{}</table>',
        format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", cells),
    )
