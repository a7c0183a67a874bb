"""DICOM copies that an export holds: nothing of the patient in any byte, and black stays black."""

import csv
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR, keyword_dict, tag_for_keyword

from studies import audit, lifecycle, looks
from studies.export import export
from studies.imaging.blackout import Rectangle
from studies.ingest import load
from studies.models import Study
from studies.refusals import NotReady
from tests.planted import PATIENT, UID, write_folder
from tests.studies.reading_study import locked
from tests.studies.staged import slices

pytestmark = pytest.mark.django_db
REASON, PERSON = "Phantoms.", "person:1"
TEXT = {"LO", "SH", "PN", "LT", "ST", "UT", "AE"}


def plant(dataset: Dataset) -> None:
    """Says who the patient is in every element of text."""
    for keyword in keyword_dict:
        tag = tag_for_keyword(keyword)
        if tag and tag >> 16 > 8 and dictionary_VR(tag) in TEXT and keyword not in dataset:
            setattr(dataset, keyword, PATIENT[:16])
    dataset.AccessionNumber = dataset.InstitutionName = PATIENT[:16]
    dataset.private_block(0x0099, PATIENT, create=True).add_new(1, "LO", PATIENT)


@pytest.fixture
def draft(tmp_path: Path) -> Study:
    folder = write_folder(tmp_path / "study", cases=4)
    for path in (folder / "images").glob("*.dcm"):
        dataset = dcmread(path)
        plant(dataset)
        pydicom.dcmwrite(path, dataset)
    slices(folder / "images" / "stack")
    with (folder / "cases.csv").open("a") as table:
        table.write("Stack,gpt4o,authentic,images/stack,,\n")
    load(folder, audit.OPERATOR)
    return Study.objects.get()


def exported(study: Study, target: Path) -> dict[str, list[Path]]:
    """Files by the case's folder, of a study that is opened, closed and locked first."""
    lifecycle.open_study(study, audit.OPERATOR, REASON)
    study.refresh_from_db()
    export(locked(study), target, audit.OPERATOR, dicom=True)
    return {folder.name: sorted(folder.iterdir()) for folder in (target / "images").iterdir()}


def test_nothing_of_the_patient_is_in_any_byte(draft, tmp_path):
    files = exported(draft, tmp_path / "out")
    assert {case: len(found) for case, found in files.items()} == {
        "Secretcode00": 1,
        "Secretcode02": 1,
        "Stack": 3,
    }
    for path in (path for found in files.values() for path in found):
        data = path.read_bytes()
        assert not [word for word in ("Planted", "Patricia", UID) if word.encode() in data]
        made = dcmread(path)
        codes = [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
        assert (codes, made.PatientIdentityRemoved) == (["113100", "113107"], "YES")
        assert made.PatientID == path.parent.name


def test_every_copy_is_in_the_manifest_and_the_table(draft, tmp_path):
    files = exported(draft, tmp_path / "out")
    manifest = (tmp_path / "out" / "MANIFEST").read_text()
    with (tmp_path / "out" / "dicom.csv").open() as table:
        rows = [row["file"] for row in csv.DictReader(table)]
    written = {path.relative_to(tmp_path / "out").as_posix() for found in files.values() for path in found}
    assert set(rows) == written and all(f'"{name}"' in manifest for name in written)


def test_what_was_blacked_out_is_black_and_clean_pixels_are_claimed(draft, tmp_path):
    image = looks.seen(draft)[0].image
    looks.look(image, "blackout", PERSON, [Rectangle(2, 3, 10, 5)])
    looks.look(looks.of_image(image).image, "accept", PERSON)
    (path,) = exported(draft, tmp_path / "out")["Secretcode00"]
    made = dcmread(path)
    assert len(set(made.pixel_array[3:8, 2:12].flat)) == 1 < len(set(made.pixel_array.flat))
    codes = [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
    assert "113101" in codes and made.BurnedInAnnotation == "NO"


def test_no_dicom_leaves_before_the_lock(draft, tmp_path):
    with pytest.raises(NotReady, match="once the study is locked"):
        export(draft, tmp_path / "out", audit.OPERATOR, dicom=True)
    assert not (tmp_path / "out").exists()
