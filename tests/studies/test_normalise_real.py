"""Forty real files of two sources, whose size, format and window tell truth, in one form."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from PIL import Image as Picture
from scipy.interpolate import interp1d

from studies import audit
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.display import Display, apply
from studies.ingest import load
from studies.models import Frame, Image

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(deepfake_folder: Path, tmp_path: Path, data_dir: Path) -> FileStore:
    folder = tmp_path / "study"
    shutil.copytree(deepfake_folder, folder, copy_function=shutil.copyfile)
    (folder / "study.yaml").write_text(
        (deepfake_folder / "study.yaml").read_text() + "normalise: {canvas: {rows: 1024, columns: 768}}\n"
    )
    load(folder, audit.OPERATOR)
    return FileStore(data_dir)


@pytest.mark.drill
def test_forty_files_become_one_form_that_tells_nothing(store):
    sizes = {
        tuple(store.path("derivatives", name, suffix).stat().st_size for suffix in FRAME_SUFFIXES)
        for name in Frame.objects.values_list("sha256", flat=True)
    }
    fields = ("rows", "columns", "bits", "display", "windows", "frame_displays", "aspect", "recipe_sha256")
    assert Image.objects.count() == 40 and len(sizes) == 1
    assert len({str(row) for row in Image.objects.values_list(*fields)}) == 1
    call_command("audit_leaks", "radiograph-quality", stdout=io.StringIO())  # raises where a file rule tells
    for image in Image.objects.order_by("pk")[::5]:
        assert error(image, store) < 0.5, image.original_name  # what rounding alone may cost


def error(image: Image, store: FileStore) -> float:
    """Mean distance in grey levels from the original's area average, as Pillow and SciPy make it."""
    with Picture.open(io.BytesIO(store.read("vault", image.original_sha256))) as original:
        grey = np.asarray(original.convert("RGB").convert("L"), np.float64)
    place = image.placement
    rows, columns = round(place["down"] * grey.shape[0]), round(place["across"] * grey.shape[1])
    stored = store.read("derivatives", image.frames.get().sha256, ".zst")
    shown = apply(Display.from_json(image.display), decode_payload(unpack_zstd(stored))) * 255
    part = shown[round(place["top"]) :, round(place["left"]) :][:rows, :columns]
    if place["down"] > 1:
        wide = Picture.fromarray(grey.astype(np.float32)).resize((columns, rows), Picture.Resampling.BILINEAR)
        return float(np.abs(part - np.asarray(wide)).mean())
    return float(np.abs(part - averaged(averaged(grey, rows).T, columns).T).mean())


def averaged(values: np.ndarray, count: int) -> np.ndarray:
    """Means over equal stretches of the rows: differences of the running sum at their edges."""
    sums = interp1d(np.arange(len(values) + 1), np.pad(values.cumsum(axis=0), ((1, 0), (0, 0))), axis=0)
    return np.diff(sums(np.linspace(0, len(values), count + 1)), axis=0) * count / len(values)
