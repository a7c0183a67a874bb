"""Overlay planes of groups 60xx become layers of 0 and 1 beside the frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from studies.imaging.coding import decode_payload, unpack_gzip, unpack_zstd
from studies.imaging.decode import decode
from studies.imaging.overlays import DAMAGED, KEPT
from studies.imaging.processed import ProcessedImage
from studies.imaging.sandbox import process_images
from studies.imaging.types import Grey, Values
from tests.imaging.builders import dicom, saved

IMAGE = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)
DRAWN = np.random.default_rng(3).integers(0, 2, (5, 4)).astype(np.uint8)


def plane(dataset: Dataset, drawn: Values, group: int = 0x6000, **more: Any) -> Dataset:
    frames = drawn if drawn.ndim == 3 else drawn[None]
    numbers = {0x0010: frames.shape[1], 0x0011: frames.shape[2], 0x0100: 1, 0x0102: 0}
    for element, number in numbers.items():
        dataset.add_new((group, element), "US", number)
    dataset.add_new((group, 0x0040), "CS", "G")
    if "origin" in more:
        dataset.add_new((group, 0x0050), "SS", more["origin"])
    if "first" in more:
        dataset.add_new((group, 0x0015), "IS", len(frames))
        dataset.add_new((group, 0x0051), "US", more["first"])
    packed = np.packbits(frames.ravel(), bitorder="little").tobytes()
    dataset.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    return dataset


def layers(dataset: Dataset, folder: Path) -> list[Grey | None]:
    return list(decode(saved(dataset, folder / "a.dcm")).overlays)


def placed(drawn: Values, top: int, left: int) -> Values:
    large = np.zeros((52, 50), np.uint16)
    large[20 + top : 20 + top + drawn.shape[0], 20 + left : 20 + left + drawn.shape[1]] = drawn
    return large[20:32, 20:30]


@pytest.mark.parametrize("origin", [(1, 1), (3, 5), (-2, 0), (10, 9)])
def test_a_plane_lies_at_its_origin_and_ends_at_the_image(origin: tuple[int, int], tmp_path: Path) -> None:
    (layer,) = layers(plane(dicom(IMAGE), DRAWN, origin=list(origin)), tmp_path)
    assert layer is not None
    assert np.array_equal(layer, placed(DRAWN, origin[0] - 1, origin[1] - 1))


@pytest.mark.parametrize("origin", [(40, 1), (1, -30)])
def test_a_plane_beside_the_image_draws_nothing(origin: tuple[int, int], tmp_path: Path) -> None:
    assert layers(plane(dicom(IMAGE), DRAWN, origin=list(origin)), tmp_path) == []


def test_layers_are_pydicoms_overlay_array(tmp_path: Path) -> None:
    drawn = np.random.default_rng(5).integers(0, 2, IMAGE.shape).astype(np.uint8)
    dataset = plane(dicom(IMAGE), drawn, group=0x6004)
    (layer,) = layers(dataset, tmp_path)
    assert np.array_equal(layer, dataset.overlay_array(0x6004))


def test_several_groups_are_one_layer(tmp_path: Path) -> None:
    dataset = plane(plane(dicom(IMAGE), DRAWN), DRAWN, group=0x6002, origin=[2, 2])
    (layer,) = layers(dataset, tmp_path)
    assert np.array_equal(layer, placed(DRAWN, 0, 0) | placed(DRAWN, 1, 1))


def test_planes_of_several_frames_begin_at_their_frame(tmp_path: Path) -> None:
    drawn = np.stack([DRAWN, 1 - DRAWN])
    shown = layers(plane(dicom(np.stack([IMAGE] * 4)), drawn, first=2), tmp_path)
    assert shown[0] is None and shown[3] is None
    assert all(np.array_equal(layer, placed(one, 0, 0)) for layer, one in zip(shown[1:3], drawn, strict=True))


def test_one_plane_without_a_frame_is_for_all(tmp_path: Path) -> None:
    shown = layers(plane(dicom(np.stack([IMAGE] * 3)), DRAWN), tmp_path)
    assert [np.array_equal(layer, placed(DRAWN, 0, 0)) for layer in shown] == [True] * 3


@pytest.mark.parametrize("big_endian", [False, True])
def test_planes_in_unused_bits_are_found_and_are_no_picture(big_endian: bool, tmp_path: Path) -> None:
    drawn = np.stack([placed(DRAWN, 2, 3), placed(DRAWN, 0, 0)])
    dataset = dicom(np.stack([IMAGE] * 2) | drawn << 14)
    for element, number in {0x0010: 12, 0x0011: 10, 0x0100: 16, 0x0102: 14}.items():
        dataset.add_new((0x6000, element), "US", number)
    if big_endian:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    path = tmp_path / "a.dcm"
    dataset.save_as(path, little_endian=not big_endian, implicit_vr=False)
    decoded = decode(path)
    assert all(np.array_equal(*pair) for pair in zip(decoded.overlays, drawn, strict=True))
    assert all(np.array_equal(frame, IMAGE) for frame in decoded.frames)


def test_a_bit_of_the_picture_is_no_overlay(tmp_path: Path) -> None:
    dataset = dicom(IMAGE)
    for element, number in {0x0010: 12, 0x0011: 10, 0x0100: 16, 0x0102: 3}.items():
        dataset.add_new((0x6000, element), "US", number)
    assert layers(dataset, tmp_path) == []


def test_a_plane_cut_short_is_left_out_and_told(tmp_path: Path) -> None:
    dataset = plane(dicom(IMAGE), DRAWN)
    dataset[0x6000, 0x0010].value = 4000
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    assert decoded.overlays == () and decoded.notes == (DAMAGED,)


def test_overlays_are_told_and_are_no_part_of_the_picture(tmp_path: Path) -> None:
    plain = decode(saved(dicom(IMAGE), tmp_path / "plain.dcm"))
    drawn = decode(saved(plane(dicom(IMAGE), DRAWN), tmp_path / "drawn.dcm"))
    assert np.array_equal(plain.frames[0], drawn.frames[0]) and plain.display == drawn.display
    assert drawn.notes == (KEPT,)


def test_layers_cross_from_the_child_in_their_frames_bucket(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 4096, (2, 300, 300)).astype(np.uint16)
    path = saved(plane(dicom(noise), np.ones((9, 9), np.uint8), first=2), tmp_path / "a.dcm")
    ((_, image),) = process_images([path], workers=1)
    assert isinstance(image, ProcessedImage)
    nothing, layer = image.overlays
    assert nothing is None and layer is not None
    assert decode_payload(unpack_zstd(layer.zstd)).sum() == 81
    assert decode_payload(unpack_gzip(layer.gzip)).sum() == 81
    assert len(layer.zstd) == len(layer.gzip) == max(len(image.frames[1].zstd), len(image.frames[1].gzip))
