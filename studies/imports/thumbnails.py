"""Small pictures of what waits in an import: made where images are decoded, kept in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from studies.filestore import FileStore
from studies.imports import area
from studies.models import Import

MOST = 50  # of an import, the first ones
FOLDER = "thumbnails"


@dataclass
class Thumbnails:
    """Keeps the first ones, by the hashes of their derivatives."""

    folder: Path
    kept: int = 0

    def keep(self, digest: str, png: bytes) -> None:
        """Keeps one, or takes no notice when there are enough."""
        if self.kept < MOST:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            (self.folder / f"{digest}.png").write_bytes(png)
            self.kept += 1


def names_of(imported: Import) -> list[str]:
    """What the small pictures of an import show, while it waits."""
    return [name for name, _ in _pictures(imported)]


def read(imported: Import, number: int) -> bytes | None:
    """A PNG; of an image that a study has already, the store's. None where there is none (any more)."""
    pictures = _pictures(imported)
    if number >= len(pictures):
        return None
    digest = pictures[number][1]
    waiting = area.root() / imported.key / FOLDER / f"{digest}.png"
    try:
        if waiting.exists():
            return waiting.read_bytes()
        return FileStore(settings.DATA_DIR).read("thumbnails", digest, ".png")
    except FileNotFoundError:
        return None


def _pictures(imported: Import) -> list[tuple[str, str]]:
    return [] if imported.closed_utc else imported.preview.get("pictures", [])
