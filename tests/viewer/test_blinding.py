"""No reply in the blinded session tells truth, names, codes or later wording."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders

from studies.imaging.coding import HEADER, decode_payload, unpack_zstd
from studies.models import CaseSet, Image, Reading
from tests.planted import FORBIDDEN

BLINDED = {"quality": 2, "diagnosis": "pneumonia"}
WORDS = re.compile(
    "|".join(rf"\b{re.escape(word)}\b|\b{re.escape(word)}[0-9_.-]" for word in FORBIDDEN), re.I
)


def texts(replies):
    for reply in replies:
        if reply.get("Content-Type") != "application/octet-stream":
            heads = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
            yield f"{heads}\n{reply.content.decode()}"


def told(text: str) -> list[str]:
    return WORDS.findall(text)


def test_a_whole_blinded_session_tells_nothing(browser, study):
    browser.read_session(BLINDED)
    browser.get("/reading/")
    for path in ["/", "/api/v1/assignments/", "/api/v1/schema/", "/reading/nowhere/", "/read/wrong/"]:
        browser.get(path)
    assert not [found for text in texts(browser.replies) if (found := told(text))]
    names = Image.objects.values_list("original_name", flat=True)
    assert not [name for name in names for text in texts(browser.replies) if name.split("/")[-1] in text]


def test_the_crawl_would_find_a_word(browser):
    """The check itself is checked: the second session's page does tell."""
    browser.read_session(BLINDED)
    browser.post("/reading/exit/", noticed="no")
    assert told(browser.get("/reading/").content.decode())


def test_static_files_of_readers_tell_nothing(browser):
    page = browser.get("/reading/").content.decode()
    assert "/static/reading/" in page
    from pathlib import Path

    folders = [Path(finders.find(name)) for name in ("reading", "steps")]
    files = [
        path for folder in folders for path in folder.rglob("*") if path.suffix in {".js", ".css", ".svg"}
    ]
    assert len(files) > 10
    assert not [path for path in files if told(path.read_text())]


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_every_frame_is_grey_values_and_padding_and_nothing_else(browser, coding):
    page = browser.next()
    shown = page["images"][0]
    reply = browser.get(shown["frames"][0], **{"Accept-Encoding": coding})
    payload = {"zstd": unpack_zstd, "gzip": gzip.decompress}[coding](reply.content)
    values = decode_payload(payload)
    assert values.shape == (shown["rows"], shown["columns"]) == (40, 30)
    assert HEADER.unpack_from(payload)[3] == 2 * values.size
    long = [word for word in FORBIDDEN if len(word) > 4]  # a random tail may spell a short one by chance
    assert long and not [word for word in long if word.encode() in payload.lower()]


def test_a_frame_is_never_served_undone(browser):
    """Its size would tell what the padding hides."""
    path = browser.next()["images"][0]["frames"][0]
    assert browser.get(path, **{"Accept-Encoding": "identity"}).status_code == 406
    assert browser.get(path)["Content-Encoding"] == "gzip"


def test_nothing_counts_the_sessions(browser):
    said = b" ".join(reply.content for reply in browser.replies if reply.content)
    assert b"Start" in said and b"Session 1" not in said and b" of 2" not in said


def test_frames_of_either_format_have_the_same_headers_and_size(browser):
    heads = set()
    for _ in range(8):
        page = browser.next()
        reply = browser.get(page["images"][0]["frames"][0], **{"Accept-Encoding": "zstd"})
        heads.add(tuple(sorted((name, value) for name, value in reply.headers.items())))
        browser.send(page["reading"], BLINDED)
    assert len(heads) == 1
    assert "immutable" in dict(next(iter(heads)))["Cache-Control"]


def test_an_address_differs_for_each_reader_and_each_showing(study):
    from tests.viewer.reading import Browser

    for reader in study.readers.all():
        Browser(reader).begin()
    addresses = Reading.objects.values_list("address", flat=True)
    assert len(set(addresses)) == len(addresses) == 2 * (8 + 10)
    assert CaseSet.objects.get().name not in "".join(addresses)
