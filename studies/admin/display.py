"""Display self-checks: what readers saw of their own displays; it tells nothing of a case or an answer."""

from __future__ import annotations

from django.contrib import admin

from studies.admin.base import moment
from studies.admin.of_assignment import OfAssignment
from studies.models import DisplayCheck
from studies.selfcheck import DISPLAYS, ROOMS


@admin.register(DisplayCheck)
class DisplayCheckAdmin(OfAssignment):
    """Every attempt, newest last within its session."""

    kept = moment("kept_utc", "kept")
    list_display = (
        "reader",
        "session",
        "study",
        "number",
        "kept",
        "black",
        "grey",
        "white",
        "room",
        "display",
    )
    list_display_links = ("number",)
    list_filter = (("assignment__session__study", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("assignment__reader", "assignment__session__study")
    search_fields = ("assignment__reader__code",)
    ordering = (
        "assignment__session__study__slug",
        "assignment__reader__code",
        "assignment__number",
        "number",
    )
    fields = (
        ("reader", "session", "study"),
        ("number", "kept"),
        "shown",
        "answers",
        "results",
        "display_facts",
    )

    @admin.display(description="near black")
    def black(self, check: DisplayCheck) -> int | None:
        return self._smallest(check, "black")

    @admin.display(description="mid grey")
    def grey(self, check: DisplayCheck) -> int | None:
        return self._smallest(check, "grey")

    @admin.display(description="near white")
    def white(self, check: DisplayCheck) -> int | None:
        return self._smallest(check, "white")

    @admin.display()
    def room(self, check: DisplayCheck) -> str:
        return ROOMS[check.answers["room"]]

    @admin.display()
    def display(self, check: DisplayCheck) -> str:
        return DISPLAYS[check.answers["display"]]

    def _smallest(self, check: DisplayCheck, ground: str) -> int | None:
        smallest: int | None = check.results[ground]
        return smallest

    def page_title(self, row: DisplayCheck) -> str:
        return f"Display check {row.number} of {row.assignment.reader} before {row.assignment.session}"
