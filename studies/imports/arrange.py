"""From loose pictures to a folder that can be loaded: stacks by their geometry, and a table to complete."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from studies.codebook import guarded
from studies.imaging import errors
from studies.imaging.decode import head_is_dicom
from studies.imaging.raster import raster_format
from studies.imaging.series import Header, Stack, group, read_header
from studies.refusals import Refusal

COLUMNS = ("case", "case_set", "truth", "image", "patient", "source")
LOCALIZER = Refusal("", "It is a localizer.", "Nothing needs to be done: localizers are not read.")
NO_IMAGE = "It is no DICOM, PNG, JPEG or TIFF."


@dataclass(frozen=True)
class Row:
    """One image of the proposed cases.csv; case set and truth are for a person to say."""

    case: str
    image: str
    patient: str
    source: str  # where its first file was
    found: str  # in words


@dataclass(frozen=True)
class Proposal:
    """Images in a folder of their own, and what was left out."""

    rows: tuple[Row, ...]
    left_out: tuple[Refusal, ...]


def arrange(files: Path, package: Path, prefix: str, tick: Callable[[int, int], None]) -> Proposal:
    """Links every image below `files` into `package`/images; headers alone are read."""
    left_out: list[Refusal] = []
    headers: list[Header] = []
    rasters: list[Path] = []
    paths = sorted(path for path in files.rglob("*") if path.is_file())
    for number, path in enumerate(paths):
        tick(number, len(paths))
        try:
            header = _sorted_in(path)
        except errors.Refused as refused:
            left_out.append(Refusal(_name(path, files), str(refused)))
            continue
        headers.append(header) if header else rasters.append(path)
    grouping = group(headers)
    left_out += [Refusal(_name(one.path, files), one.reason) for one in grouping.left_out]
    stacks = []
    for stack in grouping.stacks:
        if stack.files[0].is_localizer:
            left_out += [
                Refusal(_name(file.path, files), LOCALIZER.rule, LOCALIZER.remedy) for file in stack.files
            ]
        else:
            stacks.append(stack)
    rows = [*_stacks(stacks, files, package, prefix), *_rasters(rasters, files, package, prefix)]
    return Proposal(tuple(rows), tuple(left_out))


def table(rows: Iterable[Row], case_set: str) -> str:
    """The proposed cases.csv: truth is left empty, since a person has to say it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([row.case, case_set, "", row.image, row.patient, guarded(row.source)])
    return text.getvalue()


def _sorted_in(path: Path) -> Header | None:
    """A DICOM file's header; None for another image."""
    with path.open("rb") as file:
        head = file.read(256)
    if head_is_dicom(head):
        return read_header(path)
    if raster_format(head) is None:
        raise errors.UnreadableImage(NO_IMAGE)
    return None


def _stacks(stacks: list[Stack], files: Path, package: Path, prefix: str) -> Iterable[Row]:
    cases: dict[tuple[str, str], int] = {}
    patients: dict[str, int] = {}
    for number, stack in enumerate(stacks, 1):
        first = stack.files[0]
        case = cases.setdefault((first.patient, first.study), len(cases) + 1)
        patient = patients.setdefault(first.patient, len(patients) + 1)
        name = f"images/S{number:04}"
        if len(stack.files) == 1:
            name += ".dcm"
            _link(first.path, package / name)
        for position, file in enumerate(stack.files if len(stack.files) > 1 else (), 1):
            _link(file.path, package / name / f"{position:05}.dcm")
        yield Row(
            f"{prefix}C{case:04}",
            name,
            f"{prefix}P{patient:04}" if first.patient else "",
            _name(first.path, files),
            _found(stack),
        )


def _rasters(rasters: list[Path], files: Path, package: Path, prefix: str) -> Iterable[Row]:
    for number, path in enumerate(rasters, 1):
        name = f"images/F{number:04}{path.suffix.lower()[:8]}"
        _link(path, package / name)
        yield Row(f"{prefix}F{number:04}", name, "", _name(path, files), "picture")


def _found(stack: Stack) -> str:
    first = stack.files[0]
    count = f"{len(stack.files)} files" if len(stack.files) > 1 else f"{first.frames} frames"
    rows, columns = first.kind[:2]
    said = f"{first.modality or 'DICOM'}, {columns} x {rows}"
    if len(stack.files) > 1 or first.frames > 1:
        said += f", {count}"
    return ". ".join([said, *(note.rstrip(".") for note in stack.notes)]) + "."


def _name(path: Path, files: Path) -> str:
    return path.relative_to(files).as_posix()


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.link(source, target)
