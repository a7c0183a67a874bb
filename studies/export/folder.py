"""Writes an export into a folder: whole or not at all, with a manifest of hashes."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from studies import audit, dataset, looks
from studies.codebook import Sheet, codebook
from studies.delivery import delivered
from studies.export.copies import write_copies
from studies.export.dicom import write_dicom
from studies.export.displays import display_sheets
from studies.export.interactions import interaction_sheets
from studies.export.origins import origins_sheet
from studies.export.peers import write_peers
from studies.export.sheets import audit_sheets, data_sheets
from studies.models import AuditEvent, Image, Study
from studies.protocol import to_yaml
from studies.records import Dataset
from studies.signing.keys import key_id
from studies.signing.seal import MANIFEST, SIGNATURE, sealed, signing_key
from studies.snapshot import standing_still


@dataclass(frozen=True)
class Exported:
    """What an export holds."""

    study: str
    folder: str
    state: str
    simulated: bool
    unblinded: bool
    protocol_sha256: str
    manifest_sha256: str
    key_id: str
    rows: dict[str, int]


def export(study: Study, target: Path, actor: str, images: bool = False, dicom: bool = False) -> Exported:
    """Exports a study, with copies of images where asked; raises Refused when the target holds anything.

    Its event is kept before the folder appears: there is no export without an event.
    """
    key = signing_key()
    with delivered(target) as folder:
        with standing_still():
            data = dataset.read(study)
            events = _events(study)
            logged = interaction_sheets(study)
            rows = {sheet.file: write_csv(folder / sheet.file, sheet) for sheet in logged}
        sheets = [*data_sheets(data), *display_sheets(data), *audit_sheets(events)]
        sheets += write_peers(folder, data, notice(study))
        sheets += [origins_sheet(data)] if data.unblinded else []
        sheets += [write_copies(folder, data, key)] if images else []
        sheets += [write_dicom(folder, data)] if dicom else []
        sheets.append(codebook([*sheets, *logged], data.protocol))
        rows |= {sheet.file: write_csv(folder / sheet.file, sheet) for sheet in sheets}
        (folder / "study.yaml").write_text(to_yaml(data.protocol), encoding="utf-8")
        manifest = json.dumps(_manifest(data, folder), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(manifest, encoding="utf-8")
        (folder / SIGNATURE).write_text(sealed(manifest.encode(), key), encoding="utf-8")
        exported = Exported(
            study=study.slug,
            folder=str(target),
            state=study.state,
            simulated=study.simulated,
            unblinded=data.unblinded,
            protocol_sha256=study.protocol.sha256,
            manifest_sha256=hashlib.sha256(manifest.encode()).hexdigest(),
            key_id=key_id(key.public_key()),
            rows=rows,
        )
        _record(study, actor, exported)
    return exported


def write_csv(path: Path, sheet: Sheet) -> int:
    """One sheet as CSV, row by row; how many there were."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.header)
        return sum(1 for cells in sheet.cells() if writer.writerow(cells))


def _events(study: Study) -> list[AuditEvent]:
    chains = audit.chains_of(study)
    places = {chain: place for place, chain in enumerate(chains)}
    events = AuditEvent.objects.filter(chain__in=chains)
    return sorted(events, key=lambda event: (places[event.chain], event.number))


def _manifest(data: Dataset, folder: Path) -> dict[str, Any]:
    study = data.study
    truth = (
        "joined: the study is locked"
        if data.unblinded
        else f"not joined: the study is {study.state}; truth and correct stay empty until it is locked"
    )
    return {
        "format": 1,
        "notice": notice(study),
        "study": study.slug,
        "title": data.protocol.title,
        "state": study.state,
        "simulated": study.simulated,
        "demonstration": data.protocol.demonstration,
        "truth": truth,
        "protocol_sha256": study.protocol.sha256,
        "exported_utc": timezone.now().isoformat(timespec="seconds"),
        "files": [
            {
                "name": path.relative_to(folder).as_posix(),
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ],
        "derivatives": [
            {"case": code, "image": position + 1, "sha256": sha256}
            for code, position, sha256 in Image.objects.filter(case__study=study)
            .order_by("case__code", "position")
            .values_list("case__code", "position", "derivative_sha256")
        ],
    }


def notice(study: Study) -> str:
    """What must stand on everything that leaves a study which no person read, or which is for show."""
    said = []
    if study.simulated:
        said.append("SIMULATED: these readings were made by a simulation, not by people.")
    if study.definition.demonstration:
        said.append("DEMONSTRATION: this study was made to show the software.")
    if study.leaks_override:
        said.append(f"OPENED IN SPITE OF ITS LEAK AUDIT: {study.leaks_override}")
    return " ".join(filter(None, [*said, looks.unseen_words(study)]))


def _record(study: Study, actor: str, exported: Exported) -> None:
    audit.record(
        study,
        "study.exported",
        actor=actor,
        data={
            "manifest_sha256": exported.manifest_sha256,
            "protocol_sha256": exported.protocol_sha256,
            "key_id": exported.key_id,
            "truth": exported.unblinded,
        },
    )
