"""What all pages of the admin share: they only show, unless a page says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

NOTHING = "–"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # the stubs alone can subscript it
    """Shows rows to those with the view permission; nobody adds, changes or deletes, superusers included."""

    empty_value_display = NOTHING
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By its own filters alone: a free one would answer questions about what a page hides."""
        own = {field.name for field in self.opts.get_fields()}
        if lookup.split("__")[0] not in own:
            return super().lookup_allowed(lookup, value, request)
        return any(lookup.startswith(_looked_up(entry)) for entry in self.get_list_filter(request))

    def page_title(self, row: Any) -> str:
        """What a row's page is headed with."""
        return f"{str(self.opts.verbose_name).capitalize()} {row}"

    def page_facts(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What a row's page shows beside its fields."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and self.has_view_permission(request, row):
            extra_context = {**(extra_context or {}), **self.page_facts(request, row)}
        return super().change_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original") is not None:
            context |= {"title": self.page_title(context["original"]), "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)


def _looked_up(entry: Any) -> str:
    """The name that a filter of a list puts into the address."""
    name = entry[0] if isinstance(entry, tuple) else entry
    return name if isinstance(name, str) else str(name.parameter_name)


def actor(request: HttpRequest) -> str:
    """How the audit names the person at the browser."""
    return f"person:{request.user.pk}"


def may(request: HttpRequest, permission: str) -> bool:
    """Whether that person's role has a permission of this application."""
    return bool(getattr(request.user, "has_perm", lambda _: False)(f"studies.{permission}"))


def day(field: str, heading: str) -> Callable[[Any, Any], str]:
    """A method of a page: the day of a time, in UTC, for lists that need the room."""

    @admin.display(description=heading, ordering=field)
    def shown(page: Any, row: Any) -> str:
        value = getattr(row, field)
        return f"{value:%Y-%m-%d}" if value else NOTHING

    return shown


def moment(field: str, heading: str) -> Callable[[Any, Any], str]:
    """A method of a page: a time to the minute, in UTC."""

    @admin.display(description=f"{heading} (UTC)", ordering=field)
    def shown(page: Any, row: Any) -> str:
        value = getattr(row, field)
        return f"{value:%Y-%m-%d %H:%M}" if value else NOTHING

    return shown
