"""Bodies beyond what an address needs are refused before they are read, whoever sends them."""

import pytest
from django.test import Client

from readerstudy.sizes import LARGEST
from studies.imports import area
from tests.viewer.test_preferences import PATH

pytestmark = pytest.mark.django_db


class Endless:
    """A body that tells how much of it was read."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += max(size, 0) or 1
        return b" " * max(size, 1)

    readline = read


def sent(client: Client, method: str, path: str, size: int, kind: str) -> tuple[int, int]:
    """The status, and how many bytes were read for it."""
    body = Endless()
    request = {"wsgi.input": body, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind}
    response = client.generic(method, path, content_type=kind, **request)
    return response.status_code, body.taken


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/read/nobody/", "/reading/consent/", "/admin/studies/study/"]
)
def test_a_stranger_fills_no_disk(path: str) -> None:
    found = sent(Client(), "POST", path, LARGEST + 1, "multipart/form-data; boundary=edge")
    assert found == (413, 0)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", PATH), ("POST", "/api/v1/readings/x/"), ("POST", "/reading/cases/"), ("PUT", "/reading/")],
)
def test_a_reader_fills_no_memory(browser, method: str, path: str) -> None:
    status, taken = sent(browser.client, method, path, LARGEST + 1, "application/json")
    assert (status, taken) == (413, 0)


def test_the_api_says_so_as_it_says_other_errors(browser) -> None:
    reply = browser.client.put(PATH, b" " * (LARGEST + 1), content_type="application/json")
    assert reply.status_code == 413 and set(reply.json()) == {"error"}


@pytest.mark.parametrize("said", ["-1", "x", "1e9"])
def test_a_length_that_is_no_number_is_refused(said: str) -> None:
    assert Client().post("/admin/login/", CONTENT_LENGTH=said).status_code == 413


def test_an_upload_of_nobody_is_not_read() -> None:
    kind = "multipart/form-data; boundary=edge"
    status, taken = sent(Client(), "POST", "/admin/studies/import/add/", 10**9, kind)
    assert (status, taken) == (302, 0) and not list(area.root().iterdir())
