"""DICOM Digital Signatures: what holds, what is broken, and what cannot be told."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit, RLELossless

from studies.imaging.provenance.mac_stream import NotSignable, stream_of
from studies.imaging.provenance.reading import read_bytes
from studies.imaging.provenance.record import DicomSignature
from tests.imaging.builders import dicom
from tests.provenance.signing import SIGNED, scanner, sign_dicom

GREY = np.arange(64, dtype=np.uint16).reshape(8, 8)


def file_of(dataset: Dataset) -> bytes:
    kept = io.BytesIO()
    dataset.save_as(kept, enforce_file_format=True)
    return kept.getvalue()


def only(data: bytes) -> DicomSignature:
    (signature,) = read_bytes(data).signatures
    return signature


def test_a_file_without_one_says_absent():
    assert read_bytes(file_of(dicom(GREY))).signature_state == "absent"


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA384", "SHA512"])
def test_a_whole_file_is_verified_and_says_by_whom_and_over_what(algorithm):
    found = only(file_of(sign_dicom(dicom(GREY), algorithm=algorithm)))
    assert (found.state, found.algorithm, found.subject) == ("verified", algorithm, "CN=scanner,O=Example")
    assert found.tags == ("(0008,0016)", "(0008,0018)", "(0028,0010)", "(0028,0011)", "(7FE0,0010)")
    assert bool(found.notes) == (algorithm == "SHA1")


def test_one_changed_pixel_breaks_it():
    signed = file_of(sign_dicom(dicom(GREY)))
    at = signed.index(GREY.tobytes())
    found = only(signed[:at] + b"\x07" + signed[at + 1 :])
    assert (found.state, found.reason) == ("broken", "what was signed is not what stands in the file")


def test_an_element_that_was_not_signed_may_change():
    signed = sign_dicom(dicom(GREY, PatientName="A"))
    signed.PatientName = "B"
    assert only(file_of(signed)).state == "verified"


def test_a_signed_element_that_was_taken_out_breaks_it():
    signed = sign_dicom(dicom(GREY, StudyDate="20260324"), (*SIGNED, "StudyDate"))
    del signed.StudyDate
    found = only(file_of(signed))
    assert (found.state, found.reason) == ("broken", "the signed element (0008,0020) is missing")


def test_the_signatures_own_time_is_signed_too():
    signed = sign_dicom(dicom(GREY))
    signed.DigitalSignaturesSequence[0].DigitalSignatureDateTime = "20200101000000+0000"
    assert only(file_of(signed)).state == "broken"


def test_a_time_outside_the_certificates_is_noted():
    found = only(file_of(sign_dicom(dicom(GREY), stamp="20010101000000+0000")))
    assert (found.state, found.notes) == (
        "verified",
        ("its certificate was not valid when it was signed",),
    )


@pytest.mark.parametrize("algorithm", ["RIPEMD160", "MD5", "CRC"])
def test_an_algorithm_that_is_not_taken_is_named(algorithm):
    found = only(file_of(sign_dicom(dicom(GREY), algorithm=algorithm)))
    assert found.state == "not verifiable" and algorithm in found.reason


def test_a_signature_of_another_coding_cannot_be_told():
    found = only(file_of(sign_dicom(dicom(GREY), syntax=RLELossless)))
    assert (found.state, found.reason) == (
        "not verifiable",
        "it was made in RLE Lossless, the file is in Explicit VR Little Endian",
    )


def test_an_implicit_syntax_is_refused():
    assert "explicit VR" in only(file_of(sign_dicom(dicom(GREY), syntax=ImplicitVRLittleEndian))).reason


def test_a_file_rewritten_without_its_vrs_still_holds():
    signed = sign_dicom(dicom(GREY))
    signed.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    kept = io.BytesIO()
    signed.save_as(kept, implicit_vr=True, little_endian=True, enforce_file_format=True)
    assert only(kept.getvalue()).state == "verified"


def test_a_packed_file_is_looked_into():
    signed = sign_dicom(dicom(GREY))
    signed.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert only(file_of(signed)).state == "verified"


def test_a_damaged_certificate_is_no_verdict():
    signed = sign_dicom(dicom(GREY))
    signed.DigitalSignaturesSequence[0].CertificateOfSigner = b"no certificate"
    assert only(file_of(signed)).reason == "it has no readable X.509 certificate"


def test_a_signature_in_an_item_is_found():
    inner = sign_dicom(dicom(GREY), ("SOPInstanceUID",))
    item = Dataset()
    item.SOPInstanceUID = inner.SOPInstanceUID
    item.MACParametersSequence = inner.MACParametersSequence
    item.DigitalSignaturesSequence = inner.DigitalSignaturesSequence
    outer = dicom(GREY)
    outer.SourceImageSequence = Sequence([item])
    assert only(file_of(outer)).state == "verified"


def test_the_stream_is_what_the_standard_says_byte_for_byte():
    """Written out by hand from PS3.3 C.12.1.1.3.1.2: no lengths of sequences and items, one end."""
    item = Dataset()
    item.CodeValue = "T1"
    dataset = Dataset()
    dataset.Modality, dataset.AnatomicRegionSequence = "DX", Sequence([item])
    stream = b"".join(stream_of(dataset, [Tag("Modality"), Tag("AnatomicRegionSequence")]))
    assert stream == (
        b"\x08\x00\x60\x00CS\x02\x00DX"
        b"\x08\x00\x18\x22SQ\x00\x00"
        b"\xfe\xff\x00\xe0"
        b"\x08\x00\x00\x01SH\x02\x00T1"
        b"\xfe\xff\xdd\xe0"
    )


def test_fragments_are_streamed_without_their_lengths():
    dataset = Dataset()
    dataset.PixelData = encapsulate([b"\xff\xd8ab"], has_bot=False)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    stream = b"".join(stream_of(dataset, [Tag("PixelData")]))
    start, end = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
    assert stream == b"\xe0\x7f\x10\x00OB\x00\x00" + start + start + b"\xff\xd8ab" + end


def test_unknown_elements_are_not_signable():
    dataset = Dataset()
    dataset.add_new(Tag(0x0009, 0x1001), "UN", b"ab")
    with pytest.raises(NotSignable, match="UN"):
        b"".join(stream_of(dataset, [Tag(0x0009, 0x1001)]))


def test_an_encapsulated_file_is_verified(tmp_path):
    dataset = dicom(GREY.astype(np.uint8), bits=8)
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    signed = file_of(sign_dicom(dataset, syntax=JPEGBaseline8Bit))
    assert only(signed).state == "verified"
    assert only(signed.replace(b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xd8")).state == "broken"


@pytest.fixture
def dcmsign() -> str:
    found = shutil.which("dcmsign")
    if found is None:
        pytest.skip("DCMTK's dcmsign is not on this machine")
    return found


def test_another_program_verifies_what_is_signed_here(dcmsign, tmp_path):
    path = tmp_path / "signed.dcm"
    path.write_bytes(file_of(sign_dicom(dicom(GREY))))
    root = tmp_path / "root.pem"
    root.write_bytes(scanner()[1].public_bytes(serialization.Encoding.PEM))
    said = subprocess.run([dcmsign, "+cf", root, path], capture_output=True, text=True)
    assert "Signature Verification : OK" in said.stderr, said


@pytest.mark.parametrize(("option", "state"), [("+m2", "verified"), ("+mr", "not verifiable")])
def test_what_another_program_signed_is_verified_here(dcmsign, tmp_path, option, state):
    path, out = tmp_path / "plain.dcm", tmp_path / "signed.dcm"
    path.write_bytes(file_of(dicom(GREY)))
    key, certificate = scanner()
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(pem))
    files: list[str | Path] = [tmp_path / "key.pem", tmp_path / "cert.pem"]
    subprocess.run([dcmsign, "+s", *files, option, path, out], check=True, capture_output=True)
    assert only(out.read_bytes()).state == state
