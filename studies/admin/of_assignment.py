"""The columns of rows that belong to an assignment: who read, in which session of which study."""

from __future__ import annotations

from django.contrib import admin

from studies.admin.base import ReadOnly
from studies.models import DisplayCheck, Reading


class OfAssignment(ReadOnly):
    """reader, session and study, for list_display and fields."""

    @admin.display(ordering="assignment__reader__code")
    def reader(self, row: Reading | DisplayCheck) -> str:
        return row.assignment.reader.code

    @admin.display(ordering="assignment__number")
    def session(self, row: Reading | DisplayCheck) -> str:
        return row.assignment.session.key

    @admin.display(ordering="assignment__session__study__slug")
    def study(self, row: Reading | DisplayCheck) -> str:
        return row.assignment.session.study.slug
