"""A study whose protocol has a recipe: all pictures in one form, kept with it, made anew when it changes."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image as Picture

from studies import audit, lifecycle, truth
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.ingest import Way, load, preview
from studies.models import Frame, Image, Study
from studies.refusals import Refused
from tests.planted import write_folder

pytestmark = pytest.mark.django_db
RECIPE = "normalise: {canvas: {rows: 96, columns: 64}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_recipe(write_folder(tmp_path / "study"))


def with_recipe(folder: Path, recipe: str = RECIPE) -> Path:
    text = (folder / "study.yaml").read_text().split("normalise:")[0]
    (folder / "study.yaml").write_text(text + recipe)
    return folder


def forms() -> set[str]:
    """What a page says of images beside their frames' addresses; one where nothing tells them apart."""
    fields = ("rows", "columns", "bits", "display", "windows", "frame_displays", "aspect", "modality_slope")
    return {str(row) for row in Image.objects.values_list(*fields)}


def test_all_images_have_one_form(folder):
    load(folder, audit.OPERATOR)
    assert len(forms()) == 1 and Image.objects.filter(rows=96, columns=64, bits=8).count() == 8


def test_each_image_keeps_the_recipes_hash(folder):
    load(folder, audit.OPERATOR)
    wanted = Study.objects.get().definition.normalise.sha256
    assert set(Image.objects.values_list("recipe_sha256", flat=True)) == {wanted}


def test_loading_again_changes_nothing_and_decodes_nothing(folder, monkeypatch):
    load(folder, audit.OPERATOR)
    before = list(Image.objects.values())
    monkeypatch.setattr("studies.ingest.decoded.process_images", never)
    assert load(folder, audit.OPERATOR).outcome == preview(folder).outcome == "unchanged"
    assert list(Image.objects.values()) == before


def never(paths, workers, derivations):
    assert list(paths) == []
    return (path for path in paths)


def test_another_recipe_makes_all_anew_in_a_draft(folder):
    load(folder, audit.OPERATOR)
    old = set(Image.objects.values_list("derivative_sha256", "recipe_sha256"))
    with_recipe(folder, "normalise: {canvas: {rows: 64, columns: 64}, match: percentiles}\n")
    assert load(folder, audit.OPERATOR).outcome == "changed"
    assert not old & set(Image.objects.values_list("derivative_sha256", "recipe_sha256"))
    assert set(Image.objects.values_list("rows", flat=True)) == {64}


def test_another_recipe_is_refused_once_frozen(folder):
    load(folder, audit.OPERATOR)
    lifecycle.open_study(Study.objects.get(), audit.OPERATOR, override="a test")
    with_recipe(folder, "")
    with pytest.raises(Refused, match="its design is frozen"):
        load(folder, audit.OPERATOR)


def test_a_study_without_a_recipe_keeps_its_own_pictures_of_the_same_files(folder, tmp_path):
    load(folder, audit.OPERATOR)
    other = with_recipe(write_folder(tmp_path / "other"), "")
    (other / "study.yaml").write_text(
        (other / "study.yaml").read_text().replace("slug: planted", "slug: plain")
    )
    load(other, audit.OPERATOR)
    plain = Image.objects.filter(case__study__slug="plain")
    assert set(plain.values_list("rows", "recipe_sha256", "placement")) == {(40, "", None)}


def test_lesions_go_where_their_pixels_went(folder):
    Picture.fromarray(np.zeros((192, 64), np.uint8)).save(folder / "images" / "gpt-generated-1.png")
    rows = (folder / "cases.csv").read_text().replace(",truth,", ",").splitlines()
    (folder / "cases.csv").write_text(
        "\n".join(r.replace(",synthetic,", ",").replace(",authentic,", ",") for r in rows)
    )
    lines = [f"Secretcode0{n},{'synthetic' if n % 2 else 'authentic'},,," for n in (0, 2, 3, 4, 5, 6, 7)]
    (folder / "truth.csv").write_text(
        "\n".join(["case,truth,x,y,radius", "Secretcode01,synthetic,20,100,6", *lines])
    )
    load(folder, audit.OPERATOR)
    study = Study.objects.get()
    (lesion,) = truth._entry(truth._newest(study).get(case__code="Secretcode01")).lesions
    assert (lesion.x, lesion.y, lesion.radius) == (26, 50, 3)
    assert load(folder, audit.OPERATOR).outcome == "unchanged"


def stored() -> set[tuple[int, int]]:
    store = FileStore(Path(settings.DATA_DIR))
    names = Frame.objects.values_list("sha256", flat=True)
    return {
        tuple(store.path("derivatives", name, suffix).stat().st_size for suffix in FRAME_SUFFIXES)
        for name in names
    }


def noisy(folder: Path, number: int) -> None:
    """One picture that is coded far longer than the others."""
    grey = np.random.default_rng(number).integers(0, 255, (640, 640), dtype=np.uint8)
    Picture.fromarray(grey).save(folder / "images" / f"gpt-generated-{number}.png")


def test_all_frames_are_stored_in_one_size(folder):
    with_recipe(folder, "normalise: {canvas: {rows: 640, columns: 640}}\n")
    noisy(folder, 1)
    load(folder, audit.OPERATOR)
    assert len(stored()) == 1 and max(max(stored())) > 300_000
    assert load(folder, audit.OPERATOR).outcome == preview(folder).outcome == "unchanged"


def test_a_larger_picture_later_makes_all_larger_and_no_file_is_left_over(folder, data_dir):
    with_recipe(folder, "normalise: {canvas: {rows: 640, columns: 640}}\n")
    load(folder, audit.OPERATOR)
    noisy(folder, 1)
    load(folder, audit.OPERATOR)
    assert len(stored()) == 1 and max(max(stored())) > 300_000


def test_the_frames_of_another_study_keep_their_size(folder, tmp_path, data_dir):
    recipe = "normalise: {canvas: {rows: 640, columns: 640}}\n"
    load(with_recipe(folder, recipe), audit.OPERATOR)
    before = {path: path.stat().st_size for path in (data_dir / "derivatives").rglob("*.zst")}
    other = with_recipe(write_folder(tmp_path / "other"), recipe)
    (other / "study.yaml").write_text(
        (other / "study.yaml").read_text().replace("slug: planted", "slug: noisy")
    )
    noisy(other, 1)
    load(other, audit.OPERATOR)
    assert {path: path.stat().st_size for path in before} == before
    names = Frame.objects.filter(image__case__study__slug="planted").values_list("sha256", flat=True)
    assert {data_dir / "derivatives" / name[:2] / f"{name}.zst" for name in names} <= set(before)


def test_cases_that_join_a_draft_are_of_its_size_and_it_of_theirs(folder, tmp_path):
    recipe = "normalise: {canvas: {rows: 640, columns: 640}}\n"
    load(with_recipe(folder, recipe), audit.OPERATOR)
    more = with_recipe(write_folder(tmp_path / "more", cases=2), recipe)
    (more / "cases.csv").write_text((more / "cases.csv").read_text().replace("Secretcode", "More"))
    noisy(more, 1)
    load(more, audit.OPERATOR, Way(adding_to=Study.objects.get()))
    assert Image.objects.count() == 10 and len(stored()) == 1 and max(max(stored())) > 300_000
