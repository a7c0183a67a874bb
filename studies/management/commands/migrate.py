"""manage.py migrate: Django's own, which afterwards makes the guards anew."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    """Runs where guards are missing or of an earlier version, since it is what mends that."""

    def check(self, *args: Any, databases: Any = None, **kwargs: Any) -> None:
        """All checks but those of the database."""
        super().check(*args, **kwargs)
