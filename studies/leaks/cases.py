"""The bridge from a study's rows and files to the audit's facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import zstandard
from django.conf import settings
from django.db.models import QuerySet

from studies import truth
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.display import Display
from studies.imaging.errors import BrokenFrame
from studies.imaging.types import Grey
from studies.leaks.derivatives import facts_of_derivative
from studies.leaks.duplicates import signature
from studies.leaks.features import (
    DERIVATIVE,
    FORM,
    HISTORY,
    ORIGINAL,
    PICTURE,
    CaseFacts,
    Facts,
    ImageFacts,
)
from studies.leaks.histories import facts_of, form_of
from studies.leaks.originals import facts_of_original
from studies.leaks.pictures import facts_of_picture
from studies.leaks.report import LeakReport, look
from studies.models import Case, Image, Study
from studies.protocol.viewing import ViewerDefinition

UNREADABLE = (OSError, IndexError, BrokenFrame, zstandard.ZstdError)
CODINGS = dict(zip(("zstd", "gzip"), FRAME_SUFFIXES, strict=True))


def audited(
    study: Study, kinds: Sequence[str], quick: bool = False, alpha: float | None = None
) -> LeakReport:
    """Looks at the cases that sessions draw from, for features of these kinds; alpha: report.look."""
    rows = list(_cases(study))
    known = truth.for_leak_audit(study)
    terms = study.definition.truth
    said = facts_of([case.history for case in rows])
    return look(
        [_facts(case, kinds, own) for case, own in zip(rows, said, strict=True)],
        [known.get(case.pk) for case in rows],
        [case.case_set.name for case in rows],
        (terms.negative, terms.positive),
        kinds,
        quick=quick,
        alpha=alpha,
    )


def files_digest(study: Study) -> str:
    """SHA-256 of all that an audit depends on: files, how they are stored and shown, histories, sets, truth.

    Of truth it holds the numbers of the newest rows, not the values."""
    versions = truth.newest_ids(study)
    said = [
        [case.pk, case.case_set.name, case.patient, versions.get(case.pk)]
        + [[_said(image, study.definition.viewer) for image in case.images.all()]]
        + ([case.history] if case.history else [])
        for case in _cases(study)
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _said(image: Image, viewer: ViewerDefinition) -> list[object]:
    return [
        [image.original_name, image.original_sha256, image.derivative_sha256],
        [image.rows, image.columns, image.bits, image.display],
        [_stored(image), _beside(image, viewer)],
    ]


def _beside(image: Image, viewer: ViewerDefinition) -> dict[str, object]:
    """What a page says of an image beside size, frames and display (viewer.blinding.ImagePage)."""
    said: dict[str, object] = {
        "display pixel aspect": image.aspect,
        "display further windows": image.windows or [],
        "display windows of frames": image.frame_displays,
    }
    if viewer.overlays:
        said["display overlays"] = sum(bool(frame.overlay_sha256) for frame in image.frames.all())
    if viewer.presets:
        said |= {"display slope": image.modality_slope, "display intercept": image.modality_intercept}
    if viewer.length:
        said |= {
            "display row spacing": image.row_spacing_mm,
            "display column spacing": image.column_spacing_mm,
        }
        said["display spacing kind"] = image.spacing_kind or ""
    return said


def _cases(study: Study) -> QuerySet[Case]:
    drawn = Case.objects.filter(case_set__in=study.sessions.values("case_set"))
    return (
        drawn.order_by("code")
        .select_related("case_set", "study__protocol")
        .prefetch_related("images__frames")
    )


def _stored(image: Image) -> dict[str, list[int]]:
    """Bytes of each frame's file, by coding, in the order of the frames' names; a lost file has 0."""
    store = FileStore(settings.DATA_DIR)
    names = [frame.sha256 for frame in image.frames.all()]
    paths = {
        coding: [store.path("derivatives", name, suffix) for name in names]
        for coding, suffix in CODINGS.items()
    }
    return {
        coding: [path.stat().st_size if path.exists() else 0 for path in found]
        for coding, found in paths.items()
    }


def _facts(case: Case, kinds: Sequence[str], said: Facts) -> CaseFacts:
    viewer = case.study.definition.viewer
    images = tuple(_image(image, kinds, viewer) for image in case.images.all())
    return CaseFacts(case.code, case.patient, images, {FORM: form_of(case.history), HISTORY: said})


def _image(image: Image, kinds: Sequence[str], viewer: ViewerDefinition) -> ImageFacts:
    shown = image.rows, image.columns, image.display
    facts = {DERIVATIVE: facts_of_derivative(*shown, _stored(image), _beside(image, viewer))}
    signed = None
    if ORIGINAL in kinds:
        size, kind = image.original_bytes, image.original_format
        files = len(image.parts) or 1
        facts[ORIGINAL] = facts_of_original(
            image.original_name, size, kind, image.bits, _original(image), files
        )
    values = _middle_frame(image) if PICTURE in kinds else None
    if values is not None:
        display = Display.from_json(image.display)
        facts[PICTURE], signed = facts_of_picture(values, display), signature(values, display)
    return ImageFacts(facts, image.derivative_sha256, signed)


def _original(image: Image) -> bytes | None:
    """The file, or the first of a folder's; stacks of older versions do not name theirs."""
    store, (first, *_) = FileStore(settings.DATA_DIR), image.parts or [image.original_sha256]
    return store.read("vault", first) if store.holds("vault", first) else None


def _middle_frame(image: Image) -> Grey | None:
    """None where the stored frame is lost or broken: import and the readiness checklist say so."""
    frames = sorted(image.frames.all(), key=lambda frame: frame.number)
    try:
        stored = FileStore(settings.DATA_DIR).read("derivatives", frames[len(frames) // 2].sha256, ".zst")
        return decode_payload(unpack_zstd(stored))
    except UNREADABLE:
        return None
