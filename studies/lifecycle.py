"""A study's states: the only place that moves it, with a checklist that says why not."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from studies import audit, triggers, truth
from studies.models import Case, Image, Protocol, Reading, Study
from studies.refusals import NotReady

State = Study.State


@dataclass(frozen=True)
class Item:
    """One line of the checklist."""

    name: str
    holds: bool
    detail: str


def readiness(study: Study) -> list[Item]:
    """What must hold before a study opens."""
    without = truth.cases_without(study)
    empty = [session.key for session in study.sessions.all() if not session.case_set.cases.exists()]
    bare = list(Case.objects.filter(study=study, images=None).values_list("code", flat=True))
    absent = triggers.missing(connection)
    return [
        Item("Protocol", hasattr(study, "protocol"), "study.yaml is loaded"),
        Item("Sessions", study.sessions.exists() and not empty, _listed("sessions without cases", empty)),
        Item("Images", study.cases.exists() and not bare, _listed("cases without images", bare)),
        Item("Reference standard", not without, _listed("cases without truth", without)),
        Item(
            "Both truth values",
            truth.both_values_present(study),
            "cases with and without the target condition",
        ),
        Item("Database guards", not absent, _listed("triggers missing", absent)),
    ]


def _listed(what: str, found: list[str]) -> str:
    return f"{what}: {', '.join(found[:10])}{' …' if len(found) > 10 else ''}" if found else f"no {what}"


@transaction.atomic
def open_study(study: Study, actor: str, override: str = "") -> None:
    """Freezes the protocol and opens reading; raises NotReady with every reason.

    `override` is a reason to open in spite of findings that may be overridden; it is kept in the audit.
    """
    study = _locked_row(study)
    reasons = _must_be(study, State.DRAFT, State.PILOTING)
    reasons += [f"{item.name}: {item.detail}." for item in readiness(study) if not item.holds]
    if reasons:
        raise NotReady(reasons)
    Protocol.objects.filter(study=study, frozen_utc=None).update(frozen_utc=timezone.now())
    data = {"protocol_sha256": study.protocol.sha256, "cases": study.cases.count(), "images": _images(study)}
    _move(study, State.OPEN, "opened_utc", "study.opened", actor, override, data)


@transaction.atomic
def close_study(study: Study, actor: str, reason: str = "") -> None:
    """Ends reading: no answer is taken from now on."""
    study = _locked_row(study)
    if reasons := _must_be(study, State.OPEN):
        raise NotReady(reasons)
    _move(study, State.CLOSED, "closed_utc", "study.closed", actor, reason, _counts(study))


@transaction.atomic
def lock_study(study: Study, actor: str, reason: str = "") -> None:
    """Makes readings final; truth may join them from now on."""
    study = _locked_row(study)
    if reasons := _must_be(study, State.CLOSED):
        raise NotReady(reasons)
    _move(study, State.LOCKED, "locked_utc", "study.locked", actor, reason, _counts(study))


def _locked_row(study: Study) -> Study:
    return Study.objects.select_for_update().get(pk=study.pk)


def _must_be(study: Study, *states: str) -> list[str]:
    if study.state in states:
        return []
    return [f"Study {study.slug} is {study.state}; it must be {' or '.join(states)} for this."]


def _images(study: Study) -> int:
    return Image.objects.filter(case__study=study).count()


def _counts(study: Study) -> dict[str, object]:
    readings = Reading.objects.filter(assignment__session__study=study)
    return {"readings": readings.count(), "read": readings.read().count()}


def _move(
    study: Study, state: str, stamp: str, action: str, actor: str, reason: str, data: dict[str, object]
) -> None:
    study.state = state
    setattr(study, stamp, timezone.now())
    study.save(update_fields=["state", stamp])
    audit.record(study, action, actor=actor, reason=reason, data=data)
