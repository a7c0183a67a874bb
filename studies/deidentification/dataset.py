"""A data set -> the same picture without its patient, by PS3.15 E, Basic Profile with modified dates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pydicom import Dataset, FileMetaDataset
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian

from studies.deidentification.closed import WORDS
from studies.deidentification.keeplist import EMPTIED, KEPT, REMAPPED, SHIFTED
from studies.deidentification.subject import Subject
from studies.imaging.types import Values

METHOD = "Keep-list; PS3.15 Basic Profile; dates moved; UIDs remapped; pixels decoded and written anew"
BASIC_PROFILE = ("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
TEXT = frozenset({"CS", "LO", "SH", "ST", "LT", "UT", "UC", "PN"})
NUMBERS_AS_TEXT = frozenset({"DS", "IS"})
OF_EVERY_IMAGE = ("StudyInstanceUID", "SeriesInstanceUID")  # an archive keeps no file without them
COLOURS = ("Red", "Green", "Blue")
TABLES = [
    ("LUTDescriptor", "LUTData"),
    *((f"{name}PaletteColorLookupTableDescriptor", f"{name}PaletteColorLookupTableData") for name in COLOURS),
]


@dataclass(frozen=True)
class Pixels:
    """Decoded values (frames, rows, columns[, samples]) as they are to leave, with blacked-out rectangles in
    them already. `looked_at`: a person has looked at the picture for burned-in text."""

    values: Values
    photometric: str
    looked_at: bool


def deidentified(dataset: Dataset, pixels: Pixels, subject: Subject) -> Dataset:
    """A new data set with file meta, explicit little endian. The one given is left as it was."""
    made = _filtered(dataset, subject)
    for tag in EMPTIED:
        made.add_new(tag, dictionary_VR(tag), None)
    made.PatientName = made.PatientID = subject.code
    for keyword in OF_EVERY_IMAGE:
        if keyword not in made:
            setattr(made, keyword, subject.uid(keyword))
    _say_how(made, pixels)
    _put_pixels(made, dataset, pixels)
    made.file_meta = _meta(made)
    return made


def _filtered(dataset: Dataset, subject: Subject) -> Dataset:
    made = Dataset()
    for tag in dataset.keys() & (KEPT | SHIFTED | REMAPPED):
        if tag in KEPT:
            _keep(made, dataset[tag], subject)
        elif tag in SHIFTED:
            made.add_new(tag, "DA", subject.day(str(dataset[tag].value or "")))
        elif tag in REMAPPED and dataset[tag].value:
            made.add_new(tag, "UI", subject.uid(str(dataset[tag].value)))
    for descriptor, data in TABLES:
        _cut_table(made, descriptor, data)
    return made


def _keep(made: Dataset, element: DataElement, subject: Subject) -> None:
    if not _is_as_defined(element):
        return
    if element.VR == "SQ":
        made.add_new(element.tag, "SQ", Items([_filtered(item, subject) for item in element.value]))
    elif element.VR == "UI":
        if element.value in UID_dictionary:  # of the standard; any other may be a number of somebody's
            made.add(element)
    elif element.VR in TEXT:
        known = [word for word in _words(element) if word in WORDS.get(element.keyword, ())]
        if known:
            made.add_new(element.tag, element.VR, known)
    elif element.VR not in NUMBERS_AS_TEXT or all(_is_number(word) for word in _words(element)):
        made.add(element)


def _is_as_defined(element: DataElement) -> bool:
    """A file may call any element bytes or another kind of text, and then hold anything in it."""
    multiplicity = dictionary_VM(element.tag)
    counted = element.VR == "SQ" or not multiplicity.isdecimal() or int(multiplicity) == element.VM
    return element.VR in dictionary_VR(element.tag).split(" or ") and counted


def _cut_table(made: Dataset, descriptor: str, data: str) -> None:
    """As many entries as the descriptor says: what stands behind them is no part of the picture."""
    if data not in made:
        return
    values, said = made[data].value, made.get(descriptor)
    tag = tag_for_keyword(data)
    assert tag is not None
    if said is None or not isinstance(values, bytes | MultiValue):
        del made[tag]
        return
    entries, bits = int(said[0]) or 1 << 16, int(said[2])
    if isinstance(values, bytes):
        is_narrow = bits <= 8 and len(values) != 2 * entries
        entries *= 1 if is_narrow else 2
        entries += entries % 2
    made[tag].value = values[:entries]


def _words(element: DataElement) -> list[str]:
    value = element.value
    return [str(word) for word in value] if isinstance(value, MultiValue) else [str(value or "")]


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def _say_how(made: Dataset, pixels: Pixels) -> None:
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = [part.strip() for part in METHOD.split(";")]
    made.DeidentificationMethodCodeSequence = Items(
        _code(*code)
        for code in (BASIC_PROFILE, MODIFIED_DATES, *([CLEAN_PIXELS] if pixels.looked_at else []))
    )
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    if pixels.looked_at:
        made.BurnedInAnnotation = "NO"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _put_pixels(made: Dataset, dataset: Dataset, pixels: Pixels) -> None:
    """Values alone: bits beyond those stored (old overlays, padding of rows) are left behind."""
    values = pixels.values
    bits, signed = int(dataset.BitsStored), bool(dataset.get("PixelRepresentation", 0))
    allocated = 8 if bits <= 8 else 16
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    kind = np.dtype(f"<{'i' if signed else 'u'}{allocated // 8}")
    made.BitsAllocated, made.BitsStored, made.HighBit = allocated, bits, bits - 1
    made.PhotometricInterpretation = pixels.photometric
    if int(dataset.get("SamplesPerPixel", 1)) > 1:
        made.PlanarConfiguration = 0
    data = np.clip(values, low, high).astype(kind).tobytes()
    made.add_new(0x7FE00010, "OB" if allocated == 8 else "OW", data + b"\0" * (len(data) % 2))


def _meta(made: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = made.get("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7")
    meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta
