"""Originals -> vault, derivatives and thumbnails; what is known already is not decoded again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from studies.folder import ImageEntry
from studies.imaging.decode import files_of
from studies.imaging.processed import Refusal as ImageRefusal
from studies.imaging.processed import original_of, sha256_of_stack
from studies.imaging.recipe import Derivation
from studies.ingest.decoded import results
from studies.ingest.known import known_pictures
from studies.ingest.pictures import Picture, stored
from studies.ingest.staging import CHANGED, Staging
from studies.ingest.way import Way
from studies.refusals import Refusal, Refused


def take(
    entries: list[ImageEntry], staged: Staging, way: Way, derivations: Mapping[str, Derivation]
) -> dict[str, Picture]:
    """Decodes, codes and stores images by their names; raises Refused with every file that is not taken."""
    taken, refusals = known_pictures(entries, derivations, staged.store), []
    way.tick(len(taken), len(entries))
    unknown = [entry for entry in entries if entry.name not in taken]
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
    digests = {file: original_of(file)[0] for file in files_of(path)}
    if sha256_of_stack(digests.values()) != sha256:
        raise OSError(CHANGED.format(path.name))
    for file, digest in digests.items():
        staged.keep_original(file, digest)
    return tuple(digests.values())
