"""Results of decoding, in the order of the images; what an earlier attempt decoded is read back."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from studies.folder import ImageEntry
from studies.imaging.decode import files_of
from studies.imaging.limits import Limits
from studies.imaging.processed import PLAIN, ProcessedImage, Refusal, receive, send
from studies.imaging.provenance import record
from studies.imaging.recipe import Derivation
from studies.imaging.sandbox import process_images

Result = ProcessedImage | Refusal


def results(
    entries: list[ImageEntry], kept: Path | None, derivations: Mapping[str, Derivation]
) -> Iterator[tuple[ImageEntry, Result]]:
    """Each image with its result. `kept` is a folder with a file per result, whole or not there at all."""
    paths = {entry.name: _place(entry, kept, derivations.get(entry.name, PLAIN)) for entry in entries}
    waiting = [entry.path for entry in entries if not _is_there(paths[entry.name])]
    asked = {entry.path: derivations.get(entry.name, PLAIN) for entry in entries}
    fresh = process_images(waiting, settings.DECODE_WORKERS, derivations=asked)
    try:
        for entry in entries:
            path = paths[entry.name]
            if path and path.exists():
                yield entry, _read(path)
                continue
            _, result = next(fresh)
            if path:
                _keep(result, path)
            yield entry, result
    finally:
        fresh.close()  # type: ignore[attr-defined]  # a generator: ends its children


def _is_there(path: Path | None) -> bool:
    return path is not None and path.exists()


def _place(entry: ImageEntry, kept: Path | None, derivation: Derivation) -> Path | None:
    """Named after the files as they stand and what is done to them: what changed since is decoded anew."""
    if kept is None:
        return None
    said = [entry.name, json.dumps(derivation.to_json())]
    for file in files_of(entry.path):
        facts = file.stat()
        said.append(f"{file.name} {facts.st_size} {facts.st_mtime_ns}")
    return kept / hashlib.sha256("\n".join(said).encode()).hexdigest()


def _read(path: Path) -> Result:
    with path.open("rb") as file:
        result = receive(file, Limits())
        return result if isinstance(result, Refusal) else replace(result, provenance=record.receive(file))


def _keep(result: Result, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    with temporary.open("wb") as file:
        send(result, file)
        if isinstance(result, ProcessedImage):
            record.send(result.provenance, file)
        os.fsync(file.fileno())
    os.replace(temporary, path)
