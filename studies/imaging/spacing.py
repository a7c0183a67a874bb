"""Pixel spacing in mm and where it holds: in the patient, at the detector or on a scanned film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

PROJECTION = {"CR", "DX", "IO", "MG", "PX", "RF", "RG", "XA"}
CALIBRATED = {"GEOMETRY", "FIDUCIAL"}  # Pixel Spacing Calibration Type (0028,0A02)
TOLERANCE = 1e-4  # of a spacing; decimal strings are rounded


@dataclass(frozen=True)
class Spacing:
    """From one row, and one column, to the next. `kind`: patient, detector or film."""

    row_mm: float
    column_mm: float
    kind: str

    def is_near(self, other: Spacing) -> bool:
        """Equal but for rounding."""
        near = abs(self.row_mm / other.row_mm - 1), abs(self.column_mm / other.column_mm - 1)
        return self.kind == other.kind and max(near) <= TOLERANCE


def spacing_of(dataset: Dataset, groups: Sequence[tuple[Dataset, ...]] = ()) -> Spacing | None:
    """Of all frames of a file; None where none is given, or not the same for all (PS3.3 10.7, C.7.6.16.2.1).

    `groups`: per frame its functional groups, nearest first. In a projection Pixel Spacing is that of the
    detector unless it was calibrated: Calibration Type says so, or it differs from Imager Pixel Spacing.
    """
    measured = [_measures(frame) for frame in groups]
    if any(measured):
        return agreed(measured)
    pixel, imager = (
        _pair(dataset, "PixelSpacing", "patient"),
        _pair(dataset, "ImagerPixelSpacing", "detector"),
    )
    if (
        pixel
        and str(dataset.get("Modality") or "") in PROJECTION
        and not _is_calibrated(dataset, pixel, imager)
    ):
        pixel = Spacing(pixel.row_mm, pixel.column_mm, "detector")
    return pixel or imager or _pair(dataset, "NominalScannedPixelSpacing", "film")


def agreed(spacings: Sequence[Spacing | None]) -> Spacing | None:
    """The one that all share, else None."""
    first = spacings[0] if spacings else None
    return first if first and all(one and one.is_near(first) for one in spacings) else None


def _measures(groups: tuple[Dataset, ...]) -> Spacing | None:
    found = next(
        (group.PixelMeasuresSequence[0] for group in groups if group.get("PixelMeasuresSequence")), None
    )
    return _pair(found, "PixelSpacing", "patient") if found is not None else None


def _is_calibrated(dataset: Dataset, pixel: Spacing, imager: Spacing | None) -> bool:
    if str(dataset.get("PixelSpacingCalibrationType") or "") in CALIBRATED:
        return True
    return imager is not None and not Spacing(imager.row_mm, imager.column_mm, "patient").is_near(pixel)


def _pair(dataset: Dataset, keyword: str, kind: str) -> Spacing | None:
    given: Any = dataset.get(keyword)
    try:
        down, across = (float(number) for number in given)
    except (TypeError, ValueError):
        return None
    return Spacing(down, across, kind) if 0 < down < 1000 and 0 < across < 1000 else None
