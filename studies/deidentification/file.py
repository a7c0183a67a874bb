"""A DICOM file's bytes -> the bytes that may leave."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from pydicom import Dataset, dcmwrite

from studies.deidentification.dataset import Pixels, deidentified
from studies.deidentification.subject import Subject
from studies.imaging.blackout import Rectangle, black_out
from studies.imaging.dicom import read_values
from studies.imaging.errors import UnreadableImage
from studies.imaging.limits import Limits
from studies.imaging.types import Values


def deidentified_file(
    data: bytes, subject: Subject, rectangles: Sequence[Rectangle], looked_at: bool, limits: Limits
) -> bytes:
    """The whole file anew. Refused (studies.imaging.errors) where its pixels cannot be decoded."""
    dataset, frames = read_values(data, limits)
    if not dataset.get("SOPInstanceUID"):
        raise UnreadableImage("A DICOM file must have a SOP Instance UID (0008,0018). Export it again.")
    black = _black(dataset, frames)
    values = np.stack([black_out(frame, rectangles, black) for frame in frames])
    made = deidentified(dataset, Pixels(values, _photometric(dataset), looked_at), subject)
    stream = io.BytesIO()
    dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def _photometric(dataset: Dataset) -> str:
    stored = str(dataset.PhotometricInterpretation).upper()
    return "RGB" if stored.startswith("YBR") else stored


def _black(dataset: Dataset, frames: Sequence[Values]) -> int:
    """The darkest value in the frames, as the picture is shown."""
    inverted = (
        dataset.PhotometricInterpretation == "MONOCHROME1"
        or str(dataset.get("PresentationLUTShape") or "").upper() == "INVERSE"
    )
    ends = [int(frame.max() if inverted else frame.min()) for frame in frames]
    return max(ends) if inverted else min(ends)
