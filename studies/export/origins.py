"""provenance.csv: what each original says of its origin, once the study is locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from studies import provenance
from studies.codebook import Column, Kind, Sheet, listed
from studies.imaging.provenance.record import Manifest
from studies.provenance import ImageOrigin
from studies.records import Dataset


def origins_sheet(data: Dataset) -> Sheet:
    """One row per image. Free texts stay in the database: they may name people."""
    slug = data.protocol.slug
    columns = (
        Column("study", "text", "The study's slug.", lambda row: slug),
        Column("case", "text", "The case's code.", lambda row: row.case),
        Column("image", "integer", "First, second … image of the case.", lambda row: row.position),
        _column("c2pa_manifests", "integer", "Number of C2PA manifests in the original.", _count),
        _column("c2pa_state", "text", "The C2PA library's one word; the codes say more.", _state),
        _of_manifests("claim_generators", "What made the manifests.", lambda one: one.generators),
        _of_manifests("signers", "Who signed them, as the certificates say.", _signer),
        _column("c2pa_codes", "text", "Validation codes of all manifests, each once.", _codes),
        _column("source_types", "text", "Every digitalSourceType, its last word.", _types),
        _column("generators", "text", "Known generators that the original names.", _generators),
        _column(
            "dicom_signature",
            "text",
            "DICOM Digital Signatures, the worst of them.",
            lambda row: row.provenance.signature_state,
            "absent;not verifiable;verified;broken",
        ),
        _column("dicom_signers", "text", "Subjects of their certificates.", _subjects),
        _column("not_read", "text", "What could not be read, and why.", _failures),
    )
    return Sheet("provenance.csv", columns, tuple(provenance.revealed(data.study)))


def _column(
    name: str, kind: Kind, meaning: str, of: Callable[[ImageOrigin], object], allowed: str = ""
) -> Column:
    return Column(name, kind, meaning, of, allowed=allowed)


def _of_manifests(name: str, meaning: str, of: Callable[[Manifest], Iterable[str]]) -> Column:
    def said(row: ImageOrigin) -> str:
        return listed(dict.fromkeys(text for one in row.provenance.manifests for text in of(one) if text))

    return _column(name, "text", meaning, said)


def _signer(one: Manifest) -> list[str]:
    return [", ".join(filter(None, (one.common_name, one.issuer, one.signed_time)))]


def _count(row: ImageOrigin) -> int:
    return len(row.provenance.manifests)


def _state(row: ImageOrigin) -> str:
    return row.provenance.state


def _codes(row: ImageOrigin) -> str:
    return listed(provenance.codes_of(row.provenance))


def _types(row: ImageOrigin) -> str:
    return listed(row.provenance.source_types)


def _generators(row: ImageOrigin) -> str:
    return listed(row.provenance.generators)


def _subjects(row: ImageOrigin) -> str:
    return listed(dict.fromkeys(one.subject for one in row.provenance.signatures if one.subject))


def _failures(row: ImageOrigin) -> str:
    return listed(row.provenance.failures)
