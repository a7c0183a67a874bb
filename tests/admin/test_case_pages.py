"""Cases: pictures and how they came, never what is true of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import truth
from studies.filestore import FileStore
from studies.models import Case, CaseSet, Image, Study
from studies.roles import COORDINATORS, MONITORS, TRUTH_KEEPERS
from tests.admin.conftest import As
from tests.studies.builders import make_case, make_study

PNG = b"\x89PNG\r\n\x1a\nsmall"
LIST = "/admin/studies/case/"


def _kept(data_dir, image: Image) -> str:
    FileStore(data_dir).keep("thumbnails", PNG, ".png", digest=image.derivative_sha256)
    return f"{LIST}thumbnail/{image.pk}.png"


def test_a_thumbnail_is_served_to_those_who_see_cases(as_: As, study: Study, data_dir) -> None:
    address = _kept(data_dir, Image.objects.all()[0])
    response = as_(TRUTH_KEEPERS).get(address)
    assert (response.content, response["Content-Type"]) == (PNG, "image/png")
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize(("role", "status"), [(MONITORS, 403), ("staff", 403), ("nobody", 302)])
def test_a_thumbnail_is_refused_to_others(as_: As, study: Study, data_dir, role: str, status: int) -> None:
    assert as_(role).get(_kept(data_dir, Image.objects.all()[0])).status_code == status


def test_a_thumbnail_that_was_not_kept_is_not_found(as_: As, study: Study) -> None:
    address = f"{LIST}thumbnail/{Image.objects.all()[0].pk}.png"
    assert as_(COORDINATORS).get(address).status_code == 404


def test_the_page_shows_every_image_without_its_file_name(as_: As) -> None:
    case = make_case(make_study().case_sets.get(), "three", images=3)
    page = as_(COORDINATORS).get(f"{LIST}{case.pk}/change/").content.decode()
    for image in case.images.all():
        assert f"{LIST}thumbnail/{image.pk}.png" in page
        assert image.original_sha256 in page
        assert image.original_name not in page


def test_neither_list_nor_page_says_what_is_true(as_: As) -> None:
    study = make_study()
    case = study.cases.all()[0]
    truth.keep([(case, truth.TruthEntry(1, diagnosis="Zebra lung", explanation="Stripes everywhere"))])
    for role in (COORDINATORS, TRUTH_KEEPERS):
        client = as_(role)
        pages = client.get(LIST).content + client.get(f"{LIST}{case.pk}/change/").content
        assert b"Zebra" not in pages
        assert b"Stripes" not in pages


def test_the_list_takes_as_many_queries_for_forty_cases_as_for_four(as_: As) -> None:
    client, case_set = as_(COORDINATORS), make_study().case_sets.get()
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(36):
        make_case(case_set, f"more-{number}", images=2)
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) <= len(few)


def test_the_list_narrows_to_a_case_set_of_a_study(as_: As) -> None:
    study = make_study()
    other = CaseSet.objects.create(study=study, name="practice")
    make_case(other, "practice-1")
    query = {"study__id__exact": study.pk, "case_set": other.pk}
    found = as_(COORDINATORS).get(LIST, query).context["cl"].result_list
    assert list(found) == list(Case.objects.filter(code="practice-1"))
