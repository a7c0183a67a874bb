"""The files of one load: written aside while images are taken, named together before any row names them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from studies.filestore import FRAME_SUFFIXES, FileStore, sync, write_aside
from studies.imaging.coding import EncodedFrame
from studies.models import Frame
from studies.sealing import pieces, seal

CHANGED = "{} changed while it was read; load again when nobody writes to it."
BATCH = 256  # files that wait for the disk: few enough that the disk does not fall behind


@dataclass
class Staging:
    """Keeps files; none is in the store before `settle`, which may be asked for more than once. A refused
    load leaves none behind."""

    store: FileStore
    waiting: dict[Path, Path] = field(default_factory=dict)  # name in the store: where it lies until then
    named: list[Path] = field(default_factory=list)
    unsynced: list[Path] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)

    def keep(self, kind: str, data: bytes, suffix: str, digest: str) -> None:
        """Stores bytes under a name."""
        self._keep(self.store.path(kind, digest, suffix), iter([data]))

    def keep_original(self, path: Path, digest: str) -> None:
        """Vaults a file as it was received; refuses one that changed since it was hashed."""
        if not self._keep(self.store.path("vault", digest), _sealed(path, digest)):
            _check(path, digest)

    def keep_frame(self, frame: EncodedFrame, digest: str) -> None:
        """Stores both codings under a name."""
        self.keep_codings((frame.zstd, frame.gzip), digest)

    def keep_codings(self, both: tuple[bytes, bytes], digest: str) -> None:
        """As `keep_frame`, of zstd and gzip."""
        for suffix, data in zip(FRAME_SUFFIXES, both, strict=True):
            self.keep("derivatives", data, suffix, digest)

    def new(self) -> set[str]:
        """The names of files that were not in the store before."""
        return {path.stem for path in (*self.waiting, *self.named)}

    def settle(self) -> None:
        """From here on all files so far are on disk, whole, under their names."""
        self.store.settle(self.waiting)
        # Names that were there already may be of a load that was killed before it brought them to disk.
        self.store.sync_folders(self.folders)
        self.named += self.waiting
        for done in (self.waiting, self.unsynced, self.folders):
            done.clear()

    def forget_unused(self) -> None:
        """Removes what was new and no frame refers to in the end; what rows name is here to stay."""
        frames = [path for path in self.named if path.suffix in FRAME_SUFFIXES]
        self.named.clear()
        forget_frames(self.store, {path.stem for path in frames})

    def discard(self) -> None:
        """Removes what was new."""
        for path in (*self.named, *self.waiting, *self.waiting.values()):
            path.unlink(missing_ok=True)

    def _keep(self, target: Path, chunks: Iterator[bytes]) -> bool:
        """Whether it was written; else it was there already."""
        self.folders.add(target.parent)
        if target in self.waiting or target.exists():
            return False
        self.waiting[target] = write_aside(target, chunks)
        self.unsynced.append(self.waiting[target])
        if len(self.unsynced) == BATCH:
            sync(self.unsynced)
            self.unsynced.clear()
        return True


@dataclass
class Looking(Staging):
    """Keeps nothing: for a preview, which may show thumbnails."""

    thumbnail: Callable[[str, bytes], None] = lambda digest, png: None

    def keep(self, kind: str, data: bytes, suffix: str, digest: str) -> None:
        if kind == "thumbnails":
            self.thumbnail(digest, data)

    def keep_original(self, path: Path, digest: str) -> None:
        pass

    def settle(self) -> None:
        pass


def forget_frames(store: FileStore, names: set[str]) -> None:
    """Removes those files of frames and overlays that no study refers to."""
    used = set(Frame.objects.filter(sha256__in=names).values_list("sha256", flat=True))
    used |= set(Frame.objects.filter(overlay_sha256__in=names).values_list("overlay_sha256", flat=True))
    for name in names - used:
        for suffix in FRAME_SUFFIXES:
            store.forget("derivatives", name, suffix)


@contextmanager
def staging(store: FileStore) -> Iterator[Staging]:
    """Files kept within are removed when anything goes wrong. The caller holds the data folder's lock."""
    store.sweep()
    staged = Staging(store)
    try:
        yield staged
    except BaseException:
        staged.discard()
        raise


def _check(path: Path, digest: str) -> None:
    """A process that a file took over may have named another's digest."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise OSError(CHANGED.format(path.name))


def _sealed(path: Path, digest: str) -> Iterator[bytes]:
    found = hashlib.sha256()
    with path.open("rb") as file:
        yield from seal(_hashed(pieces(file), found), digest, settings.VAULT_KEYS)
    if found.hexdigest() != digest:
        raise OSError(CHANGED.format(path.name))


def _hashed(plain: Iterator[bytes], found: hashlib._Hash) -> Iterator[bytes]:
    for piece in plain:
        found.update(piece)
        yield piece
