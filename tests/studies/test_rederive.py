"""An image made anew with rectangles blacked out: from its sealed original, in a draft, with an event."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from studies import audit, lifecycle
from studies.filestore import FileStore
from studies.imaging.blackout import Rectangle
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.display import Display, apply
from studies.ingest import load
from studies.ingest.rederive import on_derivative, on_original, rederive
from studies.models import AuditEvent, Image, Study
from studies.refusals import Refused
from tests.planted import write_folder

pytestmark = pytest.mark.django_db
PLACE = Rectangle(3, 4, 10, 8)
RECIPE = "normalise: {canvas: {rows: 80, columns: 80}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "study")


def loaded(folder: Path, recipe: str = "", name: str = "images/gpt-generated-1.png") -> Image:
    with (folder / "study.yaml").open("a") as file:
        file.write(recipe)
    load(folder, audit.OPERATOR)
    return Image.objects.get(original_name=name)


def grey(image: Image, data_dir: Path) -> np.ndarray:
    stored = FileStore(data_dir).read("derivatives", image.frames.get().sha256, ".zst")
    return apply(Display.from_json(image.display), decode_payload(unpack_zstd(stored)))


def files(data_dir: Path, kind: str) -> set[Path]:
    return {path for path in (data_dir / kind).rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["images/gpt-generated-1.png", "images/authentic-0.dcm"])
def test_the_rectangle_is_black_and_all_else_as_it_was(folder, data_dir, name):
    image = loaded(folder, "", name)
    before = grey(image, data_dir)
    rederive(image, [PLACE])
    after = grey(image, data_dir)
    assert after[4:12, 3:13].max() <= before.min() + 1 / 255
    after[4:12, 3:13] = before[4:12, 3:13]
    assert np.array_equal(after, before) and image.masks == [[3, 4, 10, 8]]


def test_an_empty_list_brings_the_picture_back(folder, data_dir):
    image = loaded(folder)
    before = (image.derivative_sha256, image.frames.get().sha256)
    rederive(image, [PLACE])
    rederive(image, [])
    assert (image.derivative_sha256, image.frames.get().sha256) == before and image.masks == []


def test_files_of_before_are_forgotten_unless_another_study_has_them(
    folder, data_dir, tmp_path, django_capture_on_commit_callbacks
):
    image = loaded(folder)
    old, vault = files(data_dir, "derivatives"), files(data_dir, "vault")
    with django_capture_on_commit_callbacks(execute=True):
        rederive(image, [PLACE])
    assert len(old - files(data_dir, "derivatives")) == 2 and len(files(data_dir, "thumbnails")) == 8
    kept = Image.objects.get(original_name="images/gpt-generated-3.png")
    (folder / "study.yaml").write_text(
        (folder / "study.yaml").read_text().replace("slug: planted", "slug: other")
    )
    load(folder, audit.OPERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        rederive(kept, [PLACE])
    other = Image.objects.get(case__study__slug="other", original_name="images/gpt-generated-3.png")
    assert grey(other, data_dir).shape == (40, 30) and files(data_dir, "vault") == vault


def test_an_event_says_who_and_what(folder):
    image = loaded(folder)
    before = image.derivative_sha256
    rederive(image, [PLACE], actor="person:7")
    event = AuditEvent.objects.get(action="image.rederived")
    said = json.loads(event.data)
    assert (event.actor, event.subject) == ("person:7", f"image:{image.pk}")
    assert (said["before_sha256"], said["after_sha256"]) == (before, image.derivative_sha256)


def test_loading_again_keeps_the_rectangles(folder):
    image = loaded(folder)
    rederive(image, [PLACE])
    assert load(folder, audit.OPERATOR).outcome == "unchanged"
    (folder / "cases.csv").write_text(
        (folder / "cases.csv").read_text().replace("Cough for 2", "Fever for 2")
    )
    assert load(folder, audit.OPERATOR).outcome == "changed"
    again = Image.objects.get(original_name=image.original_name)
    assert (again.masks, again.derivative_sha256) == (image.masks, image.derivative_sha256)


def test_another_study_gets_the_picture_without_them(folder):
    image = loaded(folder)
    rederive(image, [PLACE])
    (folder / "study.yaml").write_text(
        (folder / "study.yaml").read_text().replace("slug: planted", "slug: other")
    )
    load(folder, audit.OPERATOR)
    other = Image.objects.get(case__study__slug="other", original_name=image.original_name)
    assert other.masks == [] and other.derivative_sha256 != image.derivative_sha256


def test_under_a_recipe_form_and_stored_size_stay_those_of_the_study(folder, data_dir):
    image = loaded(folder, RECIPE)
    placement, before = image.placement, grey(image, data_dir)
    rederive(image, on_original(image, [Rectangle(20, 20, 20, 10)]))
    after = grey(image, data_dir)
    assert image.placement == placement and after[21:29, 21:39].max() <= before.min() + 1 / 255
    assert np.array_equal(after[40:], before[40:])
    assert len({path.stat().st_size for path in files(data_dir, "derivatives")}) == 1
    assert on_derivative(image) == (Rectangle(20, 20, 20, 10),)


def test_a_stack_is_put_together_from_its_files(folder, data_dir):
    stack = folder / "images" / "stack"
    stack.mkdir()
    for number in (2, 10):
        Picture.fromarray(np.full((40, 30), number * 20, np.uint8)).save(stack / f"s{number}.png")
    (folder / "cases.csv").write_text(
        (folder / "cases.csv").read_text().replace("images/gpt-generated-1.png", "images/stack")
    )
    image = loaded(folder, "", "images/stack")
    rederive(image, [PLACE])
    values = [
        decode_payload(unpack_zstd(FileStore(data_dir).read("derivatives", frame.sha256, ".zst")))
        for frame in image.frames.all()
    ]
    assert [int(frame[0, 0]) for frame in values] == [40, 200]
    assert {int(frame[5, 5]) for frame in values} == {40}
    assert not files(data_dir, "staging")


def test_a_frozen_study_keeps_its_images(folder):
    image = loaded(folder)
    lifecycle.open_study(Study.objects.get(), audit.OPERATOR, override="a test")
    image.refresh_from_db()
    before = image.derivative_sha256
    with pytest.raises(Refused, match="while the study is a draft"):
        rederive(Image.objects.get(pk=image.pk), [PLACE])
    assert Image.objects.get(pk=image.pk).derivative_sha256 == before


@pytest.mark.parametrize("place", [Rectangle(25, 0, 10, 5), Rectangle(0, 39, 5, 2), Rectangle(90, 90, 1, 1)])
def test_a_rectangle_that_leaves_the_image_is_refused(folder, place):
    with pytest.raises(Refused, match="30 x 40 pixels"):
        rederive(loaded(folder), [place])


def test_a_lost_original_is_refused_and_changes_nothing(folder, data_dir):
    image = loaded(folder)
    FileStore(data_dir).forget("vault", image.original_sha256)
    before = files(data_dir, "derivatives")
    with pytest.raises(Refused, match="original cannot be had"):
        rederive(image, [PLACE])
    assert files(data_dir, "derivatives") == before and image.masks == []
