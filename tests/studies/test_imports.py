"""A staged import: checked, shown, confirmed; before that nothing of it is in a study or in the store."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from studies import audit, lifecycle, truth
from studies.imports import area, door, jobs, steps
from studies.ingest import load, preview
from studies.models import AuditEvent, Case, Image, Import, Job, Study
from studies.refusals import Refused
from tests.planted import write_folder
from tests.studies.builders import looked_at
from tests.studies.staged import ACTOR, slices, staged, work

pytestmark = pytest.mark.django_db
KINDS = ("vault", "derivatives", "thumbnails")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "study")


@pytest.fixture
def draft(folder: Path) -> Study:
    load(folder, audit.OPERATOR)
    return Study.objects.get()


def in_store(data_dir: Path) -> set[str]:
    return {path.name for kind in KINDS for path in (data_dir / kind).rglob("*") if path.is_file()}


def completed(imported: Import, truth: str = "authentic") -> str:
    """The proposed table with truth said by a person."""
    rows = list(csv.DictReader(io.StringIO(steps.proposed_table(imported))))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows({**row, "truth": truth, "case_set": "gpt4o"} for row in rows)
    return text.getvalue()


def test_a_preview_says_what_a_load_would_do_and_writes_nothing(folder, data_dir, capsys):
    found = preview(folder)
    assert (found.outcome, found.cases, found.images, found.readers) == ("created", 8, 8, 2)
    call_command("load_study", str(folder), "--preview", "--json")
    assert json.loads(capsys.readouterr().out)["preview"] is True
    assert not Study.objects.exists() and not AuditEvent.objects.exists()
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_a_preview_refuses_what_a_load_refuses(folder, data_dir):
    path = folder / "images" / "gpt-generated-1.png"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Refused, match="gpt-generated-1.png"):
        preview(folder)
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_a_preview_names_what_would_change(folder, draft):
    text = (folder / "cases.csv").read_text().replace("Cough for 2 days", "Fever")
    (folder / "cases.csv").write_text(text.replace("Secretcode01", "Other01"))
    changes = preview(folder).changes
    assert changes == (
        "1 case added: Other01",
        "1 case removed: Secretcode01",
        "1 case changed: Secretcode00",
    )
    assert Case.objects.filter(code="Secretcode01").exists()


def test_files_that_nothing_names_are_told(folder):
    (folder / "notes.txt").write_text("left over")
    assert load(folder, audit.OPERATOR).left_out == (("notes.txt", "Nothing in cases.csv names it."),)


def test_a_known_picture_keeps_its_notes(tmp_path, folder):
    from tests.imaging.builders import dicom, saved
    from tests.imaging.builders import ramp as values

    saved(dicom(values(12), RescaleSlope=0), folder / "images" / "authentic-0.dcm")
    first = load(folder, audit.OPERATOR).warnings
    assert first == load(folder, audit.OPERATOR).warnings and "slope of 0" in first[0]


@pytest.mark.parametrize("top", ["", "study/"])
def test_a_zip_of_a_study_is_checked_then_loaded(folder, data_dir, top):
    imported = work(staged(folder, top=top))
    assert (imported.state, imported.preview["cases"], imported.reasons) == ("staged", 8, [])
    assert not Study.objects.exists() and not in_store(data_dir)
    door.confirm(imported, "person:2")
    assert work(imported).state == "loaded" and imported.study == Study.objects.get()
    event = AuditEvent.objects.get(action="study.loaded")
    assert event.actor == "person:2" and json.loads(event.data)["import"] == imported.pk
    assert not (area.root() / imported.key).exists()


def test_a_zip_loads_what_the_folder_loads(folder, data_dir):
    load(folder, audit.OPERATOR)
    before = list(Image.objects.order_by("original_name").values("original_sha256", "derivative_sha256"))
    imported = work(staged(folder))
    assert imported.preview["outcome"] == "unchanged"
    door.confirm(imported, ACTOR)
    work(imported)
    assert before == list(
        Image.objects.order_by("original_name").values("original_sha256", "derivative_sha256")
    )


def test_what_a_load_refuses_is_refused_in_the_background_with_its_reasons(folder, data_dir):
    (folder / "images" / "authentic-0.dcm").write_bytes(b"no image")
    imported = work(staged(folder))
    assert imported.state == "refused" and imported.jobs.get().state == "failed"
    assert [reason["file"] for reason in imported.reasons] == ["images/authentic-0.dcm"]
    assert not in_store(data_dir)


def test_junk_is_told(folder):
    (folder / ".DS_Store").write_text("x")
    assert [reason["file"] for reason in work(staged(folder)).reasons] == [".DS_Store"]


def test_a_decoded_image_is_not_decoded_again_at_the_load(folder, monkeypatch):
    imported = work(staged(folder))
    monkeypatch.setattr(
        "studies.ingest.decoded.process_images", lambda paths, workers, derivations: (path for path in paths)
    )
    door.confirm(imported, ACTOR)
    assert work(imported).state == "loaded"


def test_pictures_alone_need_a_study(tmp_path):
    imported = work(staged(slices(tmp_path / "ct")))
    assert imported.state == "refused" and "choose a draft study" in imported.reasons[0]["remedy"]


def test_pictures_become_a_proposed_table_that_a_person_completes(tmp_path, draft, data_dir):
    pictures = slices(tmp_path / "ct")
    (pictures / "readme.txt").write_text("no picture")
    imported, before = work(staged(pictures, draft)), in_store(data_dir)
    (row,) = imported.preview["proposal"]
    assert imported.state == "staged" and "CT, 8 x 8, 3 files" in row["found"]
    assert "Plantedname" not in json.dumps(imported.preview)
    assert [reason["file"] for reason in imported.reasons] == ["readme.txt"]
    door.complete(imported, completed(imported), ACTOR)
    assert (work(imported).state, imported.preview["changes"]) == ("staged", ["1 case added"])
    assert draft.cases.count() == 8 and in_store(data_dir) == before
    door.confirm(imported, ACTOR)
    assert work(imported).state == "loaded"
    image = Image.objects.get(case__code=row["case"])
    assert draft.cases.count() == 9 and image.frames.count() == 3


def test_a_table_without_truth_is_refused_and_may_be_mended(tmp_path, draft):
    imported = work(staged(slices(tmp_path / "ct"), draft))
    table = completed(imported)
    door.complete(imported, steps.proposed_table(imported), ACTOR)
    assert work(imported).state == "refused" and imported.reasons[0]["file"] == "cases.csv"
    door.complete(imported, table, ACTOR)
    assert work(imported).state == "staged" and imported.preview["outcome"] == "changed"


def test_an_open_study_takes_no_cases(tmp_path, draft):
    imported = work(staged(slices(tmp_path / "ct"), draft))
    door.complete(imported, completed(imported), ACTOR)
    work(imported)
    lifecycle.open_study(looked_at(draft), audit.OPERATOR)
    door.confirm(imported, ACTOR)
    assert work(imported).state == "refused" and draft.cases.count() == 8


def test_a_case_that_is_there_is_not_replaced(tmp_path, draft):
    imported = work(staged(slices(tmp_path / "ct"), draft))
    case = imported.preview["proposal"][0]["case"]
    door.complete(imported, completed(imported).replace(case, "Secretcode00"), ACTOR)
    assert "is in study planted already" in work(imported).reasons[0]["rule"]


def test_an_import_is_confirmed_once(folder):
    imported = work(staged(folder))
    door.confirm(imported, ACTOR)
    with pytest.raises(Refused, match="being done"):
        door.confirm(imported, ACTOR)
    assert Job.objects.filter(kind="load").count() == 1


def test_a_discarded_import_leaves_no_file_and_its_job_ends(folder):
    imported = staged(folder)
    hold = jobs.claim("worker")
    assert area.discard(imported, ACTOR, "Not wanted.")
    with pytest.raises(jobs.Lost):
        steps.run(hold)
    imported.refresh_from_db()
    area.sweep()
    assert imported.state == "discarded" and not list(area.root().iterdir())


def test_a_job_taken_from_a_silent_worker_is_its_no_more(folder):
    imported = staged(folder)
    first = jobs.claim("first")
    Job.objects.update(heartbeat_utc=timezone.now() - timedelta(hours=1))
    assert jobs.reap() == 1
    second = jobs.claim("first")
    with pytest.raises(jobs.Lost):
        first.beat()
    steps.run(second)
    assert work(imported).state == "staged" and imported.jobs.get().attempts == 2


def test_a_job_whose_workers_keep_dying_fails(folder):
    imported = staged(folder)
    for _ in range(jobs.ATTEMPTS):
        jobs.claim("worker")
        Job.objects.update(heartbeat_utc=timezone.now() - timedelta(hours=1))
        jobs.reap()
    assert work(imported).state == "refused" and imported.jobs.get().state == "failed"
    door.check(imported, ACTOR)
    assert work(imported).state == "staged"


def test_a_job_is_claimed_once(folder):
    staged(folder)
    assert jobs.claim("one") and jobs.claim("other") is None


def test_limits_are_refused_by_name(folder, settings):
    settings.IMPORT_FILES = 5
    assert "5 is the limit" in work(staged(folder)).reasons[0]["rule"]
    settings.FREE_MB = 10**9
    with pytest.raises(Refused, match="must stay free"):
        area.check_room()


def test_a_preview_does_not_say_whether_truth_was_guessed(draft, folder):
    table, changes = folder / "cases.csv", []
    rows = table.read_text().splitlines()
    for guess in ("authentic", "synthetic"):
        rows[1] = ",".join(
            guess if cell in ("authentic", "synthetic") else cell for cell in rows[1].split(",")
        )
        table.write_text("\n".join([*rows[:-1], ""]))
        changes.append(work(staged(folder)).preview["changes"])
    assert changes[0] == changes[1] and steps.TRUTH_REPLACED in changes[0]


def test_a_table_that_nobody_confirmed_is_never_loaded(draft, tmp_path):
    imported = work(staged(slices(tmp_path / "ct"), draft))
    seen, other = completed(imported), completed(imported, "synthetic")
    door.complete(imported, seen, ACTOR)
    door.confirm(work(imported), ACTOR)
    with pytest.raises(Refused, match="already"):
        door.complete(imported, other, "person:2")
    assert work(imported).state == "loaded"
    assert truth.for_leak_audit(draft)[Case.objects.latest("pk").pk] == 0


def test_what_no_worker_ever_checked_is_swept_by_the_command_too(folder, settings):
    imported = staged(folder)
    Import.objects.update(created_utc=timezone.now() - timedelta(days=settings.STAGING_DAYS + 1))
    call_command("sweep_files", delete=True, stdout=io.StringIO())
    imported.refresh_from_db()
    assert imported.state == "discarded" and not list(area.root().iterdir())
    assert imported.jobs.get().state == "cancelled"


def test_once_unpacked_the_zip_is_gone_and_a_check_goes_on_without_it(folder):
    imported = work(staged(folder))
    assert not (area.root() / imported.key / steps.UPLOAD).exists()
    door.check(imported, ACTOR)
    assert work(imported).state == "staged"


def test_what_nobody_confirmed_is_swept(folder, settings):
    imported = work(staged(folder))
    area.sweep()
    assert (area.root() / imported.key).exists()
    Import.objects.update(created_utc=timezone.now() - timedelta(days=settings.STAGING_DAYS + 1))
    area.sweep()
    imported.refresh_from_db()
    assert imported.state == "discarded" and not list(area.root().iterdir())
