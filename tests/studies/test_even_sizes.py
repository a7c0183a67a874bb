"""Studies of pictures of one shape, without a recipe: frames are stored in one size where that is cheap."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image as Picture

from studies import audit
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.blackout import Rectangle
from studies.imaging.coding import bucket, decode_payload, unpack_zstd
from studies.ingest import Way, load, preview
from studies.ingest.rederive import rederive
from studies.models import Frame, Image, Study
from tests.planted import write_folder

pytestmark = pytest.mark.django_db
QUIET, LOUD = 90, 110  # levels of noise that lie in two buckets


def grey(number: int, levels: int, side: int = 640) -> np.ndarray:
    return np.random.default_rng(number).integers(0, levels, (side, side), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight PNG files of one shape, every second one a little louder."""
    return drawn(tmp_path / "study")


def drawn(path: Path, cases: int = 8) -> Path:
    folder = write_folder(path, cases)
    table = folder / "cases.csv"
    table.write_text(table.read_text().replace(".dcm", ".png"))
    for number in range(cases):
        name = f"gpt-generated-{number}.png" if number % 2 else f"authentic-{number}.png"
        draw(folder, name, grey(number, LOUD if number % 2 else QUIET))
        (folder / "images" / name).with_suffix(".dcm").unlink(missing_ok=True)
    return folder


def draw(folder: Path, name: str, values: np.ndarray) -> None:
    Picture.fromarray(values).save(folder / "images" / name)


def stored() -> set[tuple[int, ...]]:
    """The different pairs of stored sizes of all frames."""
    store = FileStore(settings.DATA_DIR)
    names = Frame.objects.values_list("sha256", flat=True)
    return {
        tuple(store.path("derivatives", name, suffix).stat().st_size for suffix in FRAME_SUFFIXES)
        for name in names
    }


def test_pictures_of_one_shape_are_stored_in_one_size(folder, data_dir):
    load(folder, audit.OPERATOR)
    ((zstd, gzip),) = stored()
    assert bucket(zstd) > zstd and zstd % 4096 == gzip % 4096 == 0
    assert len(list((data_dir / "derivatives").rglob("*.zst"))) == 8


def test_the_values_are_what_they_were(folder, data_dir):
    load(folder, audit.OPERATOR)
    frame = Frame.objects.get(image__original_name="images/gpt-generated-3.png")
    held = FileStore(data_dir).read("derivatives", frame.sha256, ".zst")
    assert np.array_equal(decode_payload(unpack_zstd(held)), grey(3, LOUD))


def test_loading_again_changes_nothing(folder):
    load(folder, audit.OPERATOR)
    before = sorted(Frame.objects.values_list("sha256", flat=True))
    assert preview(folder).outcome == load(folder, audit.OPERATOR).outcome == "unchanged"
    assert sorted(Frame.objects.values_list("sha256", flat=True)) == before


def test_the_same_pictures_in_another_study_have_the_same_names(folder, tmp_path):
    load(folder, audit.OPERATOR)
    other = drawn(tmp_path / "other")
    (other / "study.yaml").write_text((other / "study.yaml").read_text().replace("planted", "other"))
    load(other, audit.OPERATOR)
    assert Frame.objects.count() == 16 and len(set(Frame.objects.values_list("sha256"))) == 8


def test_pictures_of_two_shapes_keep_their_buckets(folder):
    draw(folder, "authentic-0.png", grey(0, QUIET, 600))
    load(folder, audit.OPERATOR)
    assert all(bucket(size) == size for pair in stored() for size in pair)


def are_buckets(names: list[str]) -> bool:
    files = [FileStore(settings.DATA_DIR).path("derivatives", *one) for one in product(names, FRAME_SUFFIXES)]
    return all(bucket(file.stat().st_size) == file.stat().st_size for file in files)


@pytest.mark.parametrize(("side", "levels"), [(600, QUIET), (640, 2)])
def test_no_size_tells_what_was_in_another_study(side, levels, folder, tmp_path):
    load(folder, audit.OPERATOR)
    other = drawn(tmp_path / "other")
    (other / "study.yaml").write_text((other / "study.yaml").read_text().replace("planted", "other"))
    for number in (0, 2, 4):
        draw(other, f"authentic-{number}.png", grey(50 + number, levels, side))
    load(other, audit.OPERATOR)
    assert are_buckets(
        list(Frame.objects.filter(image__case__study__slug="other").values_list("sha256", flat=True))
    )
    assert len(list(Frame.objects.filter(image__case__study__slug="other"))) == 8
    assert not are_buckets(
        list(Frame.objects.exclude(image__case__study__slug="other").values_list("sha256", flat=True))
    )


def test_where_it_would_cost_much_they_keep_their_buckets(folder):
    for number in (0, 2, 4):
        draw(folder, f"authentic-{number}.png", grey(number, 2))
    load(folder, audit.OPERATOR)
    assert len(stored()) > 1 and all(bucket(size) == size for pair in stored() for size in pair)


def test_cases_that_join_a_draft_are_of_its_size_and_it_of_theirs(folder, tmp_path):
    load(folder, audit.OPERATOR)
    ((before, _),) = stored()
    more = drawn(tmp_path / "more", cases=2)
    (more / "cases.csv").write_text((more / "cases.csv").read_text().replace("Secretcode", "More"))
    draw(more, "authentic-0.png", grey(90, 118))
    draw(more, "gpt-generated-1.png", grey(91, QUIET))
    load(more, audit.OPERATOR, Way(adding_to=Study.objects.get()))
    ((after, _),) = stored()
    assert Frame.objects.count() == 10 and after > before


def test_a_picture_made_anew_with_a_rectangle_is_of_the_others_size(folder):
    load(folder, audit.OPERATOR)
    before = stored()
    rederive(Image.objects.get(original_name="images/authentic-2.png"), [Rectangle(100, 100, 300, 300)])
    assert stored() == before and len(before) == 1
