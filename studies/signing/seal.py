"""MANIFEST.sig: a detached Ed25519 signature over the bytes of an export's MANIFEST."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from studies.signing.keys import embedded_key, kept_key, key_id, private_key, written

MANIFEST, SIGNATURE = "MANIFEST", "MANIFEST.sig"


@dataclass(frozen=True)
class Seal:
    """A signature with the key that it names; whether that key is to be trusted is another question."""

    key: Ed25519PublicKey
    signature: bytes

    def holds(self, manifest: bytes) -> bool:
        """Whether the key signed exactly these bytes."""
        try:
            self.key.verify(self.signature, manifest)
        except InvalidSignature:
            return False
        return True


def signing_key() -> Ed25519PrivateKey:
    """The configured key, else the one that is made once in the data folder."""
    if settings.SIGNING_KEY:
        return private_key(settings.SIGNING_KEY)
    return kept_key(Path(settings.DATA_DIR) / "signing-key")


def sealed(manifest: bytes, key: Ed25519PrivateKey) -> str:
    """MANIFEST.sig for a manifest."""
    public = key.public_key()
    said = {
        "format": 1,
        "algorithm": "Ed25519",
        "signed": MANIFEST,
        "key_id": key_id(public),
        "public_key": written(public),
        "signature": base64.b64encode(key.sign(manifest)).decode(),
    }
    return json.dumps(said, indent=2) + "\n"


def read_seal(text: bytes) -> Seal:
    """From MANIFEST.sig; ValueError, KeyError or TypeError where it is none."""
    said = json.loads(text)
    if said["format"] != 1 or said["algorithm"] != "Ed25519" or said["signed"] != MANIFEST:
        raise ValueError("another kind of signature")
    return Seal(embedded_key(str(said["public_key"])), base64.b64decode(said["signature"], validate=True))
