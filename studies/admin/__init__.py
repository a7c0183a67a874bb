"""The admin: studies, cases, readers, links, readings and audit events for those who run or watch."""

from studies.admin import (
    audit,
    case,
    display,
    imports,
    invitation,
    people,
    reader,
    reading,
    study,
    tokens,
)

__all__ = [
    "audit",
    "case",
    "display",
    "imports",
    "invitation",
    "people",
    "reader",
    "reading",
    "study",
    "tokens",
]
