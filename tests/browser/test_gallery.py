"""The gallery: every image looked at by keys alone, and what is drawn on one is black in what readers get."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from studies import audit, looks, roles
from studies.burned_in.pictures import shown
from studies.burned_in.search import keep
from studies.burned_in.words import Found, Word
from studies.ingest import load
from studies.models import AuditEvent, Frame, Image, ImageLook, Study
from tests.planted import write_folder
from tests.studies.staged import slices

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WORD, ON_STACK = Word("DOE", 4, 5, 12, 6, 91), Word("MRN", 1, 5, 4, 2, 80)


@pytest.fixture
def study(transactional_db: None, tmp_path: Path) -> Study:
    """Eight images and a stack whose pixels are twice as high as wide; on two of them words were found."""
    folder = write_folder(tmp_path / "study")
    slices(folder / "images" / "stack", PixelSpacing=[2, 1])
    with (folder / "cases.csv").open("a") as table:
        table.write("Stack,gpt4o,authentic,images/stack,,\n")
    load(folder, audit.OPERATOR)
    for code, weight, word in (("Secretcode02", 0.9, WORD), ("Stack", 0.5, ON_STACK)):
        image = Image.objects.get(case__code=code)
        keep(image.derivative_sha256, Found("tesseract", weight, (word,)))
    return Study.objects.get()


@pytest.fixture
def gallery(chromium: Browser, study: Study, settings, live_server) -> Iterator[Page]:
    """The page of a coordinator; errors on it fail the test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    person, client = User.objects.create_user("ada"), Client()
    roles.grant(person, roles.COORDINATORS)
    client.force_login(person)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([cookie])
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/looks/")
    expect(page.locator("#place")).to_have_text("1 of 9")
    yield page
    context.close()
    assert faults == []


def press(gallery: Page, key: str) -> None:
    """Once the picture is there: before that nothing is accepted."""
    gallery.wait_for_selector("#picture.loaded")
    gallery.keyboard.press(key)


def test_the_likeliest_comes_first_with_its_words_outlined(gallery: Page) -> None:
    expect(gallery.locator("#name")).to_have_text("Secretcode02, image 1")
    expect(gallery.locator("#words")).to_have_text("DOE")
    assert gallery.locator("#places .word").count() == 1
    told = gallery.content().lower()
    assert not [word for word in ("authentic", "synthetic", "generated", ".dcm") if word in told]


def test_all_are_accepted_by_keys_alone(gallery: Page, study: Study) -> None:
    for number, key in enumerate(["Enter", "Space", "a", "Enter", "Enter", "Space", "a", "Enter", "a"], 1):
        press(gallery, key)
        expect(gallery.locator("#progress")).to_have_text(f"{number} of 9 looked at")
    expect(gallery.locator("#message")).to_have_text("All are looked at.")
    assert {found.state for found in looks.seen(study)} == {"clear"}
    assert AuditEvent.objects.filter(action="image.looked_at", actor__startswith="person:").count() == 9


def test_a_word_is_blacked_out_and_looked_at_again(gallery: Page, study: Study) -> None:
    image = Image.objects.get(case__code="Secretcode02")
    press(gallery, "b")
    expect(gallery.locator("#accept")).to_contain_text("Black out 1")
    press(gallery, "Enter")
    expect(gallery.locator("#accept")).to_contain_text("Accept")
    expect(gallery.locator("#state")).to_have_text("Not yet looked at")
    (box,) = looks.of_image(image).rectangles
    assert box.x <= 4 and box.y <= 5 and box.x + box.width >= 16 and box.y + box.height >= 11
    press(gallery, "Enter")
    expect(gallery.locator("#progress")).to_have_text("1 of 9 looked at")
    kept = ImageLook.objects.order_by("pk")
    assert [look.verdict for look in kept] == ["blackout", "accept"] and kept[0].hints == [[4, 5, 12, 6, 91]]


def test_a_stack_is_seen_as_projections_and_frames_and_is_black_on_all(gallery: Page) -> None:
    press(gallery, "ArrowRight")
    for told in ("Lightest of all frames, of 3", "Darkest of all frames, of 3", "Frame 1", "Frame 2"):
        expect(gallery.locator("#frame")).to_contain_text(told)
        press(gallery, "ArrowDown")
    press(gallery, "b")
    press(gallery, "Enter")
    expect(gallery.locator("#accept")).to_contain_text("Accept")
    frames = Frame.objects.filter(image__case__code="Stack").order_by("number")
    assert all((shown(frame)[5:7, 1:5] == 0).all() and shown(frame).any() for frame in frames[1:])


def test_oblong_pixels_are_oblong_and_words_stand_where_they_were_found(gallery: Page) -> None:
    press(gallery, "ArrowRight")
    expect(gallery.locator("#words")).to_have_text("MRN")
    for key in ("z", "i"):  # fitted, then every pixel
        picture, word = (gallery.locator(name).bounding_box() for name in ("#picture", "#places .word"))
        assert picture and word
        assert picture["height"] == pytest.approx(2 * picture["width"], rel=0.01)
        x, y = (word[a] + word[b] / 2 - picture[a] for a, b in (("x", "width"), ("y", "height")))
        assert (x, y) == pytest.approx((picture["width"] * 3 / 8, picture["height"] * 3 / 4), abs=1)
        press(gallery, key)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_the_gallery_fills_what_the_header_leaves_of_the_window(
    gallery: Page, width: int, height: int
) -> None:
    gallery.set_viewport_size({"width": width, "height": height})
    box = gallery.locator("#gallery").bounding_box()
    assert box and (box["width"], box["y"] + box["height"]) == (width, height)


def test_what_was_found_is_outlined_after_the_look_and_not_told(gallery: Page) -> None:
    press(gallery, "Enter")
    expect(gallery.locator("#progress")).to_have_text("1 of 9 looked at")
    gallery.reload()
    gallery.locator("#open-only").uncheck()
    press(gallery, "ArrowLeft")
    expect(gallery.locator("#words")).to_contain_text("1 outlined")
    assert gallery.locator("#places .word").count() == 1 and "DOE" not in gallery.content()


def test_rectangles_are_dragged_and_taken_away(gallery: Page) -> None:
    box = gallery.locator("#stage").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for count in (1, 2):
        gallery.mouse.move(x, y)
        gallery.mouse.down()
        gallery.mouse.move(x + 60 * count, y + 80)
        gallery.mouse.up()
        expect(gallery.locator("#accept")).to_contain_text(f"Black out {count}")
    press(gallery, "u")
    press(gallery, "u")
    expect(gallery.locator("#accept")).to_contain_text("Accept")


def test_a_case_is_excluded_and_stays_to_be_seen(gallery: Page, study: Study) -> None:
    press(gallery, "x")
    expect(gallery.locator("#progress")).to_have_text("1 of 9 looked at")
    assert [found.image.case.code for found in looks.seen(study) if found.state == "excluded"] == [
        "Secretcode02"
    ]
    press(gallery, "f")
    press(gallery, "ArrowLeft")
    expect(gallery.locator("#state")).to_have_text("Case excluded")
