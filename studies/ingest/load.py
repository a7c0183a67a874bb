"""Loads a study's folder: check everything, take every image, then write all rows in one transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from studies import audit, provenance
from studies.filestore import FileStore
from studies.folder import StudyFolder, read_folder
from studies.ingest import rows
from studies.ingest.pictures import Picture, staging, take
from studies.models import Study
from studies.refusals import Refusal, Refused


@dataclass(frozen=True)
class Loaded:
    """What a load did."""

    slug: str
    outcome: str  # created, changed or unchanged
    cases: int
    images: int
    frames: int
    readers: int
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: dict[str, Any]


def load(path: Path, actor: str) -> Loaded:
    """Takes a folder as a whole or raises Refused with everything that is wrong; then nothing is kept."""
    folder = read_folder(path)
    entries = [image for case in folder.cases for image in case.images]
    with staging(FileStore(settings.DATA_DIR)) as staged:
        pictures = take(entries, staged)
        _check_lesions(folder, pictures)
        warnings = [*folder.warnings, *_notes(pictures), *_duplicates(folder, pictures)]
        warnings += _uneven(folder, pictures)
        warnings += _check_origins(folder, pictures)
        with transaction.atomic():
            study, outcome, changes = _write(folder, pictures, actor)
    return Loaded(
        slug=study.slug,
        outcome=outcome,
        cases=len(folder.cases),
        images=len(entries),
        frames=sum(len(picture.frames) for picture in pictures.values()),
        readers=len(folder.readers),
        changes=tuple(changes),
        warnings=tuple(warnings),
        provenance=provenance.counted(picture.provenance for picture in pictures.values()),
    )


def _write(folder: StudyFolder, pictures: dict[str, Picture], actor: str) -> tuple[Study, str, list[str]]:
    slug = folder.protocol.slug
    study = Study.objects.select_for_update().filter(slug=slug).first()
    created = study is None
    if study is None:
        study = Study.objects.create(slug=slug, title=folder.protocol.title)
    changes = []
    differs = created or rows.stored(study) != rows.planned(folder, pictures)
    differs = differs or rows.truth_differs(study, folder)
    renewed = study.state == Study.State.DRAFT and rows.showing_differs(study, pictures)
    if differs or renewed:
        _refuse_frozen(study)
        rows.write_design(study, folder, pictures)
        changes.append("design")
    over = study.state in {Study.State.CLOSED, Study.State.LOCKED}
    reader_changes = rows.write_readers(study, folder.readers, write=not over)
    if reader_changes and over:
        changed = "; ".join(reader_changes)
        rule = f"Study {study.slug} is {study.state}: its readers stay as they were ({changed})."
        raise Refused([Refusal(folder.protocol.readers, rule, "Restore the file.")])
    if not changes and not reader_changes:
        return study, "unchanged", []
    data = {
        "protocol_sha256": study.protocol.sha256,
        "cases": len(folder.cases),
        "images": len(pictures),
        "design": bool(changes),
        "readers_changed": reader_changes,
    }
    audit.record(study, "study.loaded", actor=actor, data=data)
    return study, "created" if created else "changed", changes + reader_changes


def _refuse_frozen(study: Study) -> None:
    if study.state != Study.State.DRAFT:
        rule = f"Study {study.slug} is {study.state}: its design is frozen, and this folder differs from it."
        raise Refused([Refusal("study.yaml", rule, "Restore the folder, or load it under a new slug.")])


def _check_lesions(folder: StudyFolder, pictures: dict[str, Picture]) -> None:
    refusals = []
    for case in folder.cases:
        for lesion in case.truth.lesions:
            images = [pictures[image.name] for image in case.images][lesion.image_position :]
            inside = images and lesion.frame_number < len(images[0].frames)
            if not (inside and 0 <= lesion.x <= images[0].columns and 0 <= lesion.y <= images[0].rows):
                place = f"({lesion.x:g}, {lesion.y:g}), image {lesion.image_position}"
                rule = f"Case {case.code} has no pixel at {place}, frame {lesion.frame_number} for a lesion."
                refusals.append(Refusal("truth.csv", rule, "Give pixels; count images and frames from 0."))
    if refusals:
        raise Refused(refusals)


def _check_origins(folder: StudyFolder, pictures: dict[str, Picture]) -> list[str]:
    """Refuses files that contradict truth; answers what is only odd, and what could not be read."""
    images = [(case.code, image.name, case.truth.value) for case in folder.cases for image in case.images]
    found = {name: picture.provenance for name, picture in pictures.items()}
    refusals, warnings = provenance.contradictions(folder.protocol, images, found)
    if refusals:
        raise Refused(refusals)
    return [*warnings, *(f"{name}: {why}" for name, one in found.items() for why in one.failures)]


def _notes(pictures: dict[str, Picture]) -> list[str]:
    return [f"{name}: {note}" for name, picture in pictures.items() for note in picture.notes]


def _uneven(folder: StudyFolder, pictures: dict[str, Picture]) -> list[str]:
    """What the page offers for some images alone tells them apart as surely as a word would."""
    viewer = folder.protocol.viewer
    offers = {
        "further windows": [bool(picture.showing["windows"]) for picture in pictures.values()],
        "oblong pixels": [picture.showing["aspect"] != 1 for picture in pictures.values()],
    }
    if viewer.presets:
        scales = [picture.showing["modality_slope"] for picture in pictures.values()]
        offers["a scale for presets"] = [scale is not None for scale in scales]
    if viewer.overlays:
        offers["overlays"] = [any(picture.overlays) for picture in pictures.values()]
    return [
        f"{sum(have)} of {len(have)} images have {what}: readers can tell them from the others."
        for what, have in offers.items()
        if 0 < sum(have) < len(have)
    ]


def _duplicates(folder: StudyFolder, pictures: dict[str, Picture]) -> list[str]:
    """Images that hold the same grey values, in one case or in several; a difference in truth is told."""
    holders: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for case in folder.cases:
        for image in case.images:
            key = pictures[image.name].derivative_sha256
            holders[key].append((case.code, image.name, case.truth.value))
    warnings = []
    for same in holders.values():
        if len(same) > 1:
            named = ", ".join(f"{code} ({name})" for code, name, _ in same)
            contradiction = len({value for _, _, value in same}) > 1
            tail = " Their truth differs: one of them is wrong." if contradiction else ""
            warnings.append(f"The same picture stands in {named}.{tail} Keep one, or read them as a repeat.")
    return warnings
