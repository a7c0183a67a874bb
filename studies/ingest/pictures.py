"""An image as it was taken, and its derivatives as they are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from studies.imaging.coding import EncodedFrame
from studies.imaging.placement import Placement
from studies.imaging.processed import PLAIN, ProcessedImage
from studies.imaging.provenance import Provenance
from studies.imaging.recipe import Derivation
from studies.imaging.spacing import Spacing
from studies.ingest.staging import Staging


@dataclass(frozen=True)
class Picture:
    """An image as it was taken: hashes, size, frames' names in the store, and how it is shown."""

    format: str
    original_bytes: int
    original_sha256: str
    derivative_sha256: str
    rows: int
    columns: int
    bits: int
    display: dict[str, Any]
    frames: tuple[str, ...]
    overlays: tuple[str, ...]  # a name or nothing for each frame
    showing: dict[str, Any]  # as Showing.columns gives it
    provenance: Provenance
    notes: tuple[str, ...] = ()
    spacing: Spacing | None = None
    derivation: Derivation = PLAIN
    placement: Placement | None = None
    parts: tuple[str, ...] = ()  # hashes of the files, where the original is a folder


def stored(processed: ProcessedImage, staged: Staging, derivation: Derivation) -> Picture:
    """Keeps an image's derivative and thumbnail."""
    for frame in processed.frames:
        staged.keep_frame(frame, frame_name(frame))
    for layer in filter(None, processed.overlays):
        staged.keep_frame(layer, overlay_name(layer))
    staged.keep("thumbnails", processed.thumbnail, ".png", processed.sha256_of_derivative)
    return Picture(
        format=processed.format,
        original_bytes=processed.size_of_original,
        original_sha256=processed.sha256_of_original,
        derivative_sha256=processed.sha256_of_derivative,
        rows=processed.rows,
        columns=processed.columns,
        bits=processed.bits,
        display=processed.display.to_json(),
        frames=tuple(frame_name(frame) for frame in processed.frames),
        overlays=tuple(overlay_name(layer) if layer else "" for layer in processed.overlays)
        or ("",) * len(processed.frames),
        showing=processed.showing.columns(),
        provenance=processed.provenance,
        notes=processed.notes,
        spacing=processed.spacing,
        derivation=derivation,
        placement=processed.placement,
    )


def frame_name(frame: EncodedFrame) -> str:
    """Of size and values, so that two frames of one name hold the same picture."""
    return name_of_values(frame.rows, frame.columns, frame.sha256_of_values)


def name_of_values(rows: int, columns: int, sha256_of_values: str) -> str:
    return hashlib.sha256(f"{rows} x {columns}\n{sha256_of_values}".encode()).hexdigest()


def overlay_name(layer: EncodedFrame) -> str:
    """Of its stored size besides, which is its frame's: the same drawing on another frame is another file."""
    said = f"overlay {len(layer.zstd)}\n{frame_name(layer)}"
    return hashlib.sha256(said.encode()).hexdigest()
