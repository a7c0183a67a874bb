"""Searches a study's derivatives for text and keeps what it found, to rank the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple

from django.utils import timezone

from studies.burned_in import strokes, tesseract
from studies.burned_in.forgetting import forget
from studies.burned_in.pictures import to_search
from studies.burned_in.words import Found, Word
from studies.imaging.facts import BURNED_IN
from studies.models import FoundText, Image, Study

ANNOTATED = 1_000_000.0  # (0028,0301) Burned In Annotation is YES: before all others
LONGEST_MARK = 2  # letters of a side marker or a number of a view


def search(study: Study, tick: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Searches what was not searched yet by the best means here; how many of each method there are now."""
    method = "tesseract" if tesseract.is_here() else "strokes"
    images = list(Image.objects.filter(case__study=study).select_related("case"))
    known = FoundText.objects.filter(derivative_sha256__in=[image.derivative_sha256 for image in images])
    there = dict(known.values_list("derivative_sha256", "method"))
    for number, image in enumerate(images, 1):
        if there.get(image.derivative_sha256) not in (method, "tesseract"):
            keep(image.derivative_sha256, found_in(image, method))
            there[image.derivative_sha256] = method
        tick(number, len(images))
    forget(there)
    return {name: list(there.values()).count(name) for name in sorted(set(there.values()))}


def found_in(image: Image, method: str) -> Found:
    """What one image's pictures hold, by one method."""
    if method == "strokes":
        return Found(method, max(strokes.written(picture) for picture in to_search(image)))
    words: list[Word] = []
    for picture in to_search(image):
        words += [word for word in tesseract.words_in(picture) if word not in words]
    return Found(method, sum(_weight(word) for word in words), tuple(words))


def keep(derivative_sha256: str, found: Found) -> None:
    """Remembers what was found, in place of what another method found before."""
    FoundText.objects.update_or_create(
        derivative_sha256=derivative_sha256,
        defaults={
            "method": found.method,
            "weight": found.weight,
            "words": [list(astuple(word)) for word in found.words],
            "utc": timezone.now(),
        },
    )


def ranked(images: list[Image]) -> list[tuple[Image, FoundText | None]]:
    """The likeliest first; alike, in the order of their hashes, which tells nothing."""
    names = [image.derivative_sha256 for image in images]
    rows = FoundText.objects.filter(derivative_sha256__in=names)
    found = {row.derivative_sha256: row for row in rows}

    def rank(image: Image) -> tuple[float, str]:
        row = found.get(image.derivative_sha256)
        said = ANNOTATED if BURNED_IN in image.notes else 0
        return -said - (row.weight if row else 0), image.derivative_sha256

    return [(image, found.get(image.derivative_sha256)) for image in sorted(images, key=rank)]


def _weight(word: Word) -> float:
    letters = sum(letter.isalnum() for letter in word.text)
    return word.confidence / 100 * (1 if letters > LONGEST_MARK else 0.1)
