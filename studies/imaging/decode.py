"""The way in: a file, or a folder of files that is one stack, to grey values and their display."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studies.imaging.assembly import assemble
from studies.imaging.decoded import Decoded
from studies.imaging.dicom import Stored, read_dicom
from studies.imaging.errors import UnevenStack, UnreadableImage
from studies.imaging.limits import Limits
from studies.imaging.places import in_order
from studies.imaging.raster import decode_raster, raster_format

PREFIX_AT = 128
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x08")  # of files without the 128 bytes and DICM


def decode(path: Path, limits: Limits | None = None) -> Decoded:
    """One image. A subclass of Refused says what is wrong with it and what would help."""
    limits = limits or Limits()
    return decode_contents(contents_of(path, limits), limits, is_stack=path.is_dir())


def contents_of(path: Path, limits: Limits) -> list[bytes]:
    """Of the files that make an image up, in their order."""
    files = files_of(path)
    if not files:
        raise UnevenStack("A folder is a stack of images; this one is empty. Add its images or remove it.")
    limits.check_frames(1, 1, len(files))
    return [read_file(file, limits) for file in files]


def decode_contents(contents: Sequence[bytes], limits: Limits, is_stack: bool) -> Decoded:
    """As `decode`, of files that were read already."""
    if is_stack:
        return _decode_stack(contents, limits)
    (data,) = contents
    kind = None if _is_dicom(data) else raster_format(data)  # DICOM's 128 bytes may look like TIFF
    if kind is not None:
        return decode_raster(data, kind, limits)
    return assemble([read_dicom(_as_dicom(data), limits)])


def files_of(path: Path) -> list[Path]:
    """The files that make an image up: itself, or a folder's in natural order; hidden ones are left out."""
    if not path.is_dir():
        return [path]
    inside = [file for file in path.iterdir() if file.is_file() and not file.name.startswith(".")]
    return sorted(inside, key=lambda file: natural(file.name))


def natural(name: str) -> list[tuple[int, str]]:
    """Sorts slice2 before slice10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def read_file(path: Path, limits: Limits) -> bytes:
    limits.check_file(path.stat().st_size)
    return path.read_bytes()


def _is_dicom(data: bytes) -> bool:
    return data[PREFIX_AT : PREFIX_AT + 4] == b"DICM"


def head_is_dicom(data: bytes) -> bool:
    """Whether a file that begins so is DICOM, with or without its preamble."""
    return _is_dicom(data) or data[:2] in FIRST_GROUPS


def _as_dicom(data: bytes) -> bytes:
    """Goes by what is in the file; its name says nothing."""
    if head_is_dicom(data):
        return data
    raise UnreadableImage("An image must be DICOM, PNG, JPEG or TIFF; this file is none. Export it as one.")


def _decode_stack(contents: Sequence[bytes], limits: Limits) -> Decoded:
    kinds = {None if _is_dicom(data) else raster_format(data) for data in contents}
    if len(kinds) > 1:
        raise UnevenStack("All files of a stack must have one format; these are mixed. Convert them.")
    kind = kinds.pop()
    if kind is None:
        return _dicom_stack([read_dicom(_as_dicom(data), limits) for data in contents], limits)
    return _raster_stack([decode_raster(data, kind, limits) for data in contents], limits)


def _dicom_stack(files: Sequence[Stored], limits: Limits) -> Decoded:
    """In the order of their geometry; see `places.in_order`."""
    order, notes = in_order([file.place for file in files])
    files = [files[index] for index in order]
    rows, columns = files[0].frames[0].shape
    limits.check_frames(rows, columns, sum(len(file.frames) for file in files))
    stack = assemble(files)
    return replace(stack, notes=(*stack.notes, *notes))


def _raster_stack(files: Sequence[Decoded], limits: Limits) -> Decoded:
    first = files[0]
    if len({(file.rows, file.columns, file.bits) for file in files}) > 1:
        raise UnevenStack(
            "All files of a stack must have one size and bit depth; these differ. Split the stack."
        )
    frames = tuple(frame for file in files for frame in file.frames)
    limits.check_frames(first.rows, first.columns, len(frames))
    notes = dict.fromkeys(note for file in files for note in file.notes)
    return replace(first, frames=frames, notes=tuple(notes))
