"""Audit events, to read and to search."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from studies.admin.base import NOTHING, ReadOnly
from studies.audit import chains_of
from studies.models import AuditEvent, Study


class StudyFilter(admin.SimpleListFilter):
    """All chains of one study: its design's and its assignments'."""

    title = "study"
    parameter_name = "study"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), slug) for pk, slug in Study.objects.values_list("pk", "slug")]

    def queryset(self, request: HttpRequest, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        value = self.value()
        if not value or not value.isdecimal():
            return events
        study = Study.objects.filter(pk=int(value)).first()
        return events.filter(chain__in=chains_of(study)) if study else events.none()


class ChainFilter(admin.SimpleListFilter):
    """Design or readings."""

    title = "chain"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("study", "design and people"), ("assignment", "readings")]

    def queryset(self, request: HttpRequest, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return events.filter(chain__startswith=f"{self.value()}:") if self.value() else events


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    """Who, what, when, why, with the hashes that chain one event to the next."""

    list_display = ("time", "chain", "number", "action", "actor", "subject", "reason")
    list_display_links = ("time",)
    list_filter = (StudyFilter, ChainFilter, "action")
    search_fields = ("chain", "actor", "action", "subject", "reason", "sha256__startswith")
    search_help_text = "Chain (study:1, assignment:7), actor (person:2), action, subject, reason or hash."
    ordering = ("-utc", "-pk")
    fields = (
        "time",
        ("chain", "number"),
        ("actor", "action", "subject"),
        "reason",
        "said",
        "previous_sha256",
        "sha256",
    )

    show_full_result_count = False

    @admin.display(description="time (UTC)", ordering="utc")
    def time(self, event: AuditEvent) -> str:
        return f"{event.utc:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="data")
    def said(self, event: AuditEvent) -> SafeString | str:
        data = json.loads(event.data)
        rows = format_html_join(
            "", "<tr><th>{}</th><td>{}</td></tr>", ((k, _plain(v)) for k, v in data.items())
        )
        return format_html('<table class="facts">{}</table>', rows) if data else NOTHING


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
