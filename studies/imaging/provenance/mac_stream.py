"""The bytes that a DICOM signature is over: PS3.3 C.12.1.1.3.1, as the MAC's transfer syntax has them.

Values are taken as they stand in the file, never written anew: a number spelt otherwise is other bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import pack
from typing import Any

from pydicom import uid
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag, Tag
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

ITEM, SEQUENCE_END = Tag(0xFFFE, 0xE000), Tag(0xFFFE, 0xE0DD)
PIXEL_DATA, MAC_PARAMETERS, TRAILING = Tag(0x7FE0, 0x0010), Tag(0x4FFE, 0x0001), Tag(0xFFFC, 0xFFFC)
NATIVE = {uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian}
UNDEFINED = 0xFFFFFFFF
DEEPEST = 16


class NotSignable(Exception):
    """A signature over what must not, or cannot here, be signed; says why in a few words."""


def check_syntaxes(of_file: uid.UID, of_mac: uid.UID) -> None:
    """Raises NotSignable where the file does not hold the bytes that were signed."""
    if of_mac not in uid.AllTransferSyntaxes or not of_mac.is_little_endian or of_mac.is_implicit_VR:
        raise NotSignable(f"its transfer syntax {of_mac} must be explicit VR, little endian")
    if of_file == of_mac or (of_file in NATIVE and of_mac in NATIVE):
        return
    raise NotSignable(f"it was made in {of_mac.name}, the file is in {of_file.name}")


def may_be_signed(tag: BaseTag) -> bool:
    """PS3.3 C.12.1.1.3.1.1: no group lengths, no groups below 0008, no signatures, no padding."""
    return not (
        tag.group < 8
        or tag.element == 0
        or tag == Tag(0x0008, 0x0001)
        or tag.group == 0xFFFA
        or tag in (MAC_PARAMETERS, TRAILING)
    )


def stream_of(dataset: Dataset, tags: Iterable[BaseTag], depth: int = 0) -> Iterator[bytes]:
    """The bytes of those elements, in that order."""
    if depth > DEEPEST:
        raise NotSignable("its sequences are nested too deep")
    for tag in tags:
        yield from _element(dataset, tag, depth)


def _element(dataset: Dataset, tag: BaseTag, depth: int) -> Iterator[bytes]:
    vr, raw = _vr(dataset, tag), dataset.get_item(tag)
    is_long = vr in EXPLICIT_VR_LENGTH_32
    head = pack("<HH", tag.group, tag.element) + vr.encode() + (b"\0\0" if is_long else b"")
    if vr == "SQ":
        yield head
        for item in dataset[tag].value:
            yield pack("<HH", ITEM.group, ITEM.element)
            yield from stream_of(item, [one for one in sorted(item.keys()) if may_be_signed(one)], depth + 1)
        yield pack("<HH", SEQUENCE_END.group, SEQUENCE_END.element)
        return
    value = _value(raw)
    if tag == PIXEL_DATA and _is_encapsulated(raw):
        yield head
        yield from _fragments(value)
        yield pack("<HH", SEQUENCE_END.group, SEQUENCE_END.element)
        return
    yield head + pack("<I" if is_long else "<H", len(value)) + value


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    raw = dataset.get_item(tag)
    vr = str(raw.VR or "") if raw is not None else ""
    if not vr:  # an implicit VR file: the dictionary's
        vr = str(dataset[tag].VR)
    if vr == "US or SS":
        vr = "SS" if dataset.get("PixelRepresentation") else "US"
    elif vr in ("OB or OW", "US or OW", "US or SS or OW"):
        vr = "OW"
    if vr == "UN":
        raise NotSignable(f"{tag} has the VR UN, which must not be signed")
    return vr


def _value(raw: Any) -> bytes:
    if isinstance(raw, RawDataElement):
        return raw.value or b""
    return _written(raw)


def _written(element: DataElement) -> bytes:
    """Of an element that never was in a file: a signer's own."""
    if isinstance(element.value, bytes):
        return element.value + b"\0" * (len(element.value) % 2)
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, True
    write_data_element(buffer, element)
    return buffer.getvalue()[8:]


def _is_encapsulated(raw: Any) -> bool:
    return getattr(raw, "length", None) == UNDEFINED or bool(getattr(raw, "is_undefined_length", False))


def _fragments(value: bytes) -> Iterator[bytes]:
    """Item tags without their lengths, each before its fragment."""
    at = 0
    while at + 8 <= len(value):
        if value[at : at + 4] != b"\xfe\xff\x00\xe0":
            return
        length = int.from_bytes(value[at + 4 : at + 8], "little")
        yield value[at : at + 4]
        yield value[at + 8 : at + 8 + length]
        at += 8 + length
