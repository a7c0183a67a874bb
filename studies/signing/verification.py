"""Checks an exported folder with nothing but itself and, better, a key that came another way."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from studies.signing.chains import broken_chains
from studies.signing.keys import key_id
from studies.signing.seal import MANIFEST, SIGNATURE, read_seal

LONGEST_MANIFEST, LONGEST_SEAL = 64 * 1024 * 1024, 10_000
MOST = 20  # sentences; the first things that are wrong say enough
EMBEDDED = (
    "The key lies in the folder itself: nothing has changed since whoever holds key {} signed it, and that "
    "may be anyone. Compare the id with one that came another way, or give --key."
)
GIVEN = "Key {} was given: its holder signed this folder, and nothing in it has changed since."


@dataclass(frozen=True)
class Verdict:
    """What was found. `trusted`: the key was given, not taken from the folder."""

    problems: tuple[str, ...]
    files: int
    key_id: str
    trusted: bool

    @property
    def means(self) -> str:
        """What a folder without problems proves, in words."""
        return (GIVEN if self.trusted else EMBEDDED).format(self.key_id)


class _Wrong(Exception):
    """Something without which the rest cannot be checked."""


def verify_folder(folder: Path, key: Ed25519PublicKey | None = None) -> Verdict:
    """Everything that is wrong with an exported folder, at most the first twenty things."""
    files, problems, signer = 0, [], ""
    try:
        manifest = _plain(folder, MANIFEST, LONGEST_MANIFEST)
        listed = _listed(manifest)
        files = len(listed)
        signer, wrong = _signature(folder, manifest, key)
        problems = [*wrong, *_contents(folder, listed)]
        problems += [] if problems else _audit(folder)
    except _Wrong as found:
        problems.append(str(found))
    return Verdict(tuple(map(_shown, problems[:MOST])), files, signer, key is not None)


def _shown(sentence: str) -> str:
    """Names come from whoever made the folder: on a terminal they could rewrite what was said."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in sentence)[
        :500
    ]


def _signature(folder: Path, manifest: bytes, key: Ed25519PublicKey | None) -> tuple[str, list[str]]:
    try:
        seal = read_seal(_plain(folder, SIGNATURE, LONGEST_SEAL))
    except _Wrong as missing:
        return "", [str(missing)]
    except (ValueError, KeyError, TypeError):
        return "", [f"{SIGNATURE}: this is no signature. Ask for the folder again."]
    signer = key_id(seal.key)
    if key is not None and key_id(key) != signer:
        return signer, [f"{SIGNATURE}: key {signer} signed this, not key {key_id(key)} that was given."]
    if not seal.holds(manifest):
        return signer, [f"{MANIFEST}: it is not what key {signer} signed."]
    return signer, []


def _listed(manifest: bytes) -> dict[str, tuple[int, str]]:
    try:
        said: dict[str, Any] = json.loads(manifest)
        if said["format"] != 1:
            raise ValueError
        rows = [(str(row["name"]), int(row["bytes"]), str(row["sha256"])) for row in said["files"]]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise _Wrong(f"{MANIFEST}: this is no manifest of an export. Ask for the folder again.") from None
    for name, _, _ in rows:
        if not _is_inside(name):
            raise _Wrong(f"{MANIFEST}: the name {name!r} leads out of the folder or is none.")
    listed = {name: (size, sha256) for name, size, sha256 in rows}
    if len(listed) < len(rows):
        raise _Wrong(f"{MANIFEST}: it names a file twice.")
    return listed


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    parts = name.split("/")
    plain = not path.is_absolute() and not {"", ".", ".."} & set(parts)
    return plain and not any(c == "\\" or ord(c) < 32 for c in name) and name not in (MANIFEST, SIGNATURE)


def _contents(folder: Path, listed: dict[str, tuple[int, str]]) -> Iterator[str]:
    there = dict(_walk(folder))
    for name, (size, sha256) in sorted(listed.items()):
        mode = there.get(name)
        if mode is None:
            yield f"{name}: the file is missing."
        elif not stat.S_ISREG(mode):
            yield f"{name}: this is a link or no plain file."
        elif (folder / name).stat().st_size != size or _hash(folder / name) != sha256:
            yield f"{name}: its content is not what was exported."
    for name in sorted(there.keys() - listed.keys() - {MANIFEST, SIGNATURE}):
        yield f"{name}: the manifest does not list it."


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Everything in the folder but its folders, by name; links are named and not followed."""
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in [*files, *links]:
            path = Path(where) / name
            yield path.relative_to(folder).as_posix(), path.lstat().st_mode


def _plain(folder: Path, name: str, longest: int) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise _Wrong(f"{name}: the file is missing or is a link; this is no sealed export.")
    if path.stat().st_size > longest:
        raise _Wrong(f"{name}: it is longer than one can be.")
    return path.read_bytes()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _audit(folder: Path) -> Iterator[str]:
    """Only of a folder that is whole: then a break is one that was signed."""
    try:
        events, heads = ((folder / name).read_bytes().decode() for name in ("events.csv", "heads.csv"))
        yield from broken_chains(events, heads)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error):
        yield "events.csv, heads.csv: they are missing or cannot be read as the audit of a study."
