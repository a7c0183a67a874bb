"""What the database itself refuses, as data: one guard per rule, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALWAYS = "1 = 1"
FROZEN = "the protocol is frozen; change it by an amendment"
OF_READING = (
    "(SELECT e.study_id FROM studies_session e JOIN studies_assignment a ON a.session_id = e.id "
    "WHERE a.id = NEW.assignment_id)"
)
OF_LOG = (
    "(SELECT e.study_id FROM studies_session e JOIN studies_assignment a ON a.session_id = e.id "
    "JOIN studies_reading r ON r.assignment_id = a.id WHERE r.id = NEW.reading_id)"
)
ORDER_STORED = "SELECT 1 FROM studies_auditevent v WHERE v.chain = 'assignment:' || NEW.assignment_id"

# Beside the id, what names a row: (columns, condition under which they do).
UNIQUE: dict[str, list[tuple[str, str]]] = {
    "studies_study": [("slug", "")],
    "studies_protocol": [("study_id", "")],
    "studies_session": [("study_id, number", ""), ("study_id, key", "")],
    "studies_caseset": [("study_id, name", "")],
    "studies_case": [("study_id, code", "")],
    "studies_image": [("case_id, position", "")],
    "studies_frame": [("image_id, number", "")],
    "studies_imageprovenance": [("image_id", "")],
    "studies_casetruth": [("case_id, version", "")],
    "studies_lesion": [("truth_id, number", "")],
    "studies_truthseal": [("study_id", "")],
    "studies_reader": [("study_id, code", ""), ("study_id, email", "email <> ''")],
    "studies_profile": [("reader_id", "")],
    "studies_readerpreferences": [("reader_id", "")],
    "studies_invitation": [("secret_sha256", "")],
    "studies_assignment": [("reader_id, session_id", ""), ("reader_id, number", "")],
    "studies_reading": [
        ("assignment_id, position", ""),
        ("assignment_id, case_id, repeat", ""),
        ("address", ""),
        ("submission_id", ""),
    ],
    "studies_answer": [
        ("reading_id, question", "reading_id IS NOT NULL"),
        ("assignment_id, question", "reading_id IS NULL"),
    ],
    "studies_mark": [("answer_id, number", "")],
    "studies_displaycheck": [("assignment_id, number", "")],
    "studies_interactionlog": [("reading_id", "")],
    "studies_auditevent": [("chain, number", "")],
    "studies_leakaudit": [],
    "studies_imagelook": [],
    "studies_foundtext": [("derivative_sha256", "")],
    "studies_import": [("key", ""), ("token_id", "state = 'receiving'")],
    "studies_job": [("of_id", "state IN ('waiting', 'running')")],
    "studies_importtoken": [("secret_sha256", "")],
}

# Design and truth, with the study that a row belongs to; {row} is OLD or NEW.
DESIGN = {
    "studies_session": "{row}.study_id",
    "studies_caseset": "{row}.study_id",
    "studies_case": "{row}.study_id",
    "studies_image": "(SELECT c.study_id FROM studies_case c WHERE c.id = {row}.case_id)",
    "studies_frame": "(SELECT c.study_id FROM studies_case c JOIN studies_image i ON i.case_id = c.id "
    "WHERE i.id = {row}.image_id)",
    "studies_imageprovenance": "(SELECT c.study_id FROM studies_case c JOIN studies_image i "
    "ON i.case_id = c.id WHERE i.id = {row}.image_id)",
    "studies_casetruth": "(SELECT c.study_id FROM studies_case c WHERE c.id = {row}.case_id)",
    "studies_lesion": "(SELECT c.study_id FROM studies_case c JOIN studies_casetruth t ON t.case_id = c.id "
    "WHERE t.id = {row}.truth_id)",
    "studies_truthseal": "{row}.study_id",
}


@dataclass(frozen=True)
class Guard:
    """One refusal: which operation on which table, under which condition over OLD and NEW."""

    name: str
    table: str
    operation: str  # INSERT, UPDATE, UPDATE OF a, b, DELETE or TRUNCATE
    condition: str
    message: str
    vendor: str = ""  # empty: every one


def _guard(table: str, what: str, operation: str, condition: str, message: str, vendor: str = "") -> Guard:
    return Guard(f"{table}_{what}", table, operation, condition, f"{table}: {message}", vendor)


def _frozen(study: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM studies_protocol p WHERE p.study_id = {study} AND p.frozen_utc IS NOT NULL)"
    )


def _not_in(states: str, study: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM studies_study s WHERE s.id = {study} AND s.state IN ({states}))"


def _not_reading(study: str) -> str:
    return _not_in("'piloting', 'open'", study)


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({condition})" for condition in conditions)


def _columns(columns: str) -> list[str]:
    return columns.split(", ")


def _changes(columns: str) -> str:
    return _any(f"OLD.{c} <> NEW.{c} OR (OLD.{c} IS NULL) <> (NEW.{c} IS NULL)" for c in _columns(columns))


def _same(table: str, columns: str, condition: str) -> str:
    said = [f"t.{column} = NEW.{column}" for column in _columns(columns)]
    said += [f"{row}.{condition}" for row in ("t", "NEW") if condition]
    return f"SELECT 1 FROM {table} t WHERE {' AND '.join(said)}"


def _no_replace(table: str) -> list[Guard]:
    """SQLite's OR REPLACE deletes the rows in its way without firing their DELETE triggers."""
    keys, message = [("id", ""), *UNIQUE[table]], "no row takes the place of another"
    named = ", ".join(dict.fromkeys(column for columns, _ in keys for column in _columns(columns)))
    taken = [_same(table, *key) for key in keys]
    by_insert = _any(f"EXISTS ({rows})" for rows in taken)
    by_update = _any(f"EXISTS ({rows} AND t.id <> OLD.id)" for rows in taken)
    return [
        _guard(table, "no_replace", "INSERT", by_insert, message, "sqlite"),
        _guard(
            table,
            "no_replace_by_update",
            "UPDATE",
            f"({_changes(named)}) AND ({by_update})",
            message,
            "sqlite",
        ),
    ]


def _no_truncate(table: str) -> Guard:
    return _guard(table, "no_truncate", "TRUNCATE", ALWAYS, "it is never emptied", "postgresql")


def _append_only(table: str) -> list[Guard]:
    return [
        _guard(table, "no_update", "UPDATE", ALWAYS, "append-only"),
        _guard(table, "no_delete", "DELETE", ALWAYS, "append-only"),
    ]


def _design(table: str, study: str) -> list[Guard]:
    rows = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
    return [
        _guard(
            table,
            f"frozen_{verb.lower()}",
            verb,
            _any(_frozen(study.format(row=row)) for row in rows[verb]),
            FROZEN,
        )
        for verb in rows
    ]


def _keeps(table: str, columns: str, why: str, during: str = ALWAYS, name: str = "keeps") -> Guard:
    # Not UPDATE OF: SQLite matches names, and an id has three.
    return _guard(table, name, "UPDATE", f"({during}) AND ({_changes(columns)})", why)


def _set_once(table: str, columns: str) -> Guard:
    changed = "OLD.{c} IS NOT NULL AND (NEW.{c} IS NULL OR OLD.{c} <> NEW.{c})"
    condition = _any(changed.format(c=column) for column in _columns(columns))
    return _guard(table, "set_once", f"UPDATE OF {columns}", condition, f"{columns} are set once")


MOVES = "'draft>piloting', 'draft>open', 'piloting>open', 'open>closed', 'closed>locked'"
STUDY = [
    _guard("studies_study", "frozen_delete", "DELETE", _frozen("OLD.id"), FROZEN),
    _keeps("studies_study", "id, slug, title, leaks_override", FROZEN, _frozen("OLD.id")),
    _guard(
        "studies_study",
        "one_step",
        "UPDATE OF state",
        f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state NOT IN ({MOVES}) "
        f"OR (NEW.state = 'open' AND NOT {_frozen('NEW.id')}))",
        "its state moves one step forward, and opens with a frozen protocol",
    ),
    _guard(
        "studies_study",
        "stays_simulated",
        "UPDATE OF simulated",
        "OLD.simulated AND NOT NEW.simulated",
        "a simulated study stays one",
    ),
    _set_once("studies_study", "opened_utc, closed_utc, locked_utc"),
    _guard("studies_protocol", "frozen_update", "UPDATE", "OLD.frozen_utc IS NOT NULL", FROZEN),
    _guard("studies_protocol", "frozen_delete", "DELETE", "OLD.frozen_utc IS NOT NULL", FROZEN),
]
TRUTH = [
    _guard("studies_casetruth", "no_update", "UPDATE", ALWAYS, "a version is added, none is changed"),
]
PEOPLE = [
    _guard("studies_reader", "frozen_delete", "DELETE", _frozen("OLD.study_id"), FROZEN),
    _guard(
        "studies_reader",
        "joins",
        "INSERT",
        _not_in("'draft', 'piloting', 'open'", "NEW.study_id"),
        "reading is over; nobody joins",
    ),
    _keeps("studies_reader", "id, study_id, code, kind", "a reader stays the same"),
    _set_once("studies_reader", "consented_utc, debriefed_utc, withdrew_utc"),
    _keeps(
        "studies_reader",
        "specialty, years, institution, country, arm",
        "reading is over; the facts stay",
        _not_in("'draft', 'piloting', 'open'", "OLD.study_id"),
        "keeps_facts",
    ),
    _keeps(
        "studies_reader",
        "consented_utc, debriefed_utc, withdrew_utc",
        "the study is locked",
        _not_in("'draft', 'piloting', 'open', 'closed'", "OLD.study_id"),
        "keeps_steps",
    ),
    *_append_only("studies_profile"),
    _guard(
        "studies_profile",
        "while_reading",
        "INSERT",
        _not_reading("(SELECT r.study_id FROM studies_reader r WHERE r.id = NEW.reader_id)"),
        "the study is not open",
    ),
    _guard("studies_invitation", "stays", "DELETE", ALWAYS, "a link is revoked, not deleted"),
    _keeps("studies_invitation", "id, reader_id, secret_sha256", "a link stays the same"),
    _set_once("studies_invitation", "revoked_utc, first_used_utc"),
]
SLOT = "id, assignment_id, position, case_id, repeat, address, nonce"
SITTINGS = [
    _guard("studies_assignment", "stays", "DELETE", ALWAYS, "it is never deleted"),
    _keeps("studies_assignment", "id, reader_id, session_id, number, nonce", "an assignment stays the same"),
    _set_once("studies_assignment", "display_checked_utc, briefed_utc, finished_utc"),
    _guard(
        "studies_assignment",
        "while_reading",
        "INSERT",
        _not_reading("(SELECT e.study_id FROM studies_session e WHERE e.id = NEW.session_id)"),
        "the study is not open",
    ),
    _guard(
        "studies_assignment",
        "steps_while_reading",
        "UPDATE OF display_checked_utc, briefed_utc, finished_utc",
        _not_reading("(SELECT e.study_id FROM studies_session e WHERE e.id = NEW.session_id)"),
        "the study is not open",
    ),
    _guard("studies_reading", "stays", "DELETE", ALWAYS, "a slot is never deleted"),
    _keeps("studies_reading", SLOT, "a slot keeps its place, case and address"),
    _guard(
        "studies_reading", "kept", "UPDATE", "OLD.status <> 'waiting'", "what was kept is not overwritten"
    ),
    _set_once("studies_reading", "served_utc"),
    _guard(
        "studies_reading",
        "slot",
        "INSERT",
        f"NEW.status <> 'waiting' OR EXISTS ({ORDER_STORED}) OR {_not_reading(OF_READING)}",
        "slots are made at enrolment, before their order is stored",
    ),
    _guard(
        "studies_reading",
        "while_reading",
        "UPDATE OF status",
        _not_reading(OF_READING),
        "the study takes no answers",
    ),
]
RECORDS = [
    *_append_only("studies_answer"),
    _guard(
        "studies_answer",
        "while_reading",
        "INSERT",
        _not_reading(OF_READING),
        "the study takes no answers",
    ),
    *_append_only("studies_mark"),
    *_append_only("studies_displaycheck"),
    _guard(
        "studies_displaycheck",
        "while_reading",
        "INSERT",
        _not_reading(OF_READING),
        "the study is not open",
    ),
    *_append_only("studies_interactionlog"),
    _guard(
        "studies_interactionlog",
        "while_reading",
        "INSERT",
        _not_reading(OF_LOG),
        "the study takes no answers",
    ),
    *_append_only("studies_auditevent"),
    *_append_only("studies_leakaudit"),
    *_append_only("studies_imagelook"),
]
GUARDS: list[Guard] = [
    *STUDY,
    *(guard for table, study in DESIGN.items() for guard in _design(table, study)),
    *TRUTH,
    *PEOPLE,
    *SITTINGS,
    *RECORDS,
    *(guard for table in UNIQUE for guard in _no_replace(table)),
    *(_no_truncate(table) for table in UNIQUE),
]
