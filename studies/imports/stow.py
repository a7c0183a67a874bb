"""STOW-RS (PS3.18 10.5): instances that a program sends are staged, and wait for a person."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from studies.imaging import errors
from studies.imaging.limits import Limits
from studies.imaging.series import Header, read_header
from studies.imports import area, jobs
from studies.imports.multipart import Part, parameters, parts
from studies.models import Import, ImportToken
from studies.refusals import Refusal, Refused

UID = re.compile(r"[0-9]+(\.[0-9]+)*")
NO_ROOM, OTHER_STUDY, NOT_UNDERSTOOD, NO_IMAGE, OTHER_CONTENT = 0xA700, 0xA900, 0xC000, 0x0122, 0x0111
MOST_REASONS = 10_000
CLOSED = "The import was closed while this was sent. Send it again: it begins a new one."


class NotTaken(Exception):
    """An instance that is not taken: failure reason (PS3.18 table 10.5.3-2) and rule."""

    def __init__(self, reason: int, rule: str, header: Header | None = None) -> None:
        self.reason, self.header = reason, header
        super().__init__(rule)


class NoRoom(NotTaken):
    """An instance for which the disk has no room."""


class TooManyParts(Exception):
    """A message of more parts than an import may have files; those before are kept."""


@dataclass
class Outcome:
    """What became of the instances of one request."""

    stored: list[Header] = field(default_factory=list)
    failed: list[NotTaken] = field(default_factory=list)

    @property
    def status(self) -> int:
        if not self.failed:
            return 200
        if self.stored:
            return 202
        return 507 if all(isinstance(one, NoRoom) for one in self.failed) else 409

    def document(self) -> dict[str, Any]:
        """Store Instances Response Module (PS3.18 10.5.3.1) as DICOM JSON."""
        said = {}
        if self.stored:
            said["00081199"] = _sequence([_named(header) for header in self.stored])
        if self.failed:
            rows = [
                _named(one.header) | {"00081197": {"vr": "US", "Value": [one.reason]}} for one in self.failed
            ]
            said["00081198"] = _sequence(rows)
        return said


def receive(token: ImportToken, read: Callable[[int], bytes], boundary: str, study_uid: str = "") -> Outcome:
    """Stages a message's instances; again it changes nothing. Malformed, TooManyParts."""
    imported = _receiving(token)
    outcome = Outcome()
    for number, part in enumerate(parts(read, boundary), 1):
        if number > settings.IMPORT_FILES:
            raise TooManyParts
        try:
            outcome.stored.append(_take(imported, part, study_uid))
        except NotTaken as reason:
            outcome.failed.append(reason.with_traceback(None))  # its frames would stay in memory
    _keep_reasons(imported, outcome.failed)
    return outcome


def _receiving(token: ImportToken) -> Import:
    """The token's import that is still open, begun when there is none."""
    while True:
        there = Import.objects.filter(token=token, state=Import.State.RECEIVING).first()
        if there:
            return there
        # Another request of the token may be quicker: then its import counts.
        with contextlib.suppress(IntegrityError), transaction.atomic():
            return Import.objects.create(
                key=area.new_key(),
                source=Import.Source.STOW,
                origin=token.name,
                study=token.study,
                token=token,
                state=Import.State.RECEIVING,
                created_by=f"token:{token.pk}",
            )


def _take(imported: Import, part: Part, study_uid: str) -> Header:
    if parameters(part.headers.get("content-type", ""))[0] != "application/dicom":
        raise NotTaken(NOT_UNDERSTOOD, "A part must be application/dicom.")
    with _written(imported, part) as (path, sha256, size):
        header = _header(path, study_uid)
        _keep(imported, path, header, sha256, size)
    return header


@contextlib.contextmanager
def _written(imported: Import, part: Part) -> Iterator[tuple[Path, str, int]]:
    """A part on the disk for as long as it is looked at."""
    folder = area.folder_of(imported) / "incoming"
    folder.mkdir(mode=0o700, exist_ok=True)
    path, digest, size = folder / secrets.token_hex(8), hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for chunk in part.chunks:
                size += len(chunk)
                if size > Limits().bytes_of_file:
                    raise NotTaken(NO_ROOM, f"A file may have {Limits().bytes_of_file:,} bytes.")
                area.check_room(len(chunk))
                file.write(chunk)
                digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield path, digest.hexdigest(), size
    except (area.NoRoom, OSError) as error:
        raise NoRoom(NO_ROOM, str(error)) from error
    except Refused as error:
        raise NotTaken(NO_ROOM, str(error)) from error
    finally:
        path.unlink(missing_ok=True)


def _header(path: Path, study_uid: str) -> Header:
    try:
        header = read_header(path)
    except errors.NoPixelData as error:
        raise NotTaken(NO_IMAGE, str(error)) from error
    except errors.Refused as error:
        raise NotTaken(NOT_UNDERSTOOD, str(error)) from error
    if not (UID.fullmatch(header.sop_instance) and len(header.sop_instance) <= 64):
        raise NotTaken(NOT_UNDERSTOOD, "The SOP Instance UID is no UID.")
    if study_uid and header.study != study_uid:
        raise NotTaken(OTHER_STUDY, "It is of another study than the address says.", header)
    return header


def _keep(imported: Import, path: Path, header: Header, sha256: str, size: int) -> None:
    """Under its UID; the same again is taken as done, another content under one UID is not taken."""
    folder = area.folder_of(imported)
    target = folder / "files" / f"{header.sop_instance}.dcm"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with area.alone_in(folder):
        now = Import.objects.get(pk=imported.pk)
        if now.state != Import.State.RECEIVING:
            raise NotTaken(NO_ROOM, CLOSED, header)
        if target.exists():
            with target.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    rule = "Another file with its SOP Instance UID was sent before."
                    raise NotTaken(OTHER_CONTENT, rule, header)
            return
        area.check_size(now.files + 1, now.size + size)
        os.link(path, target)
        _sync(target.parent)
        Import.objects.filter(pk=imported.pk).update(files=F("files") + 1, size=F("size") + size)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_reasons(imported: Import, failed: list[NotTaken]) -> None:
    if not failed:
        return
    refusals = [
        Refusal(one.header.sop_instance if one.header else "(unreadable)", str(one)) for one in failed
    ]
    with transaction.atomic():
        now = Import.objects.select_for_update().get(pk=imported.pk)
        now.reasons = [*now.reasons, *jobs.as_rows(refusals)][:MOST_REASONS]
        now.save(update_fields=["reasons"])


def _named(header: Header | None) -> dict[str, Any]:
    uids = {"00081150": header.sop_class, "00081155": header.sop_instance} if header else {}
    named: dict[str, Any] = {tag: {"vr": "UI"} for tag in ("00081150", "00081155")}
    return named | {tag: {"vr": "UI", "Value": [uid]} for tag, uid in uids.items() if uid}


def _sequence(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"vr": "SQ", "Value": items}
