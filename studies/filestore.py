"""Files by their content: originals, sealed, under their SHA-256; derivatives under their values'."""

import hashlib
import io
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from studies.sealing import HEAD, is_under, pieces, seal, unseal

KINDS = ("vault", "derivatives", "thumbnails")
FRAME_SUFFIXES = (".zst", ".gz")
TEMPORARY = "tmp"  # how files begin that nothing refers to yet; no digest does
AT_ONCE = 16  # files brought to disk together: file systems join their journals' commits
DAY = 24 * 3600


@dataclass(frozen=True)
class FileStore:
    """A folder of immutable files. A file is whole and on disk before its name exists."""

    root: Path

    def path(self, kind: str, digest: str, suffix: str = "") -> Path:
        """Where a file lives; `kind` is vault, derivatives or thumbnails."""
        if kind not in KINDS or not (len(digest) == 64 and digest.isalnum()):
            raise ValueError(f"{kind}/{digest} is no address in the file store")
        return self.root / kind / digest[:2] / f"{digest}{suffix}"

    def keep(self, kind: str, data: bytes, suffix: str = "", digest: str | None = None) -> str:
        """Stores bytes once; returns the name's digest (of the bytes, unless the caller has a better one)."""
        digest = digest or hashlib.sha256(data).hexdigest()
        target = self.path(kind, digest, suffix)
        if not target.exists():
            plain = pieces(io.BytesIO(data))
            chunks = seal(plain, digest, settings.VAULT_KEYS) if kind == "vault" else [data]
            self.settle({target: write_aside(target, chunks)})
        return digest

    def settle(self, waiting: Mapping[Path, Path]) -> None:
        """Names files that were written aside (name: where it waits) once all of them are on disk."""
        sync(waiting.values())
        for target, temporary in waiting.items():
            os.replace(temporary, target)
        self.sync_folders({target.parent for target in waiting})

    def sync_folders(self, folders: Iterable[Path]) -> None:
        """Brings names to disk, and those of the folders that are new."""
        sync({self.root, *(parent for folder in folders for parent in (folder, folder.parent))})

    def sweep(self) -> None:
        """Removes what a load that was killed more than a day ago had written aside."""
        for path in (path for kind in KINDS for path in (self.root / kind).glob(f"??/{TEMPORARY}*")):
            if path.stat().st_mtime < time.time() - DAY:
                path.unlink(missing_ok=True)

    def holds(self, kind: str, digest: str, suffix: str = "") -> bool:
        """Whether the file is there."""
        return self.path(kind, digest, suffix).exists()

    def holds_frame(self, digest: str) -> bool:
        """Whether a frame is there in every coding."""
        return all(self.holds("derivatives", digest, suffix) for suffix in FRAME_SUFFIXES)

    def forget(self, kind: str, digest: str, suffix: str = "") -> None:
        """Removes a file that nothing refers to."""
        self.path(kind, digest, suffix).unlink(missing_ok=True)

    def read(self, kind: str, digest: str, suffix: str = "") -> bytes:
        """The whole file; a vaulted one as it was received."""
        with self.path(kind, digest, suffix).open("rb") as file:
            return b"".join(unseal(file, digest, settings.VAULT_KEYS)) if kind == "vault" else file.read()

    def rekey_vault(self) -> tuple[int, int]:
        """Seals with the first key what is under another or, from before there were keys, under none.

        Answers (files sealed anew, files there); Sealed names the first file that no key opens."""
        keys = settings.VAULT_KEYS
        files = sorted(path for path in (self.root / "vault").glob("??/*") if len(path.name) == 64)
        others = [path for path in files if not is_under(_beginning(path), keys[0])]
        for path in others:
            with path.open("rb") as file:
                plain = hashlib.file_digest(file, "sha256").hexdigest() == path.name
                file.seek(0)
                received = pieces(file) if plain else unseal(file, path.name, keys)
                self.settle({path: write_aside(path, seal(received, path.name, keys))})
        return len(others), len(files)

    def check(self) -> None:
        """Writes and removes a probe; raises OSError when the store cannot keep files."""
        with tempfile.NamedTemporaryFile(dir=self.root) as probe:
            probe.write(b"probe")
            probe.flush()


def write_aside(target: Path, chunks: Iterable[bytes]) -> Path:
    """Writes in the target's folder under a passing name; on disk only after `sync`."""
    temporary = target.with_name(f"{TEMPORARY}{os.urandom(12).hex()}")
    try:
        with _new(temporary) as file:
            file.writelines(chunks)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _new(path: Path) -> IO[bytes]:
    try:
        return open(path, "xb", opener=_private)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(path, "xb", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sync(paths: Iterable[Path]) -> None:
    """Returns when files or folders are on disk."""
    every = list(paths)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sync") as pool:
        list(pool.map(_sync, (every[number::AT_ONCE] for number in range(min(AT_ONCE, len(every))))))


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
