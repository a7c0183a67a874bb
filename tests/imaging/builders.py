"""DICOM datasets, PNGs and damaged files that name only what matters to a test."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from studies.imaging.types import Values


def ramp(bits: int, signed: bool = False) -> Values:
    """Every value of the bits, in order, 64 to a row (or 8 bits: 16)."""
    first = -(1 << (bits - 1)) if signed else 0
    kind = np.int16 if signed else np.uint16
    return np.arange(first, first + (1 << bits)).astype(kind).reshape(-1, 64 if bits > 8 else 16)


def dicom(values: Values, bits: Any = 12, **elements: Any) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    frames = values if values.ndim == 3 else values[None]
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    wide = 8 if values.dtype.itemsize == 1 else 16
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = wide, bits, bits - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OB" if wide == 8 else "OW"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def lut(entries: Values, first: int, bits: int) -> Sequence:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [entries.size % 65536, first, bits])
    item.add_new("LUTData", "OW", entries.astype("<u2").tobytes())
    return Sequence([item])


def saved(dataset: Dataset, path: Path) -> Path:
    dataset.save_as(path, enforce_file_format=True)
    return path


def picture(path: Path, array: Values, mode: str | None = None, **options: Any) -> Path:
    image = Image.fromarray(array)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return path


def png(path: Path, columns: int, rows: int, pixels: bytes, depth: int = 8, colour: int = 0) -> Path:
    """A PNG made by hand: its header may claim what its pixels do not keep."""
    header = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))
    return path


def encoded(image: Image.Image, kind: str) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind)
    return kept.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
