"""Staff accounts and groups: for superusers alone, whatever permissions a group may be given."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest


class SuperusersOnly:
    """Whoever may edit accounts may take any role, so a permission alone does not suffice."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class StaffAdmin(SuperusersOnly, UserAdmin):  # type: ignore[type-arg]
    """People who log in; a role is a group."""

    list_display = ("username", "email", "roles", "is_active", "is_superuser", "last_login")
    list_filter = ("groups", "is_active", "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the audit names people by their account, which is made inactive instead."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display()
    def roles(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())


class RoleAdmin(SuperusersOnly, GroupAdmin):
    """Groups; those of `studies.roles` are set anew at every migrate."""


admin.site.unregister([User, Group])
admin.site.register(User, StaffAdmin)
admin.site.register(Group, RoleAdmin)
