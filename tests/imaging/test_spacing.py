"""Pixel spacing: which attribute it comes from, where it holds, and what becomes of several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from studies.imaging.decode import decode
from studies.imaging.limits import Limits
from studies.imaging.processed import opened
from studies.imaging.sandbox import process_images
from studies.imaging.spacing import Spacing
from tests.imaging.builders import dicom, picture, saved

GREY = np.zeros((4, 6), np.uint16)
PIXEL, IMAGER = [0.4, 0.3], [0.5, 0.25]


def spacing(folder: Path, **elements: Any) -> Spacing | None:
    return decode(saved(dicom(GREY, **elements), folder / "image.dcm")).spacing


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ({"Modality": "CT", "PixelSpacing": PIXEL}, Spacing(0.4, 0.3, "patient")),
        ({"Modality": "DX", "PixelSpacing": PIXEL}, Spacing(0.4, 0.3, "detector")),
        ({"Modality": "DX", "ImagerPixelSpacing": IMAGER}, Spacing(0.5, 0.25, "detector")),
        (
            {"Modality": "DX", "PixelSpacing": IMAGER, "ImagerPixelSpacing": IMAGER},
            Spacing(0.5, 0.25, "detector"),
        ),
        (
            {"Modality": "DX", "PixelSpacing": PIXEL, "ImagerPixelSpacing": IMAGER},
            Spacing(0.4, 0.3, "patient"),
        ),
        (
            {"Modality": "CR", "PixelSpacing": PIXEL, "PixelSpacingCalibrationType": "FIDUCIAL"},
            Spacing(0.4, 0.3, "patient"),
        ),
        ({"Modality": "OT", "NominalScannedPixelSpacing": PIXEL}, Spacing(0.4, 0.3, "film")),
        ({}, None),
    ],
)
def test_each_attribute_is_taken_for_what_it_is(tmp_path, elements, found):
    assert spacing(tmp_path, **elements) == found


def measures(*pair: float) -> Dataset:
    group, inner = Dataset(), Dataset()
    inner.PixelSpacing = list(pair)
    group.PixelMeasuresSequence = Sequence([inner])
    return group


def test_functional_groups_speak_before_the_header(tmp_path):
    shared = Sequence([measures(0.7, 0.6)])
    assert spacing(tmp_path, SharedFunctionalGroupsSequence=shared) == Spacing(0.7, 0.6, "patient")


def test_frames_that_differ_have_no_spacing(tmp_path):
    two = dicom(
        np.stack([GREY, GREY]),
        PerFrameFunctionalGroupsSequence=Sequence([measures(0.7, 0.6), measures(1.4, 1.2)]),
    )
    assert decode(saved(two, tmp_path / "two.dcm")).spacing is None


@pytest.mark.parametrize(("second", "found"), [(PIXEL, Spacing(0.4, 0.3, "patient")), ([0.8, 0.6], None)])
def test_files_of_a_stack_must_agree(tmp_path, second, found):
    for name, pair in (("a", PIXEL), ("b", second)):
        saved(dicom(GREY, PixelSpacing=pair), tmp_path / name)
    assert decode(tmp_path).spacing == found


def test_it_crosses_from_the_child_process(tmp_path):
    path = saved(dicom(GREY, PixelSpacing=PIXEL), tmp_path / "image.dcm")
    ((_, result),) = process_images([path], 1)
    assert result.spacing == opened(path, Limits()).decoded.spacing == Spacing(0.4, 0.3, "patient")


def test_a_plain_picture_has_none(tmp_path):
    assert decode(picture(tmp_path / "image.png", GREY.astype(np.uint8))).spacing is None
