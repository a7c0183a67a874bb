from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from studies.imaging.assembly import RESCALED, WINDOWS_DIFFER
from studies.imaging.decode import decode, natural
from studies.imaging.display import apply
from studies.imaging.errors import UnevenStack
from studies.imaging.types import Grey
from tests.imaging.builders import dicom, picture, saved


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


def test_the_middle_window_is_shown_where_they_differ(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        window = {"WindowCenter": 100 * number + 0.5, "WindowWidth": 101}
        saved(dicom(slice_of(number), InstanceNumber=number, **window), tmp_path / str(number))
    decoded = decode(tmp_path)
    assert (decoded.display.low, decoded.display.high) == (150, 250)
    assert WINDOWS_DIFFER in decoded.notes


def _group(slope: float) -> Dataset:
    rescale = Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept = slope, 0
    group = Dataset()
    group.PixelValueTransformationSequence = Sequence([rescale])
    return group
