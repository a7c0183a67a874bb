"""The cases: made here, the same values for every contestant, in each one's own form."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from bench.viewer import peers
from studies.imaging.coding import encode
from studies.imaging.types import Grey

ROWS, COLUMNS = 2500, 2048
LOW, HIGH = 600.0, 3200.0
NOISE = 7.0  # of 4096: compresses as a radiograph does, to about a third
HTJ2K_LOSSLESS = UID("1.2.840.10008.1.2.4.201")


def radiograph(seed: int) -> Grey:
    """Two dark fields in a bright one, ribs across, noise: 12 bits in 16."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    level = np.full((ROWS, COLUMNS), 2600, np.float32)
    for middle in (0.3, 0.7):
        apart = ((x / COLUMNS - middle) / 0.17) ** 2 + ((y / ROWS - 0.45) / 0.33) ** 2
        level -= 1500 * np.exp(-(apart**2))
    level += 120 * np.sin(y / 60 + np.abs(x - COLUMNS / 2) / 300 + seed)
    level += random.normal(0, NOISE, level.shape).astype(np.float32)
    return np.clip(np.rint(level), 0, 4095).astype(np.uint16)


def our_frame(values: Grey) -> bytes:
    return encode(values).zstd


def png(values: Grey) -> bytes:
    """Windowed to 8 bits once and for all, as plain pages show images."""
    grey = np.clip((values.astype(np.float32) - LOW) / (HIGH - LOW), 0, 1) * 255
    stored = io.BytesIO()
    Image.fromarray(np.rint(grey).astype(np.uint8)).save(stored, "png")
    return stored.getvalue()


def little_endian(values: Grey) -> bytes:
    return dicom(values.astype("<u2").tobytes(), ExplicitVRLittleEndian)


def htj2k(values: Grey) -> bytes:
    """Lossless, by OpenJPH's own encoder in node."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "values"), Path(folder, "codestream")
        source.write_bytes(values.astype("<u2").tobytes())
        peers.run("node", "encode-htj2k.mjs", str(ROWS), str(COLUMNS), str(source), str(target))
        return dicom(encapsulate([target.read_bytes()]), HTJ2K_LOSSLESS)


def dicom(pixels: bytes, syntax: UID) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    image = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.Modality, image.PhotometricInterpretation = "DX", "MONOCHROME2"
    image.Rows, image.Columns, image.SamplesPerPixel = ROWS, COLUMNS, 1
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
    image.WindowCenter, image.WindowWidth = (LOW + HIGH) / 2, HIGH - LOW
    image.RescaleIntercept, image.RescaleSlope = 0, 1
    image.PixelData = pixels
    image["PixelData"].VR = "OB" if syntax.is_compressed else "OW"
    stored = io.BytesIO()
    image.save_as(stored, enforce_file_format=True)
    return stored.getvalue()
