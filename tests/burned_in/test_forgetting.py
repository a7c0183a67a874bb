"""What words say is kept until somebody has looked; afterwards their places alone stay."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from studies import audit, looks, triggers
from studies.burned_in.search import keep
from studies.burned_in.words import Found, Word
from studies.imaging.blackout import Rectangle
from studies.ingest import load
from studies.models import FoundText, Image, ImageLook, Study
from tests.planted import write_folder

PERSON, PLACE = "person:7", [4, 5, 12, 6, 91]


@pytest.fixture
def image(db, tmp_path) -> Image:
    """A word was found on it, and nobody looked yet."""
    load(write_folder(tmp_path / "study", cases=2), audit.OPERATOR)
    image = Image.objects.get(case__code="Secretcode00")
    keep(image.derivative_sha256, Found("tesseract", 0.9, (Word("DOE", *PLACE),)))
    return image


def words() -> list[list]:
    return [found.words for found in FoundText.objects.all()]


@pytest.mark.parametrize("verdict", ["accept", "exclude"])
def test_a_look_leaves_places_alone(image, verdict):
    look = looks.look(image, verdict, PERSON)
    assert words() == [[["", *PLACE]]] and look.hints == [PLACE]


def test_accepting_unseen_leaves_places_alone(image):
    looks.accept_rest(image.case.study, audit.OPERATOR, "a test")
    assert words() == [[["", *PLACE]]]
    assert [look.hints for look in ImageLook.objects.exclude(hints=[])] == [[PLACE]]


def test_of_a_derivative_that_was_replaced_nothing_stays(image):
    look = looks.look(image, "blackout", PERSON, [Rectangle(2, 3, 16, 9)])
    assert words() == [] and look.hints == [PLACE]


def test_the_same_picture_in_another_study_still_waits_for_its_look(image, tmp_path):
    folder = write_folder(tmp_path / "other", cases=2)
    text = (folder / "study.yaml").read_text()
    (folder / "study.yaml").write_text(text.replace("slug: planted", "slug: other"))
    load(folder, audit.OPERATOR)
    looks.look(image, "accept", PERSON)
    assert words() == [[["DOE", *PLACE]]]
    other = Image.objects.get(case__study__slug="other", derivative_sha256=image.derivative_sha256)
    looks.look(other, "accept", PERSON)
    assert words() == [[["", *PLACE]]]


def test_a_load_that_takes_the_picture_out_takes_its_words(image, tmp_path):
    table = tmp_path / "study" / "cases.csv"
    rows = table.read_text().splitlines(keepends=True)
    table.write_text("".join(row for row in rows if "Secretcode00" not in row))
    load(tmp_path / "study", audit.OPERATOR)
    assert Study.objects.get().cases.count() == 1 and words() == []


def test_the_migration_forgets_what_former_looks_kept(image):
    looks.look(image, "accept", PERSON)
    triggers.remove(connection)
    ImageLook.objects.update(hints=[["DOE", *PLACE]])
    FoundText.objects.update(words=[["DOE", *PLACE]])
    importlib.import_module("studies.migrations.0014_forget_read_words").forget_words(apps, None)
    triggers.install(connection)
    assert ImageLook.objects.get().hints == [PLACE] and words() == [[["", *PLACE]]]
