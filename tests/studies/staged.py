"""Builders of imports: zips of planted studies and of loose pictures, and a worker in this process."""

import contextlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from studies.imports import area, door, jobs, steps
from studies.models import Import, Study
from tests.imaging.builders import dicom, saved

ACTOR = "person:1"


def zip_of(folder: Path, upload: Path, top: str = "") -> Path:
    """A folder as an upload in the staging area."""
    with zipfile.ZipFile(upload, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, f"{top}{path.relative_to(folder).as_posix()}")
    return upload


def staged(folder: Path, study: Study | None = None, top: str = "") -> Import:
    """An import of a zipped folder, as an upload begins it."""
    return door.from_zip(zip_of(folder, area.root() / "x.upload", top), "upload.zip", study, ACTOR)


@contextlib.contextmanager
def filling(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """The disk has room for so many looks, and then none, as if something else filled it."""
    looks = iter(range(after))

    def usage(path: object) -> SimpleNamespace:
        return SimpleNamespace(free=0 if next(looks, None) is None else 10**15)

    with monkeypatch.context() as patched:
        patched.setattr(area.shutil, "disk_usage", usage)
        yield


def work(imported: Import) -> Import:
    """Does what waits, and answers the import as it then stands."""
    while jobs.run_next("worker", steps.run):
        pass
    imported.refresh_from_db()
    return imported


def slices(folder: Path, count: int = 3, size: int = 8, **elements: object) -> Path:
    """A CT series of files in one folder, their names against their order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        placed = {
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "ImagePositionPatient": [0, 0, 5 * number],
            "InstanceNumber": number + 1,
            "SeriesInstanceUID": "1.2.3",
            "StudyInstanceUID": "1.2",
            "PatientID": "Plantedname",
            "Modality": "CT",
        }
        values = np.full((size, size), number + 1, np.uint16)
        saved(dicom(values, **{**placed, **elements}), folder / f"{count - number:05}.dcm")
    return folder
