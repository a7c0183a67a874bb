"""The shape of a picture's pixels: height for a width of 1, so that it is shown with square millimetres."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from studies.imaging.errors import OddPixels, UnevenStack

# Row spacing before column spacing, height before width alike (PS3.3 10.7.1.3, C.7.6.3.1.7); nearest first.
KEYWORDS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
LARGEST = 10.0
SQUARE = 0.001  # nearer to 1 than this is the rounding of what was written
RULE = (
    "A pixel's height and width must be positive and at most {:g} to 1; this file's {} is {}. "
    "Export it again."
)


def aspect_of(places: Iterable[Dataset]) -> float:
    """Of a file's frames, each with where its spacing may stand; all must have one shape."""
    found = {_aspect(place) for place in places}
    if len(found) > 1:
        raise UnevenStack("All frames must have pixels of one shape; these differ. Split the stack.")
    return found.pop()


def _aspect(place: Dataset) -> float:
    for keyword in KEYWORDS:
        given = place.get(keyword)
        parts = given if isinstance(given, MultiValue) else [given or 0]
        if not any(parts):  # 0 x 0 is what some devices write for "not known"
            continue
        try:
            height, width = (float(part) for part in parts)
            ratio = height / width
        except (TypeError, ValueError, ZeroDivisionError):
            height = ratio = 0.0
        if not (height > 0 and 1 / LARGEST <= ratio <= LARGEST):
            raise OddPixels(RULE.format(LARGEST, keyword, " x ".join(f"{part}"[:16] for part in parts[:3])))
        return 1.0 if abs(ratio - 1) < SQUARE else round(ratio, 6)
    return 1.0
