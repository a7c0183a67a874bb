"""Loads a study's folder: check everything, take every image, then write all rows in one transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from studies import audit, provenance
from studies.burned_in.forgetting import forget
from studies.filestore import FileStore
from studies.folder import StudyFolder, read_folder, unnamed
from studies.ingest import rows, sizes
from studies.ingest.derivations import derivations
from studies.ingest.lesions import placed
from studies.ingest.pictures import Picture
from studies.ingest.staging import Looking, Staging, staging
from studies.ingest.taking import take
from studies.ingest.way import Way, one_at_a_time
from studies.models import Study
from studies.refusals import Refusal, Refused

PLAIN = Way()
NOT_NAMED = "Nothing in cases.csv names it."


@dataclass(frozen=True)
class Loaded:
    """What a load did, or would do."""

    slug: str
    outcome: str  # created, changed or unchanged
    cases: int
    images: int
    frames: int
    readers: int
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]  # files that were not taken, each with its reason
    provenance: dict[str, Any]
    pictures: tuple[tuple[str, str], ...]  # of each image its case and its derivative's hash


@dataclass(frozen=True)
class Plan:
    """What is to be written."""

    outcome: str
    design: bool
    readers: tuple[str, ...]  # changes
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """A folder that was checked and decoded."""

    path: Path
    folder: StudyFolder
    pictures: dict[str, Picture]
    warnings: list[str]
    renamed: dict[str, str]  # frames of the study that the folder's cases join


def load(path: Path, actor: str, way: Way = PLAIN) -> Loaded:
    """Takes a folder as a whole or raises Refused with everything that is wrong; then nothing is kept."""
    with one_at_a_time(settings.DATA_DIR), staging(FileStore(settings.DATA_DIR)) as staged:
        taken = _take(path, staged, way)
        staged.settle()
        with transaction.atomic():
            study = Study.objects.select_for_update().filter(slug=taken.folder.protocol.slug).first()
            plan = _plan(study, taken, way)
            _write(study, taken, plan, actor, way)
            way.closing()
        staged.forget_unused()
    changes = ("design",) * plan.design + plan.readers
    return _loaded(taken, plan, changes if plan.outcome != "unchanged" else ())


def preview(path: Path, way: Way = PLAIN) -> Loaded:
    """Checks and decodes a folder as `load` does and says what that would do; writes nothing."""
    taken = _take(path, Looking(FileStore(settings.DATA_DIR), thumbnail=way.thumbnail), way)
    plan = _plan(Study.objects.filter(slug=taken.folder.protocol.slug).first(), taken, way)
    return _loaded(taken, plan, plan.differences + plan.readers)


def _take(path: Path, staged: Staging, way: Way) -> Taken:
    sets = way.adding_to.case_sets.values_list("name", flat=True) if way.adding_to else ()
    folder = read_folder(path, frozenset(sets))
    entries = [image for case in folder.cases for image in case.images]
    pictures = take(entries, staged, way, derivations(folder.protocol, entries))
    folder = placed(folder, pictures)
    pictures, renamed = _evened(pictures, staged, way, bool(folder.protocol.normalise))
    warnings = [*folder.warnings, *_notes(pictures), *_duplicates(folder, pictures)]
    warnings += [*_uneven(folder, pictures), *_check_origins(folder, pictures)]
    return Taken(path, folder, pictures, warnings, renamed)


def _evened(
    pictures: dict[str, Picture], staged: Staging, way: Way, recipe: bool
) -> tuple[dict[str, Picture], dict[str, str]]:
    there = sizes.names_in(way.adding_to) if way.adding_to else []
    count = len(pictures)
    names = [*sizes.names_of(pictures.values()), *there]
    fresh = {name for picture in pictures.values() for name in picture.frames} & staged.new()
    if recipe or sizes.may_be_evened(pictures.values(), way.adding_to):
        most = None if recipe else sizes.MOST
        renamed = sizes.evened(names, staged, lambda: way.tick(count, count), fresh, most)
    else:
        renamed = sizes.bucketed(names, staged, lambda: way.tick(count, count))
    return {name: sizes.with_names(picture, renamed) for name, picture in pictures.items()}, renamed


def _plan(study: Study | None, taken: Taken, way: Way) -> Plan:
    """Refuses what the study, as it stands, does not allow."""
    folder, pictures = taken.folder, taken.pictures
    if study is None:
        readers = tuple(f"R{number:02d} added" for number in range(1, len(folder.readers) + 1))
        return Plan("created", True, readers, (f"{rows.count(len(folder.cases))} added",))
    if way.adding_to is not None:
        _refuse_frozen(study)
        _refuse_taken_codes(study, folder)
        return Plan("changed", True, (), (f"{rows.count(len(folder.cases))} added",))
    design = rows.stored(study) != rows.planned(folder, pictures) or rows.truth_differs(study, folder)
    if design:
        _refuse_frozen(study)
    design = design or (study.state == Study.State.DRAFT and rows.showing_differs(study, pictures))
    readers = tuple(rows.write_readers(study, folder.readers, write=False))
    if readers and study.state in {Study.State.CLOSED, Study.State.LOCKED}:
        rule = f"Study {study.slug} is {study.state}: its readers stay as they were ({'; '.join(readers)})."
        raise Refused([Refusal(folder.protocol.readers, rule, "Restore the file.")])
    differences = tuple(rows.differences(study, folder, pictures)) if design else ()
    return Plan("changed" if design or readers else "unchanged", design, readers, differences)


def _write(study: Study | None, taken: Taken, plan: Plan, actor: str, way: Way) -> None:
    folder, pictures = taken.folder, taken.pictures
    if plan.outcome == "unchanged":
        return
    if study is None:
        study = Study.objects.create(slug=folder.protocol.slug, title=folder.protocol.title)
    if way.adding_to is not None:
        sizes.rename(study, taken.renamed)
        rows.add_cases(study, folder, pictures)
    elif plan.design:
        rows.write_design(study, folder, pictures)
        forget(())  # pictures that were replaced
    readers = rows.write_readers(study, folder.readers)
    data = {
        "protocol_sha256": study.protocol.sha256,
        "cases": len(folder.cases),
        "images": len(pictures),
        "design": plan.design,
        "readers_changed": readers,
        **way.said,
    }
    audit.record(study, "study.loaded", actor=actor, data=data)


def _loaded(taken: Taken, plan: Plan, changes: tuple[str, ...]) -> Loaded:
    return Loaded(
        slug=taken.folder.protocol.slug,
        outcome=plan.outcome,
        cases=len(taken.folder.cases),
        images=len(taken.pictures),
        frames=sum(len(picture.frames) for picture in taken.pictures.values()),
        readers=len(taken.folder.readers),
        changes=changes,
        warnings=tuple(taken.warnings),
        provenance=provenance.counted(picture.provenance for picture in taken.pictures.values()),
        left_out=tuple((name, NOT_NAMED) for name in unnamed(taken.path, taken.folder)),
        pictures=tuple(
            (case.code, taken.pictures[image.name].derivative_sha256)
            for case in taken.folder.cases
            for image in case.images
        ),
    )


def _refuse_frozen(study: Study) -> None:
    if study.state != Study.State.DRAFT:
        rule = f"Study {study.slug} is {study.state}: its design is frozen, and this folder differs from it."
        raise Refused([Refusal("study.yaml", rule, "Restore the folder, or load it under a new slug.")])


def _refuse_taken_codes(study: Study, folder: StudyFolder) -> None:
    there = set(study.cases.values_list("code", flat=True))
    rule = "Case {} is in study {} already."
    refusals = [
        Refusal("cases.csv", rule.format(case.code, study.slug), "Give the new case a code of its own.")
        for case in folder.cases
        if case.code in there
    ]
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
