"""Imports: what was staged, what loading it would do, and each file that is not taken, with its reason."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone

from studies.admin import import_pages
from studies.admin.base import ReadOnly, may, moment
from studies.imports import door, thumbnails
from studies.models import Import, Job

SHOWN = 200  # rows of a long table; a file has them all
BUSY = (Import.State.WAITING, Import.State.LOADING)
NO_WORKER = "No worker has taken this up yet. Is `manage.py run_jobs` running?"
SECONDS_TO_WONDER = 20


@admin.register(Import)
class ImportAdmin(ReadOnly):
    """Coordinators begin, confirm and discard; nothing reaches a study before somebody confirmed it."""

    created = moment("created_utc", "begun")
    closed = moment("closed_utc", "ended")
    list_display = ("origin", "source", "study", "state", "progress", "not_taken", "created", "created_by")
    list_display_links = ("origin",)
    list_filter = ("state", "source", ("study", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("study",)
    search_fields = ("origin",)
    ordering = ("-created_utc",)
    fields = (("source", "study", "state"), ("created", "created_by", "closed"))
    change_form_template = "admin/studies/import/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        rows: QuerySet[Import] = super().get_queryset(request)
        return rows.prefetch_related("jobs")

    @admin.display(description="progress")
    def progress(self, imported: Import) -> str | None:
        job = newest(imported)
        busy = job is not None and imported.state in BUSY
        return f"{job.doing} {job.done} of {job.total}" if job and busy and job.total else None

    @admin.display(description="not taken")
    def not_taken(self, imported: Import) -> int | None:
        return len(imported.reasons) or None

    def page_title(self, row: Import) -> str:
        return f"Import of {row.origin}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, "add_import")

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether this person confirms, completes and discards."""
        return may(request, "change_import")

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, page_name: str, **said: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view)
            kwargs = {"imports_admin": self, **said}
            found: URLPattern = path(route, wrapped, kwargs, name=f"studies_import_{page_name}")
            return found

        return [
            page("add/", import_pages.add, "add"),
            page("fetch/", import_pages.fetch, "fetch"),
            page("<int:pk>/cases.csv", import_pages.proposed, "proposed"),
            page("<int:pk>/<int:number>.png", import_pages.thumbnail, "thumbnail"),
            page("<int:pk>/not-taken.csv", import_pages.reasons, "reasons"),
            *(page(f"<int:pk>/{name}/", import_pages.act, name, name=name) for name in import_pages.ACTIONS),
            *super().get_urls(),
        ]

    def page_facts(self, request: HttpRequest, row: Import) -> dict[str, Any]:
        job = newest(row)
        proposal = row.preview.get("proposal", [])
        return {
            "job": job,
            "busy": row.state in BUSY,
            "wondering": job is not None and _is_waiting_long(job),
            "no_worker": NO_WORKER,
            "preview": row.preview,
            "asked": row.request.get("query", {}),
            "pictures": thumbnails.names_of(row),
            "proposal": proposal[:SHOWN],
            "proposal_count": len(proposal),
            "has_table": door.has_table(row),
            "reasons": row.reasons[:SHOWN],
            "reasons_count": len(row.reasons),
            "may_act": self.has_act_permission(request),
            "staging_days": settings.STAGING_DAYS,
        }


def newest(imported: Import) -> Job | None:
    """The last job that worked on an import."""
    return max(imported.jobs.all(), key=lambda job: job.pk, default=None)


def _is_waiting_long(job: Job) -> bool:
    waited = (timezone.now() - job.created_utc).total_seconds()
    return job.state == Job.State.WAITING and waited > SECONDS_TO_WONDER
