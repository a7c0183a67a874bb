"""What all pages of the admin share: they only show, unless a page says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

NOTHING = "–"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # the stubs alone can subscript it
    """Shows rows to those with the view permission; nobody adds, changes or deletes, superusers included."""

    empty_value_display = NOTHING
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def actor(request: HttpRequest) -> str:
    """How the audit names the person at the browser."""
    return f"person:{request.user.pk}"


def may(request: HttpRequest, permission: str) -> bool:
    """Whether that person's role has a permission of this application."""
    return bool(getattr(request.user, "has_perm", lambda _: False)(f"studies.{permission}"))


def moment(field: str, heading: str) -> Callable[[Any, Any], str]:
    """A method of a page: a time to the minute, in UTC."""

    @admin.display(description=f"{heading} (UTC)", ordering=field)
    def shown(page: Any, row: Any) -> str:
        value = getattr(row, field)
        return f"{value:%Y-%m-%d %H:%M}" if value else NOTHING

    return shown
