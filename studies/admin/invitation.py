"""Invitations: when each link was made, used, replaced; never the link itself."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone

from studies.admin.base import ReadOnly, moment
from studies.models import Invitation


def state_of(invitation: Invitation) -> str:
    """Whether a link opens the study now."""
    if invitation.revoked_utc:
        return "revoked"
    return "expired" if invitation.expires_utc <= timezone.now() else "works"


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """The secret is kept as a hash only and is not shown either."""

    created = moment("created_utc", "made")
    first_used = moment("first_used_utc", "first used")
    expires = moment("expires_utc", "expires")
    revoked = moment("revoked_utc", "revoked")
    list_display = (
        "__str__",
        "study",
        "link",
        "created",
        "first_used",
        "expires",
        "revoked",
    )
    list_filter = (("reader__study", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("reader__study",)
    search_fields = ("reader__code",)
    ordering = ("-created_utc",)
    fields = (
        ("reader", "study", "link"),
        ("created", "first_used"),
        ("expires", "revoked"),
    )

    def page_title(self, row: Invitation) -> str:
        return f"Invitation of {row.reader} in {row.reader.study}"

    @admin.display(ordering="reader__study__slug")
    def study(self, invitation: Invitation) -> str:
        return invitation.reader.study.slug

    @admin.display()
    def link(self, invitation: Invitation) -> str:
        return state_of(invitation)
