"""From an archive, through a study that is read, back into the archive: the picture alone comes home."""

import csv
import hashlib
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import requests
from django.core.management import call_command
from pydicom import dcmread

from studies import audit, lifecycle, looks
from studies.imaging.blackout import Rectangle
from studies.ingest import load
from studies.models import Reading, Study
from studies.refusals import NotReady
from tests import identified, orthanc
from tests.planted import STUDY_YAML
from tests.studies.reading_study import locked
from tests.viewer.reading import Browser

pytestmark = pytest.mark.django_db
PERSON = "person:1"


def asked(address: str, **said: object) -> requests.Response:
    reply = requests.request("POST" if said else "GET", address, auth=orthanc.LOG_IN, timeout=30, **said)
    assert reply.ok, reply.text
    return reply


def fetched(folder: Path) -> Path:
    """What the archive has of the patient, with what a person adds: case set, truth, protocol, readers."""
    patient = f"PatientID={identified.PLANTS['patient ID']}"
    call_command("fetch_dicomweb", "pacs", "--query", patient, "--to", str(folder))
    with (folder / "cases.csv").open() as table:
        rows = list(csv.DictReader(table))
    with (folder / "cases.csv").open("w", newline="") as table:
        writer = csv.DictWriter(table, rows[0])
        writer.writeheader()
        for row, truth in zip(rows, ["synthetic", "authentic"] * 2, strict=True):
            writer.writerow(row | {"case_set": "gpt4o", "truth": truth})
    (folder / "study.yaml").write_text(STUDY_YAML)
    (folder / "readers.csv").write_text("name,email\nReader 1,reader1@example.org\n")
    return folder


def looked_at_and_open(folder: Path) -> Study:
    """Refused until a person looked at each picture; the one with a name in it is blacked out."""
    load(folder, audit.OPERATOR)
    study = Study.objects.get()
    with pytest.raises(NotReady, match="4 of 4 images wait"):
        lifecycle.open_study(study, audit.OPERATOR)
    (first,) = [one for one in looks.seen(study) if one.image.case.code == with_a_name(folder)]
    looks.look(first.image, "blackout", PERSON, [Rectangle(*identified.RECTANGLE)])
    for one in looks.seen(study):
        looks.look(one.image, "accept", PERSON)
    lifecycle.open_study(study, audit.OPERATOR)
    return Study.objects.get()


def with_a_name(folder: Path) -> str:
    with (folder / "cases.csv").open() as table:
        files = {row["case"]: folder / row["image"] for row in csv.DictReader(table)}
    (code,) = [
        code for code, path in files.items() if path.is_file() and identified.shows_name(path.read_bytes())
    ]
    return code


def pixels(data: list[bytes]) -> Counter[str]:
    """Of pictures, by their values; without what stands where the name was."""
    left, top, width, height = identified.RECTANGLE
    found: Counter[str] = Counter()
    for one in data:
        for picture in identified.pictures(one):
            values = np.array(picture, np.int32)
            values[top : top + height, left : left + width] = 0
            found[hashlib.sha256(values.tobytes()).hexdigest()] += 1
    return found


def test_an_archives_images_are_read_and_come_back_without_their_patient(tmp_path, settings):
    if orthanc.program() is None:
        pytest.skip(orthanc.HINT)
    identified.write_images(tmp_path / "images")
    originals = [path.read_bytes() for path in (tmp_path / "images").rglob("*.dcm")]
    with orthanc.running(tmp_path / "orthanc") as address:
        before = {asked(f"{address}/instances", data=data).json()["ID"] for data in originals}
        settings.DICOMWEB = {"pacs": {"url": f"{address}/dicom-web", "authorization": orthanc.BASIC}}
        study = looked_at_and_open(fetched(tmp_path / "study"))
        Browser(study.readers.get()).begin().read_session({"quality": 2, "diagnosis": "pneumonia"})
        assert Reading.objects.read().count() == 4
        locked(study)
        for _ in range(2):
            call_command("send_dicomweb", study.slug, "--to", "pacs")
        copies = sorted(set(asked(f"{address}/instances").json()) - before)
        files = [asked(f"{address}/instances/{one}/file").content for one in copies]
        said = [asked(f"{address}/instances/{one}/tags").content for one in copies]
    assert before and len(files) == len(originals) == 6
    assert not any(identified.told(data) for data in files + said)
    assert not any(identified.shows_name(data) for data in files) and any(
        map(identified.shows_name, originals)
    )
    assert pixels(files) == pixels(originals)
    assert {dcmread(io.BytesIO(data)).PatientIdentityRemoved for data in files} == {"YES"}
