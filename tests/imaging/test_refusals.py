"""What is not taken, and with which sentence."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, UID, JPEGExtended12Bit, RLELossless

from studies.imaging.decode import decode
from studies.imaging.errors import (
    NoPixelData,
    TooLarge,
    Truncated,
    UnreadableImage,
    UnsupportedColour,
    UnsupportedCompression,
    UnsupportedPixels,
)
from studies.imaging.limits import Limits
from tests.imaging.builders import dicom, picture, png, ramp, saved


@pytest.mark.parametrize("side", [10_001, 13_000, 30_000, 60_000])
def test_a_decompression_bomb_is_refused_from_its_header(side: int, tmp_path: Path) -> None:
    path = png(tmp_path / "a.png", side, side, b"\0" * 64)
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(TooLarge, match="100 megapixels.*Export the image smaller"):
        decode(path)
    assert time.perf_counter() - started < 1.0
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_dicom_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="megapixels"):
        decode(saved(dicom(ramp(12), Rows=30000, Columns=30000), tmp_path / "a.dcm"))


def test_too_many_frames_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="4,000 frames.*Split the stack"):
        decode(saved(dicom(ramp(12), NumberOfFrames=4001), tmp_path / "a.dcm"))


def test_too_many_bytes_of_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="MiB undone"):
        decode(saved(dicom(ramp(12), Rows=9000, Columns=9000, NumberOfFrames=20), tmp_path / "a.dcm"))


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", np.zeros((9, 9), np.uint8))
    with pytest.raises(TooLarge, match="10 is the limit"):
        decode(path, Limits(bytes_of_file=10))


@pytest.mark.parametrize("words", [b"", b"This is a letter, not a radiograph.", b"II", bytes(4096)])
def test_text_called_png_is_refused(words: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(words)
    with pytest.raises(UnreadableImage, match="must be DICOM, PNG, JPEG or TIFF"):
        decode(path)


def test_a_png_of_which_only_the_start_is_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"nonsense" * 50)
    with pytest.raises((UnreadableImage, Truncated)):
        decode(path)


def test_a_dicom_without_pixels_is_refused(tmp_path: Path) -> None:
    dataset = dicom(ramp(12))
    for keyword in ("PixelData", "Rows", "Columns"):
        del dataset[keyword]
    with pytest.raises(NoPixelData, match="Leave it out"):
        decode(saved(dataset, tmp_path / "a.dcm"))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_dicom_cut_anywhere_is_refused(share: float, tmp_path: Path) -> None:
    path = saved(dicom(ramp(16), 16), tmp_path / "a.dcm")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Truncated, match="Copy it again"):
        decode(path)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_compressed_dicom_cut_anywhere_is_refused(share: float, tmp_path: Path) -> None:
    dataset = dicom(np.random.default_rng(0).integers(0, 4096, (64, 64)).astype(np.uint16))
    dataset.compress(RLELossless)
    path = saved(dataset, tmp_path / "a.dcm")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Truncated, match="Copy it again"):
        decode(path)


def test_a_header_that_lies_about_its_pixels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Truncated):
        decode(saved(dicom(ramp(12), Rows=500), tmp_path / "a.dcm"))


def test_a_header_without_numbers_is_refused(tmp_path: Path) -> None:
    dataset = dicom(ramp(12))
    del dataset["BitsStored"]
    with pytest.raises(UnreadableImage, match="C.7.6.3"):
        decode(saved(dataset, tmp_path / "a.dcm"))


def test_values_of_32_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPixels, match="1 to 16 bits; these have 32"):
        decode(saved(dicom(ramp(12), BitsAllocated=32), tmp_path / "a.dcm"))


def test_an_unknown_colour_space_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedColour, match="not CMYK"):
        decode(saved(dicom(ramp(12), PhotometricInterpretation="CMYK"), tmp_path / "a.dcm"))


@pytest.mark.parametrize("syntax", [MPEG2MPML, JPEGExtended12Bit])
def test_a_compression_that_is_not_undone_here_is_refused(syntax: str, tmp_path: Path) -> None:
    dataset = dicom(ramp(12))
    dataset.PixelData = encapsulate([b"\0" * 100])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    with pytest.raises(UnsupportedCompression, match="Export them so"):
        decode(saved(dataset, tmp_path / "a.dcm"))
