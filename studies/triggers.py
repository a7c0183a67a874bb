"""Triggers: the guards as each database runs them, made anew after every migration."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from studies.guards import GUARDS, Guard

PREFIX = "studies"
THERE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
    "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
    "AND c.relnamespace = current_schema()::regnamespace",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Makes every trigger anew (SQLite drops them when a migration rebuilds a table)."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        for guard in _guards(connection):
            cursor.execute(_sqlite(guard) if connection.vendor == "sqlite" else _postgresql(guard))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drops them, earlier versions' too: for a migration, a restore, and tests that empty the tables."""
    with connection.cursor() as cursor:
        for name in _there(connection):
            if name.startswith(f"{PREFIX}_"):
                kind = "TRIGGER" if connection.vendor == "sqlite" else "FUNCTION"
                tail = "" if connection.vendor == "sqlite" else "() CASCADE"
                cursor.execute(f"DROP {kind} IF EXISTS {name}{tail}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of guards that the database does not have, or has otherwise than they should be."""
    there = _there(connection)
    made = _sqlite if connection.vendor == "sqlite" else _body
    return [guard.name for guard in _guards(connection) if there.get(guard.name) != made(guard)]


def remove_before_migrate(using: str, plan: list[tuple[Any, bool]], **kwargs: Any) -> None:
    """pre_migrate's receiver: SQLite cannot rebuild a table while triggers of others name it."""
    if any(migration.app_label == PREFIX for migration, _ in plan):
        remove(connections[using])


def install_after_migrate(using: str, **kwargs: Any) -> None:
    """post_migrate's receiver; skips a database that was migrated back to nothing."""
    connection = connections[using]
    if {guard.table for guard in GUARDS} <= set(connection.introspection.table_names()):
        install(connection)


def _guards(connection: BaseDatabaseWrapper) -> list[Guard]:
    return [guard for guard in GUARDS if guard.vendor in {"", connection.vendor}]


def _there(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(THERE[connection.vendor])
        return dict(cursor.fetchall())


def _sqlite(guard: Guard) -> str:
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.operation} ON {guard.table} FOR EACH ROW "
        f"WHEN {guard.condition} BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    )


def _body(guard: Guard) -> str:
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(guard.operation, "NEW")
    return (
        f" BEGIN IF {guard.condition} THEN RAISE EXCEPTION '{guard.message}' USING ERRCODE = '23000'; "
        f"END IF; RETURN {row}; END "
    )


def _postgresql(guard: Guard) -> str:
    each = "STATEMENT" if guard.operation == "TRUNCATE" else "ROW"
    return (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $${_body(guard)}$$; "
        f"CREATE TRIGGER {guard.name} BEFORE {guard.operation} ON {guard.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.name}()"
    )
