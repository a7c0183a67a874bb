"""Files by their content: originals, sealed, under their SHA-256; derivatives under their values'."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from studies.sealing import is_under, seal, unseal

FRAME_SUFFIXES = (".zst", ".gz")


@dataclass(frozen=True)
class FileStore:
    """A folder of immutable files. A file is whole and on disk before its name exists."""

    root: Path

    def path(self, kind: str, digest: str, suffix: str = "") -> Path:
        """Where a file lives; `kind` is vault, derivatives or thumbnails."""
        if kind not in {"vault", "derivatives", "thumbnails"} or not (len(digest) == 64 and digest.isalnum()):
            raise ValueError(f"{kind}/{digest} is no address in the file store")
        return self.root / kind / digest[:2] / f"{digest}{suffix}"

    def keep(self, kind: str, data: bytes, suffix: str = "", digest: str | None = None) -> str:
        """Stores bytes once; returns the name's digest (of the bytes, unless the caller has a better one)."""
        digest = digest or hashlib.sha256(data).hexdigest()
        target = self.path(kind, digest, suffix)
        if not target.exists():
            _write(target, seal(data, digest, settings.VAULT_KEYS) if kind == "vault" else data)
        return digest

    def keep_file(self, kind: str, source: Path, digest: str) -> None:
        """Stores a copy of a file whose SHA-256 is known; refuses one that changed since it was hashed."""
        data = source.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise OSError(f"{source.name} changed while it was read; load again when nobody writes to it.")
        self.keep(kind, data, digest=digest)

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
        data = self.path(kind, digest, suffix).read_bytes()
        return unseal(data, digest, settings.VAULT_KEYS) if kind == "vault" else data

    def rekey_vault(self) -> tuple[int, int]:
        """Seals with the first key what is under another or, from before there were keys, under none.

        Answers (files sealed anew, files there); Sealed names the first file that no key opens."""
        keys = settings.VAULT_KEYS
        files = sorted(path for path in (self.root / "vault").glob("??/*") if len(path.name) == 64)
        others = [path for path in files if not is_under(_beginning(path), keys[0])]
        for path in others:
            data = path.read_bytes()
            plain = hashlib.sha256(data).hexdigest() == path.name
            _write(path, seal(data if plain else unseal(data, path.name, keys), path.name, keys))
        return len(others), len(files)

    def check(self) -> None:
        """Writes and removes a probe; raises OSError when the store cannot keep files."""
        with tempfile.NamedTemporaryFile(dir=self.root) as probe:
            probe.write(b"probe")
            probe.flush()


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
