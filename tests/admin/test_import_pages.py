"""Imports in the admin: uploaded, looked at, completed, confirmed."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest
from django.test import Client

from studies import audit, roles
from studies.imports import area, tokens
from studies.imports.thumbnails import MOST, Thumbnails
from studies.ingest import load
from studies.models import Import, Study
from tests.planted import write_folder
from tests.studies.staged import filling, slices, work, zip_of

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db
PAGE = "/admin/studies/import/"


@pytest.fixture
def client(as_: As) -> Client:
    return as_("coordinators")


def uploaded(client: Client, folder: Path, tmp_path: Path, **said: object) -> Import:
    with zip_of(folder, tmp_path / "images.zip").open("rb") as file:
        response = client.post(f"{PAGE}add/", {"zip": file, **said})
    assert response.status_code == 302, response.content
    return Import.objects.latest("pk")


def shown(client: Client, imported: Import) -> str:
    return client.get(f"{PAGE}{imported.pk}/change/").content.decode()


def test_an_upload_is_checked_and_confirmed(client, tmp_path):
    imported = uploaded(client, write_folder(tmp_path / "study"), tmp_path)
    page = shown(client, imported)
    assert "Waiting for a worker" in page and "admin-site/refresh" in page
    assert not list(area.root().glob("*.upload"))
    page = shown(client, work(imported))
    assert "Load 8 cases into planted" in page and "admin-site/refresh" not in page
    client.post(f"{PAGE}{imported.pk}/confirm/", {"seen": imported.jobs.latest("pk").pk})
    assert work(imported).state == "loaded"
    assert "Study planted: created · 8 cases" in shown(client, imported)


def test_a_preview_that_was_made_anew_is_not_confirmed_unread(client, tmp_path):
    imported = work(uploaded(client, write_folder(tmp_path / "study"), tmp_path))
    seen = imported.jobs.latest("pk").pk
    client.post(f"{PAGE}{imported.pk}/check/")
    work(imported)
    response = client.post(f"{PAGE}{imported.pk}/confirm/", {"seen": seen}, follow=True)
    assert "made anew since you read it" in response.content.decode()
    assert not Study.objects.exists()


def test_loose_pictures_are_completed_in_the_admin(client, tmp_path):
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    study = Study.objects.get()
    imported = work(uploaded(client, slices(tmp_path / "ct"), tmp_path, study=study.pk))
    page = shown(client, imported)
    assert "grouped into 1 image" in page and "Load" not in page.split('id="import"')[1]
    table = client.get(f"{PAGE}{imported.pk}/cases.csv").content.decode()
    assert table.splitlines()[0] == "case,case_set,truth,image,patient,source"
    file = io.BytesIO(table.replace("gpt4o,,", "gpt4o,authentic,").encode())
    client.post(f"{PAGE}{imported.pk}/complete/", {"table": file})
    assert "Load 1 case into planted" in shown(client, work(imported))


def test_what_is_no_zip_is_refused_on_its_page(client, tmp_path):
    response = client.post(f"{PAGE}add/", {"zip": io.BytesIO(b"no zip at all")}, follow=True)
    imported = work(Import.objects.get())
    assert response.status_code == 200 and "no sound zip" in shown(client, imported)
    assert b"no sound zip" in client.get(f"{PAGE}{imported.pk}/not-taken.csv").content


def test_an_upload_beyond_the_limit_is_stopped(client, tmp_path, settings):
    settings.IMPORT_MB = 1
    response = client.post(f"{PAGE}add/", {"zip": io.BytesIO(b"x" * 2_000_000)})
    assert response.status_code == 413 and b"An import may have 1 MB" in response.content
    assert not Import.objects.exists() and not list(area.root().iterdir())


def test_an_upload_that_comes_to_fill_the_disk_is_stopped_and_removed(client, monkeypatch):
    with filling(monkeypatch, after=3):
        response = client.post(f"{PAGE}add/", {"zip": io.BytesIO(b"x" * 2_000_000)})
    assert response.status_code == 507 and b"must stay free" in response.content
    assert not Import.objects.exists() and not list(area.root().iterdir())


def test_an_upload_without_its_token_or_right_is_not_read(as_: As, tmp_path):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_("coordinators").cookies
    data = io.BytesIO()
    zipfile.ZipFile(data, "w").close()
    assert strict.post(f"{PAGE}add/", {"zip": io.BytesIO(data.getvalue())}).status_code == 403
    assert as_("statisticians").post(f"{PAGE}add/", {"zip": data}).status_code == 403
    assert not Import.objects.exists()


def test_a_job_that_no_worker_takes_is_wondered_at(client, tmp_path):
    imported = uploaded(client, write_folder(tmp_path / "study"), tmp_path)
    imported.jobs.update(created_utc="2020-01-01T00:00:00Z")
    assert "Is `manage.py run_jobs` running?" in shown(client, imported)


def test_a_token_is_shown_once_and_revoked(client, tmp_path):
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    said = {"study": Study.objects.get().pk, "name": "Scanner 3", "days": 30}
    page = client.post("/admin/studies/importtoken/add/", said).content.decode()
    token = tokens.of(page.split('readonly value="')[1].split('"')[0])
    assert token and token.secret_sha256 not in page
    assert b"Scanner 3" in client.get("/admin/studies/importtoken/").content
    client.post("/admin/studies/importtoken/", {"action": "revoke_selected", "_selected_action": token.pk})
    token.refresh_from_db()
    assert not tokens.works(token)


def test_a_server_is_asked_by_its_name(client, tmp_path, settings):
    settings.DICOMWEB = {"pacs": {"url": "http://127.0.0.1:9"}}
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    said = {"server": "pacs", "study": Study.objects.get().pk, "StudyInstanceUID": "1.2.3"}
    assert client.post(f"{PAGE}fetch/", {**said, "server": "http://other"}).status_code == 200
    assert (
        "at least a study" in client.post(f"{PAGE}fetch/", {**said, "StudyInstanceUID": ""}).content.decode()
    )
    assert not Import.objects.exists()
    client.post(f"{PAGE}fetch/", said)
    assert Import.objects.get().request == {"server": "pacs", "query": {"StudyInstanceUID": "1.2.3"}}


def test_what_waits_is_shown_in_small(client, tmp_path):
    imported = work(uploaded(client, write_folder(tmp_path / "study"), tmp_path))
    page = shown(client, imported)
    assert page.count("<figure>") == 8 and "Secretcode07</figcaption>" in page
    response = client.get(f"{PAGE}{imported.pk}/7.png")
    assert PIL.Image.open(io.BytesIO(response.content)).size == (30, 40)
    assert response["Content-Type"] == "image/png" and "no-store" in response["Cache-Control"]
    assert client.get(f"{PAGE}{imported.pk}/8.png").status_code == 404


def test_small_pictures_are_gone_with_the_import(client, tmp_path):
    imported = work(uploaded(client, write_folder(tmp_path / "study", cases=2), tmp_path))
    client.post(f"{PAGE}{imported.pk}/confirm/", {"seen": imported.jobs.latest("pk").pk})
    assert work(imported).state == "loaded" and "<figure>" not in shown(client, imported)
    assert client.get(f"{PAGE}{imported.pk}/0.png").status_code == 404


def test_pictures_without_a_table_are_shown_too_and_those_that_a_study_has(client, tmp_path):
    load(write_folder(tmp_path / "study", cases=2), audit.OPERATOR)
    slices(tmp_path / "loose" / "ct", 3)
    images = work(uploaded(client, tmp_path / "loose", tmp_path, study=Study.objects.get().pk))
    assert images.preview["proposal"][0]["image"] in shown(client, images).split("<figcaption>")[1]
    again = work(uploaded(client, tmp_path / "study", tmp_path))
    for imported in (images, again):
        assert client.get(f"{PAGE}{imported.pk}/0.png").content.startswith(b"\x89PNG")


def test_fifty_small_pictures_are_enough(tmp_path):
    small = Thumbnails(tmp_path / "small")
    for number in range(60):
        small.keep(f"{number:064x}", b"png")
    assert len(list((tmp_path / "small").iterdir())) == MOST == 50


@pytest.mark.parametrize("role", [roles.TRUTH_KEEPERS, roles.MONITORS, "staff"])
def test_small_pictures_are_for_coordinators(as_, client, tmp_path, role):
    imported = work(uploaded(client, write_folder(tmp_path / "study", cases=2), tmp_path))
    assert as_(role).get(f"{PAGE}{imported.pk}/0.png").status_code == 403
