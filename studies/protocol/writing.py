"""Protocol -> study.yaml and its canonical JSON, whose SHA-256 names the protocol."""

import hashlib
import json
from typing import Any

import yaml

from studies.protocol.definition import POINT_ALONE, Protocol, Question, SessionDefinition
from studies.protocol.parsing import FORMAT


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as a person would."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_document(protocol: Protocol) -> dict[str, Any]:
    """The protocol in study.yaml's own shape; what equals its default is left out."""
    analysis = protocol.analysis
    return {
        "format": FORMAT,
        "slug": protocol.slug,
        "title": protocol.title,
        "contact": protocol.contact,
        **({"demonstration": True} if protocol.demonstration else {}),
        **({"ethics": protocol.ethics} if protocol.ethics else {}),
        "truth": {key: value for key, value in vars(protocol.truth).items() if value},
        "consent": protocol.consent,
        "debrief": protocol.debrief,
        "profile": list(protocol.profile),
        "questions": {question.key: _question(question) for question in protocol.questions},
        "sessions": [_session(session) for session in protocol.sessions],
        "analysis": {
            "primary": analysis.primary,
            "also": list(analysis.also),
            "subgroups": list(analysis.subgroups),
            "alpha": analysis.alpha,
        },
        **({"viewer": viewer} if (viewer := protocol.viewer.document()) else {}),
        **({"normalise": protocol.normalise.document()} if protocol.normalise else {}),
        **({"readers": protocol.readers} if protocol.readers else {}),
        **({"display": display} if (display := protocol.display.document()) else {}),
        "seed": protocol.seed,
    }


def to_yaml(protocol: Protocol) -> str:
    """study.yaml again; parsing it gives the same protocol."""
    return yaml.dump(as_document(protocol), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def to_json(protocol: Protocol) -> str:
    """The canonical document: study.yaml's shape as JSON, in a fixed order."""
    return json.dumps(as_document(protocol), ensure_ascii=True, separators=(",", ":"))


def digest(document: str) -> str:
    """SHA-256 of a canonical document, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def _question(question: Question) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": question.kind, "label": question.label}
    if question.role:
        document["role"] = question.role
    if not question.required:
        document["required"] = False
    if question.choices:
        document["choices"] = {choice.value: choice.label for choice in question.choices}
    if question.minimum is not None:
        document |= {"minimum": question.minimum, "maximum": question.maximum}
    if question.unit:
        document["unit"] = question.unit
    if question.shapes not in ((), POINT_ALONE):
        document["shapes"] = list(question.shapes)
    if question.labels:
        document["labels"] = list(question.labels)
    return document


def _session(session: SessionDefinition) -> dict[str, Any]:
    document = {
        key: list(value) if isinstance(value, tuple) else value for key, value in vars(session).items()
    }
    return {key: value for key, value in document.items() if value != []}
