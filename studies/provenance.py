"""What a study's originals say of their origin: kept per image, compared with truth, counted.

It can tell truth, so it leaves as truth does: to the operator at import, to those who may see truth, and with
an export once the study is locked. No other module touches its table."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studies.imaging.provenance.record import Provenance
from studies.models import Image, Study
from studies.models.provenance import ImageProvenance
from studies.protocol import Protocol
from studies.refusals import Refusal, TruthHidden

REMEDY = (
    "Mend the case's truth, take the file out, or remove `generated` from study.yaml's truth if truth is not "
    "about generation."
)


@dataclass(frozen=True)
class ImageOrigin:
    """One image of a case, and what its original says."""

    case: str
    position: int
    provenance: Provenance


def keep(found: Iterable[tuple[Image, Provenance]]) -> None:
    """Stores what was read of images' originals."""
    ImageProvenance.objects.bulk_create(
        ImageProvenance(image=image, document=one.to_json()) for image, one in found
    )


def known(originals: Iterable[str]) -> dict[str, Provenance]:
    """What was read of originals of these hashes before, in whichever study."""
    rows = ImageProvenance.objects.filter(image__original_sha256__in=list(originals)).select_related("image")
    return {row.image.original_sha256: Provenance.from_json(row.document) for row in rows.order_by("-pk")}


def of_images(images: Iterable[Image]) -> dict[int, Provenance]:
    """By image id; the caller has made sure that the person may see truth."""
    rows = ImageProvenance.objects.filter(image__in=list(images))
    return {row.image_id: Provenance.from_json(row.document) for row in rows}


def revealed(study: Study) -> list[ImageOrigin]:
    """Of all images that have it, by case; raises TruthHidden before the study is locked."""
    if study.state != Study.State.LOCKED:
        raise TruthHidden(f"Study {study.slug} is {study.state}: provenance is told only after lock_study.")
    rows = ImageProvenance.objects.filter(image__case__study=study).select_related("image__case")
    return [
        ImageOrigin(row.image.case.code, row.image.position + 1, Provenance.from_json(row.document))
        for row in rows.order_by("image__case__code", "image__position")
    ]


def sealed(study: Study) -> str:
    """SHA-256 of what is kept for a study, for the truth's salted seal; empty where nothing is kept."""
    rows = ImageProvenance.objects.filter(image__case__study=study).order_by("image_id")
    said = list(rows.values_list("image_id", "document"))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest() if said else ""


def contradictions(
    protocol: Protocol, images: Iterable[tuple[str, str, int]], found: Mapping[str, Provenance]
) -> tuple[list[Refusal], list[str]]:
    """Refusals and warnings where truth is about generation and a file speaks against it.

    `images`: (case, file, truth) of each. A generated file among the others is wrong for sure enough to
    refuse; a generated case whose file says that a device took it may be an edited one, and is told.
    """
    generated = protocol.truth.generated
    if not generated:
        return [], []
    terms = {1: protocol.truth.positive, 0: protocol.truth.negative}
    refusals, warnings = [], []
    for case, file, value in images:
        is_generated = (value == 1) == (generated == "positive")
        says = found[file].says_captured if is_generated else found[file].says_generated
        if says and is_generated:
            warnings.append(f"{file}: case {case} is {terms[value]}, but of the file {'; '.join(says)}.")
        elif says:
            rule = f"Case {case} is {terms[value]}, but the file was generated: {'; '.join(says)}."
            refusals.append(Refusal(file, rule, REMEDY))
    return refusals, warnings


def counted(found: Iterable[Provenance]) -> dict[str, Any]:
    """How many images say what: n with C2PA, codes, generators, source types, DICOM signatures."""
    each = list(found)
    return {
        "images": len(each),
        "c2pa": sum(bool(one.manifests) for one in each),
        "c2pa_states": _tally(one.state for one in each if one.state),
        "c2pa_codes": _tally(code for one in each for code in codes_of(one)),
        "generators": _tally(name for one in each for name in one.generators),
        "source_types": _tally(kind for one in each for kind in one.source_types),
        "dicom_signatures": _tally(one.signature_state for one in each if one.signatures),
        "not_read": sum(bool(one.failures) for one in each),
    }


def codes_of(found: Provenance) -> list[str]:
    """Every code that was found here, of any manifest, once."""
    codes = (code for manifest in found.manifests for code in manifest.codes if not code.recorded)
    return sorted({f"{code.kind} {code.code}" for code in codes})


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
