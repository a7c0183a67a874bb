"""The front page and the plain 404: a blinded reader may see both."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

# Words that would tell a blinded reader what a study is after.
TELLING = (
    "truth",
    "blind",
    "accura",
    "synthetic",
    "artificial",
    "generated",
    "intelligence",
    " ai ",
    "reveal",
)


@pytest.fixture
def page(client: Client, db: None, request: pytest.FixtureRequest) -> str:
    """The text of the address that a test names."""
    return client.get(request.param).content.decode()


@pytest.mark.parametrize("page", ["/", "/nothing-here/"], indirect=True)
def test_it_tells_nothing(page: str) -> None:
    assert [word for word in TELLING if word in page.lower()] == []


@pytest.mark.parametrize("page", ["/"], indirect=True)
def test_the_front_page_sends_readers_and_staff_on(page: str) -> None:
    assert "Open the link in your invitation" in page
    assert 'href="/admin/"' in page


def test_what_is_not_there_is_a_404(client: Client, db: None) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_refused_page_says_so_plainly(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    response = client.get("/admin/studies/study/")
    assert response.status_code == 403
    assert "This page is not for your account" in response.content.decode()
