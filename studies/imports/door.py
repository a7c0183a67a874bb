"""What a person does with imports: begin one, confirm it, complete its table, try again, discard."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from studies.imports import area, dicomweb, jobs, steps
from studies.models import Import, Job, Study
from studies.refusals import Refusal, Refused

CHANGED = Refusal("the preview", "It was made anew since you read it.", "Read it again, then confirm.")
BUSY = Refusal("the import", "Something is being done with it already.", "Wait until that is done.")
State = Import.State


def from_zip(upload: Path, name: str, study: Study | None, actor: str) -> Import:
    """Takes over an uploaded file and queues its check."""
    key = area.new_key()
    folder = area.root() / key
    folder.mkdir(mode=0o700)
    shutil.move(upload, folder / steps.UPLOAD)
    imported = Import(
        key=key,
        source=Import.Source.ZIP,
        origin=name[:255],
        study=study,
        state=State.WAITING,
        created_by=actor,
    )
    return _begun(imported, actor)


def from_server(server: str, query: dict[str, str], study: Study, actor: str) -> Import:
    """Queues what a DICOMweb server is to be asked for."""
    dicomweb.server(server)
    dicomweb.check_query(query)
    imported = Import(
        key=area.new_key(),
        source=Import.Source.DICOMWEB,
        origin=server,
        study=study,
        state=State.WAITING,
        created_by=actor,
        request={"server": server, "query": query},
    )
    return _begun(imported, actor)


def _begun(imported: Import, actor: str) -> Import:
    with transaction.atomic():
        imported.save()
        jobs.add(imported, Job.Kind.CHECK, actor)
    return imported


def confirm(imported: Import, actor: str, seen: str | None = None) -> None:
    """Queues the load of what was checked; `seen` is the check whose preview a person has read."""
    if seen is not None and str(imported.jobs.latest("pk").pk) != seen:
        raise Refused([CHANGED])
    _move(imported, {State.STAGED}, State.LOADING, Job.Kind.LOAD, actor)


def check(imported: Import, actor: str) -> None:
    """Queues the check (again), for what arrived, failed or got its table; nothing is received any more."""
    with area.alone_in(area.folder_of(imported)):
        _move(imported, set(area.OPEN), State.WAITING, Job.Kind.CHECK, actor)


def complete(imported: Import, table: str, actor: str) -> None:
    """Takes the table that a person completed, and checks with it."""
    if not imported.preview.get("proposal") and not has_table(imported):
        raise Refused([Refusal("cases.csv", "This import has a table of its own.", "Mend it there.")])
    with area.alone_in(area.folder_of(imported)), transaction.atomic():
        _move(imported, set(area.OPEN), State.WAITING, Job.Kind.CHECK, actor)
        steps.take_table(imported, table)  # never while another table, already confirmed, is being loaded


def has_table(imported: Import) -> bool:
    """Whether a completed table was uploaded."""
    return (area.root() / imported.key / steps.PACKAGE / steps.TABLE).exists()


def _move(imported: Import, before: set[str], after: str, kind: str, actor: str) -> None:
    try:
        with transaction.atomic():
            values: dict[str, Any] = {"state": after}
            if not Import.objects.filter(pk=imported.pk, state__in=before).update(**values):
                raise Refused([BUSY])
            jobs.add(imported, kind, actor)
    except IntegrityError:
        raise Refused([BUSY]) from None
