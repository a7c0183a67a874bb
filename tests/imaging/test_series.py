"""Headers become stacks by their geometry; what is left out says why."""

from __future__ import annotations

import math
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.imaging.decode import decode
from studies.imaging.errors import NoPixelData, TooLarge, UnreadableImage, UnsupportedCompression
from studies.imaging.places import MANY_ORIENTATIONS, SHARED_PLACES
from studies.imaging.series import LONGEST_HEADER, Grouping, group, read_header
from tests.imaging.builders import dicom, saved

AXIAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]
TILTED = [1, 0, 0, 0, math.cos(0.4), math.sin(0.4)]  # its normal is (0, -sin 0.4, cos 0.4)
PIXELS = np.full((4, 4), 7, np.uint16)


def slices(folder: Path, positions: list[Any], orientation: list[float] = AXIAL, **elements: Any) -> None:
    """A file per position, of one series; Instance Numbers run against the positions."""
    base = {"SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2", "PatientID": "p", "Modality": "CT"}
    folder.mkdir(exist_ok=True)
    there = len(list(folder.glob("*.dcm")))
    for number, position in enumerate(positions):
        where = position if isinstance(position, list) else [0, 0, position]
        own = {key: value[number] if isinstance(value, list) else value for key, value in elements.items()}
        said = {**base, "InstanceNumber": 1000 - there - number, **own}
        said |= {"ImageOrientationPatient": orientation, "ImagePositionPatient": where}
        saved(dicom(PIXELS, **said), folder / f"{there + number:03}.dcm")


def grouped(folder: Path) -> Grouping:
    return group(read_header(path) for path in sorted(folder.glob("*.dcm")))


def heights(stack: Any) -> list[float]:
    return [file.place.position[2] for file in stack.files]


def test_slices_go_by_position_whatever_their_numbers_and_names_say(tmp_path: Path) -> None:
    slices(tmp_path, [30, 10, 20])
    (stack,) = grouped(tmp_path).stacks
    assert heights(stack) == [10, 20, 30] and stack.notes == ()


def test_oblique_slices_go_along_their_normal(tmp_path: Path) -> None:
    """Each lies lower than the one before, though further along: they shift within their plane."""
    down, up = math.sin(0.4), math.cos(0.4)
    slices(tmp_path, [[0, -down * d - 5 * up * d, up * d - 5 * down * d] for d in (3, 1, 2)], TILTED)
    (stack,) = grouped(tmp_path).stacks
    assert heights(stack) == sorted(heights(stack), reverse=True) and len(stack.files) == 3


def test_a_gap_is_told_with_its_place(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5, 10, 25, 30])
    (stack,) = grouped(tmp_path).stacks
    assert stack.notes == ("A gap of 15 mm after slice 3, where 5 mm is usual: are slices missing?",)


def test_a_localizer_stands_apart(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5, 10])
    slices(tmp_path, [100], SAGITTAL, ImageType=[["ORIGINAL", "PRIMARY", "LOCALIZER"]])
    stacks = grouped(tmp_path).stacks
    assert sorted(len(stack.files) for stack in stacks) == [1, 3]
    assert [stack.files[0].is_localizer for stack in stacks if len(stack.files) == 1] == [True]


def test_planes_of_one_series_are_stacks_of_their_own(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5])
    slices(tmp_path, [[0, 0, 0], [5, 0, 0], [9, 0, 0]], SAGITTAL)
    assert sorted(len(stack.files) for stack in grouped(tmp_path).stacks) == [2, 3]


@pytest.mark.parametrize(
    "name", ["TemporalPositionIdentifier", "EchoTime", "DiffusionBValue", "AcquisitionNumber"]
)
def test_repeated_positions_are_told_apart_by_what_differs(tmp_path: Path, name: str) -> None:
    slices(tmp_path, [0, 5, 10, 0, 5, 10], **{name: [1, 1, 1, 2, 2, 2]})
    grouping = grouped(tmp_path)
    assert [heights(stack) for stack in grouping.stacks] == [[0, 5, 10]] * 2
    assert all(name in stack.notes[0] for stack in grouping.stacks) and grouping.left_out == ()


def test_what_nothing_tells_apart_is_left_out_with_a_reason(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5, 5, 10])
    grouping = grouped(tmp_path)
    assert heights(grouping.stacks[0]) == [0, 5, 10]
    assert ["lies where" in one.reason for one in grouping.left_out] == [True]


def test_a_series_in_time_at_one_position_is_one_stack(tmp_path: Path) -> None:
    slices(tmp_path, [5, 5, 5])
    (stack,) = grouped(tmp_path).stacks
    assert [file.place.instance for file in stack.files] == [998, 999, 1000]


def test_a_copy_is_left_out(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5])
    (tmp_path / "copy.dcm").write_bytes((tmp_path / "000.dcm").read_bytes())
    (left,) = grouped(tmp_path).left_out
    assert left.path.name == "copy.dcm" and "000.dcm" in left.reason


def test_radiographs_of_a_series_are_images_of_their_own(tmp_path: Path) -> None:
    for number in (1, 2):
        saved(dicom(PIXELS, SeriesInstanceUID="1.2.3", Modality="DX"), tmp_path / f"{number}.dcm")
    assert [len(stack.files) for stack in grouped(tmp_path).stacks] == [1, 1]


def test_patients_and_series_are_not_mixed(tmp_path: Path) -> None:
    slices(tmp_path, [0, 5])
    slices(tmp_path, [0, 5], PatientID="q")
    slices(tmp_path, [0, 5], SeriesInstanceUID="1.2.4")
    assert [len(stack.files) for stack in grouped(tmp_path).stacks] == [2, 2, 2]


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"no DICOM at all")
    with pytest.raises(UnreadableImage):
        read_header(tmp_path / "text")
    plain = dicom(PIXELS)
    del plain.Rows, plain.PixelData
    with pytest.raises(NoPixelData):
        read_header(saved(plain, tmp_path / "report.dcm"))


def test_a_folder_that_is_one_image_goes_by_position(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    folder.mkdir()
    for name, height, number in (("a", 20, 1), ("b", 10, 2)):
        placed = {"ImageOrientationPatient": AXIAL, "ImagePositionPatient": [0, 0, height]}
        saved(dicom(np.full((2, 2), height, np.uint16), InstanceNumber=number, **placed), folder / name)
    assert [int(frame[0, 0]) for frame in decode(folder).frames] == [10, 20]


@pytest.mark.parametrize(("second", "note"), [(AXIAL, SHARED_PLACES), (SAGITTAL, MANY_ORIENTATIONS)])
def test_a_folder_without_an_order_in_space_goes_by_number_and_says_so(
    tmp_path: Path, second: list[float], note: str
) -> None:
    slices(tmp_path / "stack", [0])
    slices(tmp_path / "stack", [0], second)
    decoded = decode(tmp_path / "stack")
    assert note in decoded.notes and len(decoded.frames) == 2


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    """Explicit little endian, of a VR with a short length."""
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


@pytest.mark.parametrize("preamble", [b"", b"\0" * 128 + b"DICM"])
def test_a_deflated_file_is_never_inflated(tmp_path: Path, preamble: bytes) -> None:
    syntax = element(2, 16, b"UI", b"1.2.840.10008.1.2.1.99")
    meta = element(2, 0, b"UL", struct.pack("<I", len(syntax))) + syntax
    (tmp_path / "bomb").write_bytes(preamble + meta + zlib.compress(bytes(10_000_000))[2:])
    with pytest.raises(UnsupportedCompression, match="deflated"):
        read_header(tmp_path / "bomb")


@pytest.mark.parametrize("group", [0, 2, 8])
def test_a_header_without_an_end_is_not_read_into_memory(tmp_path: Path, group: int) -> None:
    with (tmp_path / "long").open("wb") as file:
        file.write(
            struct.pack("<HHI" if group != 2 else "<HH2s2xI", group, 8, *([b"OB"] * (group == 2)), 2**31)
        )
        file.truncate(2**31)
    tracemalloc.start()
    with pytest.raises((TooLarge, UnreadableImage)):
        read_header(tmp_path / "long")
    assert tracemalloc.get_traced_memory()[1] < 3 * LONGEST_HEADER
    tracemalloc.stop()
