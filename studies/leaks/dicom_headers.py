"""Facts of a DICOM header that a leak audit looks at. They are kept as rules' words, never per case."""

from __future__ import annotations

import io

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID

from studies.imaging.series import refuse_deflated
from studies.leaks.features import Facts

WORDS = {
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "software": "SoftwareVersions",
    "modality": "Modality",
    "photometric interpretation": "PhotometricInterpretation",
    "VOI function": "VOILUTFunction",
    "lossy": "LossyImageCompression",
    "view position": "ViewPosition",
    "character set": "SpecificCharacterSet",
}
ROOT_PARTS = 4  # enough for an organisation in most arcs (PS3.5 B.1); 2.25 has a number of its own behind


def facts_of_dicom(data: bytes) -> Facts:
    """Empty where the header cannot be read, or only by inflating the file; a missing element is 'none'."""
    try:
        refuse_deflated(io.BytesIO(data))
        return _facts(dcmread(io.BytesIO(data), stop_before_pixels=True, force=True))
    except Exception:  # pydicom raises nearly anything on damaged headers
        return {}


def _facts(dataset: Dataset) -> Facts:
    meta = getattr(dataset, "file_meta", Dataset())
    facts: Facts = {name: str(dataset.get(keyword) or "none") for name, keyword in WORDS.items()}
    year = str(dataset.get("StudyDate") or dataset.get("ContentDate") or "")[:4]
    syntax = meta.get("TransferSyntaxUID")
    return facts | {
        "width": float(dataset.Columns),
        "height": float(dataset.Rows),
        "mode": str(dataset.get("PhotometricInterpretation") or "none"),
        "bit depth": float(dataset.BitsStored),
        "UID root": _root(str(dataset.get("SOPInstanceUID") or "")),
        "writer": str(meta.get("ImplementationVersionName") or meta.get("ImplementationClassUID") or "none"),
        "year": float(year) if year.isdigit() else None,
        "transfer syntax": UID(syntax).name if syntax else "none",
        "private tags": "yes" if any(element.tag.is_private for element in dataset) else "no",
        "elements": float(len(dataset)),
        "spacing": _spacing(dataset),
    }


def _spacing(dataset: Dataset) -> str:
    given = dataset.get("ImagerPixelSpacing") or dataset.get("PixelSpacing") or ()
    return " x ".join(f"{float(across):.6g}" for across in given) or "none"


def _root(uid: str) -> str:
    if uid.startswith("2.25."):
        return "2.25"
    return ".".join(uid.split(".")[:ROOT_PARTS]) or "none"
