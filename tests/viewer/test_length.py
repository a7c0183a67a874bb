"""Pixel spacing reaches readers only where the protocol lets lengths be measured; shapes and labels do."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest

from studies import audit, lifecycle
from studies.evidence import verify_study
from studies.export import export
from studies.ingest import load
from studies.models import Image, Mark, Study
from tests.planted import STUDY_YAML, write_folder
from tests.studies.builders import looked_at
from tests.viewer.reading import Browser

SPACING = {"row_mm": 0.14, "column_mm": 0.15, "kind": "detector"}
BOX = {"image": 0, "frame": 0, "kind": "ellipse", "x": 2, "y": 3, "width": 10, "height": 4, "label": "nodule"}


@pytest.fixture
def begun(db: None, tmp_path: Path) -> Callable[[str], Browser]:
    """A reader in the first session of the planted study, with spacing in its DICOM files."""

    def start(protocol: str) -> Browser:
        folder = write_folder(tmp_path / "study")
        (folder / "study.yaml").write_text(protocol)
        for path in (folder / "images").glob("*.dcm"):
            file = pydicom.dcmread(path)
            file.ImagerPixelSpacing = [0.14, 0.15]
            file.save_as(path)
        load(folder, audit.OPERATOR)
        lifecycle.open_study(looked_at(Study.objects.get()), audit.OPERATOR)
        return Browser(Study.objects.get().readers.first()).begin()

    return start


def spacings(page: Any) -> list[Any]:
    return [image["spacing"] for case in (page, *page["ahead"]) for image in case["images"]]


def test_spacing_is_kept_at_import_and_stays_behind(begun):
    browser = begun(STUDY_YAML)
    kept = Image.objects.values_list("row_spacing_mm", "column_spacing_mm", "spacing_kind")
    assert set(kept) == {(0.14, 0.15, "detector"), (None, None, "")}
    browser.read_session({"quality": 2, "diagnosis": "pneumonia"})
    assert not [reply for reply in browser.replies if not reply.streaming and b"0.14" in reply.content]


def test_spacing_goes_to_readers_who_may_measure(begun):
    browser = begun(STUDY_YAML + "viewer: {length: true}\n")
    pages = [browser.next()]
    while len(pages) < 4:
        sent = browser.send(pages[-1]["reading"], {"quality": 2, "diagnosis": "pneumonia"})
        pages.append(sent.json()["next"])
    found = [spacing for page in pages for spacing in spacings(page)]
    assert SPACING in found and None in found and pages[0]["length"] is True


def test_a_labelled_ellipse_is_kept_audited_and_exported(begun, tmp_path):
    browser = begun(
        STUDY_YAML.replace("kind: mark,", "kind: mark, shapes: [box, ellipse], labels: [nodule],")
    )
    browser.read_session({"quality": 2, "diagnosis": "pneumonia"})
    browser.post("/reading/exit/", noticed="yes")
    browser.post("/reading/briefing/")
    page = browser.next()
    asked = next(question for question in page["questions"] if question["kind"] == "mark")
    assert (asked["shapes"], asked["labels"]) == (["box", "ellipse"], ["nodule"])
    sent = browser.send(page["reading"], {"call": "synthetic", "confidence": 3, "region": [BOX]})
    assert sent.status_code == 200
    mark = Mark.objects.get()
    assert (mark.x, mark.y, mark.width, mark.height, mark.label) == (2, 3, 10, 4, "nodule")
    assert verify_study(Study.objects.get()) is None
    export(Study.objects.get(), tmp_path / "out", "operator")
    (row,) = csv.DictReader((tmp_path / "out" / "marks.csv").open(newline=""))
    assert [row[name] for name in ("kind", "x", "y", "width", "height", "label")] == [
        "ellipse",
        *("2.0", "3.0", "10.0", "4.0"),
        "nodule",
    ]
