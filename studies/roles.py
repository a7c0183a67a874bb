"""Roles: groups with what each may see and do in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import connections

COORDINATORS = "coordinators"
TRUTH_KEEPERS = "truth keepers"
STATISTICIANS = "statisticians"
MONITORS = "monitors"

_WATCHING = ("view_study", "view_reading", "view_displaycheck", "view_auditevent")
# view_imageprovenance: what originals say of their origin, which can tell truth.
# change_study: open, close and lock it. add_invitation, change_invitation: make and revoke links.
# add_import: stage files. change_import: confirm, complete or discard what is staged.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    COORDINATORS: (
        *_WATCHING,
        "view_case",
        "view_reader",
        "view_invitation",
        "change_study",
        "add_reader",
        "change_reader",
        "add_invitation",
        "change_invitation",
        "view_import",
        "add_import",
        "change_import",
        "view_importtoken",
        "add_importtoken",
        "change_importtoken",
    ),
    TRUTH_KEEPERS: ("view_study", "view_case", "view_leakaudit", "view_imageprovenance"),
    STATISTICIANS: _WATCHING,
    MONITORS: _WATCHING,
}


class UnknownRole(Exception):
    """A role that there is not."""


def ensure_groups(using: str = "default") -> None:
    """Makes the groups and gives each exactly its permissions."""
    for role, codenames in PERMISSIONS.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        permissions = Permission.objects.using(using).filter(
            content_type__app_label="studies", codename__in=codenames
        )
        group.permissions.set(permissions)


def grant(user: User, role: str) -> None:
    """Gives a person a role, and with it the way into the admin."""
    if role not in PERMISSIONS:
        raise UnknownRole(f"{role!r} is no role; use {', '.join(PERMISSIONS)}.")
    ensure_groups()
    user.groups.add(Group.objects.get(name=role))
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def ensure_after_migrate(using: str, **kwargs: Any) -> None:
    """post_migrate's receiver; skips a database that was migrated back to nothing."""
    tables = set(connections[using].introspection.table_names())
    if {"auth_group_permissions", "studies_study"} <= tables:
        ensure_groups(using)
