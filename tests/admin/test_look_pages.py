"""The gallery's addresses: what they take, whom they refuse, and that a look is at what is there."""

import io

import numpy as np
import PIL.Image
import pytest
from django.test import Client

from studies import audit, roles
from studies.ingest import load
from studies.models import Image, ImageLook, Study
from tests.planted import write_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(db: None, tmp_path) -> Image:
    load(write_folder(tmp_path / "study", cases=2), audit.OPERATOR)
    return Image.objects.get(case__code="Secretcode00")


def _address(image: Image, end: str = "") -> str:
    return f"/admin/studies/study/{image.case.study_id}/looks/{image.pk}/{end}"


def _sent(client: Client, image: Image, **changed: object) -> int:
    said = {"verdict": "accept", "derivative": image.derivative_sha256, "rectangles": [], **changed}
    return client.post(_address(image), said, content_type="application/json").status_code


def test_a_look_is_kept_with_who_looked(as_, image):
    assert _sent(as_(roles.COORDINATORS), image) == 200
    assert ImageLook.objects.get().looked_by.startswith("person:")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"derivative": "0" * 64}, 409),
        ({"verdict": "maybe"}, 400),
        ({"verdict": "blackout", "rectangles": [[0, 0, 31, 5]]}, 400),
        ({"verdict": "blackout", "rectangles": [[0, 0, "all", 5]]}, 400),
        ({"verdict": "blackout"}, 409),
    ],
)
def test_what_is_no_look_is_refused(as_, image, changed, status):
    assert _sent(as_(roles.COORDINATORS), image, **changed) == status
    assert not ImageLook.objects.exists()


@pytest.mark.parametrize("role", [roles.TRUTH_KEEPERS, roles.STATISTICIANS, roles.MONITORS, "staff"])
def test_coordinators_alone_look(as_, image, role):
    client = as_(role)
    assert _sent(client, image) == client.get(_address(image, "0.png")).status_code == 403


def test_an_image_of_another_study_is_not_there(as_, image):
    other = Study.objects.create(slug="other", title="Other")
    address = _address(image).replace(f"study/{image.case.study_id}/", f"study/{other.pk}/")
    client = as_(roles.COORDINATORS)
    assert client.get(f"{address}0.png").status_code == 404
    assert client.post(address, {}, content_type="application/json").status_code == 404


@pytest.mark.parametrize(("what", "status"), [("0", 200), ("light", 200), ("1", 404), ("other", 404)])
def test_pictures_are_frames_and_projections(as_, image, what, status):
    response = as_(roles.COORDINATORS).get(_address(image, f"{what}.png"))
    assert response.status_code == status
    if status == 200:
        shown = np.asarray(PIL.Image.open(io.BytesIO(response.content)))
        assert shown.shape == (40, 30) and shown.std() > 0
