"""Pictures of originals that were taken before, while all that was made of them is in place."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from django.db.models import QuerySet

from studies import provenance
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.folder import ImageEntry
from studies.imaging.placement import Placement
from studies.imaging.processed import original_of
from studies.imaging.provenance import Provenance
from studies.imaging.recipe import Derivation
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from studies.ingest.pictures import Picture
from studies.models import Image

AT_ONCE = 500  # files that are asked for in one query


def known_pictures(
    entries: list[ImageEntry], derivations: Mapping[str, Derivation], store: FileStore
) -> dict[str, Picture]:
    """By the entries' names: those of files of which the same was made before."""
    # Of others it is not known how they may be shown, or how large their pixels are.
    asked = Image.objects.filter(windows__isnull=False, spacing_kind__isnull=False)
    sizes = set(asked.order_by().values_list("original_bytes", flat=True).distinct())
    likely = [entry for entry in entries if _size(entry.path) in sizes]
    found: dict[str, Picture] = {}
    for start in range(0, len(likely), AT_ONCE):
        some = likely[start : start + AT_ONCE]
        found |= _of_some({entry: original_of(entry.path)[0] for entry in some}, asked, derivations, store)
    return found


def _of_some(
    hashes: dict[ImageEntry, str],
    asked: QuerySet[Image],
    derivations: Mapping[str, Derivation],
    store: FileStore,
) -> dict[str, Picture]:
    images: dict[tuple[str, str, str], Image] = {}
    for image in asked.filter(original_sha256__in=set(hashes.values())).prefetch_related("frames"):
        images.setdefault((image.original_sha256, image.recipe_sha256, str(image.masks)), image)
    origins = provenance.known({image.original_sha256 for image in images.values()})
    found = {}
    for entry, sha256 in hashes.items():
        made = derivations[entry.name]
        same = images.get((sha256, made.recipe_sha256, str(made.plain_masks)))
        if same and sha256 in origins and _is_in_place(same, store):
            found[entry.name] = _picture(same, made, origins[sha256])
    return found


def _size(path: Path) -> int | None:
    """Of a file; a stack is always decoded."""
    facts = path.stat()
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None


def _is_in_place(image: Image, store: FileStore) -> bool:
    files = [name for frame in image.frames.all() for name in (frame.sha256, frame.overlay_sha256) if name]
    names = [("derivatives", file, suffix) for file in files for suffix in FRAME_SUFFIXES]
    names += [("vault", image.original_sha256, ""), ("thumbnails", image.derivative_sha256, ".png")]
    return all(store.holds(*name) for name in names)


def _picture(image: Image, derivation: Derivation, origin: Provenance) -> Picture:
    return Picture(
        image.original_format,
        image.original_bytes,
        image.original_sha256,
        image.derivative_sha256,
        image.rows,
        image.columns,
        image.bits,
        image.display,
        tuple(frame.sha256 for frame in image.frames.all()),
        tuple(frame.overlay_sha256 for frame in image.frames.all()),
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
