"""Tokens with which programs send images: made here, shown once, revoked here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from studies.admin.base import ReadOnly, actor, may, moment
from studies.imports import tokens
from studies.models import ImportToken, Study

REVOKED = "Revoked in the admin."


class TokenForm(forms.Form):
    """For which study, who will send, and for how long."""

    study = forms.ModelChoiceField(
        Study.objects.none(), help_text="A draft; what is sent waits in an import."
    )
    name = forms.CharField(
        max_length=100, help_text="Which program or department sends. No names of persons."
    )
    days = forms.IntegerField(min_value=1, max_value=365, initial=30, label="Works for (days)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["study"]
        field.queryset = Study.objects.filter(state=Study.State.DRAFT)


@admin.register(ImportToken)
class ImportTokenAdmin(ReadOnly):
    """The secret is kept as a hash only and is not shown again."""

    created = moment("created_utc", "made")
    expires = moment("expires_utc", "expires")
    revoked = moment("revoked_utc", "revoked")
    used = moment("used_utc", "last used")
    list_display = ("name", "study", "works", "created", "used", "expires", "revoked", "created_by")
    list_filter = (("study", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("study",)
    ordering = ("-created_utc",)
    fields = (("name", "study", "works"), ("created", "created_by", "used"), ("expires", "revoked"))
    actions = ("revoke_selected",)

    @admin.display(boolean=True)
    def works(self, token: ImportToken) -> bool:
        return tokens.works(token)

    def page_title(self, row: ImportToken) -> str:
        return f"Token of {row.name}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, "add_importtoken")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether this person makes tokens useless."""
        return may(request, "change_importtoken")

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, rows: QuerySet[ImportToken]) -> None:
        count = sum(tokens.revoke(token, actor(request), REVOKED) for token in rows)
        self.message_user(
            request, f"{count} {'token was' if count == 1 else 'tokens were'} revoked.", messages.SUCCESS
        )

    @method_decorator(never_cache)
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Makes a token and shows it this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TokenForm(request.POST or None)
        page: dict[str, Any] = {"title": "New token", "form": form}
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            secret = tokens.make(said["study"], said["name"], said["days"], actor(request))
            page = {"title": f"Token of {said['name']}", "secret": secret, "study": said["study"]}
        page["address"] = f"{settings.PUBLIC_URL}{reverse('dicomweb')}"
        context = {**self.admin_site.each_context(request), "opts": self.opts, **page}
        return TemplateResponse(request, "admin/studies/importtoken/add.html", context)
