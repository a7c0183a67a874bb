"""load_study: whole or not at all; refusals name file, rule and remedy."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as Picture

from studies import audit, lifecycle, truth
from studies.filestore import FileStore
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.ingest import load
from studies.models import AuditEvent, Case, Image, Reader, Study
from studies.refusals import Refused
from tests.planted import PATIENT, write_dicom, write_folder
from tests.studies.builders import looked_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "study")


def refusals_of(folder: Path) -> str:
    """What a load says that is refused; nothing may be left of it."""
    with pytest.raises(Refused) as refused:
        load(folder, audit.OPERATOR)
    return str(refused.value)


def nothing_kept(data_dir: Path) -> bool:
    return not Study.objects.exists() and not [path for path in data_dir.rglob("*") if path.is_file()]


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def test_a_folder_becomes_a_draft(folder):
    loaded = load(folder, audit.OPERATOR)
    assert (loaded.outcome, loaded.cases, loaded.images, loaded.readers) == ("created", 8, 8, 2)
    assert Study.objects.get().state == Study.State.DRAFT


def test_loading_again_changes_nothing(folder):
    load(folder, audit.OPERATOR)
    events, images = AuditEvent.objects.count(), list(Image.objects.values())
    assert load(folder, audit.OPERATOR).outcome == "unchanged"
    assert (AuditEvent.objects.count(), list(Image.objects.values())) == (events, images)


def test_queries_do_not_grow_with_cases(tmp_path, data_dir, settings):
    counts = []
    for cases in (2, 4, 8):  # the first one's pictures are known to both others
        settings.DATA_DIR = data_dir / str(cases)
        settings.DATA_DIR.mkdir()
        folder = write_folder(tmp_path / str(cases), cases)
        edit(folder, "study.yaml", "slug: ", f"slug: with-{cases}-")
        counts.append([])
        for _ in ("first", "again"):
            with CaptureQueriesContext(connection) as queries:
                load(folder, audit.OPERATOR)
            counts[-1].append(len(queries))
    assert counts[1] == counts[2]


def test_a_derivative_holds_the_very_grey_values(folder, data_dir):
    load(folder, audit.OPERATOR)
    image = Image.objects.get(original_name="images/gpt-generated-1.png")
    stored = FileStore(data_dir).read("derivatives", image.frames.get().sha256, ".zst")
    with Picture.open(folder / image.original_name) as original:
        assert np.array_equal(decode_payload(unpack_zstd(stored)), np.asarray(original))


def test_originals_are_vaulted_unchanged_and_nothing_of_them_in_derivatives(folder, data_dir):
    load(folder, audit.OPERATOR)
    image = Image.objects.get(original_name="images/authentic-0.dcm")
    vaulted = FileStore(data_dir).read("vault", image.original_sha256)
    assert vaulted == (folder / image.original_name).read_bytes() and PATIENT.encode() in vaulted
    served = [path for path in (data_dir / "derivatives").rglob("*") if path.is_file()]
    assert served and not any(PATIENT.encode() in unpacked(path) for path in served)


def unpacked(path: Path) -> bytes:
    import gzip

    return unpack_zstd(path.read_bytes()) if path.suffix == ".zst" else gzip.decompress(path.read_bytes())


def test_a_draft_follows_its_folder(folder):
    load(folder, audit.OPERATOR)
    edit(folder, "cases.csv", "Cough for 2 days", "Fever")
    assert load(folder, audit.OPERATOR).outcome == "changed"
    assert Case.objects.get(code="Secretcode00").history == "Fever"


def test_an_open_study_refuses_a_changed_folder(folder):
    load(folder, audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get()), audit.OPERATOR)
    edit(folder, "cases.csv", "Cough for 2 days", "Fever")
    assert "its design is frozen" in refusals_of(folder)


def test_new_readers_may_join_an_open_study(folder):
    load(folder, audit.OPERATOR)
    lifecycle.open_study(looked_at(Study.objects.get()), audit.OPERATOR)
    with (folder / "readers.csv").open("a") as file:
        file.write("Reader 3,reader3@example.org,general,9,Centre,FR,\n")
    assert load(folder, audit.OPERATOR).changes == ("R03 added",)
    assert Reader.objects.count() == 3


@pytest.mark.parametrize("close", [False, True])
def test_readers_stay_as_they_were_once_reading_is_over(folder, close):
    load(folder, audit.OPERATOR)
    study = Study.objects.get()
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    edit(folder, "readers.csv", "thoracic,1,", "general,1,")
    if close:
        lifecycle.close_study(study, audit.OPERATOR)
        assert "its readers stay as they were (R01: specialty)" in refusals_of(folder)
    else:
        assert load(folder, audit.OPERATOR).changes == ("R01: specialty",)


def test_a_stack_may_not_link_outside_its_folder(folder, tmp_path, data_dir):
    stack = folder / "images" / "stack"
    stack.mkdir()
    (stack / "1.png").symlink_to(tmp_path / "elsewhere.png")
    edit(folder, "cases.csv", "images/gpt-generated-1.png", "images/stack")
    assert "links outside the folder" in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_a_history_that_names_truth_is_told(folder):
    edit(folder, "cases.csv", "Cough for 2 days", "Synthetic graft")
    assert "names “synthetic”" in load(folder, audit.OPERATOR).warnings[0]


def test_duplicates_are_told(folder):
    (folder / "images" / "gpt-generated-3.png").write_bytes(
        (folder / "images" / "gpt-generated-1.png").read_bytes()
    )
    (warning,) = [said for said in load(folder, audit.OPERATOR).warnings if "same picture" in said]
    assert "Secretcode01" in warning and "Secretcode03" in warning


def test_a_truncated_png_is_refused(folder, data_dir):
    path = folder / "images" / "gpt-generated-1.png"
    path.write_bytes(path.read_bytes()[:-200])
    assert "gpt-generated-1.png" in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_a_dicom_without_pixels_is_refused(folder, data_dir):
    write_dicom(folder / "images" / "authentic-0.dcm", np.zeros((1, 1)), pixels=False)
    assert "authentic-0.dcm" in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_a_picture_of_30000_by_30000_is_refused_by_its_header(folder, data_dir):
    Picture.new("1", (30_000, 30_000)).save(folder / "images" / "gpt-generated-1.png")
    assert "megapixels" in refusals_of(folder)
    assert nothing_kept(data_dir)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "cases.csv",
            "images/gpt-generated-1.png",
            "images/nowhere.png",
            "cases.csv, line 3: Case Secretcode01 names",
        ),
        ("cases.csv", "images/gpt-generated-1.png", "../../../etc/passwd", "lies outside the folder"),
        (
            "cases.csv",
            "images/gpt-generated-3.png",
            "images/gpt-generated-1.png",
            "is already an image of case",
        ),
        (
            "cases.csv",
            ",synthetic,",
            ",artificial,",
            "line 3: Case Secretcode01: the truth 'artificial' is not known",
        ),
        ("cases.csv", "case,case_set", "cas,case_set", "Rename 'cas' to 'case'"),
        ("cases.csv", "Secretcode00,gpt4o", "Secretcode00,other", "cases.csv"),
        (
            "study.yaml",
            "contact:",
            "contect:",
            "line 5: The key `contect` is not known in `study`. Did you mean",
        ),
        ("study.yaml", "format: 1", "format: 2", "`format` must be a number from 1 to 1"),
        ("study.yaml", "Rate each radiograph.", "Rate each synthetic radiograph.", "Before the reveal"),
        ("study.yaml", "questions: [quality, diagnosis]", "questions: [quality, sign]", "asks `sign`"),
        ("study.yaml", "readers: readers.csv", "readers: ../readers.csv", "It lies outside the folder"),
        ("study.yaml", "contact:", "? [a, b]\n: c\ncontact:", "A key of `study` is not a word"),
        ("study.yaml", "seed: 11", "seed: " + "[" * 5000, "nested too deeply"),
        ("cases.csv", "patient,history", "patient," + "h" * 30000, "It is no CSV"),
        ("readers.csv", "reader1@example.org", "nobody", "is no e-mail address"),
        ("readers.csv", "thoracic,1,", "thoracic,many,", "'many' is no number"),
    ],
)
def test_bad_input_is_refused_with_its_reason(folder, data_dir, name, old, new, said):
    if new.startswith("Secretcode00,other"):
        edit(folder, "study.yaml", "case_set: gpt4o, briefing", "case_set: third, briefing")
        said = "The case set 'third' has no cases"
    edit(folder, name, old, new)
    assert said in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_a_duplicate_case_row_is_refused(folder, data_dir):
    row = (folder / "cases.csv").read_text().splitlines()[1]
    with (folder / "cases.csv").open("a") as file:
        file.write(row + "\n")
    assert "Name each file once: remove the duplicate row." in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_every_fault_is_told_at_once(folder):
    edit(folder, "cases.csv", "images/gpt-generated-1.png", "images/nowhere.png")
    edit(folder, "cases.csv", "Secretcode03,gpt4o,synthetic", "Secretcode03,gpt4o,artificial")
    said = refusals_of(folder)
    assert "nowhere.png" in said and "artificial" in said


def test_truth_may_stand_apart_with_lesions(folder):
    lines = (folder / "cases.csv").read_text().splitlines()
    cells = [line.split(",") for line in lines]
    (folder / "cases.csv").write_text("\n".join(",".join(c[:2] + c[3:]) for c in cells) + "\n")
    rows = ["case,truth,x,y,radius", *(f"{c[0]},{c[2]},10,20,5" for c in cells[1:])]
    (folder / "truth.csv").write_text("\n".join([*rows, f"{cells[1][0]},,12,22,4"]) + "\n")
    assert load(folder, audit.OPERATOR).outcome == "created"
    assert load(folder, audit.OPERATOR).outcome == "unchanged"
    study = Study.objects.get()
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)
    study.refresh_from_db()
    first = truth.revealed(study)[Case.objects.get(code="Secretcode00").pk]
    assert [(lesion.x, lesion.y, lesion.radius) for lesion in first.lesions] == [(10, 20, 5), (12, 22, 4)]


@pytest.mark.parametrize("row", ["Secretcode00,,99,2,1,", "Secretcode00,,1,2,1,7", "Secretcode00,,1,2,1,-1"])
def test_a_lesion_outside_its_images_is_refused(folder, data_dir, row):
    cells = [line.split(",") for line in (folder / "cases.csv").read_text().splitlines()]
    (folder / "cases.csv").write_text("\n".join(",".join(c[:2] + c[3:]) for c in cells) + "\n")
    rows = ["case,truth,x,y,radius,image", *(f"{c[0]},{c[2]},10,20,5," for c in cells[1:])]
    (folder / "truth.csv").write_text("\n".join([*rows, row]) + "\n")
    assert "truth.csv" in refusals_of(folder)
    assert nothing_kept(data_dir)


def test_a_reader_is_known_by_mail_and_by_name(folder):
    load(folder, audit.OPERATOR)
    Reader.objects.filter(code="R01").update(name="Reader One, mended in the admin")
    edit(folder, "readers.csv", "Reader 2,", "Reader Two,")
    assert load(folder, audit.OPERATOR).changes == ("R01: name", "R02: name")
    edit(folder, "readers.csv", "reader2@example.org", "reader1b@example.org")
    edit(folder, "readers.csv", "reader1@example.org", "reader2@example.org")
    assert "Mend the row, or the reader in the admin." in refusals_of(folder)


def test_a_new_reader_takes_a_free_code(folder):
    load(folder, audit.OPERATOR)
    Reader.objects.create(study=Study.objects.get(), code="R03", name="Added in the admin")
    with (folder / "readers.csv").open("a") as file:
        file.write("Reader 4,reader4@example.org,general,9,Centre,FR,\n")
    assert load(folder, audit.OPERATOR).changes == ("R04 added",)


def test_the_command_prints_one_json_object_and_exits_1_on_refusal(folder, capsys):
    call_command("load_study", str(folder), "--json")
    assert json.loads(capsys.readouterr().out)["cases"] == 8
    edit(folder, "study.yaml", "contact:", "contect:")
    with pytest.raises(CommandError):
        call_command("load_study", str(folder), "--json", stderr=io.StringIO())
    assert 5 in [refusal["line"] for refusal in json.loads(capsys.readouterr().out)["refusals"]]


def test_the_real_folder_is_taken_whole_and_its_duplicate_told(deepfake_folder):
    loaded = load(deepfake_folder, audit.OPERATOR)
    assert (loaded.images, len(loaded.warnings)) == (40, 1)
    assert "Radio028" in loaded.warnings[0] and "Radio041" in loaded.warnings[0]
    assert load(deepfake_folder, audit.OPERATOR).outcome == "unchanged"
