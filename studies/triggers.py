"""Triggers: what the database itself refuses, even to raw SQL, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALWAYS = "1 = 1"


@dataclass(frozen=True)
class Guard:
    """One refusal: which operation on which table, under which condition over OLD and NEW."""

    name: str
    table: str
    operation: str  # INSERT, UPDATE, UPDATE OF a, b or DELETE
    condition: str
    message: str


def _frozen(study: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM studies_protocol p WHERE p.study_id = {study} AND p.frozen_utc IS NOT NULL)"
    )


def _study_of_case(case: str) -> str:
    return f"(SELECT c.study_id FROM studies_case c WHERE c.id = {case})"


def _study_of_image(image: str) -> str:
    return (
        "(SELECT c.study_id FROM studies_case c JOIN studies_image i ON i.case_id = c.id "
        f"WHERE i.id = {image})"
    )


def _append_only(table: str) -> list[Guard]:
    message = f"{table} is append-only"
    # SQLite's INSERT OR REPLACE deletes without firing DELETE triggers.
    taken = f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id)"
    return [
        Guard(f"{table}_no_update", table, "UPDATE", ALWAYS, message),
        Guard(f"{table}_no_delete", table, "DELETE", ALWAYS, message),
        Guard(f"{table}_no_replace", table, "INSERT", taken, message),
    ]


def _design(table: str, study: str) -> list[Guard]:
    """Refuses every change to a design table once the protocol is frozen; `study` holds {row}: OLD or NEW."""
    message = f"{table}: the protocol is frozen; change it by an amendment"
    rows = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
    return [
        Guard(
            f"{table}_frozen_{verb.lower()}",
            table,
            verb,
            " OR ".join(_frozen(study.format(row=row)) for row in rows[verb]),
            message,
        )
        for verb in rows
    ]


GUARDS: list[Guard] = [
    *_append_only("studies_auditevent"),
    *_append_only("studies_answer"),
    *_append_only("studies_mark"),
    Guard(
        "studies_auditevent_no_fork",
        "studies_auditevent",
        "INSERT",
        "EXISTS (SELECT 1 FROM studies_auditevent t WHERE t.chain = NEW.chain AND t.number = NEW.number)",
        "studies_auditevent: that number of the chain is taken",
    ),
    Guard(
        "studies_casetruth_no_update",
        "studies_casetruth",
        "UPDATE",
        ALWAYS,
        "studies_casetruth: a new version is added, none is changed",
    ),
    Guard(
        "studies_casetruth_frozen_delete",
        "studies_casetruth",
        "DELETE",
        _frozen(_study_of_case("OLD.case_id")),
        "studies_casetruth: the protocol is frozen; versions stay",
    ),
    Guard(
        "studies_protocol_frozen_update",
        "studies_protocol",
        "UPDATE",
        "OLD.frozen_utc IS NOT NULL",
        "studies_protocol: frozen; change it by an amendment",
    ),
    Guard(
        "studies_protocol_frozen_delete",
        "studies_protocol",
        "DELETE",
        "OLD.frozen_utc IS NOT NULL",
        "studies_protocol: frozen; it stays",
    ),
    Guard(
        "studies_study_frozen_update",
        "studies_study",
        "UPDATE OF id, slug, title",
        _frozen("OLD.id") + " AND (OLD.id <> NEW.id OR OLD.slug <> NEW.slug OR OLD.title <> NEW.title)",
        "studies_study: the protocol is frozen; change it by an amendment",
    ),
    *_design("studies_session", "{row}.study_id"),
    *_design("studies_caseset", "{row}.study_id"),
    *_design("studies_case", "{row}.study_id"),
    *_design("studies_image", _study_of_case("{row}.case_id")),
    *_design("studies_frame", _study_of_image("{row}.image_id")),
    Guard(
        "studies_reading_kept",
        "studies_reading",
        "UPDATE",
        "OLD.status <> 'waiting'",
        "studies_reading: a submitted reading is not overwritten",
    ),
    Guard(
        "studies_reading_slot",
        "studies_reading",
        "UPDATE",
        " OR ".join(
            f"OLD.{column} <> NEW.{column}"
            for column in ("position", "case_id", "assignment_id", "repeat", "address")
        ),
        "studies_reading: a slot keeps its place, case and address",
    ),
    Guard(
        "studies_reading_stays",
        "studies_reading",
        "DELETE",
        ALWAYS,
        "studies_reading: a slot is never deleted",
    ),
]
TRUNCATE_GUARDED = sorted({guard.table for guard in GUARDS if guard.condition == ALWAYS})


def install(connection: BaseDatabaseWrapper) -> None:
    """Makes every trigger anew (SQLite drops them when a migration rebuilds a table)."""
    remove(connection)
    with connection.cursor() as cursor:
        for guard in GUARDS:
            cursor.execute(_sqlite(guard) if connection.vendor == "sqlite" else _postgresql(guard))
        if connection.vendor == "postgresql":
            for table in TRUNCATE_GUARDED:
                cursor.execute(_postgresql_truncate(table))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drops them, for a restore and for tests that empty the tables."""
    with connection.cursor() as cursor:
        for guard in GUARDS:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
            else:
                cursor.execute(f"DROP FUNCTION IF EXISTS {guard.name}() CASCADE")
        if connection.vendor == "postgresql":
            for table in TRUNCATE_GUARDED:
                cursor.execute(f"DROP FUNCTION IF EXISTS {table}_no_truncate() CASCADE")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of guards that the database does not have."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [guard.name for guard in GUARDS if guard.name not in there]


def install_after_migrate(using: str, **kwargs: Any) -> None:
    """post_migrate's receiver; skips a database that was migrated back to nothing."""
    connection = connections[using]
    if {guard.table for guard in GUARDS} <= set(connection.introspection.table_names()):
        install(connection)


def _sqlite(guard: Guard) -> str:
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.operation} ON {guard.table} FOR EACH ROW "
        f"WHEN {guard.condition} BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    )


def _postgresql(guard: Guard) -> str:
    kept = "OLD" if guard.operation == "DELETE" else "NEW"
    return (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {guard.condition} THEN RAISE EXCEPTION '{guard.message}' USING ERRCODE = '23000'; END IF; "
        f"RETURN {kept}; END $$; "
        f"CREATE TRIGGER {guard.name} BEFORE {guard.operation} ON {guard.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {guard.name}()"
    )


def _postgresql_truncate(table: str) -> str:
    return (
        f"CREATE FUNCTION {table}_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = '23000'; END $$; "
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_truncate()"
    )
