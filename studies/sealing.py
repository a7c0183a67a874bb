"""Bytes at rest: AES-256-GCM, bound to the name they are kept under. Of several keys the newest comes first.

A sealed file is MAGIC, the id of its key (8 bytes of a SHA-256), a random nonce (12 bytes), then ciphertext
and tag (NIST SP 800-38D). The name is authenticated too, so that one file cannot stand in for another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"RSV1"
KEY_BYTES = 32
_ID, _NONCE = 8, 12
_HEAD = len(MAGIC) + _ID + _NONCE
LONGEST = 2**31 - 1  # bytes, of AESGCM in one piece


class Sealed(OSError):
    """A vaulted file that these keys do not open; says which rule is broken and what helps."""


def seal(data: bytes, name: str, keys: Sequence[bytes]) -> bytes:
    """`data` under the first key. Sealed where it is longer than one piece may be."""
    if len(data) > LONGEST:
        raise Sealed(
            f"{name}: vaulted files have at most {LONGEST} bytes, this {len(data)}. Split the stack."
        )
    nonce = os.urandom(_NONCE)
    head = MAGIC + key_id(keys[0]) + nonce
    return head + AESGCM(keys[0]).encrypt(nonce, data, head + name.encode())


def unseal(sealed: bytes, name: str, keys: Sequence[bytes]) -> bytes:
    """What was sealed under this name. Sealed where no key fits or a byte was changed."""
    head = sealed[:_HEAD]
    if len(head) < _HEAD or not head.startswith(MAGIC):
        raise Sealed(f"{name} is not sealed as vaulted files are. Restore it from the backup.")
    known = {key_id(key): key for key in keys}
    key = known.get(head[len(MAGIC) : len(MAGIC) + _ID])
    if key is None:
        raise Sealed(f"{name} is sealed with a key that READERSTUDY_VAULT_KEYS lacks. Add the old key.")
    try:
        return AESGCM(key).decrypt(head[-_NONCE:], sealed[_HEAD:], head + name.encode())
    except InvalidTag:
        raise Sealed(f"{name} was changed after it was vaulted. Restore it from the backup.") from None


def is_under(sealed: bytes, key: bytes) -> bool:
    """Whether a sealed file is under that key."""
    return sealed[: len(MAGIC) + _ID] == MAGIC + key_id(key)


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key and say nothing of it."""
    return hashlib.sha256(b"readerstudy vault key" + key).digest()[:_ID]
