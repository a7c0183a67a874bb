"""System checks: the database has every trigger, and SQLite writes through to the disk."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags
from django.core.checks import register as register_check
from django.db import connections
from django.db.utils import OperationalError

from studies import triggers


def register() -> None:
    """Called once at start."""
    register_check(database_guards, Tags.database)


def database_guards(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Runs with `check --database default` and before every migrate."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            tables = set(connection.introspection.table_names())
        except OperationalError:
            continue
        if "studies_auditevent" not in tables:
            continue  # not migrated yet
        absent = triggers.missing(connection)
        if absent:
            found.append(
                Error(
                    f"Triggers are missing: {', '.join(absent)}.",
                    hint="Run `manage.py migrate`.",
                    id="studies.E001",
                )
            )
        if connection.vendor == "sqlite" and not _writes_through(connection):
            found.append(
                Error("SQLite runs without synchronous=FULL.", hint="Keep init_command.", id="studies.E002")
            )
    return found


def _writes_through(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return bool(cursor.fetchone()[0] >= 2)
