"""The pages on which links are made and revoked: GET asks, POST does, and a link is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from studies.admin import links
from studies.admin.base import actor
from studies.admin.steps import WHY, ReasonForm
from studies.models import Reader

if TYPE_CHECKING:
    from studies.admin.reader import ReaderAdmin

TICKET = "links_ticket"
CHOOSE = "Choose at least one reader."
SHOWN = "These links were made and shown already. Make new ones if they are lost."


def ask(name: str, readers: Iterable[Reader]) -> HttpResponseRedirect:
    """To the page that asks before links are made or revoked."""
    query = urlencode([("reader", reader.pk) for reader in readers])
    return HttpResponseRedirect(f"{reverse(f'admin:studies_reader_{name}')}?{query}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, readers_admin: ReaderAdmin) -> HttpResponse:
    """Asks, then makes links and shows them this once."""
    if not readers_admin.has_invite_permission(request):
        raise PermissionDenied
    readers = _chosen(request)
    if not readers:
        return _nobody(request)
    if request.method == "POST":
        # The ticket is used up here: loading the page again makes no second set of links.
        if request.POST.get("ticket") != request.session.pop(TICKET, ""):
            messages.warning(request, SHOWN)
            return redirect("admin:studies_reader_changelist")
        made = links.make(readers, actor(request))
        for refusal in made.refusals:
            messages.error(request, refusal)
        if made.links:
            page = {"title": "New links", "links": made.links}
            return _page(request, readers_admin, "links", page)
    ticket = request.session[TICKET] = secrets.token_urlsafe(16)
    rows = [(reader, len(links.working(reader))) for reader in readers]
    return _page(
        request, readers_admin, "invite", {"title": "Make new links", "rows": rows, "ticket": ticket}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, readers_admin: ReaderAdmin) -> HttpResponse:
    """Asks why, then makes the links useless."""
    if not readers_admin.has_revoke_permission(request):
        raise PermissionDenied
    readers = _chosen(request)
    if not readers:
        return _nobody(request)
    form = ReasonForm(request.POST or None, label="Reason", help_text=WHY, required=True)
    if request.method == "POST" and form.is_valid():
        n = links.revoke(readers, actor(request), form.cleaned_data["reason"])
        messages.success(request, f"{n} {'link was' if n == 1 else 'links were'} revoked.")
        return redirect("admin:studies_reader_changelist")
    rows = [(reader, len(links.working(reader))) for reader in readers]
    return _page(request, readers_admin, "revoke", {"title": "Revoke links", "rows": rows, "form": form})


VIEWS: dict[str, Callable[..., HttpResponse]] = {"invite": invite, "revoke": revoke}


def _chosen(request: HttpRequest) -> list[Reader]:
    keys = [key for key in request.GET.getlist("reader") if key.isdecimal()]
    return list(Reader.objects.filter(pk__in=keys).select_related("study__protocol"))


def _nobody(request: HttpRequest) -> HttpResponse:
    messages.warning(request, CHOOSE)
    return redirect("admin:studies_reader_changelist")


def _page(request: HttpRequest, readers_admin: ReaderAdmin, name: str, page: dict[str, Any]) -> HttpResponse:
    context = {**readers_admin.admin_site.each_context(request), "opts": readers_admin.opts, **page}
    return TemplateResponse(request, f"admin/studies/reader/{name}.html", context)
