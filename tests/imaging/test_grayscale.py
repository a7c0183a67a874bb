"""Grey values against pydicom's apply_modality_lut and apply_voi_lut, on ramps of every stored value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

from studies.imaging.decode import decode
from studies.imaging.display import Display, apply, apply_8bit
from studies.imaging.types import Floats
from tests.imaging.builders import dicom, lut, ramp, saved

CURVE = np.round(65535 * np.linspace(0, 1, 700) ** 2).astype(np.uint16)
WINDOWS: list[dict[str, Any]] = [
    {"VOILUTFunction": function, "WindowCenter": centre, "WindowWidth": width, **rescale}
    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID")
    for centre, width in ((100, 150), (37.5, 1), (0, 400))
    for rescale in (
        {},
        {"RescaleSlope": 0.5, "RescaleIntercept": -20},
        {"RescaleSlope": -2, "RescaleIntercept": 300},
    )
]


def oracle(dataset: Dataset) -> Floats:
    """pydicom's grey, 0..1: its output over the range that it maps to."""
    values = apply_modality_lut(dataset.pixel_array, dataset)
    shown = apply_voi_lut(values, dataset).astype(np.float64)
    if "VOILUTSequence" in dataset:
        black, white = 0.0, float((1 << dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1)
    else:
        black, white = output_range(dataset)
    grey = (shown - black) / (white - black)
    return 1 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def output_range(dataset: Dataset) -> tuple[float, float]:
    """The range that apply_windowing documents."""
    if "ModalityLUTSequence" in dataset:
        return 0.0, float((1 << dataset.ModalityLUTSequence[0].LUTDescriptor[2]) - 1)
    half = 1 << (dataset.BitsStored - 1)
    ends = (-half, half - 1) if dataset.PixelRepresentation else (0, 2 * half - 1)
    slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
    return float(ends[0] * slope + intercept), float(ends[1] * slope + intercept)


def worst(dataset: Dataset, folder: Path) -> float:
    """The largest difference in grey levels of 255."""
    decoded = decode(saved(dataset, folder / "ramp.dcm"))
    ours = apply(decoded.display, decoded.frames[0])
    return float(np.abs(ours - oracle(dataset)).max() * 255)


@pytest.mark.parametrize(
    "window", WINDOWS, ids=lambda window: "-".join(str(part) for part in window.values())
)
@pytest.mark.parametrize(("bits", "signed"), [(8, False), (10, False), (12, True), (16, False), (16, True)])
def test_windows_are_pydicoms(window: dict[str, Any], bits: int, signed: bool, tmp_path: Path) -> None:
    dataset = dicom(ramp(bits, signed), bits, **window)
    if window.get("RescaleSlope", 1) < 0:  # pydicom's range then runs from white to black
        dataset.PhotometricInterpretation = "MONOCHROME2"
    assert worst(dataset, tmp_path) <= 1.0


@pytest.mark.parametrize("kind", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_monochrome1_is_inverted(kind: str, tmp_path: Path) -> None:
    elements = {"VOILUTFunction": kind, "WindowCenter": 2000, "WindowWidth": 3000}
    assert worst(dicom(ramp(12), PhotometricInterpretation="MONOCHROME1", **elements), tmp_path) <= 1.0


@pytest.mark.parametrize(
    ("bits", "signed", "first"), [(12, False, 300), (12, True, -350), (16, False, 40000)]
)
def test_voi_lut_sequences_are_pydicoms(bits: int, signed: bool, first: int, tmp_path: Path) -> None:
    assert worst(dicom(ramp(bits, signed), bits, VOILUTSequence=lut(CURVE, first, 16)), tmp_path) <= 1.0


def test_a_voi_lut_of_10_bits_and_a_rescale(tmp_path: Path) -> None:
    rescale = {"RescaleSlope": 1, "RescaleIntercept": 100}
    dataset = dicom(ramp(10), 10, VOILUTSequence=lut(CURVE >> 6, 200, 10), **rescale)
    assert worst(dataset, tmp_path) <= 1.0


def test_a_voi_lut_goes_before_a_window(tmp_path: Path) -> None:
    both = {"VOILUTSequence": lut(CURVE, 0, 16), "WindowCenter": 5, "WindowWidth": 10}
    assert worst(dicom(ramp(12), **both), tmp_path) <= 1.0


@pytest.mark.parametrize("signed", [False, True])
def test_modality_lut_sequences_are_pydicoms(signed: bool, tmp_path: Path) -> None:
    table = lut(CURVE[::-1], -100 if signed else 100, 16)
    window = {"WindowCenter": 30000, "WindowWidth": 40000}
    assert worst(dicom(ramp(12, signed), ModalityLUTSequence=table, **window), tmp_path) <= 1.0


def test_presentation_lut_shape_inverse_inverts(tmp_path: Path) -> None:
    path = saved(dicom(ramp(12), PresentationLUTShape="INVERSE"), tmp_path / "a.dcm")
    assert decode(path).display.invert


def test_without_a_window_the_picture_spans_black_to_white_and_padding_takes_no_part(tmp_path: Path) -> None:
    values = np.full((4, 4), 500, np.uint16)
    values[0], values[1, 0] = 4000, 900
    display = decode(saved(dicom(values, PixelPaddingValue=4000), tmp_path / "a.dcm")).display
    assert (display.low, display.high, display.padding) == (500, 900, (4000, 4000))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black(photometric: str, tmp_path: Path) -> None:
    padding = {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": -1900}
    dataset = dicom(ramp(12, signed=True), PhotometricInterpretation=photometric, **padding)
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    hidden = (dataset.pixel_array >= -2000) & (dataset.pixel_array <= -1900)
    assert decoded.display.padding == (48, 148)
    assert (apply(decoded.display, decoded.frames[0])[hidden] == 0).all()


def test_padding_written_with_the_wrong_sign_is_still_padding(tmp_path: Path) -> None:
    dataset = dicom(ramp(12, signed=True))
    dataset.add_new("PixelPaddingValue", "US", 65536 - 2000)
    assert decode(saved(dataset, tmp_path / "a.dcm")).display.padding == (48, 48)


def test_padding_stays_told_apart_behind_a_modality_lut(tmp_path: Path) -> None:
    table = lut(np.zeros(4096, np.uint16) + 77, 0, 16)
    dataset = dicom(ramp(12), ModalityLUTSequence=table, PixelPaddingValue=9)
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    code = decoded.display.padding
    assert code is not None and code[0] != 77
    assert np.argwhere(decoded.frames[0] == code[0]).tolist() == [[0, 9]]


def test_an_unusable_window_is_as_none(tmp_path: Path) -> None:
    display = decode(saved(dicom(ramp(12), WindowCenter=10, WindowWidth=0), tmp_path / "a.dcm")).display
    assert (display.low, display.high) == (0, 4095)


def test_bits_beyond_the_stored_ones_are_no_picture(tmp_path: Path) -> None:
    values = ramp(12) | np.uint16(0xF000)
    assert (decode(saved(dicom(values), tmp_path / "a.dcm")).frames[0] == ramp(12)).all()


@pytest.mark.parametrize("shape", ["linear", "sigmoid"])
def test_a_display_survives_json(shape: Any) -> None:
    display = Display(shape, 1.5, 99.0, lut=None, lut_first=0, invert=True, padding=(3, 4))
    assert Display.from_json(display.to_json()) == display


def test_a_display_with_a_table_survives_json() -> None:
    display = Display("lut", 1.0, 2.0, CURVE.tobytes(), 7)
    assert Display.from_json(display.to_json()) == display


def test_eight_bits_are_the_rounded_grey() -> None:
    display, values = Display("sigmoid", 100, 3000, invert=True), ramp(12)
    assert (apply_8bit(display, values) == np.rint(apply(display, values) * 255)).all()
