"""Signs files as a scanner or a generator would: DICOM Digital Signatures and C2PA manifests, for tests."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from studies.imaging.provenance.signatures import ALGORITHMS, signed_bytes

SIGNED = ("SOPClassUID", "SOPInstanceUID", "Rows", "Columns", "PixelData")
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
CREATED = {"action": "c2pa.created", "digitalSourceType": TRAINED, "softwareAgent": {"name": "GPT-4o"}}


def sign_dicom(
    dataset: Dataset,
    keywords: tuple[str, ...] = SIGNED,
    algorithm: str = "SHA256",
    syntax: str = ExplicitVRLittleEndian,
    stamp: str | None = None,
) -> Dataset:
    """The dataset with a signature by "scanner" over those elements (PS3.3 C.12.1.1.3)."""
    key, certificate = scanner()
    tags = sorted(Tag(keyword) for keyword in keywords)
    mac = Dataset()
    mac.MACIDNumber, mac.MACCalculationTransferSyntaxUID, mac.MACAlgorithm = 1, syntax, algorithm
    mac.DataElementsSigned = tags
    item = Dataset()
    item.MACIDNumber, item.DigitalSignatureUID = 1, generate_uid()
    item.DigitalSignatureDateTime = stamp or f"{datetime.now(UTC):%Y%m%d%H%M%S.%f}+0000"
    item.CertificateType = "X509_1993_SIG"
    stream = signed_bytes(dataset, item, tags)
    chosen = ALGORITHMS.get(algorithm, SHA256())
    der = certificate.public_bytes(serialization.Encoding.DER)
    item.CertificateOfSigner = der
    item.Signature = key.sign(stream, padding.PKCS1v15(), chosen)
    dataset.MACParametersSequence = Sequence([mac])
    dataset.DigitalSignaturesSequence = Sequence([item])
    return dataset


def c2pa_png(
    png: bytes,
    actions: list[dict[str, Any]],
    generator: str = "ChatGPT",
    parent: bytes | None = None,
    media_type: str = "image/png",
) -> bytes:
    """The picture with a manifest of those actions, around that of `parent` where there is one."""
    manifest = {
        "claim_generator_info": [{"name": generator}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }
    settings = {"version": 1, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    settings |= {"builder": {"thumbnail": {"enabled": False}}}
    chain, key = generators_chain()
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain, key, None))
    signed = io.BytesIO()
    with c2pa.Context.from_dict(settings) as context, c2pa.Builder(manifest, context=context) as builder:
        if parent is not None:
            said = {"title": "made.png", "relationship": "componentOf"}
            builder.add_ingredient(said, "image/png", io.BytesIO(parent))
        builder.sign(signer, media_type, io.BytesIO(png), signed)
    return signed.getvalue()


@cache
def scanner() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """An RSA key with its self-signed certificate."""
    key = rsa.generate_private_key(65537, 2048)
    return key, _certificate("scanner", key, "scanner", key)


@cache
def generators_chain() -> tuple[bytes, bytes]:
    """Certificates and key, PEM, as C2PA asks for them: a leaf for e-mail protection under a root."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    certificates = (_certificate("generator", leaf, "root", root), _certificate("root", root, "root", root))
    plain = serialization.NoEncryption()
    chain = b"".join(one.public_bytes(pem) for one in certificates)
    return chain, leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def _certificate(subject: str, key: Key, issuer: str, by: Key) -> x509.Certificate:
    now, is_root = datetime.now(UTC), subject == issuer
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        + ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )
    usage["key_cert_sign" if is_root else "digital_signature"] = True
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=3))
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(by, SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
