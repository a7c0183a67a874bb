"""De-identified DICOM copies of originals that were DICOM, one file at a time, once the study is locked."""

from __future__ import annotations

import hashlib
import hmac
import re
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from studies import looks
from studies.codebook import Column, Kind, Sheet
from studies.deidentification.file import deidentified_file
from studies.deidentification.subject import Subject
from studies.filestore import FileStore
from studies.imaging.blackout import Rectangle
from studies.imaging.decode import head_is_dicom
from studies.imaging.errors import Refused as NoPicture
from studies.imaging.limits import Limits
from studies.models import Image, Study
from studies.records import Dataset
from studies.refusals import NotReady, Refusal, Refused
from studies.sealing import Sealed

FOLDER_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\Z")
EARLY = "Study {} is {}: how a file was made can tell truth, so DICOM leaves once the study is locked."


class DicomCopy(NamedTuple):
    """One file as it was written."""

    case: str
    image: int
    file: str
    masks: int
    looked_at: int


def write_dicom(folder: Path, data: Dataset) -> Sheet:
    """Writes images/CASE/NUMBER.dcm and returns dicom.csv. Originals in other formats are left out."""
    study = data.study
    if not data.unblinded:
        raise NotReady([EARLY.format(study.slug, study.state)])
    rows: list[DicomCopy] = []
    for number, found in enumerate(looks.seen(study), 1):
        code = found.image.case.code
        name = code if FOLDER_NAME.match(code) else f"case-{number}"
        rows += _copies(folder, Path("images", name), found, len([row for row in rows if row.case == code]))
    return _sheet(data, tuple(rows))


def _copies(folder: Path, inside: Path, found: looks.Seen, before: int) -> list[DicomCopy]:
    """The files of one image, in the order in which its original holds them."""
    image = found.image
    rows: list[DicomCopy] = []
    for sha256 in image.parts or [image.original_sha256]:
        data = _original(image, sha256)
        if not head_is_dicom(data):
            return []
        file = inside / f"{before + len(rows) + 1}.dcm"
        (folder / inside).mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(_deidentified(found, data))
        place = image.case.code, image.position + 1, file.as_posix()
        rows.append(DicomCopy(*place, len(image.masks), int(found.alone)))
    return rows


def _deidentified(found: looks.Seen, data: bytes) -> bytes:
    """Clean pixels are claimed only where a person looked at this very picture."""
    case, masks = found.image.case, [Rectangle(*mask) for mask in found.image.masks]
    subject = Subject(case.code, case.patient or f"case {case.code}", secret_of(case.study))
    try:
        return deidentified_file(data, subject, masks, found.alone, Limits())
    except NoPicture as refusal:
        raise Refused([Refusal(f"case {case.code}", str(refusal))]) from refusal


def secret_of(study: Study) -> bytes:
    """Of one study on one installation: alike at every export, and nobody else's."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"dicom\n{study.pk}\n{study.slug}".encode(), hashlib.sha256
    ).digest()


def _original(image: Image, sha256: str) -> bytes:
    try:
        return FileStore(settings.DATA_DIR).read("vault", sha256)
    except (OSError, Sealed) as error:
        rule = "Its original cannot be read from the vault."
        remedy = "Restore the vault and its keys; a stack of an older version: without --dicom."
        raise Refused([Refusal(f"case {image.case.code}", rule, remedy)]) from error


def _sheet(data: Dataset, rows: tuple[DicomCopy, ...]) -> Sheet:
    slug = data.protocol.slug
    said: dict[str, tuple[Kind, str]] = {
        "case": ("text", "The case's code; it stands in the file for name and identifier."),
        "image": ("integer", "First, second … image of the case."),
        "file": ("text", "The copy: de-identified, pixels decoded and written anew."),
        "masks": ("integer", "Rectangles that a person blacked out."),
        "looked_at": ("integer", "1: a person looked at this image for burned-in text; 0: accepted unseen."),
    }
    columns = [Column(name, kind, meaning, attrgetter(name)) for name, (kind, meaning) in said.items()]
    return Sheet(
        "dicom.csv", (Column("study", "text", "The study's slug.", lambda row: slug), *columns), rows
    )
