"""The search finds drawn words, ranks what looks written on first, and decides nothing."""

import io
import json

import numpy as np
import pytest
from django.core.management import call_command
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from studies import audit, looks
from studies.burned_in import strokes, tesseract
from studies.burned_in.search import keep, ranked
from studies.burned_in.words import Found
from studies.imaging.facts import BURNED_IN
from studies.ingest import load
from studies.models import FoundText, Image, ImageLook, Study
from tests.planted import write_folder
from tests.studies.staged import slices

here = pytest.mark.skipif(not tesseract.is_here(), reason="tesseract is not on this machine")


def written_on(text: str = "DOE, JANE 1961", ground: int = 40, ink: int = 255) -> np.ndarray:
    picture = Pillow.new("L", (600, 400), ground)
    ImageDraw.Draw(picture).text((20, 12), text, fill=ink, font=ImageFont.load_default(size=28))
    return np.array(picture)


@here
@pytest.mark.parametrize("ink", [255, 0])
def test_words_are_found_in_both_polarities(ink):
    words = tesseract.words_in(written_on(ground=128, ink=ink))
    name = next(word for word in words if "JANE" in word.text)
    assert 12 <= name.y <= 30 and name.x > 60 and name.confidence > 50


@here
def test_a_picture_without_text_has_no_words():
    assert tesseract.words_in(np.full((400, 600), 90, np.uint8)) == []


@pytest.mark.parametrize("ink", [255, 0])
def test_strokes_in_the_margins_weigh_more_than_none(ink):
    plain = np.full((400, 600), 128, np.uint8)
    assert strokes.written(written_on(ground=128, ink=ink)) > 1 > strokes.written(plain) == 0


def test_strokes_in_the_middle_and_broad_white_parts_weigh_nothing():
    picture = np.full((400, 600), 40, np.uint8)
    picture[:, :100] = 255
    picture[200, 250:350] = 255
    assert strokes.written(picture) == 0


@pytest.fixture
def study(db, tmp_path):
    folder = write_folder(tmp_path / "study", cases=2)
    slices(folder / "images" / "stack")
    with (folder / "cases.csv").open("a") as table:
        table.write("Stack,gpt4o,authentic,images/stack,,\n")
    load(folder, audit.OPERATOR)
    return Study.objects.get()


def told(study: Study) -> dict:
    out = io.StringIO()
    call_command("find_text", study.slug, as_json=True, stdout=out)
    return json.loads(out.getvalue())


def test_a_machine_without_tesseract_ranks_by_strokes_and_says_so(study, monkeypatch):
    monkeypatch.setattr(tesseract, "is_here", lambda: False)
    assert told(study)["strokes"] == 3 and not ImageLook.objects.exists()
    assert {found.state for found in looks.seen(study)} == {"waiting"}


@here
def test_tesseract_searches_again_what_strokes_ranked(study, monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(tesseract, "is_here", lambda: False)
        told(study)
    assert told(study)["tesseract"] == 3
    assert set(FoundText.objects.values_list("method", flat=True)) == {"tesseract"}


def test_the_headers_word_comes_before_all_that_is_found(study):
    first, second, third = Image.objects.order_by("derivative_sha256")
    keep(second.derivative_sha256, Found("tesseract", 9.0))
    Image.objects.filter(pk=third.pk).update(notes=[BURNED_IN])
    order = [image.pk for image, _ in ranked(list(Image.objects.all()))]
    assert order == [third.pk, second.pk, first.pk]
