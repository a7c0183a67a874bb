"""Readers: who they are, how far they are, and their links."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studies import audit, locks
from studies.admin import link_pages
from studies.admin.base import NOTHING, ReadOnly, actor, day, may, moment
from studies.admin.forms import ReaderForm
from studies.admin.invitation import state_of
from studies.admin.own_words import compared, differing
from studies.models import Reader

CONTACT = ("name", "email")
FACTS = ("code", "study", "kind", "arm")
TIMES = ("consented", "debriefed", "withdrew")


@admin.register(Reader)
class ReaderAdmin(ReadOnly):
    """The one page with something to write: a reader's name and address, each change in the audit."""

    form = ReaderForm
    consented_on = day("consented_utc", "consented")
    withdrew_on = day("withdrew_utc", "withdrew")
    consented = moment("consented_utc", "consented")
    debriefed = moment("debriefed_utc", "debriefed")
    withdrew = moment("withdrew_utc", "withdrew")
    list_display = (
        "code",
        "study",
        "contact",
        "specialty",
        "years",
        "own_words",
        "link",
        "consented_on",
        "sessions_finished",
        "withdrew_on",
    )
    list_filter = (("study", admin.RelatedOnlyFieldListFilter), "kind")
    list_select_related = ("study", "profile")
    search_fields = ("code", "name", "email")
    ordering = ("study__slug", "code")
    actions = ("invite_selected", "revoke_selected")
    change_form_template = "admin/studies/reader/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reader]:
        rows: QuerySet[Reader] = super().get_queryset(request)
        finished = Count("assignments", filter=Q(assignments__finished_utc__isnull=False))
        return rows.annotate(n_sessions=Count("assignments"), n_finished=finished).prefetch_related(
            "invitations"
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        narrowed = "study__id__exact" in request.GET
        return [name for name in self.list_display if not (narrowed and name == "study")]

    @admin.display(description="name and e-mail", ordering="name")
    def contact(self, reader: Reader) -> SafeString:
        return format_html("{}<br>{}", reader.name or NOTHING, reader.email or NOTHING)

    @admin.display(description="own words")
    def own_words(self, reader: Reader) -> SafeString | None:
        found = differing(reader)
        if not found:
            return None
        said = ", ".join(f"{fact.name} {fact.own}" for fact in found)
        return format_html('<span class="differs">≠ {}</span>', said)

    @admin.display()
    def link(self, reader: Reader) -> str | None:
        newest = max(reader.invitations.all(), key=lambda row: row.created_utc, default=None)
        if newest is None:
            return None
        return "used" if newest.first_used_utc and state_of(newest) == "works" else state_of(newest)

    @admin.display(description="sessions", ordering="n_finished")
    def sessions_finished(self, reader: Any) -> str | None:
        return f"{reader.n_finished} of {reader.n_sessions}" if reader.n_sessions else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, "add_reader")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, "change_reader")

    def has_invite_permission(self, request: HttpRequest) -> bool:
        """Whether this person makes links."""
        return may(request, "add_invitation")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether this person makes links useless."""
        return may(request, "change_invitation")

    def get_fields(self, request: HttpRequest, obj: Reader | None = None) -> list[Any]:
        if obj is None:
            return ["study", "code", *CONTACT]
        return [FACTS, *CONTACT, TIMES]

    def get_readonly_fields(self, request: HttpRequest, obj: Reader | None = None) -> list[Any]:
        if obj is None:
            return []
        return [*FACTS, *TIMES]

    def save_model(self, request: HttpRequest, obj: Reader, form: Any, change: bool) -> None:
        locks.alone(obj.study_id)
        # Only what the form changed: a consent that came meanwhile stays.
        obj.save(update_fields=form.changed_data if change else None)
        if form.changed_data:
            # Names of fields only: the trail holds no personal data.
            audit.record(
                obj.study,
                "reader.changed" if change else "reader.added",
                actor=actor(request),
                subject=f"reader:{obj.pk}",
                data={"fields": sorted(form.changed_data)},
            )

    @admin.action(description="Make new links for the selected readers …", permissions=["invite"])
    def invite_selected(self, request: HttpRequest, readers: QuerySet[Reader]) -> HttpResponseRedirect:
        return link_pages.ask("invite", readers)

    @admin.action(description="Revoke the links of the selected readers …", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, readers: QuerySet[Reader]) -> HttpResponseRedirect:
        return link_pages.ask("revoke", readers)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"{name}/",
                self.admin_site.admin_view(view),
                {"readers_admin": self},
                name=f"studies_reader_{name}",
            )
            for name, view in link_pages.VIEWS.items()
        ]
        return [*pages, *super().get_urls()]

    def page_facts(self, request: HttpRequest, row: Reader) -> dict[str, Any]:
        newest_first = row.invitations.order_by("-created_utc")
        return {
            "facts": compared(row),
            "has_profile": hasattr(row, "profile"),
            "links": [(invitation, state_of(invitation)) for invitation in newest_first],
            "may_invite": self.has_invite_permission(request),
            "may_revoke": self.has_revoke_permission(request),
            "assignments": row.assignments.select_related("session"),
        }
