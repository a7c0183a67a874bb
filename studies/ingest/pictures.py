"""Originals -> vault, derivatives and thumbnails; what is known already is not decoded again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studies import provenance
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.folder import ImageEntry
from studies.imaging.coding import EncodedFrame
from studies.imaging.decode import files_of
from studies.imaging.placement import Placement
from studies.imaging.processed import PLAIN, ProcessedImage
from studies.imaging.processed import Refusal as ImageRefusal
from studies.imaging.provenance import Provenance
from studies.imaging.recipe import Derivation
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from studies.ingest.decoded import results
from studies.ingest.staging import Staging
from studies.ingest.way import Way
from studies.models import Image
from studies.refusals import Refusal, Refused


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


def take(
    entries: list[ImageEntry], staged: Staging, way: Way, derivations: Mapping[str, Derivation]
) -> dict[str, Picture]:
    """Decodes, codes and stores images by their names; raises Refused with every file that is not taken."""
    found = ((entry, _known(entry, derivations[entry.name], staged.store)) for entry in entries)
    known = {entry.name: picture for entry, picture in found if picture}
    taken, refusals = dict(known), []
    way.tick(len(known), len(entries))
    unknown = [entry for entry in entries if entry.name not in known]
    for entry, result in results(unknown, way.decoded, derivations):
        if isinstance(result, ImageRefusal):
            refusals.append(Refusal(entry.name, result.message))
        elif not refusals:
            parts = _keep_originals(entry.path, result.sha256_of_original, staged)
            picture = stored(result, staged, derivations[entry.name])
            taken[entry.name] = replace(picture, parts=parts)
        way.tick(len(taken) + len(refusals), len(entries))
    if refusals:
        raise Refused(refusals)
    return {entry.name: taken[entry.name] for entry in entries}


def _keep_originals(path: Path, sha256: str, staged: Staging) -> tuple[str, ...]:
    """The hashes of a folder's files; none of a file, whose hash is the original's: what was decoded."""
    if not path.is_dir():
        staged.keep_original(path, sha256)
        return ()
    digests = {file: _hash(file) for file in files_of(path)}
    for file, digest in digests.items():
        staged.keep_original(file, digest)
    return tuple(digests.values())


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


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(entry: ImageEntry, derivation: Derivation, store: FileStore) -> Picture | None:
    """The picture of a file of which the same was made before, while all its derivatives are in place."""
    if not entry.path.is_file():
        return None
    # Of others it is not known how they may be shown, or how large their pixels are.
    asked = Image.objects.filter(windows__isnull=False, spacing_kind__isnull=False)
    same = asked.filter(original_sha256=_hash(entry.path), recipe_sha256=derivation.recipe_sha256)
    masks = derivation.plain_masks
    image = next((one for one in same.prefetch_related("frames") if one.masks == masks), None)
    origin = provenance.known(image.original_sha256) if image else None
    if image is None or origin is None:
        return None
    frames = tuple(frame.sha256 for frame in image.frames.all())
    overlays = tuple(frame.overlay_sha256 for frame in image.frames.all())
    files = (*frames, *filter(None, overlays))
    names = [("derivatives", file, suffix) for file in files for suffix in FRAME_SUFFIXES]
    names += [("vault", image.original_sha256, ""), ("thumbnails", image.derivative_sha256, ".png")]
    if not all(store.holds(*name) for name in names):
        return None
    return Picture(
        image.original_format,
        image.original_bytes,
        image.original_sha256,
        image.derivative_sha256,
        image.rows,
        image.columns,
        image.bits,
        image.display,
        frames,
        overlays,
        {name: getattr(image, name) for name in Showing().columns()},
        origin,
        tuple(image.notes),
        spacing=_spacing(image),
        derivation=derivation,
        placement=Placement.from_json(image.placement) if image.placement else None,
    )


def _spacing(image: Image) -> Spacing | None:
    if image.row_spacing_mm is None or image.column_spacing_mm is None:
        return None
    return Spacing(image.row_spacing_mm, image.column_spacing_mm, image.spacing_kind or "")
