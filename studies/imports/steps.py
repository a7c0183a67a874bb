"""What a worker does with an import: fetch or unpack, check, and, once a person has confirmed, load."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studies import audit
from studies.folder import ImageEntry
from studies.imaging.processed import Refusal as ImageRefusal
from studies.imaging.recipe import Derivation
from studies.imports import archive, area, dicomweb, jobs
from studies.imports.arrange import Proposal, Row, arrange, table
from studies.imports.jobs import Hold
from studies.imports.thumbnails import FOLDER as THUMBNAILS
from studies.imports.thumbnails import MOST, Thumbnails
from studies.ingest import Loaded, Way, load, preview
from studies.ingest.decoded import results
from studies.ingest.rows import TRUTH_CHANGED
from studies.models import Import, Job, Study
from studies.protocol import to_yaml
from studies.refusals import Refusal, Refused

UPLOAD, FILES, PACKAGE, DECODED, TABLE, PROPOSAL = (
    "upload.zip",
    "files",
    "package",
    "decoded",
    "cases.csv",
    "proposal.json",
)
TRUTH_REPLACED = "truth is replaced by the folder's"
NO_STUDY = Refusal(
    "study.yaml",
    "The files have no study.yaml, and no study was named that they join.",
    "Add the file, or choose a draft study.",
)


def run(hold: Hold) -> None:
    """Does a claimed job."""
    hold.beat()
    {Job.Kind.CHECK: _check, Job.Kind.LOAD: _load}[Job.Kind(hold.job.kind)](hold)


def _check(hold: Hold) -> None:
    imported = hold.job.of
    folder = area.folder_of(imported)
    left_out = _gather(imported, folder, hold)
    package, adding_to = _package(imported, folder)
    if adding_to is not None:
        _refuse_other_than_draft(adding_to)
        proposal, pictures = _proposal(folder, imported, hold)
        left_out += list(proposal.left_out)
        if not (package / TABLE).exists():
            rows = [asdict(row) for row in proposal.rows]
            _stage(hold, {"proposal": rows, "pictures": pictures}, left_out)
            return
    found = preview(package, _way(hold, folder, adding_to))
    # Whether truth differs from the one on record would tell it to who may not know it, a guess at a time.
    changes = [change for change in found.changes if change != TRUTH_CHANGED]
    changes += [TRUTH_REPLACED] if found.outcome == "changed" and adding_to is None else []
    said = _counts(found) | {"changes": changes, "warnings": found.warnings}
    said |= {"pictures": found.pictures[:MOST]}
    left_out += [Refusal(name, rule) for name, rule in found.left_out]
    _stage(hold, said, left_out)


def _gather(imported: Import, folder: Path, hold: Hold) -> list[Refusal]:
    """The import's files, below one folder; what was left out on the way is kept beside them."""
    kept = folder / "left-out.json"
    if kept.exists():
        return [Refusal(**row) for row in json.loads(kept.read_text())]
    left_out: list[Refusal] = []
    if imported.source == Import.Source.ZIP:
        left_out = _unpack(folder, hold)
    elif imported.source == Import.Source.STOW:
        left_out = [Refusal(**row) for row in imported.reasons]
    else:
        asked = imported.request
        dicomweb.fetch(
            dicomweb.server(asked["server"]), asked["query"], folder / FILES, hold.tick("fetching")
        )
    _write(kept, json.dumps([asdict(refusal) for refusal in left_out]))
    (folder / UPLOAD).unlink(missing_ok=True)  # one copy that is not sealed is enough
    return left_out


def _unpack(folder: Path, hold: Hold) -> list[Refusal]:
    area.check_room((folder / UPLOAD).stat().st_size)
    partial = folder / f"{FILES}.part"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder / FILES, ignore_errors=True)
    partial.mkdir(mode=0o700)
    limits = archive.Limits(settings.IMPORT_FILES, _bytes_left())
    left_out = archive.unpack(folder / UPLOAD, partial, limits, hold.tick("unpacking"))
    partial.rename(folder / FILES)
    return left_out


def _bytes_left() -> int:
    free = shutil.disk_usage(area.root()).free - settings.FREE_MB * area.MB
    return max(0, min(settings.IMPORT_MB * area.MB, free))


def _package(imported: Import, folder: Path) -> tuple[Path, Study | None]:
    """The folder to load, and the draft that its cases join; a package brings its own study.yaml."""
    inside = [path for path in (folder / FILES).iterdir() if not path.name.startswith(".")]
    tops = [folder / FILES, *(inside if len(inside) == 1 and inside[0].is_dir() else [])]
    for top in tops:
        if (top / "study.yaml").is_file():
            return top, None
    if imported.study is None:
        raise Refused([NO_STUDY])
    return folder / PACKAGE, imported.study


def _refuse_other_than_draft(study: Study) -> None:
    study.refresh_from_db()
    if study.state != Study.State.DRAFT:
        rule = f"Study {study.slug} is {study.state}: no cases can join it."
        raise Refused([Refusal("the study", rule, "Choose a draft.")])


def _proposal(folder: Path, imported: Import, hold: Hold) -> tuple[Proposal, list[tuple[str, str]]]:
    """Stacks and their table, made once, and the first pictures; what does not decode is left out."""
    kept = folder / PROPOSAL
    if kept.exists():
        document = json.loads(kept.read_text())
        rows = tuple(Row(**row) for row in document["rows"])
        return Proposal(rows, tuple(Refusal(**row) for row in document["left_out"])), document.get(
            "pictures", []
        )
    package = folder / PACKAGE
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(mode=0o700)
    proposal = arrange(folder / FILES, package, f"{imported.key[:4]}-", hold.tick("sorting"))
    assert imported.study is not None
    definition = replace(imported.study.definition, readers="")
    recipe = Derivation(definition.normalise)
    proposal, pictures = _decoded(proposal, package, folder, recipe, hold.tick("decoding"))
    _write(package / "study.yaml", to_yaml(definition))
    document = {
        "rows": [asdict(row) for row in proposal.rows],
        "left_out": [asdict(refusal) for refusal in proposal.left_out],
        "pictures": pictures,
    }
    _write(kept, json.dumps(document))
    return proposal, pictures


def _decoded(
    proposal: Proposal, package: Path, folder: Path, recipe: Derivation, tick: Callable[[int, int], None]
) -> tuple[Proposal, list[tuple[str, str]]]:
    entries = [ImageEntry(package / row.image, row.image, "") for row in proposal.rows]
    rows, left_out, pictures = [], list(proposal.left_out), []
    small = Thumbnails(folder / THUMBNAILS)
    done = results(entries, folder / DECODED, {entry.name: recipe for entry in entries})
    for number, (row, (_, result)) in enumerate(zip(proposal.rows, done, strict=True)):
        tick(number, len(entries))
        if isinstance(result, ImageRefusal):
            left_out.append(Refusal(row.source, result.message))
        else:
            rows.append(replace(row, found=" ".join([row.found, *result.notes])))
            pictures.append((f"{row.case}, {row.image}", result.sha256_of_derivative))
            small.keep(result.sha256_of_derivative, result.thumbnail)
    tick(len(entries), len(entries))
    return Proposal(tuple(rows), tuple(left_out)), pictures[:MOST]


def _way(hold: Hold, folder: Path, adding_to: Study | None) -> Way:
    small = Thumbnails(folder / THUMBNAILS)
    return Way(adding_to, folder / DECODED, hold.tick("decoding"), small.keep)


def _counts(found: Loaded) -> dict[str, Any]:
    names = ("slug", "outcome", "cases", "images", "frames", "readers")
    return {name: getattr(found, name) for name in names}


def _stage(hold: Hold, said: dict[str, Any], left_out: list[Refusal]) -> None:
    with transaction.atomic():
        hold.finish()
        Import.objects.filter(pk=hold.job.of_id).update(
            state=Import.State.STAGED, preview=said, reasons=jobs.as_rows(left_out)
        )
        study = hold.job.of.study
        if study is not None:
            data = {"source": hold.job.of.source, "left_out": len(left_out)}
            audit.record(
                study,
                "import.staged",
                actor=hold.job.created_by,
                subject=f"import:{hold.job.of_id}",
                data=data,
            )


def _load(hold: Hold) -> None:
    imported = hold.job.of
    folder = area.folder_of(imported)
    package, adding_to = _package(imported, folder)

    def closing() -> None:
        hold.finish()
        study = adding_to or Study.objects.get(slug=_slug(imported))
        Import.objects.filter(pk=imported.pk).update(
            state=Import.State.LOADED, closed_utc=timezone.now(), study=study
        )

    said = {"import": imported.pk, "source": imported.source}
    way = replace(_way(hold, folder, adding_to), tick=hold.tick("loading"), closing=closing, said=said)
    load(package, hold.job.created_by, way)
    area.clear(imported)


def _slug(imported: Import) -> str:
    return str(Import.objects.get(pk=imported.pk).preview["slug"])


def take_table(imported: Import, text: str) -> None:
    """Keeps a completed cases.csv; the check begins anew."""
    _write(area.folder_of(imported) / PACKAGE / TABLE, text)


def proposed_table(imported: Import) -> str:
    """The proposed cases.csv, with the case set where the study has one alone."""
    sets = list(imported.study.case_sets.values_list("name", flat=True)) if imported.study else []
    rows = [Row(**row) for row in imported.preview.get("proposal", [])]
    return table(rows, sets[0] if len(sets) == 1 else "")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
