"""The keep-list: the only elements of a DICOM header that survive import. None of them names a person, a
place, a device or a time; codes are kept only in the form of a code. Nothing here goes to a reader."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset
from pydicom.uid import UID

CODES = {
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "view": "ViewPosition",
    "laterality": "ImageLaterality",
    "burned_in_annotation": "BurnedInAnnotation",
    "lossy": "LossyImageCompression",
}
CODE = re.compile(r"[A-Z0-9_ ]{1,16}")  # VR CS, PS3.5 6.2
BURNED_IN = "The header says that text is burned into the picture: look before readers do."
SPACINGS = ("PixelSpacing", "ImagerPixelSpacing")


def facts_of(dataset: Dataset) -> dict[str, str]:
    facts = {}
    for name, keyword in CODES.items():
        code = str(dataset.get(keyword) or "").strip()
        if CODE.fullmatch(code):
            facts[name] = code
    spacing = next(filter(None, (_spacing(dataset, keyword) for keyword in SPACINGS)), None)
    if spacing:
        facts["spacing_mm"] = spacing
    syntax = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    if syntax is not None:
        facts["transfer_syntax"] = UID(syntax).name
    return facts


def notes_of(dataset: Dataset) -> tuple[str, ...]:
    notes = []
    if str(dataset.get("BurnedInAnnotation") or "").upper() == "YES":
        notes.append(BURNED_IN)
    if (
        dataset.get("PhotometricInterpretation") == "MONOCHROME2"
        and "RedPaletteColorLookupTableData" in dataset
    ):
        notes.append("A supplemental palette is left out; the grey values alone are taken.")
    if dataset.get("RescaleSlope") == 0:
        notes.append("A rescale slope of 0 is ignored.")
    return tuple(notes)


def _spacing(dataset: Dataset, keyword: str) -> str | None:
    try:
        down, across = (float(number) for number in dataset.get(keyword))
    except (TypeError, ValueError):
        return None
    return f"{down:g} x {across:g}" if down > 0 and across > 0 else None
