"""Overlay planes (groups 60xx; PS3.3 C.9.2): drawings and text of a device, one layer of 0 and 1 a frame.

They are kept apart from the picture: what a device writes often names a person, a place or a finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from studies.imaging.types import Bytes, Grey

Layers = tuple[Grey | None, ...]
GROUPS = range(0x6000, 0x6020, 2)
ROWS, COLUMNS, FRAMES, ORIGIN, FIRST_FRAME = 0x0010, 0x0011, 0x0015, 0x0050, 0x0051
BITS_ALLOCATED, BIT_POSITION, DATA = 0x0100, 0x0102, 0x3000
KEPT = "Overlays are kept apart; readers see them only where the protocol's viewer says `overlays: true`."
DAMAGED = "An overlay does not fit its header and is left out."


@dataclass(frozen=True)
class _Plane:
    """One group's bits. `top`, `left`: where its first pixel lies on the image, from 0, or outside it."""

    rows: int
    columns: int
    top: int
    left: int
    first: int | None  # of the image's frames, from 0; None: the one plane is for all
    planes: tuple[Bytes, ...]  # each of rows x columns, 0 and 1

    def of(self, frame: int) -> Bytes | None:
        if self.first is None:
            return self.planes[0]
        at = frame - self.first
        return self.planes[at] if 0 <= at < len(self.planes) else None


def overlays_of(dataset: Dataset, count: int) -> tuple[Layers, tuple[str, ...]]:
    """A layer for each of `count` frames, None where nothing is drawn; and notes for the coordinator."""
    layers: list[Grey | None] = [None] * count
    notes = []
    for group in GROUPS:
        try:
            plane = _plane(dataset, group, count)
        except (TypeError, ValueError, LookupError):
            notes.append(DAMAGED)
            continue
        for frame in range(count if plane else 0):
            layers[frame] = _with(layers[frame], plane, frame, dataset)
    if any(layer is not None for layer in layers):
        notes.append(KEPT)
    return tuple(layers), tuple(dict.fromkeys(notes))


def _plane(dataset: Dataset, group: int, count: int) -> _Plane | None:
    if (group, DATA) in dataset:
        return _apart(dataset, group)
    if _number(dataset, group, BITS_ALLOCATED, 1) > 1:
        return _embedded(dataset, group, count)
    return None


def _apart(dataset: Dataset, group: int) -> _Plane:
    rows, columns = _number(dataset, group, ROWS, 0), _number(dataset, group, COLUMNS, 0)
    frames = _number(dataset, group, FRAMES, 1)
    packed = np.frombuffer(dataset[group, DATA].value, np.uint8)
    if min(rows, columns, frames) < 1 or packed.size * 8 < rows * columns * frames:
        raise ValueError("fewer bits than the header says")
    named = (group, FRAMES) in dataset or (group, FIRST_FRAME) in dataset
    first = _number(dataset, group, FIRST_FRAME, 1) - 1 if named else None
    planes = tuple(_unpacked(packed, number * rows * columns, rows * columns) for number in range(frames))
    return _Plane(rows, columns, *_origin(dataset, group), first, planes)


def _unpacked(packed: Bytes, first: int, count: int) -> Bytes:
    """Bits first, first + 1 ... of a string whose lowest bit comes first (PS3.5 8.1.2)."""
    bits = np.unpackbits(packed[first // 8 : (first + count + 7) // 8], bitorder="little")
    return bits[first % 8 : first % 8 + count]


def _embedded(dataset: Dataset, group: int, count: int) -> _Plane | None:
    """In a bit of the pixels that the picture does not use, as files before 2004 have it."""
    position, allocated = _number(dataset, group, BIT_POSITION, 0), int(dataset.BitsAllocated)
    highest = int(dataset.HighBit)
    used = range(highest - int(dataset.BitsStored) + 1, highest + 1)
    native = not dataset.file_meta.TransferSyntaxUID.is_encapsulated
    if not native or position in used or position >= allocated or dataset.SamplesPerPixel != 1:
        return None
    order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
    pixels = np.frombuffer(dataset.PixelData, f"{order}u{allocated // 8}")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames = pixels[: count * rows * columns].reshape(count, rows * columns)
    planes = tuple(((frame >> position) & 1).astype(np.uint8) for frame in frames)
    return _Plane(rows, columns, 0, 0, 0, planes)


def _with(layer: Grey | None, plane: _Plane | None, frame: int, dataset: Dataset) -> Grey | None:
    """The layer with what of a plane lies on the image."""
    bits = plane.of(frame) if plane else None
    if plane is None or bits is None:
        return layer
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    down, across = (
        list(_inside(plane.top, plane.rows, rows)),
        list(_inside(plane.left, plane.columns, columns)),
    )
    part = bits.reshape(plane.rows, plane.columns)[slice(*down[0]), slice(*across[0])]
    if not part.any():
        return layer
    drawn = np.zeros((rows, columns), np.uint16) if layer is None else layer
    drawn[slice(*down[1]), slice(*across[1])] |= part
    return drawn


def _inside(offset: int, length: int, limit: int) -> Iterator[tuple[int, int]]:
    """From where to where, of the plane and of the image, both have pixels."""
    first, end = max(offset, 0), max(min(offset + length, limit), max(offset, 0))
    yield first - offset, end - offset
    yield first, end


def _origin(dataset: Dataset, group: int) -> tuple[int, int]:
    element = dataset.get((group, ORIGIN))
    down, across = element.value if element is not None and element.value else (1, 1)
    return int(down) - 1, int(across) - 1


def _number(dataset: Dataset, group: int, element: int, default: int) -> int:
    found = dataset.get((group, element))
    return default if found is None or found.value is None else int(found.value)
