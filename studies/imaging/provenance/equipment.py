"""What a DICOM file says of the equipment and programs that made it. No identifier of a person is read."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from studies.imaging.provenance.record import SAYS_SYNTHETIC, Text

KEYWORDS = (
    "ImageType",
    "Manufacturer",
    "ManufacturerModelName",
    "SoftwareVersions",
    "SecondaryCaptureDeviceManufacturer",
    "SecondaryCaptureDeviceManufacturerModelName",
    "SecondaryCaptureDeviceSoftwareVersions",
    "ConversionType",
    "DerivationDescription",
)
OF_EQUIPMENT = ("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ContributionDescription")
SYNTHETIC = (0x0008, 0x001C)
MOST_EQUIPMENT = 32


def read_equipment(dataset: Dataset) -> list[Text]:
    """Texts in the order of the file's elements."""
    return [Text.found(place, text) for place, text in _texts(dataset) if text]


def _texts(dataset: Dataset) -> Iterator[tuple[str, str]]:
    if SYNTHETIC in dataset:
        yield SAYS_SYNTHETIC.place, _said(dataset[SYNTHETIC].value).upper()
    for keyword in KEYWORDS:
        yield f"DICOM {keyword}", _said(dataset.get(keyword))
    for item in (dataset.get("ContributingEquipmentSequence") or [])[:MOST_EQUIPMENT]:
        for keyword in OF_EQUIPMENT:
            yield f"DICOM ContributingEquipment {keyword}", _said(item.get(keyword))
    for tag in sorted(dataset.keys()):
        if tag.is_private_creator:
            yield f"DICOM private creator {tag}", _said(dataset[tag].value)


def _said(value: object) -> str:
    values = value if isinstance(value, MultiValue) else [value]
    return "\\".join(str(one) for one in values if one is not None).strip()
