"""PNG copies of what readers saw, in its default window, each with a C2PA manifest signed like the export."""

from __future__ import annotations

import io
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from PIL import Image as Pillow

from studies.codebook import Column, Kind, Sheet, listed
from studies.filestore import FileStore
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.display import Display, apply_8bit
from studies.imaging.provenance.reading import read_bytes
from studies.models import Frame
from studies.provenance import codes_of
from studies.records import Dataset
from studies.signing.copies import Copyist


class Copy(NamedTuple):
    """One frame as it was written, and what its own manifest says when it is read back."""

    case: str
    image: int
    frame: int
    file: str
    derivative_sha256: str
    recipe_sha256: str
    c2pa_state: str
    c2pa_codes: str


def write_copies(folder: Path, data: Dataset, key: Ed25519PrivateKey) -> Sheet:
    """Writes images/ and returns images.csv."""
    (folder / "images").mkdir()
    store, copyist = FileStore(settings.DATA_DIR), Copyist(key)
    generated = _generated(data)
    frames = Frame.objects.filter(image__case__study=data.study).select_related("image__case")
    rows = []
    for frame in frames.order_by("image__case__code", "image__position", "number").iterator():
        image = frame.image
        file = f"images/{image.derivative_sha256[:16]}-{image.pk}-{frame.number + 1}.png"
        png = copyist.signed(_png(frame, store), Path(file).name, image.case.code in generated)
        (folder / file).write_bytes(png)
        found = read_bytes(png)
        place = image.case.code, image.position + 1, frame.number + 1
        said = found.state, listed(codes_of(found))
        rows.append(Copy(*place, file, image.derivative_sha256, image.recipe_sha256, *said))
    return _sheet(data, tuple(rows))


def _generated(data: Dataset) -> set[str]:
    """Codes of cases that were generated: told once truth may be, and where truth is about it."""
    means = {"positive": 1, "negative": 0}.get(data.protocol.truth.generated)
    return {case.code for case in data.cases if case.truth is not None and case.truth.value == means}


def _png(frame: Frame, store: FileStore) -> bytes:
    values = decode_payload(unpack_zstd(store.read("derivatives", frame.sha256, ".zst")))
    own = frame.image.frame_displays.get(str(frame.number), frame.image.display)
    kept = io.BytesIO()
    Pillow.fromarray(apply_8bit(Display.from_json(own), values)).save(kept, "PNG")
    return kept.getvalue()


def _sheet(data: Dataset, rows: tuple[Copy, ...]) -> Sheet:
    slug = data.protocol.slug
    said: dict[str, tuple[Kind, str]] = {
        "case": ("text", "The case's code."),
        "image": ("integer", "First, second … image of the case."),
        "frame": ("integer", "First, second … frame of the image."),
        "file": ("text", "The copy: 8 bits in the default window, pixels as stored."),
        "derivative_sha256": ("text", "SHA-256 of the derivative that readers saw, as MANIFEST has it."),
        "recipe_sha256": ("text", "Of the recipe that study.yaml's `normalise` says; empty without one."),
        "c2pa_state": ("text", "The state of the copy's own C2PA manifest, read back."),
        "c2pa_codes": ("text", "Its validation codes; the signer is on no list of trusted ones."),
    }
    columns = [Column(name, kind, meaning, attrgetter(name)) for name, (kind, meaning) in said.items()]
    study = Column("study", "text", "The study's slug.", lambda row: slug)
    return Sheet("images.csv", (study, *columns), rows)
