"""The Ed25519 key that signs what leaves, and the forms in which keys are written. Knows no Django."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

RAW = 32
LONGEST_FILE = 10_000


class UnusableKey(Exception):
    """What was given is no Ed25519 key; the sentence says what would be."""


def private_key(given: str) -> Ed25519PrivateKey:
    """From a file's path or 32 bytes in base64; the file holds PEM (without a password) or that base64."""
    text = _text(given)
    try:
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.encode(), None)
            if isinstance(key, Ed25519PrivateKey):
                return key
        else:
            return Ed25519PrivateKey.from_private_bytes(_raw(text))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    raise UnusableKey(
        "This is no private Ed25519 key: give the path of a file that holds one (PEM without a password, or "
        "32 bytes in base64), or the base64 itself."
    )


def public_key(given: str) -> Ed25519PublicKey:
    """From a file's path or 32 bytes in base64; the file holds PEM or that base64."""
    text = _text(given)
    try:
        if "-----BEGIN" in text:
            key = load_pem_public_key(text.encode())
            if isinstance(key, Ed25519PublicKey):
                return key
        else:
            return embedded_key(text)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    raise UnusableKey(
        "This is no public Ed25519 key: give what `manage.py signing_key` prints (32 bytes in base64), or "
        "the path of a file that holds it or PEM."
    )


def embedded_key(text: str) -> Ed25519PublicKey:
    """From base64 alone: what a folder says must not choose a file of this machine. ValueError otherwise."""
    return Ed25519PublicKey.from_public_bytes(_raw(text))


def kept_key(path: Path) -> Ed25519PrivateKey:
    """The key in that file, made there once, for its owner's eyes alone."""
    if not path.exists():
        made = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(RAW)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was quicker; its key counts
            os.link(made, path)
        made.unlink()
    return private_key(str(path))


def written(key: Ed25519PublicKey) -> str:
    """32 bytes in base64."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """A short name: the first 16 digits of the SHA-256 of the key's 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _text(given: str) -> str:
    with contextlib.suppress(OSError, ValueError):  # base64 can be too long for a name, or hold a slash
        if (path := Path(given).expanduser()).is_file():
            return path.read_bytes()[:LONGEST_FILE].decode("utf-8", "replace").strip()
    return given.strip()


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
