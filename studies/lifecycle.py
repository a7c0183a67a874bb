"""A study's states: the only place that moves it, with a checklist that says why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from studies import audit, locks, looks, triggers, truth
from studies.digests import design_digest, people_digest
from studies.filestore import FileStore
from studies.leaks import audit as leaks
from studies.models import Case, Frame, Image, Protocol, Reading, Study
from studies.overrides import Overrides, for_all
from studies.refusals import NotReady

State = Study.State
LEAKS, TEXT = "Leak audit", "Burned-in text"


@dataclass(frozen=True)
class Item:
    """One line of the checklist."""

    name: str
    holds: bool
    detail: str
    ground: str = ""  # under which it may be overridden


def readiness(study: Study) -> list[Item]:
    """What must hold before a study opens."""
    without = truth.cases_without(study)
    empty = [session.key for session in study.sessions.all() if not session.case_set.cases.exists()]
    bare = list(Case.objects.filter(study=study, images=None).values_list("code", flat=True))
    absent = triggers.missing(connection)
    lost = _without_files(study)
    found = looks.seen(study)
    stopped = [one for one in found if one.state in ("excluded", "undone")]
    waiting = [one for one in found if one.state == "waiting"]
    return [
        Item("Protocol", hasattr(study, "protocol"), "study.yaml is loaded"),
        Item("Sessions", study.sessions.exists() and not empty, _listed("sessions without cases", empty)),
        Item("Images", study.cases.exists() and not bare, _listed("cases without images", bare)),
        Item("Files", not lost, _listed("cases whose derivatives are not in the file store", lost)),
        Item("Reference standard", not without, _listed("cases without truth", without)),
        Item(
            "Both truth values",
            truth.both_values_present(study),
            "cases with and without the target condition",
        ),
        Item("Database guards", not absent, _listed("triggers missing", absent)),
        Item(TEXT, not waiting, looks.waiting_words(study, found), "unseen"),
        Item("Nothing excluded", not stopped, looks.stopped_words(found)),
        _leaks(study),
    ]


def _leaks(study: Study) -> Item:
    if not hasattr(study, "protocol"):
        return Item(LEAKS, False, "the study is loaded first")
    found = leaks.standing(study)
    return Item(LEAKS, not found.refusals, found.detail, "leaks")


def _listed(what: str, found: list[str]) -> str:
    return f"{what}: {', '.join(found[:10])}{' …' if len(found) > 10 else ''}" if found else f"no {what}"


def _without_files(study: Study) -> list[str]:
    store = FileStore(settings.DATA_DIR)
    frames = Frame.objects.filter(image__case__study=study)
    named = frames.values_list("image__case__code", "sha256", "overlay_sha256")
    return sorted(
        {code for code, *files in named if not all(store.holds_frame(file) for file in files if file)}
    )


def open_study(study: Study, actor: str, override: str | Overrides = "") -> None:
    """Freezes the protocol and opens reading; raises NotReady with every reason.

    `override`: why it opens in spite of what may be overridden; words alone are for all of it. Images at
    which nobody looked are then accepted unseen, for that reason.
    """
    if not _must_be(study, State.DRAFT, State.PILOTING):
        _leaks(study)  # may take a while: looked at before the study is locked, and remembered
    _open(study, actor, for_all(override) if isinstance(override, str) else override)


@transaction.atomic
def _open(study: Study, actor: str, override: Overrides) -> None:
    study = locks.alone(study.pk)
    if reasons := _must_be(study, State.DRAFT, State.PILOTING):
        raise NotReady(reasons)
    failing = [item for item in readiness(study) if not item.holds]
    reasons_of = override.of(item.ground for item in failing if item.ground)
    if refused := [item for item in failing if not reasons_of.get(item.ground)]:
        raise NotReady([f"{item.name}: {item.detail}." for item in refused])
    kept = leaks.current(study) or leaks.make(study, actor, gate_alone=True)
    if "leaks" in reasons_of:
        study.leaks_override = override.leaks
        study.save(update_fields=["leaks_override"])
    if "unseen" in reasons_of:
        looks.accept_rest(study, actor, override.unseen)
    data = {
        "leak_audit": kept.pk,
        "overridden": reasons_of,
        "protocol_sha256": study.protocol.sha256,
        "design_sha256": design_digest(study),
        "truth_sha256": truth.seal(study),
        "cases": study.cases.count(),
        "images": Image.objects.filter(case__study=study).count(),
    }
    now = timezone.now()
    Protocol.objects.filter(study=study).update(frozen_utc=now)
    _move(study, State.OPEN, now, "study.opened", actor, str(override), data)


@transaction.atomic
def close_study(study: Study, actor: str, reason: str = "") -> None:
    """Ends reading: no answer is taken from now on."""
    study = locks.alone(study.pk)  # waits for answers under way; later ones find the study closed
    if reasons := _must_be(study, State.OPEN):
        raise NotReady(reasons)
    _move(study, State.CLOSED, timezone.now(), "study.closed", actor, reason, _counts(study))


@transaction.atomic
def lock_study(study: Study, actor: str, reason: str = "") -> None:
    """Makes readings final; truth may join them from now on."""
    study = locks.alone(study.pk)
    if reasons := _must_be(study, State.CLOSED):
        raise NotReady(reasons)
    data = {**_counts(study), "people_sha256": people_digest(study)}
    _move(study, State.LOCKED, timezone.now(), "study.locked", actor, reason, data)


def _must_be(study: Study, *states: str) -> list[str]:
    if study.state in states:
        return []
    return [f"Study {study.slug} is {study.state}; it must be {' or '.join(states)} for this."]


def _counts(study: Study) -> dict[str, object]:
    readings = Reading.objects.filter(assignment__session__study=study)
    return {"readings": readings.count(), "read": readings.read().count()}


def _move(
    study: Study, state: str, now: datetime, action: str, actor: str, reason: str, data: dict[str, object]
) -> None:
    study.state = state
    setattr(study, f"{action.removeprefix('study.')}_utc", now)
    study.save(update_fields=["state", f"{action.removeprefix('study.')}_utc"])
    audit.record(study, action, actor=actor, reason=reason, data=data, utc=now)
