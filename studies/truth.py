"""Truth: the reference standard per case, versioned. No other module touches its tables."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from studies import provenance
from studies.models import Case, Study
from studies.models.reference import CaseTruth, Lesion, TruthSeal
from studies.refusals import TruthHidden as TruthHidden


@dataclass(frozen=True)
class LesionEntry:
    """Where the target condition is: pixel position (x: column, y: row) on an image's frame."""

    x: float
    y: float
    image_position: int = 0
    frame_number: int = 0
    radius: float | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class TruthEntry:
    """What is recorded of one case."""

    value: int
    diagnosis: str = ""
    explanation: str = ""
    lesions: tuple[LesionEntry, ...] = ()


def keep(entries: Iterable[tuple[Case, TruthEntry]]) -> int:
    """Adds a version where the entry differs from the newest; answers how many were added."""
    wanted = list(entries)
    there = CaseTruth.objects.filter(case__in=[case for case, _ in wanted]).order_by("version")
    newest = {truth.case_id: truth for truth in there.prefetch_related("lesions")}
    added = []
    for case, entry in wanted:
        before = newest.get(case.pk)
        if before is None or _entry(before) != entry:
            said = {"value": entry.value, "diagnosis": entry.diagnosis, "explanation": entry.explanation}
            version = before.version + 1 if before else 1
            added.append((CaseTruth(case=case, version=version, **said), entry))
    CaseTruth.objects.bulk_create(truth for truth, _ in added)
    Lesion.objects.bulk_create(
        Lesion(truth=truth, number=number, **vars(lesion))
        for truth, entry in added
        for number, lesion in enumerate(entry.lesions, 1)
    )
    return len(added)


def differs(study: Study, entries: Mapping[str, TruthEntry]) -> bool:
    """Whether entries, by the codes of cases, are not what is on record; of cases that it has."""
    rows = _newest(study).select_related("case").prefetch_related("lesions")
    newest = {truth.case.code: _entry(truth) for truth in rows}
    codes = study.cases.values_list("code", flat=True)
    return any(newest.get(code) != entries[code] for code in codes if code in entries)


def discard(cases: Iterable[Case]) -> None:
    """Removes the truth of cases that leave a draft."""
    truths = CaseTruth.objects.filter(case__in=list(cases))
    Lesion.objects.filter(truth__in=truths).delete()
    truths.delete()


def seal(study: Study) -> str:
    """The truth's digest as it goes into the audit when the study opens, with a salt that stays here."""
    TruthSeal.objects.get_or_create(study=study, defaults={"salt": secrets.token_hex(16)})
    return sealed(study)


def sealed(study: Study) -> str:
    """The digest of all versions of a study's truth, and of what its originals say of their origin, as they
    stand; empty where nothing was sealed."""
    kept = TruthSeal.objects.filter(study=study).first()
    if kept is None:
        return ""
    rows = CaseTruth.objects.filter(case__study=study).order_by("case", "version")
    said = [
        [row.case_id, row.version, row.value, row.diagnosis, row.explanation]
        + [
            [mark.number, mark.image_position, mark.frame_number, mark.x, mark.y, mark.radius, mark.weight]
            for mark in sorted(row.lesions.all(), key=lambda mark: mark.number)
        ]
        for row in rows.prefetch_related("lesions")
    ]
    origins = provenance.sealed(study)  # none in studies that opened before it was kept
    return hashlib.sha256(json.dumps([kept.salt, said, *filter(None, [origins])]).encode()).hexdigest()


def cases_without(study: Study) -> list[str]:
    """Codes of cases whose truth is not recorded; tells nothing of the values."""
    known = CaseTruth.objects.filter(case__study=study).values("case")
    return list(Case.objects.filter(study=study).exclude(pk__in=known).values_list("code", flat=True))


def both_values_present(study: Study) -> bool:
    """Whether the study has cases of either value."""
    return len({truth.value for truth in _newest(study)}) == 2


def revealed(study: Study) -> dict[int, TruthEntry]:
    """Truth by case id, once readings are final; raises TruthHidden before the study is locked."""
    if study.state != Study.State.LOCKED:
        raise TruthHidden(f"Study {study.slug} is {study.state}: truth joins readings only after lock_study.")
    return {truth.case_id: _entry(truth) for truth in _newest(study).prefetch_related("lesions")}


def for_simulation(study: Study) -> dict[int, int]:
    """Truth's values by case id, for simulated readers: refused unless the study is marked SIMULATED."""
    if not study.simulated:
        raise TruthHidden(f"Study {study.slug} is read by people: truth is not given to a simulation.")
    return {truth.case_id: truth.value for truth in _newest(study)}


def for_leak_audit(study: Study) -> dict[int, int]:
    """Truth's values by case id, for what files tell of them. It meets no reading, and whoever asks puts an
    event in the audit (studies.leaks.audit)."""
    return {truth.case_id: truth.value for truth in _newest(study)}


def newest_ids(study: Study) -> dict[int, int]:
    """The number of each case's newest entry, by case id: it changes with truth and tells nothing of it."""
    return {truth.case_id: truth.pk for truth in _newest(study)}


def _newest(study: Study) -> QuerySet[CaseTruth]:
    newest = CaseTruth.objects.filter(case__study=study).values("case").annotate(newest=Max("version"))
    versions = {row["case"]: row["newest"] for row in newest}
    rows = CaseTruth.objects.filter(case__study=study)
    keys = [truth.pk for truth in rows if versions[truth.case_id] == truth.version]
    return CaseTruth.objects.filter(pk__in=keys)


def _entry(truth: CaseTruth) -> TruthEntry:
    lesions = tuple(
        LesionEntry(row.x, row.y, row.image_position, row.frame_number, row.radius, row.weight)
        for row in sorted(truth.lesions.all(), key=lambda row: row.number)
    )
    return TruthEntry(truth.value, truth.diagnosis, truth.explanation, lesions)
