"""The staff pages in a real browser: nothing on them breaks the content security policy."""

import io
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page

from studies.filestore import FileStore
from studies.models import Image, Import, Reader, Reading, Study
from tests.studies.builders import invite, make_study, read_until

pytestmark = pytest.mark.browser
PAGES = [
    "",
    "password_change/",
    "studies/study/",
    "studies/study/{study}/change/",
    "studies/study/{study}/open/",
    "studies/study/{study}/close/",
    "studies/study/{study}/lock/",
    "studies/import/",
    "studies/import/add/",
    "studies/import/{import_}/change/",
    "studies/importtoken/",
    "studies/importtoken/add/",
    "studies/case/",
    "studies/case/{case}/change/",
    "studies/reader/",
    "studies/reader/add/",
    "studies/reader/{reader}/change/",
    "studies/reader/invite/?reader={reader}",
    "studies/reader/revoke/?reader={reader}",
    "studies/invitation/",
    "studies/reading/",
    "studies/reading/{reading}/change/",
    "studies/auditevent/",
    "auth/user/",
    "auth/user/add/",
    "auth/user/{person}/change/",
    "auth/user/{person}/password/",
    "auth/group/",
    "auth/group/{group}/change/",
]


@pytest.fixture
def study(transactional_db: None, data_dir: Path) -> Study:
    """An open study, with thumbnails, of which one reader has begun."""
    study = make_study(opened=True)
    store, pixel = FileStore(data_dir), io.BytesIO()
    PIL.Image.new("L", (48, 64), 90).save(pixel, "PNG")
    for image in Image.objects.all():
        store.keep("thumbnails", pixel.getvalue(), ".png", digest=image.derivative_sha256)
    reader = study.readers.all()[0]
    invite(reader)
    read_until(reader, "cases")
    return study


@pytest.fixture
def page(chromium: Browser, study: Study, settings, live_server) -> Iterator[Page]:
    """A page of a superuser."""
    # The live server finds static files by their plain names.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="correct-horse-battery"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context = chromium.new_context(base_url=f"{live_server.url}/admin/")
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


def _complaints(page: Page) -> list[str]:
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    return found


def _import(study: Study) -> Import:
    """With everything that its page can show."""
    row = {"case": "C1", "image": "images/S1", "patient": "", "source": "a/b.dcm", "found": "CT."}
    reason = {"file": "x", "line": None, "rule": "No image.", "remedy": ""}
    said = {"proposal": [row], "outcome": "changed", "slug": study.slug, "cases": 1, "warnings": ["w"]}
    small = io.BytesIO()
    PIL.Image.linear_gradient("L").save(small, "PNG")
    FileStore(settings.DATA_DIR).keep("thumbnails", small.getvalue(), ".png", "0" * 64)
    said["pictures"] = [["C1, images/S1", "0" * 64]]
    return Import.objects.create(
        key="0" * 16,
        source="zip",
        origin="images.zip",
        study=study,
        state="staged",
        created_by="person:1",
        preview=said,
        reasons=[reason],
    )


def test_no_page_breaks_the_policy(page: Page, study: Study) -> None:
    complaints = _complaints(page)
    names = {
        "study": study.pk,
        "import_": _import(study).pk,
        "case": study.cases.all()[0].pk,
        "reader": Reader.objects.all()[0].pk,
        "reading": Reading.objects.all()[0].pk,
        "person": User.objects.get().pk,
        "group": Group.objects.all()[0].pk,
    }
    for address in PAGES:
        page.goto(address.format(**names))
    assert complaints == []


def test_a_link_is_copied_at_a_press(page: Page, study: Study) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"studies/reader/invite/?reader={Reader.objects.all()[0].pk}")
    with page.expect_navigation():  # until the page's script is there as well
        page.get_by_role("button", name="Make 1 link").click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Link of R01").input_value()
    assert "/read/" in copied
