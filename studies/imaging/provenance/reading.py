"""The way in: a file, or a folder that is one stack, to what it says of its origin."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from studies.imaging.decode import files_of, read_file
from studies.imaging.limits import Limits
from studies.imaging.provenance.equipment import read_equipment
from studies.imaging.provenance.manifests import read_manifests
from studies.imaging.provenance.record import Provenance, merged
from studies.imaging.provenance.signatures import read_signatures
from studies.imaging.provenance.texts import read_texts
from studies.imaging.raster import raster_format

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "TIFF": "image/tiff"}
PREFIX_AT = 128
SIGNATURES_TAG = b"\xfa\xff\xfa"  # what (FFFA,FFFA) has in common as little and as big endian
UNDEFINED = 0xFFFFFFFF


def read(path: Path, limits: Limits | None = None) -> Provenance:
    """Whatever can be read; what cannot be is named under `failures` and refuses nothing."""
    bounds = limits or Limits()
    return merged(read_bytes(read_file(file, bounds)) for file in files_of(path))


def read_bytes(data: bytes) -> Provenance:
    """Of one file."""
    kind = None if data[PREFIX_AT : PREFIX_AT + 4] == b"DICM" else raster_format(data)
    try:
        found = _of_dicom(data) if kind is None else _of_raster(data, kind)
    except Exception as error:  # parsers of damaged headers raise nearly anything
        found = Provenance(failures=(f"The texts were not read: {type(error).__name__}.",))
    if kind is None:
        return merged([found])
    manifests = read_manifests(data, MEDIA_TYPES[kind])
    return merged([replace(manifests, texts=found.texts, failures=manifests.failures + found.failures)])


def _of_raster(data: bytes, kind: str) -> Provenance:
    return Provenance(texts=tuple(read_texts(data, kind)))


def _of_dicom(data: bytes) -> Provenance:
    stream = io.BytesIO(data)
    header = dcmread(stream, force=True, stop_before_pixels=True)
    texts = tuple(read_equipment(header))
    packed = header.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian
    if not packed and not _may_be_signed(data, stream.tell(), header.original_encoding):
        return Provenance(texts=texts)
    # Anew: looking at an element turns its bytes into a value, and signatures are over the bytes.
    try:
        signatures = tuple(read_signatures(dcmread(io.BytesIO(data), force=True)))
    except Exception as error:  # as above
        return Provenance(texts=texts, failures=(f"Signatures were not read: {type(error).__name__}.",))
    return Provenance(texts=texts, signatures=signatures)


def _may_be_signed(data: bytes, pixels_at: int, encoding: tuple[bool | None, bool | None]) -> bool:
    """Looks for the tag before the element of the pixels and behind it: they are nearly all of a file."""
    is_implicit, is_little = encoding
    length_at = pixels_at + (4 if is_implicit else 8)
    length = int.from_bytes(data[length_at : length_at + 4], "little" if is_little else "big")
    as_usual = is_implicit or data[pixels_at + 4 : pixels_at + 6] in (b"OB", b"OW")
    behind = length_at + 4 + length if as_usual and length != UNDEFINED else pixels_at
    return SIGNATURES_TAG in data[:pixels_at] or data.find(SIGNATURES_TAG, behind) >= 0
