"""Writes a checked folder as rows; the caller holds the transaction."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from studies import provenance, truth
from studies.folder import CaseEntry, ImageEntry, ReaderEntry, StudyFolder
from studies.ingest.pictures import Picture
from studies.models import Case, CaseSet, Frame, Image, Protocol, Reader, Session, Study
from studies.protocol import digest, to_json
from studies.refusals import Refusal, Refused

Design = list[object]

AT_ONCE = 500  # cases whose rows are written together
TRUTH_CHANGED = "truth changed"


def planned(folder: StudyFolder, pictures: dict[str, Picture]) -> Design:
    """What the folder says, in the shape of `stored`."""
    cases = [
        [c.code, c.case_set, c.patient, c.region, c.history]
        + [[image.name, image.view, pictures[image.name].original_sha256] for image in c.images]
        for c in folder.cases
    ]
    return [digest(to_json(folder.protocol)), cases]


def stored(study: Study) -> Design:
    """What the tables say; equal to `planned` where nothing changed."""
    cases = []
    for case in study.cases.order_by("pk").select_related("case_set").prefetch_related("images"):
        images = [[image.original_name, image.view, image.original_sha256] for image in case.images.all()]
        cases.append([case.code, case.case_set.name, case.patient, case.region, case.history, *images])
    return [study.protocol.sha256, cases]


def differences(study: Study, folder: StudyFolder, pictures: dict[str, Picture]) -> list[str]:
    """In words, what of the design the folder would change."""
    (before_sha256, before), (after_sha256, after) = stored(study), planned(folder, pictures)
    old, new = ({row[0]: row for row in rows} for rows in (before, after))  # type: ignore[attr-defined]
    kinds = {
        "added": [code for code in new if code not in old],
        "removed": [code for code in old if code not in new],
        "changed": [code for code in new if code in old and new[code] != old[code]],
    }
    said = ["protocol changed"] if before_sha256 != after_sha256 else []
    said += [f"{count(len(codes))} {kind}: {_some(codes)}" for kind, codes in kinds.items() if codes]
    said += [TRUTH_CHANGED] if truth_differs(study, folder) else []
    return said + (["how images are shown changed"] if showing_differs(study, pictures) else [])


def count(cases: int) -> str:
    return "1 case" if cases == 1 else f"{cases} cases"


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")


def showing_differs(study: Study, pictures: dict[str, Picture]) -> bool:
    """Whether a file, decoded again, is shown otherwise than on record: its record is of an older import."""
    for image in Image.objects.filter(case__study=study).prefetch_related("frames"):
        picture = pictures.get(image.original_name)
        if picture is None:
            continue
        # Under a recipe their names hold a stored size, which a preview does not know.
        named: type[str] | type[bool] = bool if image.recipe_sha256 else str
        overlays = [named(frame.overlay_sha256) for frame in image.frames.all()]
        told = [named(name) for name in picture.overlays]
        if (image.display, image.parts, overlays) != (picture.display, list(picture.parts), told):
            return True
        if any(getattr(image, name) != value for name, value in picture.showing.items()):
            return True
    return False


def truth_differs(study: Study, folder: StudyFolder) -> bool:
    """Whether the folder's truth is not the one on record."""
    return truth.differs(study, {entry.code: entry.truth for entry in folder.cases})


def write_design(study: Study, folder: StudyFolder, pictures: dict[str, Picture]) -> None:
    """Replaces a draft's protocol, sessions, case sets, cases and images."""
    _clear(study)
    document = to_json(folder.protocol)
    Protocol.objects.update_or_create(
        study=study, defaults={"document": document, "sha256": digest(document)}
    )
    study.title = folder.protocol.title
    study.save(update_fields=["title"])
    sets = {
        name: CaseSet.objects.create(study=study, name=name)
        for name in dict.fromkeys(case.case_set for case in folder.cases)
    }
    for number, session in enumerate(folder.protocol.sessions, 1):
        Session.objects.create(
            study=study,
            number=number,
            key=session.key,
            condition=session.condition,
            case_set=sets[session.case_set],
            reveal=session.reveal,
        )
    _write_cases(study, sets, folder, pictures)


def add_cases(study: Study, folder: StudyFolder, pictures: dict[str, Picture]) -> None:
    """Joins the folder's cases to those that a draft has."""
    sets = {case_set.name: case_set for case_set in study.case_sets.all()}
    _write_cases(study, sets, folder, pictures)


def _clear(study: Study) -> None:
    cases = list(study.cases.all())
    truth.discard(cases)
    Image.objects.filter(case__in=cases).delete()
    study.sessions.all().delete()
    study.cases.all().delete()
    study.case_sets.all().delete()


def _write_cases(
    study: Study, sets: dict[str, CaseSet], folder: StudyFolder, pictures: dict[str, Picture]
) -> None:
    for start in range(0, len(folder.cases), AT_ONCE):
        some = folder.cases[start : start + AT_ONCE]
        cases = Case.objects.bulk_create(_case(study, sets[entry.case_set], entry) for entry in some)
        truth.keep((case, entry.truth) for case, entry in zip(cases, some, strict=True))
        placed = [
            (case, position, image)
            for case, entry in zip(cases, some, strict=True)
            for position, image in enumerate(entry.images)
        ]
        images = Image.objects.bulk_create(_image(*one, pictures[one[2].name]) for one in placed)
        shown = [(image, pictures[image.original_name]) for image in images]
        provenance.keep((image, picture.provenance) for image, picture in shown)
        write_frames(shown)


def _case(study: Study, case_set: CaseSet, entry: CaseEntry) -> Case:
    said = {"patient": entry.patient, "region": entry.region, "history": entry.history}
    return Case(study=study, case_set=case_set, code=entry.code, **said)


def _image(case: Case, position: int, entry: ImageEntry, picture: Picture) -> Image:
    return Image(
        case=case,
        position=position,
        view=entry.view,
        original_name=entry.name,
        original_format=picture.format,
        original_bytes=picture.original_bytes,
        original_sha256=picture.original_sha256,
        parts=list(picture.parts),
        **derivative_columns(picture),
    )


def derivative_columns(picture: Picture) -> dict[str, Any]:
    """What an image's row says of its derivative."""
    spacing, place = picture.spacing, picture.placement
    return {
        "derivative_sha256": picture.derivative_sha256,
        "recipe_sha256": picture.derivation.recipe_sha256,
        "masks": picture.derivation.plain_masks,
        "placement": vars(place) if place else None,
        "rows": picture.rows,
        "columns": picture.columns,
        "bits": picture.bits,
        "display": picture.display,
        "notes": list(picture.notes),
        **picture.showing,
        "row_spacing_mm": spacing.row_mm if spacing else None,
        "column_spacing_mm": spacing.column_mm if spacing else None,
        "spacing_kind": spacing.kind if spacing else "",
    }


def write_frames(shown: Iterable[tuple[Image, Picture]]) -> None:
    """Of every image, in their order."""
    Frame.objects.bulk_create(
        Frame(image=image, number=number, sha256=sha256, overlay_sha256=overlay)
        for image, picture in shown
        for number, (sha256, overlay) in enumerate(zip(picture.frames, picture.overlays, strict=True))
    )


def _known_reader(study: Study, there: list[Reader], entry: ReaderEntry) -> Reader | None:
    by_email = [reader for reader in there if entry.email and reader.email == entry.email]
    by_name = [reader for reader in there if reader.name == entry.name]
    if by_email and by_name and by_email[0] != by_name[0]:
        rule = f"{entry.name} is {by_name[0].code}, but {entry.email} is {by_email[0].code}."
        raise Refused([Refusal(study.definition.readers, rule, "Mend the row, or the reader in the admin.")])
    return next(iter(by_email or by_name), None)


def write_readers(study: Study, entries: tuple[ReaderEntry, ...], write: bool = True) -> list[str]:
    """Adds and updates readers, known by e-mail, else by name; answers what changes. None is removed."""
    changes = []
    there = list(study.readers.filter(kind=Reader.Kind.RADIOLOGIST))
    taken = set(study.readers.values_list("code", flat=True))
    for entry in entries:
        reader = _known_reader(study, there, entry)
        if reader is None:
            code = next(free for n in itertools.count(1) if (free := f"R{n:02d}") not in taken)
            taken.add(code)
            if write:
                Reader.objects.create(study=study, code=code, **vars(entry))
            changes.append(f"{code} added")
            continue
        changed = [name for name, value in vars(entry).items() if getattr(reader, name) != value]
        if "arm" in changed and reader.assignments.exists():
            rule = f"{reader.code} was allocated to an arm already."
            raise Refused([Refusal(study.definition.readers, rule, "Restore the reader's arm.")])
        for name in changed:
            setattr(reader, name, getattr(entry, name))
        if changed:
            if write:
                reader.save(update_fields=changed)
            changes.append(f"{reader.code}: {', '.join(changed)}")
    return changes
