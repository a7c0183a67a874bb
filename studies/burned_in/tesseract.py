"""Words in a picture by tesseract, where this machine has it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator

from PIL import Image

from studies.burned_in.words import Word
from studies.imaging.types import Bytes

SPARSE_TEXT = "11"  # page segmentation: find as much text as possible in no particular order
SECONDS = 60
LEAST_CONFIDENCE = 30
WORD_LEVEL = "5"


def is_here() -> bool:
    return shutil.which("tesseract") is not None


def words_in(picture: Bytes) -> list[Word]:
    """Words of an 8-bit picture and of its negative, each place once; none where it takes too long."""
    kept: list[Word] = []
    for shown in (picture, 255 - picture):
        kept += [word for word in _words(shown) if not any(_same(word, other) for other in kept)]
    return kept


def _words(picture: Bytes) -> Iterator[Word]:
    sent = io.BytesIO()
    Image.fromarray(picture).save(sent, "BMP")
    command = ["tesseract", "stdin", "stdout", "--psm", SPARSE_TEXT, "tsv"]
    try:
        said = subprocess.run(command, input=sent.getvalue(), capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return
    table = io.StringIO(said.stdout.decode(errors="replace"))
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        text, sure = (row["text"] or "").strip(), round(float(row["conf"]))
        if (
            row["level"] == WORD_LEVEL
            and sure >= LEAST_CONFIDENCE
            and any(letter.isalnum() for letter in text)
        ):
            left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
            yield Word(text, left, top, width, height, sure)


def _same(one: Word, other: Word) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0 and down > 0
