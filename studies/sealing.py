"""Files at rest: AES-256-GCM in pieces, bound to the name they are kept under. Of several keys the newest
comes first.

A sealed file is MAGIC, the id of its key (8 bytes of a SHA-256) and a random salt (32 bytes), then each
mebibyte of the file, the last one may be shorter, as ciphertext and tag. HKDF (RFC 5869) makes the file's own
key of key and salt; a piece's nonce is its number and whether it is the last one, so that none can be moved,
left out or put behind (the STREAM construction). The name is authenticated too, so that one file cannot stand
in for another. Files of before, RSV1, are one piece under the key itself; they can still be read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC, FORMER_MAGIC = b"RSV2", b"RSV1"
KEY_BYTES = 32
PIECE = 1024 * 1024
HEAD = len(MAGIC) + 8  # with the key's id
_SALT, _NONCE, _TAG = 32, 12, 16


class Sealed(OSError):
    """A vaulted file that these keys do not open; says which rule is broken and what helps."""


def pieces(file: IO[bytes], size: int = PIECE) -> Iterator[bytes]:
    """What `seal` takes."""
    return iter(lambda: file.read(size), b"")


def seal(plain: Iterable[bytes], name: str, keys: Sequence[bytes]) -> Iterator[bytes]:
    """Pieces, all of PIECE bytes but the last, under the first key."""
    head = MAGIC + key_id(keys[0]) + os.urandom(_SALT)
    cipher = _own_cipher(keys[0], head)
    yield head
    for nonce, piece in _numbered(plain):
        yield cipher.encrypt(nonce, piece, head + name.encode())


def unseal(file: IO[bytes], name: str, keys: Sequence[bytes]) -> Iterator[bytes]:
    """The pieces of what was sealed under this name. Sealed where no key fits or a byte was changed."""
    head = file.read(HEAD)
    if len(head) < HEAD or not head.startswith((MAGIC, FORMER_MAGIC)):
        raise Sealed(f"{name} is not sealed as vaulted files are. Restore it from the backup.")
    key = {key_id(key): key for key in keys}.get(head[len(MAGIC) :])
    if key is None:
        raise Sealed(f"{name} is sealed with a key that READERSTUDY_VAULT_KEYS lacks. Add the old key.")
    try:
        yield from (_whole if head.startswith(FORMER_MAGIC) else _opened)(file, head, name, key)
    except (InvalidTag, ValueError):  # ValueError: cut within the head
        raise Sealed(f"{name} was changed after it was vaulted. Restore it from the backup.") from None


def _opened(file: IO[bytes], head: bytes, name: str, key: bytes) -> Iterator[bytes]:
    head += file.read(_SALT)
    cipher = _own_cipher(key, head)
    for nonce, piece in _numbered(pieces(file, PIECE + _TAG)):
        yield cipher.decrypt(nonce, piece, head + name.encode())


def _whole(file: IO[bytes], head: bytes, name: str, key: bytes) -> Iterator[bytes]:
    nonce = file.read(_NONCE)
    data = AESGCM(key).decrypt(nonce, file.read(), head + nonce + name.encode())
    yield from (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def _numbered(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each piece behind its nonce; an empty file has one empty piece."""
    rest = iter(pieces)
    number, piece = 0, next(rest, b"")
    for following in rest:
        yield number.to_bytes(_NONCE - 1, "big") + b"\0", piece
        number, piece = number + 1, following
    yield number.to_bytes(_NONCE - 1, "big") + b"\1", piece


def _own_cipher(key: bytes, head: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=head[HEAD:], info=head[:HEAD]).derive(key))


def is_under(sealed: bytes, key: bytes) -> bool:
    """Whether a file that begins so is sealed under that key."""
    return sealed[:HEAD] in (MAGIC + key_id(key), FORMER_MAGIC + key_id(key))


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key and say nothing of it."""
    return hashlib.sha256(b"readerstudy vault key" + key).digest()[:8]
