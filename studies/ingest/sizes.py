"""One stored size, for each coding, of all frames and overlays of a study whose pictures have one form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.coding import (
    BUCKETS_PER_DOUBLING,
    SMALLEST_BUCKET,
    bucket,
    decode_payload,
    sha256_of_values,
)
from studies.imaging.refilling import bare
from studies.ingest.pictures import Picture, name_of_values
from studies.ingest.staging import Staging
from studies.models import Frame, Image, Study

STEP = 4096  # sizes are whole steps, so that the largest frame's own size does not show to the byte
MOST = 1.05  # without a recipe, which asks for one size, it may not cost more than a twentieth
BUCKET_RATIO: float = 2 ** (1 / BUCKETS_PER_DOUBLING)


def evened(
    names: Iterable[str],
    staged: Staging,
    tick: Callable[[], None],
    fresh: Collection[str] = (),
    most: float | None = None,
) -> dict[str, str]:
    """The names under which files now stand that were not of the size that the largest needs.

    fresh: frames that were coded just now. most: where a coding would grow by more than so many times they
    are `bucketed`. A file under the old name stays as it is: another study may refer to it. A new one is
    named after its stored sizes besides its picture, so that studies of different sizes do not share it."""
    sizes = _held(names, staged)
    if len(set(sizes.values())) < 2:
        return {}
    if (size := _aimed_at(sizes, staged.store, most)) is None:
        return bucketed(sizes, staged, tick)
    renamed = {}
    for name in (name for name, own in sizes.items() if own != size):
        renamed[name] = _refilled(name, size, staged, name in fresh)
        tick()
    return renamed


def bucketed(names: Iterable[str], staged: Staging, tick: Callable[[], None]) -> dict[str, str]:
    """As `evened`, with every frame in its own bucket: one that kept the size of a study it was evened for
    would tell by it that it had been there."""
    renamed = {}
    for name, own in _held(names, staged).items():
        if own == (bucket(own[0]), bucket(own[1])):
            continue
        frame = bare(*_stored(staged.store, name))
        zstd, gzip = frame.needed
        renamed[name] = _plain_name(frame.content)
        staged.keep_codings(frame.filled(bucket(zstd), bucket(gzip)), renamed[name])
        tick()
    return renamed


def may_be_evened(
    pictures: Iterable[Picture], study: Study | None = None, besides: Image | None = None
) -> bool:
    """Whether these and the study's have one shape, so that stored sizes are all that is left to tell them
    apart. Where there are overlays sizes stay: an overlay's name says whether its drawing changed."""
    found = list(pictures)
    there = Image.objects.filter(case__study=study) if study else Image.objects.none()
    if besides:
        there = there.exclude(pk=besides.pk)
    shapes = {(one.rows, one.columns) for one in found} | set(there.values_list("rows", "columns"))
    drawn = Frame.objects.filter(image__in=there).exclude(overlay_sha256="").exists()
    return len(shapes) == 1 and not drawn and not any(any(one.overlays) for one in found)


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


Sizes = tuple[int, int]  # of both codings


def _held(names: Iterable[str], staged: Staging) -> dict[str, Sizes]:
    staged.settle()
    held = [name for name in dict.fromkeys(names) if staged.store.holds_frame(name)]
    return {name: _sizes(staged.store, name) for name in held}


def _sizes(store: FileStore, name: str) -> Sizes:
    zstd, gzip = (store.path("derivatives", name, suffix).stat().st_size for suffix in FRAME_SUFFIXES)
    return zstd, gzip


def _aimed_at(sizes: Mapping[str, Sizes], store: FileStore, most: float | None) -> Sizes | None:
    """What the largest frame needs, in whole steps; None if it costs too much."""
    largest = [max(column) for column in zip(*sizes.values(), strict=True)]
    if most and _cost([has / BUCKET_RATIO for has in largest], sizes) > most:
        return None  # what is in a bucket needs no less: not worth reading them all
    needed = zip(*(bare(*_stored(store, name)).needed for name in sizes), strict=True)
    zstd, gzip = (_in_steps(max(need)) for need in needed)
    return None if most and _cost([zstd, gzip], sizes) > most else (zstd, gzip)


def _in_steps(need: int) -> int:
    """No bucket but the smallest, so that `bucketed` knows by its size what was evened."""
    if need <= SMALLEST_BUCKET:
        return SMALLEST_BUCKET
    size = -(-need // STEP) * STEP
    return size + STEP if bucket(size) == size else size


def _cost(size: Sequence[float], sizes: Mapping[str, Sizes]) -> float:
    """How many times larger the coding becomes that grows the most."""
    now = [sum(column) for column in zip(*sizes.values(), strict=True)]
    return max(float(len(sizes) * one / before) for one, before in zip(size, now, strict=True))


def _stored(store: FileStore, name: str) -> tuple[bytes, bytes]:
    zstd, gzip = (store.read("derivatives", name, suffix) for suffix in FRAME_SUFFIXES)
    return zstd, gzip


def _refilled(name: str, size: Sizes, staged: Staging, fresh: bool) -> str:
    frame = bare(*_stored(staged.store, name))
    plain = name if fresh else _plain_name(frame.content)
    digest = hashlib.sha256(f"stored {size[0]} {size[1]}\n{plain}".encode()).hexdigest()
    staged.keep_codings(frame.filled(*size), digest)
    return digest


def _plain_name(content: bytes) -> str:
    values = decode_payload(content)
    rows, columns = values.shape
    return name_of_values(rows, columns, sha256_of_values(values))
