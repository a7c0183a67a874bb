"""The search for planted identifiers finds what is there: in the vault, packed, in a changed picture."""

import base64
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard
from django.conf import settings
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from studies import audit, lifecycle
from studies.export import export
from studies.filestore import FileStore
from studies.ingest import load
from studies.models import Image, Study
from tests import identified
from tests.identified import PLANTS, shows_name, told
from tests.studies.reading_study import locked


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def originals() -> Iterator[bytes]:
    store = FileStore(settings.DATA_DIR)
    for image in Image.objects.all():
        for sha256 in image.parts or [image.original_sha256]:
            yield store.read("vault", sha256)


@pytest.mark.django_db
def test_the_search_finds_them_in_the_vault(tmp_path):
    """And the picture with the name is found wherever it was not blacked out."""
    load(identified.write_study(tmp_path / "study"), audit.OPERATOR)
    study = Study.objects.get()
    found = list(originals())
    assert [told(data) for data in found] == [set(PLANTS) - {"file name"}] * 6
    assert [shows_name(data) for data in found] == [True] + [False] * 5
    assert told(Image.objects.first().original_name.encode()) == {"file name"}
    assert sum(map(shows_name, contents(Path(settings.DATA_DIR)).values())) == 5  # frame, overlay, thumbnail
    lifecycle.open_study(study, audit.OPERATOR, "Nobody looks.")
    export(locked(study), tmp_path / "out", audit.OPERATOR, images=True, dicom=True)
    leaky = [name for name, data in contents(tmp_path / "out").items() if shows_name(data)]
    assert sorted(name.rpartition(".")[2] for name in leaky) == ["dcm", "png"]


def zipped(data: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", gzip.compress(data))
    return kept.getvalue()


def in_a_png(data: bytes) -> bytes:
    kept, said = io.BytesIO(), PngInfo()
    said.add_text("Comment", data.decode(), zip=True)
    Pillow.new("L", (9, 9)).save(kept, "PNG", pnginfo=said)
    return kept.getvalue()


def in_a_page(data: bytes) -> bytes:
    return b'<img src="data:x;base64,' + base64.b64encode(gzip.compress(data)) + b'">'


@pytest.mark.parametrize(
    "leak",
    [
        bytes,
        bytes.upper,
        bytes.lower,
        lambda data: data.decode().encode("utf-16"),
        lambda data: data.decode().encode("utf-16-be"),
        lambda data: data.hex().encode(),
        lambda data: data.upper().hex().upper().encode(),
        *(lambda data, n=n: base64.b64encode(b"x" * n + data) for n in range(3)),
        lambda data: base64.urlsafe_b64encode(data.lower()),
        lambda data: "".join(f"&#{byte};" for byte in data).encode(),
        lambda data: "".join(f"\\u{byte:04x}" for byte in data).encode(),
        gzip.compress,
        zstandard.compress,
        zipped,
        in_a_png,
        in_a_page,
    ],
)
def test_the_search_finds_each_however_it_leaks(leak: Callable[[bytes], bytes]):
    for plant, text in PLANTS.items():
        assert told(leak(f"before {text} behind".encode())) == {plant}


@pytest.mark.parametrize(
    "changed", [np.negative, lambda grey: grey // 4, lambda grey: np.roll(grey, (70, 9), (0, 1))]
)
def test_the_search_finds_the_name_in_a_changed_picture(tmp_path, changed):
    identified.write_images(tmp_path / "images")
    (path,) = tmp_path.rglob("*-0.dcm")
    (grey,) = identified.pictures(path.read_bytes())
    shown = changed(grey.astype(np.int32))
    kept = io.BytesIO()
    Pillow.fromarray(((shown - shown.min()) * 255 // np.ptp(shown)).astype(np.uint8)).save(kept, "PNG")
    assert shows_name(kept.getvalue())
