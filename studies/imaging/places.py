"""Where slices lie: their order along the normal of their plane, and what is odd about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

ORIENTATION_TOLERANCE = 5e-3  # of a direction cosine: about 0.3 degrees
SAME_PLACE_MM = 1e-3
GAP = 1.5  # times the usual distance
MANY_ORIENTATIONS = (
    "The slices' orientations differ; they go by Instance Number. Look whether a localizer is among them."
)
SHARED_PLACES = "Several slices have one position; they go by Instance Number."


@dataclass(frozen=True)
class Place:
    """Instance Number, Image Orientation and Image Position (PS3.3 C.7.6.2) of a slice that has them."""

    instance: float | None = None
    orientation: tuple[float, ...] | None = None
    position: tuple[float, ...] | None = None

    @property
    def is_placed(self) -> bool:
        return self.orientation is not None and self.position is not None


def along_mm(places: Sequence[Place]) -> list[float]:
    """Each position's projection on the normal of the first slice's plane; all must be placed."""
    across = np.asarray(places[0].orientation, float).reshape(2, 3)
    normal = np.cross(across[0], across[1])
    return [float(np.dot(normal, np.asarray(place.position, float))) for place in places]


def place_of(dataset: Dataset) -> Place:
    instance = _numbers(dataset.get("InstanceNumber"), 1)
    return Place(
        instance[0] if instance else None,
        _numbers(dataset.get("ImageOrientationPatient"), 6),
        _numbers(dataset.get("ImagePositionPatient"), 3),
    )


def alike(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    """Whether two orientations are the same, within what scanners round away."""
    if one is None or other is None:
        return one is other
    return all(abs(a - b) <= ORIENTATION_TOLERANCE for a, b in zip(one, other, strict=True))


def in_order(places: Sequence[Place]) -> tuple[list[int], tuple[str, ...]]:
    """The slices' indices in order, with notes: by position along the normal where all have one of their own,
    else by Instance Number where all have one of their own, else as given."""
    notes: tuple[str, ...] = ()
    if len(places) > 1 and all(place.is_placed for place in places):
        if not all(alike(place.orientation, places[0].orientation) for place in places):
            notes = (MANY_ORIENTATIONS,)
        elif have_places_of_their_own(places):
            along = along_mm(places)
            order = sorted(range(len(places)), key=lambda index: along[index])
            return order, gaps([along[index] for index in order])
        else:
            notes = (SHARED_PLACES,)
    numbers = [place.instance for place in places]
    if None in numbers or len(set(numbers)) < len(numbers):
        return list(range(len(places))), ()
    return sorted(range(len(places)), key=lambda index: numbers[index] or 0.0), notes


def have_places_of_their_own(places: Sequence[Place]) -> bool:
    """Whether no two slices of one orientation lie at one position."""
    along = sorted(along_mm(places))
    return all(b - a > SAME_PLACE_MM for a, b in zip(along, along[1:], strict=False))


def gaps(along: Sequence[float]) -> tuple[str, ...]:
    """A note for every place where slices seem to be missing."""
    steps = [b - a for a, b in zip(along, along[1:], strict=False)]
    if len(steps) < 2:
        return ()
    usual = median(steps)
    return tuple(
        f"A gap of {step:g} mm after slice {number}, where {usual:g} mm is usual: are slices missing?"
        for number, step in enumerate((round(step, 3) for step in steps), 1)
        if step > GAP * usual
    )


def _numbers(value: Any, count: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(number) for number in ([value] if count == 1 else value))
    except (TypeError, ValueError):
        return None
    sound = len(numbers) == count and all(math.isfinite(number) for number in numbers)
    return numbers if sound else None
