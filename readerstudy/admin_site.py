"""The admin's site: its name, its order of pages, no sidebar."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

ORDER = [
    "study",
    "import",
    "case",
    "reader",
    "invitation",
    "displaycheck",
    "reading",
    "auditevent",
    "importtoken",
]


class ReaderStudySite(admin.AdminSite):
    """Django's own admin under this project's name; pages stand in the order in which a study uses them."""

    site_header = "Reader studies"
    site_title = "Reader studies"
    index_title = "Overview"
    site_url = None
    # Wide tables need the room; the header's links replace it.
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["model"]._meta.model_name))
        return sorted(apps, key=lambda app: app["app_label"] != "studies")


def _place(name: str | None) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
