"""manage.py load_study FOLDER [--preview] [--json]"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from studies import audit
from studies.ingest import Loaded, load, preview
from studies.management.command import OperatorCommand, Refusal
from studies.refusals import Refused


class Command(OperatorCommand):
    """Loads a study from its folder; the same folder again changes nothing."""

    help = "Load a study from a folder with study.yaml, cases.csv, readers.csv and images."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder."""
        parser.add_argument("folder", type=Path, help="the study's folder")
        parser.add_argument(
            "--preview", action="store_true", help="check and decode everything, say what would be done"
        )
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        """Loads and tells counts, warnings and every refusal."""
        try:
            if options["preview"]:
                loaded = preview(options["folder"])
            else:
                loaded = load(options["folder"], audit.OPERATOR)
        except Refused as refused:
            self._refuse(refused)
        else:
            document = asdict(loaded) | {"refusals": [], "preview": options["preview"]}
            del document["pictures"]
            self.answer(_sentences(loaded, options["preview"]), document)

    def _refuse(self, refused: Refused) -> None:
        refusals = [asdict(refusal) for refusal in refused.refusals]
        if self.as_json:
            self.answer("", {"outcome": "refused", "refusals": refusals})
        raise Refusal(f"{refused}\nNothing was loaded: {len(refusals)} refused.")


def _of_origin(said: dict[str, Any]) -> list[str]:
    """What the originals say of their origin: claims of the files, not checked against anyone."""
    parts = [f"{said['c2pa']} of {said['images']} images with C2PA"]
    named = {"c2pa_states": "state", "generators": "generators", "source_types": "source types"}
    named |= {"dicom_signatures": "DICOM signatures"}
    parts += [f"{name}: {_told(said[key])}" for key, name in named.items() if said[key]]
    codes = [f"C2PA codes: {_told(said['c2pa_codes'])}."] if said["c2pa_codes"] else []
    return [f"Provenance: {'; '.join(parts)}.", *codes]


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{what} {n}" for what, n in counts.items())


def _sentences(loaded: Loaded, only_preview: bool) -> str:
    counts = f"{loaded.cases} cases, {loaded.images} images, {loaded.frames} frames, {loaded.readers} readers"
    told = "would be " if only_preview else ""
    lines = [f"Study {loaded.slug}: {told}{loaded.outcome}. {counts}."]
    lines += [f"Changed: {change}" for change in loaded.changes if loaded.outcome == "changed"]
    lines += _of_origin(loaded.provenance)
    lines += [f"Warning: {warning}" for warning in loaded.warnings]
    lines += [f"Left out: {name}: {reason}" for name, reason in loaded.left_out]
    return "\n".join(lines)
