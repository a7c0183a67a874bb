"""C2PA manifests on copies that are exported: what was done to them, and by which key.

The chain is the project's own and on nobody's list: readers of the manifest say signingCredential.untrusted,
and rightly so. It ties a copy to the key that signed the export, and to its bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from studies.imaging.provenance.manifests import SETTINGS
from studies.signing.keys import key_id

SOFTWARE = "Reader study"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DAYS = 3650
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Copyist:
    """Signs PNG copies with one key and its chain."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.chain, self.key = chain(key), _pem(key)

    def signed(self, png: bytes, title: str, generated: bool) -> bytes:
        """The copy with its manifest: opened from the picture that readers saw, converted to PNG.

        `generated` adds the source type; without it nothing is said of the origin, neither way."""
        converted: dict[str, Any] = {"action": "c2pa.converted", "softwareAgent": {"name": SOFTWARE}}
        if generated:
            converted["digitalSourceType"] = GENERATED
        manifest = {
            "claim_generator_info": [{"name": SOFTWARE}],
            "title": title,
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [converted]}}],
        }
        settings = {**SETTINGS, "builder": {"thumbnail": {"enabled": False}}}
        kept = io.BytesIO()
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Builder(manifest, context=context) as builder,
            self._signer() as signer,
        ):
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)  # its first action is then c2pa.opened
            builder.add_ingredient({"title": title, "relationship": "parentOf"}, "image/png", io.BytesIO(png))
            builder.sign(signer, "image/png", io.BytesIO(png), kept)
        return kept.getvalue()

    def _signer(self) -> Any:
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, self.chain, self.key, None)
        return c2pa.Signer.from_info(info)


def chain(key: Ed25519PrivateKey) -> bytes:
    """The key's certificate and its root's, PEM; C2PA takes no self-signed leaf, and asks for its purpose."""
    root = Ed25519PrivateKey.from_private_bytes(
        HKDF(SHA256(), 32, None, b"readerstudy c2pa root").derive(key.private_bytes_raw())
    )
    name = f"{SOFTWARE} {key_id(key.public_key())}"
    leaf = _certificate(name, key, f"{name} root", root)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    top = _certificate(f"{name} root", root, f"{name} root", root)
    pem = serialization.Encoding.PEM
    return b"".join(one.sign(root, None).public_bytes(pem) for one in (leaf, top))


def _certificate(
    subject: str, key: Ed25519PrivateKey, issuer: str, by: Ed25519PrivateKey
) -> x509.CertificateBuilder:
    is_root, now = subject == issuer, datetime.now(UTC)
    usage = dict.fromkeys(USAGES, False) | {"key_cert_sign" if is_root else "digital_signature": True}
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    of = ((NameOID.ORGANIZATION_NAME, SOFTWARE), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in of])


def _pem(key: Ed25519PrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
