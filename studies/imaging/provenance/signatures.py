"""DICOM Digital Signatures (PS3.3 C.12.1.1.3, PS3.15 annex C): does what was signed still stand in the file?

A signature that holds says that the elements are as the certificate's owner signed them. Nobody here vouches
for the certificate: its subject is what the file says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID

from studies.imaging.provenance.mac_stream import NotSignable, check_syntaxes, may_be_signed, stream_of
from studies.imaging.provenance.record import DicomSignature, SignatureState

SIGNATURES, MAC_PARAMETERS = Tag(0xFFFA, 0xFFFA), Tag(0x4FFE, 0x0001)
# Certificate of Signer, Signature, Certified Timestamp Type and Certified Timestamp
NOT_OF_ITEM = {Tag(0x0400, 0x0115), Tag(0x0400, 0x0120), Tag(0x0400, 0x0305), Tag(0x0400, 0x0310)}
ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "SHA1": hashes.SHA1(),  # noqa: S303  old files have it; the record says so
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
LEGACY = "SHA1 is a legacy algorithm: two files with one MAC can be made"
MOST_SIGNATURES, DEEPEST = 64, 8


def read_signatures(dataset: Dataset) -> list[DicomSignature]:
    """Every signature at the main level and within sequences, in the file's order."""
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2")))
    found: list[DicomSignature] = []
    for level in _levels(dataset, DEEPEST):
        for item in level[SIGNATURES].value:
            if len(found) < MOST_SIGNATURES:
                found.append(_checked(level, item, syntax))
    return found


def signed_bytes(level: Dataset, item: Dataset, tags: list[BaseTag]) -> bytes:
    """What the MAC is over: the signed elements, then the signature's own item without its signature."""
    own = [tag for tag in sorted(item.keys()) if tag not in NOT_OF_ITEM]
    return b"".join([*stream_of(level, tags), *stream_of(item, own)])


def _levels(dataset: Dataset, depth: int) -> Iterator[Dataset]:
    if SIGNATURES in dataset:
        yield dataset
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        if depth and tag != SIGNATURES and raw is not None and raw.VR in ("SQ", None) and tag.group != 0x7FE0:
            element = dataset[tag]
            for item in element.value if element.VR == "SQ" else []:
                yield from _levels(item, depth - 1)


def _checked(level: Dataset, item: Dataset, syntax: UID) -> DicomSignature:
    said = _Said(level, item)
    try:
        state, reason = _verdict(said, syntax)
    except NotSignable as error:
        state, reason = "not verifiable", str(error)
    except (KeyError, AttributeError, TypeError, ValueError, UnsupportedAlgorithm) as error:
        state, reason = "not verifiable", f"it lacks something or is damaged ({type(error).__name__})"
    return DicomSignature(
        state=state,
        reason=reason,
        subject=said.subject,
        algorithm=said.algorithm,
        signed_time=said.signed_time,
        tags=tuple(f"({tag.group:04X},{tag.element:04X})" for tag in said.tags),
        notes=tuple(said.notes()),
    )


class _Said:
    """What an item and the MAC parameters that it names say; what is missing is empty."""

    def __init__(self, level: Dataset, item: Dataset) -> None:
        self.level, self.item = level, item
        number = item.get("MACIDNumber")
        rows = level[MAC_PARAMETERS].value if MAC_PARAMETERS in level else []
        self.mac = next((row for row in rows if row.get("MACIDNumber") == number), Dataset())
        self.algorithm = str(self.mac.get("MACAlgorithm", ""))
        self.signed_time = str(item.get("DigitalSignatureDateTime", ""))
        signed = self.mac.get("DataElementsSigned") or []
        signed = signed if hasattr(signed, "__iter__") and not isinstance(signed, BaseTag) else [signed]
        self.tags = [Tag(tag) for tag in signed]
        self.certificate = _certificate(item.get("CertificateOfSigner") or b"")
        self.subject = self.certificate.subject.rfc4514_string() if self.certificate else ""

    def notes(self) -> Iterator[str]:
        if self.algorithm == "SHA1":
            yield LEGACY
        if "CertifiedTimestamp" in self.item:
            yield "its certified timestamp was not checked"
        moment = _moment(self.signed_time)
        if self.certificate and moment:
            known = self.certificate
            if not known.not_valid_before_utc <= moment <= known.not_valid_after_utc:
                yield "its certificate was not valid when it was signed"


def _verdict(said: _Said, syntax: UID) -> tuple[SignatureState, str]:
    if said.algorithm not in ALGORITHMS:
        raise NotSignable(f"its MAC algorithm {said.algorithm or 'is not named and'} is not supported")
    if said.certificate is None:
        raise NotSignable("it has no readable X.509 certificate")
    key = said.certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotSignable("its certificate has no RSA key")
    check_syntaxes(syntax, UID(str(said.mac.MACCalculationTransferSyntaxUID)))
    wrong = [tag for tag in said.tags if not may_be_signed(tag)]
    if wrong or not said.tags:
        raise NotSignable(
            f"it lists {wrong[0]}, which must not be signed" if wrong else "it lists no element"
        )
    missing = [tag for tag in said.tags if tag not in said.level]
    if missing:
        return "broken", f"the signed element {missing[0]} is missing"
    signature = bytes(said.item.Signature)[: key.key_size // 8]  # an odd one was padded
    try:
        stream = signed_bytes(said.level, said.item, said.tags)
        key.verify(signature, stream, padding.PKCS1v15(), ALGORITHMS[said.algorithm])
    except InvalidSignature:
        return "broken", "what was signed is not what stands in the file"
    return "verified", f"{len(said.tags)} signed elements are as they were signed"


def _certificate(der: bytes) -> x509.Certificate | None:
    for data in (der, der[:-1]):  # an odd one was padded
        try:
            return x509.load_der_x509_certificate(data)
        except (ValueError, TypeError):
            continue
    return None


def _moment(text: str) -> datetime | None:
    """DICOM's DT: YYYYMMDDHHMMSS.FFFFFF&ZZXX, with the zone left out taken for UTC."""
    stamp, zone = text[:14], UTC
    try:
        if len(text) > 5 and text[-5] in "+-":
            minutes = int(text[-4:-2]) * 60 + int(text[-2:])
            zone = timezone(timedelta(minutes=minutes if text[-5] == "+" else -minutes))
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
