"""De-identified DICOM copies of originals that were DICOM, one file at a time, once the study is locked."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Leaving:
    """A file that may leave as DICOM. Its copy is built when it is asked for: one at a time is in memory."""

    found: looks.Seen
    sha256: str
    file: str

    @property
    def place(self) -> tuple[str, int, str]:
        """Case, first, second … image of the case, and the copy's name."""
        return self.found.image.case.code, self.found.image.position + 1, self.file

    def copy(self) -> bytes:
        """The file anew. Clean pixels are claimed only where a person looked at this very picture."""
        image, case = self.found.image, self.found.image.case
        subject = Subject(case.code, case.patient or f"case {case.code}", secret_of(case.study))
        masks = [Rectangle(*mask) for mask in image.masks]
        data = _original(image, self.sha256)
        try:
            return deidentified_file(data, subject, masks, self.found.alone, Limits())
        except NoPicture as refusal:
            raise Refused([Refusal(f"case {case.code}", str(refusal))]) from refusal


def leaving(study: Study) -> Iterator[Leaving]:
    """All originals that were DICOM, a stack file by file in its order; NotReady before the lock."""
    if study.state != Study.State.LOCKED:
        raise NotReady([EARLY.format(study.slug, study.state)])
    counts: Counter[str] = Counter()
    for number, found in enumerate(looks.seen(study), 1):
        image, code = found.image, found.image.case.code
        folder = code if FOLDER_NAME.match(code) else f"case-{number}"
        for sha256 in (image.parts or [image.original_sha256]) if image.original_format == "dicom" else ():
            counts[code] += 1
            yield Leaving(found, sha256, f"images/{folder}/{counts[code]}.dcm")


def write_dicom(folder: Path, data: Dataset) -> Sheet:
    """Writes images/CASE/NUMBER.dcm and returns dicom.csv. Originals in other formats are left out."""
    rows = []
    for one in leaving(data.study):
        (folder / one.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / one.file).write_bytes(one.copy())
        rows.append(DicomCopy(*one.place, len(one.found.image.masks), int(one.found.alone)))
    return _sheet(data, tuple(rows))


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
