"""STOW-RS: what a program sends with a token is staged, once, and waits for a person."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from dicomweb_client import DICOMwebClient
from django.test import Client
from django.utils import timezone

from studies import audit, lifecycle
from studies.imports import area, door, tokens
from studies.ingest import load
from studies.models import AuditEvent, Import, ImportToken, Study
from tests.imaging.builders import dicom
from tests.planted import write_folder
from tests.studies.builders import looked_at
from tests.studies.staged import ACTOR, filling, slices, work

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/dicomweb/studies"
KIND = 'multipart/related; type="application/dicom"; boundary=edge'


@pytest.fixture
def study(tmp_path: Path) -> Study:
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    return Study.objects.get()


@pytest.fixture
def secret(study: Study) -> str:
    return tokens.make(study, "Scanner 3", 30, ACTOR)


def instance(**elements: Any) -> bytes:
    data = io.BytesIO()
    said = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3", "Modality": "DX", **elements}
    dicom(np.full((4, 4), 9, np.uint16), **said).save_as(data, enforce_file_format=True)
    return data.getvalue()


def send(secret: str, *bodies: bytes, address: str = ADDRESS, kind: str = KIND, **headers: str) -> Any:
    head = b"\r\n--edge\r\nContent-Type: application/dicom\r\n\r\n"
    data = b"".join(head + body for body in bodies) + b"\r\n--edge--"
    return Client().post(address, data, kind, headers={"Authorization": f"Bearer {secret}", **headers})


def uids(response: Any, tag: str) -> list[str]:
    return [row["00081155"].get("Value", [""])[0] for row in response.json().get(tag, {}).get("Value", [])]


STORED, FAILED = "00081199", "00081198"


def reasons(response: Any) -> list[int]:
    return [row["00081197"]["Value"][0] for row in response.json()[FAILED]["Value"]]


def test_instances_are_staged_and_nothing_of_the_study_changes(study, secret):
    response = send(secret, instance(SOPInstanceUID="1.1"), instance(SOPInstanceUID="1.2"))
    assert (response.status_code, response["Content-Type"]) == (200, "application/dicom+json")
    assert uids(response, STORED) == ["1.1", "1.2"] and FAILED not in response.json()
    imported = Import.objects.get()
    assert (imported.state, imported.files, imported.origin) == ("receiving", 2, "Scanner 3")
    assert study.cases.count() == 8


def test_sending_again_changes_nothing(secret):
    data = instance(SOPInstanceUID="1.1")
    first, again = send(secret, data).json(), send(secret, data, data).json()
    assert again[STORED]["Value"] == first[STORED]["Value"] * 2
    assert [Import.objects.get().files, Import.objects.get().size] == [1, len(data)]


def test_another_content_under_one_uid_is_not_taken(secret):
    send(secret, instance(SOPInstanceUID="1.1"))
    response = send(secret, instance(SOPInstanceUID="1.1", PatientID="other"))
    assert (response.status_code, reasons(response)) == (409, [0x0111])
    assert "was sent before" in Import.objects.get().reasons[0]["rule"]


def test_some_are_taken_and_some_are_not(secret):
    response = send(secret, b"no dicom", instance(SOPInstanceUID="1.1"))
    assert (response.status_code, uids(response, STORED), reasons(response)) == (202, ["1.1"], [0xC000])


def test_an_object_without_an_image_is_not_taken(secret):
    data, plain = io.BytesIO(), dicom(np.zeros((4, 4), np.uint16))
    del plain.Rows, plain.PixelData
    plain.save_as(data, enforce_file_format=True)
    assert reasons(send(secret, data.getvalue())) == [0x0122]


def test_an_address_of_a_study_takes_that_study_alone(secret):
    assert send(secret, instance(), address=f"{ADDRESS}/1.2").status_code == 200
    assert reasons(send(secret, instance(), address=f"{ADDRESS}/1.3")) == [0xA900]


@pytest.mark.parametrize("uid", ["../../x", "1.2/3", "", "1" * 65, "a.b"])
def test_a_uid_never_becomes_a_path(secret, data_dir, uid):
    data = dicom(np.zeros((4, 4), np.uint16), StudyInstanceUID="1.2")
    data.add_new("SOPInstanceUID", "LO", uid)
    file = io.BytesIO()
    with pydicom.config.disable_value_validation():
        pydicom.dcmwrite(file, data, enforce_file_format=False)
    assert send(secret, file.getvalue()).status_code == 409
    assert [path.name for path in data_dir.rglob("*.dcm") if "staging" in path.parts] == []


def test_no_token_no_entry(study, secret):
    assert send("wrong", instance()).status_code == 401
    assert Client().post(ADDRESS, b"x", KIND).status_code == 401
    ImportToken.objects.update(expires_utc=timezone.now() - timedelta(seconds=1))
    assert send(secret, instance()).status_code == 401
    assert not Import.objects.exists()


def test_a_revoked_token_is_useless_and_both_are_in_the_audit(secret):
    assert tokens.revoke(ImportToken.objects.get(), ACTOR, "Lost.")
    assert send(secret, instance()).status_code == 401
    events = AuditEvent.objects.filter(action__startswith="token.").order_by("number")
    assert [(event.action, event.actor, event.reason) for event in events] == [
        ("token.made", ACTOR, ""),
        ("token.revoked", ACTOR, "Lost."),
    ]
    assert secret not in json.dumps([event.data for event in events])


def test_a_study_that_is_open_takes_nothing(study, secret):
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    assert send(secret, instance()).status_code == 403


def test_too_many_requests_are_put_off_to_the_next_minute(secret, settings, monkeypatch):
    settings.STOW_PER_MINUTE, now = 2, timezone.now()
    monkeypatch.setattr("studies.imports.tokens.timezone.now", lambda: now)
    assert [send(secret, instance()).status_code for _ in range(3)] == [200, 200, 429]
    now += timedelta(minutes=1)
    assert send(secret, instance()).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 415),
        ('multipart/related; type="application/dicom+json"; boundary=edge', 415),
        ('multipart/related; type="application/dicom"', 400),
        ('multipart/related; type="application/dicom"; boundary=other', 400),
    ],
)
def test_another_kind_of_message_is_refused(secret, kind, status):
    assert send(secret, instance(), kind=kind).status_code == status


def test_nothing_can_be_read(secret):
    for method in ("get", "put", "delete", "head"):
        call = getattr(Client(), method)
        assert call(ADDRESS, headers={"Authorization": f"Bearer {secret}"}).status_code == 405


def test_limits_hold(secret, settings):
    settings.IMPORT_FILES = 1
    assert send(secret, instance(SOPInstanceUID="1.1")).status_code == 200
    assert reasons(send(secret, instance(SOPInstanceUID="1.2"))) == [0xA700]
    settings.FREE_MB = 10**9
    assert reasons(send(secret, instance())) == [0xA700]
    assert not list((area.root() / Import.objects.get().key / "incoming").iterdir())


def test_a_part_that_comes_to_fill_the_disk_is_stopped_and_removed(secret, monkeypatch):
    with filling(monkeypatch, after=3):
        response = send(secret, instance() + bytes(500_000))
    assert (response.status_code, reasons(response)) == (507, [0xA700])
    assert not [path for path in area.root().rglob("*") if path.is_file()]


def test_what_came_before_the_disk_was_full_is_kept(secret, monkeypatch):
    with filling(monkeypatch, after=2):
        response = send(secret, instance(SOPInstanceUID="1.1"), instance(SOPInstanceUID="1.2") * 999)
    assert response.status_code == 202 and reasons(response) == [0xA700]


def test_a_message_has_no_more_parts_than_an_import_has_files(secret, settings):
    settings.IMPORT_FILES = 2
    assert send(secret, *[b"no dicom"] * 2).status_code == 409
    assert send(secret, *[b"no dicom"] * 3).status_code == 413


def test_what_is_sent_after_the_check_begins_another_import(secret):
    send(secret, instance(SOPInstanceUID="1.1"))
    first = Import.objects.get()
    door.check(first, ACTOR)
    send(secret, instance(SOPInstanceUID="1.2"))
    assert [row.files for row in Import.objects.order_by("pk")] == [1, 1]
    assert work(first).state == "staged" and len(first.preview["proposal"]) == 1


@pytest.mark.django_db(transaction=True)
def test_dicomweb_client_sends_a_series_that_becomes_a_stack(tmp_path, transactional_db, live_server):
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    secret = tokens.make(Study.objects.get(), "Scanner 3", 30, ACTOR)
    client = DICOMwebClient(
        f"{live_server.url}/api/v1/dicomweb", headers={"Authorization": f"Bearer {secret}"}
    )
    files = [pydicom.dcmread(path) for path in slices(tmp_path / "ct", 5).iterdir()]
    answer = client.store_instances(files)
    assert {row.ReferencedSOPInstanceUID for row in answer.ReferencedSOPSequence} == {
        file.SOPInstanceUID for file in files
    }
    imported = Import.objects.get()
    door.check(imported, ACTOR)
    assert ["5 files" in row["found"] for row in work(imported).preview["proposal"]] == [True]
