"""Further windows, the scale of modality values, and the shape of pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.sequence import Sequence

from studies.imaging.decode import decode
from studies.imaging.decoded import Decoded
from studies.imaging.display import Display
from studies.imaging.errors import OddPixels
from studies.imaging.showing import Showing
from tests.imaging.builders import dicom, lut, ramp, saved


def decoded(folder: Path, signed: bool = False, **elements: Any) -> Decoded:
    return decode(saved(dicom(ramp(12, signed), **elements), folder / "a.dcm"))


def edges(display: Display) -> tuple[float, float]:
    return display.low, display.high


def test_further_windows_are_alternatives_in_units_of_the_derivative(tmp_path: Path) -> None:
    several = {"WindowCenter": [40, 450], "WindowWidth": [400, 1500]}
    image = decoded(tmp_path, RescaleSlope=1, RescaleIntercept=-1024, **several)
    assert edges(image.display) == (864, 1263)
    assert [edges(window) for window in image.showing.windows] == [(724, 2223)]


def test_explanations_of_windows_stay_behind(tmp_path: Path) -> None:
    words = {"WindowCenterWidthExplanation": ["DR SMITH", "LUNG"]}
    image = decoded(tmp_path, WindowCenter=[40, 450], WindowWidth=[400, 1500], **words)
    assert "SMITH" not in repr(image) and "LUNG" not in repr(image)


def test_a_window_written_twice_is_one(tmp_path: Path) -> None:
    image = decoded(tmp_path, WindowCenter=[40, 40, 40], WindowWidth=[100, 100, 200])
    assert len(image.showing.windows) == 1


def test_an_unusable_window_among_several_is_passed_over(tmp_path: Path) -> None:
    image = decoded(tmp_path, WindowCenter=[40, 50], WindowWidth=[0, 100])
    assert edges(image.display) == (0, 99) and not image.showing.windows


def test_luts_and_windows_alternate(tmp_path: Path) -> None:
    tables = Sequence([*lut(ramp(12).ravel(), 0, 12), *lut(ramp(12).ravel()[::-1], 0, 12)])
    image = decoded(tmp_path, VOILUTSequence=tables, WindowCenter=2000, WindowWidth=1000)
    shapes = [image.display.shape, *(window.shape for window in image.showing.windows)]
    assert shapes == ["lut", "lut", "linear"]


def test_no_more_windows_than_digits(tmp_path: Path) -> None:
    image = decoded(tmp_path, WindowCenter=list(range(1, 21)), WindowWidth=[100] * 20)
    assert len(image.showing.windows) == 8


def test_alternatives_have_the_images_padding(tmp_path: Path) -> None:
    image = decoded(tmp_path, WindowCenter=[1, 2], WindowWidth=[9, 9], PixelPaddingValue=7)
    assert image.showing.windows[0].padding == (7, 7)


@pytest.mark.parametrize("signed", [False, True])
def test_a_cts_scale_goes_from_derivative_to_hu(signed: bool, tmp_path: Path) -> None:
    image = decoded(tmp_path, signed, Modality="CT", RescaleSlope=2, RescaleIntercept=-1000)
    assert image.showing.scale is not None
    slope, intercept = image.showing.scale
    expected = ramp(12, signed).astype(float) * 2 - 1000
    assert np.array_equal(image.frames[0] * slope + intercept, expected)


@pytest.mark.parametrize(
    ("elements", "known"),
    [
        ({"Modality": "CT", "RescaleType": "US"}, False),
        ({"Modality": "MR"}, False),
        ({"Modality": "MR", "RescaleType": "HU"}, True),
        ({"Modality": "CT", "RescaleSlope": -1}, False),
        ({"Modality": "CT", "RescaleSlope": None}, False),
    ],
)
def test_a_scale_is_known_where_values_have_a_unit(
    elements: dict[str, Any], known: bool, tmp_path: Path
) -> None:
    rescale = {"RescaleSlope": 1, "RescaleIntercept": 0}
    assert (decoded(tmp_path, **{**rescale, **elements}).showing.scale is not None) == known


def test_without_a_window_a_falling_rescale_shows_the_highest_modality_value_white(tmp_path: Path) -> None:
    assert decoded(tmp_path, RescaleSlope=-1, RescaleIntercept=0).display.invert


@pytest.mark.parametrize(
    ("elements", "aspect"),
    [
        ({}, 1),
        ({"PixelSpacing": [0.8, 0.4]}, 2),
        ({"ImagerPixelSpacing": [0.1, 0.2]}, 0.5),
        ({"PixelAspectRatio": [4, 3]}, 1.333333),
        ({"PixelSpacing": [1, 1], "PixelAspectRatio": [4, 3]}, 1),
        ({"PixelSpacing": [0.3001, 0.3]}, 1),
        ({"PixelSpacing": [0, 0]}, 1),
        ({"PixelSpacing": None, "PixelAspectRatio": [1, 2]}, 0.5),
    ],
)
def test_the_aspect_is_height_for_width(elements: dict[str, Any], aspect: float, tmp_path: Path) -> None:
    assert decoded(tmp_path, **elements).showing.aspect == aspect


@pytest.mark.parametrize(
    "elements",
    [
        {"PixelAspectRatio": [0, 1]},
        {"PixelSpacing": [-1, 1]},
        {"PixelSpacing": [11, 1]},
        {"PixelSpacing": [1]},
    ],
)
def test_absurd_pixels_are_refused(elements: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(OddPixels, match="height and width"):
        decoded(tmp_path, **elements)


SHOWN = Showing((Display("linear", 1, 2),), {1: Display("sigmoid", 3, 4)}, 2.0, (1.0, -1024.0))


def test_what_is_said_of_showing_survives_plain_values() -> None:
    assert Showing.from_columns(SHOWN.columns(), 2) == SHOWN


@pytest.mark.parametrize(
    "lie",
    [
        {"aspect": float("nan")},
        {"aspect": 1e9},
        {"modality_slope": float("inf")},
        {"modality_intercept": None},
        {"frame_displays": {"2": SHOWN.windows[0].to_json()}},
        {"windows": [SHOWN.windows[0].to_json()] * 9},
        {"windows": [{**SHOWN.windows[0].to_json(), "low": float("nan")}]},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_lie_is_not_believed(lie: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Showing.from_columns({**SHOWN.columns(), **lie}, 2)
