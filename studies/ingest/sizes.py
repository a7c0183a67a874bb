"""One stored size, for each coding, of all frames and overlays of a study whose pictures follow a recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.coding import decode_payload, encode, unpack_zstd
from studies.ingest.pictures import Picture, frame_name
from studies.ingest.staging import Staging
from studies.models import Frame, Image, Study


def evened(names: Iterable[str], staged: Staging, tick: Callable[[], None]) -> dict[str, str]:
    """The names under which files that were smaller than the largest now stand, padded to its size.

    A file under the old name stays as it is: another study may refer to it. A padded one is named after its
    stored sizes besides its picture, so that studies of different sizes do not share it."""
    staged.settle()
    held = [name for name in dict.fromkeys(names) if staged.store.holds_frame(name)]
    sizes = {name: _sizes(staged.store, name) for name in held}
    largest = [max(column) for column in zip(*sizes.values(), strict=True)]
    renamed = {}
    for name in (name for name, own in sizes.items() if own != largest):
        renamed[name] = _padded(name, largest, staged)
        tick()
    return renamed


def names_of(pictures: Iterable[Picture]) -> list[str]:
    """Of all frames and overlays."""
    return [name for picture in pictures for name in (*picture.frames, *picture.overlays) if name]


def with_names(picture: Picture, renamed: dict[str, str]) -> Picture:
    """The picture under its new names."""
    frames, overlays = (
        tuple(renamed.get(name, name) for name in names) for names in (picture.frames, picture.overlays)
    )
    return replace(picture, frames=frames, overlays=overlays)


def names_in(study: Study, besides: Image | None = None) -> list[str]:
    """Of all frames and overlays that a study has."""
    frames = Frame.objects.filter(image__case__study=study).exclude(image=besides)
    return [name for pair in frames.values_list("sha256", "overlay_sha256") for name in pair if name]


def rename(study: Study, renamed: dict[str, str]) -> None:
    """Lets a draft's frames refer to the new names; the caller holds the transaction."""
    changed = []
    for frame in Frame.objects.filter(image__case__study=study) if renamed else ():
        before = frame.sha256, frame.overlay_sha256
        frame.sha256, frame.overlay_sha256 = (renamed.get(name, name) for name in before)
        if (frame.sha256, frame.overlay_sha256) != before:
            changed.append(frame)
    Frame.objects.bulk_update(changed, ["sha256", "overlay_sha256"], batch_size=200)


def _sizes(store: FileStore, name: str) -> list[int]:
    return [store.path("derivatives", name, suffix).stat().st_size for suffix in FRAME_SUFFIXES]


def _padded(name: str, largest: list[int], staged: Staging) -> str:
    values = decode_payload(unpack_zstd(staged.store.read("derivatives", name, FRAME_SUFFIXES[0])))
    frame = encode(values, at_least=largest[0], gzip_at_least=largest[1])
    said = f"stored {len(frame.zstd)} {len(frame.gzip)}\n{frame_name(frame)}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    staged.keep_frame(frame, digest)
    return digest
