from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from studies.imaging.assembly import OWN_WINDOWS, RESCALED, WINDOWS_DIFFER
from studies.imaging.decode import decode, natural
from studies.imaging.display import apply
from studies.imaging.errors import UnevenStack
from studies.imaging.types import Grey
from tests.imaging.builders import dicom, lut, picture, saved


def slice_of(value: int, size: int = 8) -> Grey:
    return np.full((size, size), value, np.uint16)


def order(folder: Path) -> list[int]:
    return [int(frame[0, 0]) for frame in decode(folder).frames]


def test_files_go_by_instance_number(tmp_path: Path) -> None:
    for name, number in (("a", 3), ("b", 1), ("c", 2)):
        saved(dicom(slice_of(number), InstanceNumber=number), tmp_path / name)
    assert order(tmp_path) == [1, 2, 3]


def test_files_without_a_number_go_by_position(tmp_path: Path) -> None:
    across = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
    for name, height in (("a", 30), ("b", 10), ("c", 20)):
        position = {"ImagePositionPatient": [0, 0, height]}
        saved(dicom(slice_of(height), **across, **position), tmp_path / name)
    assert order(tmp_path) == [10, 20, 30]


def test_other_files_go_by_name_as_people_count(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        picture(tmp_path / f"slice{number}.png", slice_of(number).astype(np.uint8))
    (tmp_path / ".hidden").write_text("not an image")
    assert order(tmp_path) == [1, 9, 10]
    assert sorted(["b", "a10", "a9b", "a9"], key=natural) == ["a9", "a9b", "a10", "b"]


def test_repeated_numbers_do_not_order(tmp_path: Path) -> None:
    for name, value in (("1", 7), ("2", 5)):
        saved(dicom(slice_of(value), InstanceNumber=1), tmp_path / name)
    assert order(tmp_path) == [7, 5]


@pytest.mark.parametrize("kind", ["png", "dcm"])
def test_sizes_must_agree(kind: str, tmp_path: Path) -> None:
    for size in (8, 9):
        path = tmp_path / f"{size}.{kind}"
        values = slice_of(1, size)
        if kind == "png":
            picture(path, values)
        else:
            saved(dicom(values), path)
    with pytest.raises(UnevenStack, match="one size.*Split the stack"):
        decode(tmp_path)


def test_formats_must_agree(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", slice_of(1))
    saved(dicom(slice_of(1)), tmp_path / "b.dcm")
    with pytest.raises(UnevenStack, match="mixed"):
        decode(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnevenStack, match="empty"):
        decode(tmp_path)


def test_frames_of_different_slope_come_to_one_scale(tmp_path: Path) -> None:
    window = {"WindowCenter": 100.5, "WindowWidth": 201, "RescaleIntercept": 0}
    for number, slope in ((1, 1.0), (2, 2.0)):
        values = np.array([[0, 50]], np.uint16)
        saved(dicom(values, InstanceNumber=number, RescaleSlope=slope, **window), tmp_path / str(number))
    decoded = decode(tmp_path)
    shown = [apply(decoded.display, frame).tolist() for frame in decoded.frames]
    assert RESCALED in decoded.notes
    assert shown == [[[0.0, pytest.approx(0.25, abs=0.004)]], [[0.0, pytest.approx(0.5, abs=0.004)]]]


def test_signed_and_unsigned_files_come_to_one_scale(tmp_path: Path) -> None:
    saved(dicom(np.array([[0, 100]], np.uint16), InstanceNumber=1), tmp_path / "a")
    saved(dicom(np.array([[-100, 100]], np.int16), InstanceNumber=2), tmp_path / "b")
    first, second = decode(tmp_path).frames
    assert first[0, 1] == second[0, 1] and second[0, 1] - int(second[0, 0]) == 200


def test_frames_of_one_file_may_have_their_own_rescale(tmp_path: Path) -> None:
    dataset = dicom(np.array([[[0, 10]], [[0, 10]]], np.uint16))
    dataset.PerFrameFunctionalGroupsSequence = Sequence([_group(1.0), _group(3.0)])
    first, second = decode(saved(dataset, tmp_path / "a.dcm")).frames
    assert int(second[0, 1]) - int(second[0, 0]) == 3 * (int(first[0, 1]) - int(first[0, 0]))


def test_frames_keep_windows_of_their_own_and_the_middle_ones_is_the_images(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        window = {"WindowCenter": 100 * number + 0.5, "WindowWidth": 101}
        saved(dicom(slice_of(number), InstanceNumber=number, **window), tmp_path / str(number))
    decoded = decode(tmp_path)
    own = decoded.showing.frame_displays
    assert (decoded.display.low, decoded.display.high) == (150, 250)
    assert {number: (display.low, display.high) for number, display in own.items()} == {
        0: (50, 150),
        2: (250, 350),
    }
    assert OWN_WINDOWS in decoded.notes


def test_functional_groups_give_every_frame_its_window(tmp_path: Path) -> None:
    dataset = dicom(np.array([[[0, 10]], [[0, 10]], [[0, 10]]], np.uint16))
    dataset.SharedFunctionalGroupsSequence = Sequence([_group(2.0)])
    dataset.PerFrameFunctionalGroupsSequence = Sequence([_window(c) for c in (100.5, 200.5, 200.5)])
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    assert (decoded.display.low, decoded.display.high) == (75, 125)
    assert [(n, d.low) for n, d in decoded.showing.frame_displays.items()] == [(0, 25)]


def test_alike_windows_need_no_frames_own(tmp_path: Path) -> None:
    dataset = dicom(np.array([[[0, 10]], [[0, 10]]], np.uint16))
    dataset.PerFrameFunctionalGroupsSequence = Sequence([_window(5), _window(5)])
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    assert not decoded.showing.frame_displays and not decoded.notes


def test_too_many_luts_of_frames_are_told(tmp_path: Path) -> None:
    for number in range(30):
        table = lut(np.arange(number, number + 40000, dtype=np.uint16), 0, 16)
        values = np.array([[0, 50000]], np.uint16)
        saved(dicom(values, 16, InstanceNumber=number, VOILUTSequence=table), tmp_path / str(number))
    decoded = decode(tmp_path)
    assert WINDOWS_DIFFER in decoded.notes and not decoded.showing.frame_displays


def test_pixels_of_one_stack_have_one_shape(tmp_path: Path) -> None:
    for number in (1, 2):
        saved(dicom(slice_of(1), PixelSpacing=[number, 1]), tmp_path / str(number))
    with pytest.raises(UnevenStack, match="one shape"):
        decode(tmp_path)


def _window(centre: float) -> Dataset:
    window = Dataset()
    window.WindowCenter, window.WindowWidth = centre, 101
    group = Dataset()
    group.FrameVOILUTSequence = Sequence([window])
    return group


def _group(slope: float) -> Dataset:
    rescale = Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept = slope, 0
    group = Dataset()
    group.PixelValueTransformationSequence = Sequence([rescale])
    return group
