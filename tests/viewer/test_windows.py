"""What the protocol's viewer section lets out: presets without their unit, overlays where it shows them."""

import gzip

import pytest

from studies import audit, lifecycle
from studies.imaging.coding import decode_payload
from studies.ingest import load
from studies.models import Frame, Study
from tests.planted import write_folder
from tests.studies.builders import looked_at
from tests.viewer.reading import Browser

PRESETS = "{presets: [{label: Lung, center: -600, width: 1500}], overlays: true}"


def reader_of(folder, viewer: str = "") -> Browser:
    load(write_folder(folder, viewer=viewer), audit.OPERATOR)
    study = Study.objects.get(slug="planted")
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    return Browser(study.readers.first()).begin()


def pictures(browser) -> list[dict]:
    page = browser.next()
    return [image for case in (page, *page["ahead"]) for image in case["images"]]


def ct(browser) -> dict:
    """The first picture from a CT; those from PNG have no window but their range."""
    while True:
        page = browser.next()
        if page["images"][0]["windows"]:
            return page["images"][0]
        browser.send(page["reading"], {"quality": 2, "diagnosis": "none"})


def test_further_windows_leave_in_units_of_the_picture_and_without_a_name(db, tmp_path):
    (window,) = ct(reader_of(tmp_path))["windows"]
    assert (window["low"], window["high"]) == (887, 1136.5)
    assert "xplanation" not in str(window) and "lanted" not in str(window)


def test_presets_leave_as_a_label_and_two_numbers(db, tmp_path):
    image = ct(reader_of(tmp_path, PRESETS))
    assert image["presets"] == [{"label": "Lung", "low": -163.0, "high": 586.5}]


def test_neither_scale_nor_unit_leaves(db, tmp_path):
    browser = reader_of(tmp_path, PRESETS)
    ct(browser)
    said = b" ".join(reply.content for reply in browser.replies).lower()
    assert b"presets" in said
    assert not [word for word in (b"slope", b"intercept", b"-1024", b"rescale", b"-600") if word in said]


def test_what_has_no_scale_has_no_presets(db, tmp_path):
    browser = reader_of(tmp_path, PRESETS)
    offered = {bool(image["windows"]): bool(image["presets"]) for image in pictures(browser)}
    assert offered.get(True, True) and not offered.get(False, False)


def test_an_overlay_is_served_where_the_protocol_shows_it(db, tmp_path):
    browser = reader_of(tmp_path, PRESETS)
    image = ct(browser)
    reply = browser.get(image["overlays"][0])
    layer = decode_payload(gzip.decompress(reply.content))
    assert layer.shape == (image["rows"], image["columns"]) and layer.sum() == layer[:9, :8].sum() == 72


def test_an_overlays_reply_is_as_a_frames(db, tmp_path):
    browser = reader_of(tmp_path, PRESETS)
    image = ct(browser)
    heads = {tuple(sorted(browser.get(image[what][0]).headers.items())) for what in ("frames", "overlays")}
    assert len(heads) == 1


@pytest.mark.parametrize("viewer", ["", "{presets: ct}"])
def test_without_the_protocols_word_nothing_tells_of_overlays(db, tmp_path, viewer):
    browser = reader_of(tmp_path, viewer)
    assert Frame.objects.exclude(overlay_sha256="").count() == 4
    missing = browser.get("/api/v1/readings/nowhere/images/0/frames/0/overlay")
    replies = [browser.get(image["frames"][0] + "/overlay") for image in pictures(browser)]
    assert all(image["overlays"] == [] for image in pictures(browser))
    assert {(reply.status_code, reply.content) for reply in replies} == {(404, missing.content)}


def test_another_readers_overlay_is_not_found(db, tmp_path):
    image = ct(reader_of(tmp_path, PRESETS))
    other = Browser(Study.objects.get(slug="planted").readers.last()).begin()
    assert other.get(image["overlays"][0]).status_code == 404
