"""Lesions on the pictures that readers get; truth.csv gives them in the originals' pixels."""

from __future__ import annotations

from dataclasses import replace

from studies.folder import CaseEntry, StudyFolder
from studies.ingest.pictures import Picture
from studies.refusals import Refusal, Refused
from studies.truth import LesionEntry


def placed(folder: StudyFolder, pictures: dict[str, Picture]) -> StudyFolder:
    """The folder with its lesions where the pictures' pixels went; raises Refused for those beside them."""
    refusals: list[Refusal] = []
    cases = tuple(_placed(case, pictures, refusals) for case in folder.cases)
    if refusals:
        raise Refused(refusals)
    return replace(folder, cases=cases)


def _placed(case: CaseEntry, pictures: dict[str, Picture], refusals: list[Refusal]) -> CaseEntry:
    lesions = []
    for lesion in case.truth.lesions:
        images = [pictures[image.name] for image in case.images][lesion.image_position :]
        if images and _is_on(lesion, images[0]):
            lesions.append(_moved(lesion, images[0]))
            continue
        place = f"({lesion.x:g}, {lesion.y:g}), image {lesion.image_position}"
        rule = f"Case {case.code} has no pixel at {place}, frame {lesion.frame_number} for a lesion."
        refusals.append(Refusal("truth.csv", rule, "Give pixels; count images and frames from 0."))
    return replace(case, truth=replace(case.truth, lesions=tuple(lesions)))


def _is_on(lesion: LesionEntry, picture: Picture) -> bool:
    size = picture.placement or picture
    inside = 0 <= lesion.x <= size.columns and 0 <= lesion.y <= size.rows
    return inside and lesion.frame_number < len(picture.frames)


def _moved(lesion: LesionEntry, picture: Picture) -> LesionEntry:
    place = picture.placement
    if place is None:
        return lesion
    x, y = place.moved(lesion.x, lesion.y)
    radius = None if lesion.radius is None else round(lesion.radius * place.scale, 3)
    return replace(lesion, x=x, y=y, radius=radius)
