"""Files that no study refers to are found and deleted, and never another."""

import json
import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from studies import audit, filestore
from studies.filestore import DAY, FileStore
from studies.imaging.blackout import Rectangle
from studies.ingest import load
from studies.ingest.rederive import rederive
from studies.ingest.way import one_at_a_time
from studies.models import Image, Import, Job, Study
from studies.orphans import sweep
from studies.refusals import NotReady
from tests.planted import write_folder
from tests.studies.builders import make_study
from tests.studies.staged import slices

pytestmark = pytest.mark.django_db


def files(store: Path) -> set[str]:
    found = (path for kind in filestore.KINDS for path in (store / kind).rglob("*") if path.is_file())
    return {path.relative_to(store).as_posix() for path in found}


def aged(store: Path, days: float = 2) -> None:
    for name in files(store):
        os.utime(store / name, times=(time.time() - days * DAY,) * 2)


def orphan(store: Path, days: float = 2, kind: str = "vault") -> str:
    digest = FileStore(store).keep(kind, os.urandom(9))
    path = FileStore(store).path(kind, digest)
    os.utime(path, times=(time.time() - days * DAY,) * 2)
    return path.relative_to(store).as_posix()


@pytest.fixture
def loaded(tmp_path: Path, data_dir: Path) -> Path:
    """A study's folder: a PNG, a DICOM file with an overlay, a stack; all files are two days old."""
    folder = write_folder(tmp_path / "study", cases=2)
    slices(folder / "images" / "stack")
    with (folder / "cases.csv").open("a") as table:
        table.write("Stack,gpt4o,authentic,images/stack,,\n")
    load(folder, audit.OPERATOR)
    aged(data_dir)
    return folder


def test_no_file_that_a_study_refers_to_is_an_orphan(loaded, data_dir):
    there = files(data_dir)
    assert len(there) > 15 and sweep(delete=True) == [] and files(data_dir) == there


def test_what_a_replaced_draft_left_is_deleted(loaded, data_dir):
    there = files(data_dir)
    table = loaded / "cases.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    load(loaded, audit.OPERATOR)
    found = {one.name for one in sweep(delete=False)}
    assert {name.split("/")[0] for name in found} >= {"vault", "thumbnails"} and files(data_dir) == there
    assert {one.name for one in sweep(delete=True)} == found
    assert files(data_dir) == there - found
    assert load(loaded, audit.OPERATOR).outcome == "unchanged"


def test_what_was_blacked_out_needs_its_original(loaded, data_dir):
    rederive(Image.objects.get(original_format="png"), [Rectangle(1, 1, 5, 5)])
    aged(data_dir)
    sweep(delete=True)
    rederive(Image.objects.get(original_format="png"), [])


def test_files_written_aside_and_old_are_found(loaded, data_dir):
    path = filestore.write_aside(FileStore(data_dir).path("vault", "0" * 64), [b"half"])
    assert sweep(delete=False) == []
    aged(data_dir)
    assert [one.name for one in sweep(delete=True)] == [path.relative_to(data_dir).as_posix()]


def test_a_day_must_have_passed(loaded, data_dir):
    old, young = orphan(data_dir, 1.01), orphan(data_dir, 0.99)
    (found,) = sweep(delete=True)
    assert (found.name, found.days) == (old, 1) and young in files(data_dir)


def test_what_the_store_did_not_name_is_left(loaded, data_dir):
    path = data_dir / "vault" / "00" / "notes.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    aged(data_dir)
    assert sweep(delete=True) == [] and path.exists()


def test_another_databases_folder_is_left(data_dir):
    make_study()
    for path in list(data_dir.glob("derivatives/*/*")):
        path.unlink()
    name = orphan(data_dir)
    with pytest.raises(NotReady, match="is it the folder's own"):
        sweep(delete=True)
    assert name in files(data_dir) and len(sweep(delete=False)) == 1


def test_nothing_is_swept_while_an_import_is_loaded(loaded):
    imported = Import.objects.create(
        key="0" * 16, source="zip", origin="x.zip", state="loading", study=Study.objects.get(), created_by="x"
    )
    job = Job.objects.create(
        of=imported, kind="load", state="running", created_by="x", heartbeat_utc=timezone.now()
    )
    with pytest.raises(NotReady, match="being loaded"):
        sweep(delete=False)
    Job.objects.filter(pk=job.pk).update(heartbeat_utc=timezone.now() - timedelta(hours=1))  # its worker died
    assert sweep(delete=False) == []


def test_a_sweep_waits_for_a_load(loaded, data_dir):
    order = []

    def hold() -> None:
        with one_at_a_time(data_dir):
            held.set()
            time.sleep(0.3)
            order.append("load")

    held = threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    sweep(delete=True)
    order.append("sweep")
    thread.join()
    assert order == ["load", "sweep"]


def test_the_command_lists_and_deletes(loaded, data_dir, capsys):
    name = orphan(data_dir)
    call_command("sweep_files")
    assert f"{name}  " in (told := capsys.readouterr().out) and "to delete with --delete." in told
    call_command("sweep_files", "--delete", "--json")
    said = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in said["files"]] == [name] and said["deleted"]
    call_command("sweep_files")
    assert capsys.readouterr().out == "0 files, 0 bytes: nothing to delete.\n"
