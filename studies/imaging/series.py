"""From DICOM headers to stacks: which files are one stack by their geometry, and which are left out and why.

Headers alone are read, a file at a time, so that thousands of files fit into little memory."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.uid import DeflatedExplicitVRLittleEndian

from studies.imaging.errors import NoPixelData, TooLarge, UnreadableImage, UnsupportedCompression
from studies.imaging.places import (
    SAME_PLACE_MM,
    Place,
    alike,
    along_mm,
    have_places_of_their_own,
    in_order,
    place_of,
)

TAGS = [
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "PatientID",
    "Modality",
    "ImageType",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "PixelSpacing",
    "FrameOfReferenceUID",
    "InstanceNumber",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "TemporalPositionIdentifier",
    "EchoTime",
    "DiffusionBValue",
    "AcquisitionNumber",
    "PhotometricInterpretation",
]
SLICED = ("CT", "MR", "PT", "NM")  # modalities whose files without geometry still make a stack
# What tells slices of one position apart, tried in this order.
DIMENSIONS = (
    "TemporalPositionIdentifier",
    "EchoTime",
    "DiffusionBValue",
    "AcquisitionNumber",
    "ImageType",
)
LONGEST_HEADER = 64 * 1024 * 1024  # thousands of frames with functional groups of their own need tens
NO_GEOMETRY = "The files have no positions; they go by Instance Number."
ONE_POSITION = "All files have one position: a series in time, in the order of Instance Number."
COPY = "Its SOP Instance UID is that of {}. Keep one of the two."
SAME_POSITION = "It lies where {} lies, and nothing in its header tells the two apart. Keep one of them."


@dataclass(frozen=True)
class Header:
    """What grouping needs to know of one file."""

    path: Path
    sop_class: str
    sop_instance: str
    study: str
    series: str
    patient: str
    modality: str
    frames: int
    place: Place
    kind: tuple[str, ...]  # files of one stack agree in it
    dimensions: tuple[str, ...]  # values of DIMENSIONS

    @property
    def is_localizer(self) -> bool:
        return "LOCALIZER" in self.dimensions[-1].upper()


@dataclass(frozen=True)
class Stack:
    """Files in their order; a radiograph or a multi-frame file is a stack of one file."""

    files: tuple[Header, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    path: Path
    reason: str


@dataclass(frozen=True)
class Grouping:
    stacks: tuple[Stack, ...]
    left_out: tuple[LeftOut, ...]


def read_header(path: Path) -> Header:
    """Reads what stands before the pixels. UnreadableImage or NoPixelData where that is no image."""
    try:
        with _Frugal(io.FileIO(path)) as file:
            refuse_deflated(file)
            file.seek(0)
            dataset = dcmread(file, stop_before_pixels=True, force=True, specific_tags=list(TAGS))
        words = {tag: _word(dataset, tag) for tag in TAGS}
        frames = int(words["NumberOfFrames"] or 1)
    except UnsupportedCompression:
        raise
    except _TooMuch as error:
        raise TooLarge(
            f"A DICOM header has at most {LONGEST_HEADER:,} bytes; this one is longer. Export it again."
        ) from error
    except Exception as error:  # pydicom raises nearly anything on damaged headers
        raise UnreadableImage(
            "The file must be sound DICOM; its header is damaged. Export it again."
        ) from error
    if not words["SOPInstanceUID"]:
        raise UnreadableImage("A DICOM file must have a SOP Instance UID (0008,0018). Export it again.")
    if not words["Rows"]:
        raise NoPixelData("A DICOM file must hold an image; this one has no Rows (0028,0010). Leave it out.")
    kind = ("Rows", "Columns", "PixelSpacing", "FrameOfReferenceUID", "PhotometricInterpretation")
    return Header(
        path=path,
        sop_class=words["SOPClassUID"],
        sop_instance=words["SOPInstanceUID"],
        study=words["StudyInstanceUID"],
        series=words["SeriesInstanceUID"],
        patient=words["PatientID"],
        modality=words["Modality"],
        frames=frames,
        place=place_of(dataset),
        kind=tuple(words[tag] for tag in kind),
        dimensions=tuple(words[tag] for tag in DIMENSIONS),
    )


def refuse_deflated(file: BinaryIO) -> None:
    """Such a file would be inflated whole, however large, to read a few elements.

    Read as dcmread does, for its meta header may stand without the preamble."""
    try:
        read_preamble(file, force=True)
        syntax = _read_file_meta_info(file).get("TransferSyntaxUID")
    except _TooMuch:
        raise
    except Exception:  # damaged: the reading itself will tell
        return
    if syntax == DeflatedExplicitVRLittleEndian:
        raise UnsupportedCompression("A deflated DICOM file is not sorted in. Export it without deflation.")


class _TooMuch(Exception):
    """A header that is longer than any is."""


class _Frugal(io.BufferedReader):
    """A file of which only so much is read; what is stepped over does not count."""

    left = LONGEST_HEADER

    def read(self, size: int | None = -1, /) -> bytes:
        """Refuses before it takes the memory."""
        data = super().read(self.left + 1 if size is None or size < 0 else min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise _TooMuch
        return data


def group(headers: Iterable[Header]) -> Grouping:
    """Stacks in the order of patient, study, series and first file; nothing is lost without a reason."""
    left_out: list[LeftOut] = []
    stacks: list[Stack] = []
    for files in _by(_once(headers, left_out), lambda file: (file.patient, file.study, file.series)):
        for alike_files in _planes(files):
            stacks += _stacks(alike_files, left_out)
    return Grouping(tuple(stacks), tuple(left_out))


def _word(dataset: Dataset, tag: str) -> str:
    value = dataset.get(tag)
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else "\\".join(str(part) for part in value)


def _once(headers: Iterable[Header], left_out: list[LeftOut]) -> list[Header]:
    seen: dict[str, Header] = {}
    for header in sorted(headers, key=lambda header: header.path):
        first = seen.setdefault(header.sop_instance, header)
        if first is not header:
            left_out.append(LeftOut(header.path, COPY.format(first.path.name)))
    return list(seen.values())


def _by(files: Iterable[Header], key: Callable[[Header], tuple[object, ...]]) -> list[list[Header]]:
    groups: dict[tuple[object, ...], list[Header]] = defaultdict(list)
    for file in files:
        groups[key(file)].append(file)
    return [groups[name] for name in sorted(groups, key=str)]


def _planes(files: Sequence[Header]) -> list[list[Header]]:
    """Files of one size, spacing, frame of reference and orientation; localizers apart from the rest."""
    planes: list[list[Header]] = []
    for same in _by(files, lambda file: (*file.kind, file.is_localizer)):
        found: list[list[Header]] = []
        for file in same:
            plane = next((p for p in found if alike(p[0].place.orientation, file.place.orientation)), None)
            if plane is None:
                found.append([file])
            else:
                plane.append(file)
        planes += found
    return planes


def _stacks(files: list[Header], left_out: list[LeftOut]) -> list[Stack]:
    stacks: list[Stack] = []
    placed: list[Header] = []
    unplaced: list[Header] = []
    for file in files:
        if file.frames > 1 or not (file.place.is_placed or file.modality in SLICED):
            stacks.append(Stack((file,)))
        else:
            (placed if file.place.is_placed else unplaced).append(file)
    if unplaced:
        stacks.append(_ordered(unplaced, (NO_GEOMETRY,) if len(unplaced) > 1 else ()))
    return stacks + (_placed(placed, left_out) if placed else [])


def _placed(files: list[Header], left_out: list[LeftOut]) -> list[Stack]:
    if _distinct(files):
        return [_ordered(files)]
    along = along_mm([file.place for file in files])
    if max(along) - min(along) <= SAME_PLACE_MM and len({file.dimensions[1:] for file in files}) == 1:
        return [_ordered(files, (ONE_POSITION,))]
    for number, name in enumerate(DIMENSIONS):
        parts = _by(files, lambda file, number=number: (file.dimensions[number],))  # type: ignore[misc]
        if len(parts) > 1 and all(_distinct(part) for part in parts):
            return [_ordered(part, (f"Told apart by {name}: {_value(part, number)}.",)) for part in parts]
    parts = _by(files, lambda file: file.dimensions)
    return [_ordered(_first_of_each_place(part, left_out)) for part in parts]


def _value(part: list[Header], number: int) -> str:
    return part[0].dimensions[number] or "none"


def _distinct(files: Sequence[Header]) -> bool:
    return have_places_of_their_own([file.place for file in files])


def _first_of_each_place(files: list[Header], left_out: list[LeftOut]) -> list[Header]:
    along = along_mm([file.place for file in files])
    kept: list[int] = []
    for index in sorted(range(len(files)), key=lambda i: (along[i], files[i].place.instance or 0)):
        if kept and along[index] - along[kept[-1]] <= SAME_PLACE_MM:
            left_out.append(LeftOut(files[index].path, SAME_POSITION.format(files[kept[-1]].path.name)))
        else:
            kept.append(index)
    return [files[index] for index in kept]


def _ordered(files: list[Header], notes: tuple[str, ...] = ()) -> Stack:
    order, odd = in_order([file.place for file in files])
    return Stack(tuple(files[index] for index in order), (*notes, *(() if notes else odd)))
