"""System checks: the database has every trigger, and a commit is on the disk before it is acknowledged."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning
from django.core.checks import register as register_check
from django.db import connections
from django.db.utils import OperationalError

from studies import triggers


def register() -> None:
    """Called once at start."""
    register_check(database_guards, Tags.database)
    register_check(vault_key, Tags.security, deploy=True)


def vault_key(**kwargs: Any) -> list[CheckMessage]:
    """Runs with `check --deploy`: a key beside what it seals keeps nothing from whoever has both."""
    if not settings.VAULT_KEY_BESIDE_DATA:
        return []
    hint = "Set READERSTUDY_VAULT_KEYS (docs/deployment.md), then run `manage.py rekey_vault`."
    return [
        Warning(
            "The vault's key lies in the data folder, beside the originals.", hint=hint, id="studies.W001"
        )
    ]


def database_guards(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Runs with `check --database default`."""
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
        found += _not_written_through(connection)
    return found


def _not_written_through(connection: Any) -> list[CheckMessage]:
    if connection.vendor == "sqlite":
        if _value(connection, "PRAGMA synchronous") >= 2:
            return []
        return [Error("SQLite runs without synchronous=FULL.", hint="Keep init_command.", id="studies.E002")]
    hint = "Set it to on, for the server, the database and the role that this application uses."
    return [
        Error(f"PostgreSQL runs with {name}=off.", hint=hint, id="studies.E002")
        for name in ("fsync", "synchronous_commit")
        if _value(connection, f"SHOW {name}") == "off"
    ]


def _value(connection: Any, question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
