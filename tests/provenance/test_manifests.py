"""C2PA: every manifest and every code, the ingredients' too; damage is a reason, never a refusal."""

from __future__ import annotations

import csv
import io
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studies.imaging.provenance import read
from studies.imaging.provenance.reading import read_bytes
from studies.imaging.sandbox import process_images
from tests.imaging.builders import encoded
from tests.provenance.signing import CAPTURE, CREATED, TRAINED, c2pa_png

PNG = encoded(Image.fromarray(np.arange(900, dtype=np.uint8).reshape(30, 30)), "PNG")
OPENED = [{"action": "c2pa.created", "digitalSourceType": CAPTURE}]


def test_a_plain_file_has_none():
    found = read_bytes(PNG)
    assert (found.manifests, found.state, found.failures) == ((), "", ())


def test_generator_source_type_signer_and_codes_are_kept():
    found = read_bytes(c2pa_png(PNG, [CREATED]))
    (manifest,) = found.manifests
    assert (manifest.generators, manifest.common_name) == (("ChatGPT",), "generator")
    assert (manifest.actions[0].source_type, manifest.actions[0].agent) == (TRAINED, "GPT-4o")
    codes = {f"{code.kind} {code.code}" for code in manifest.codes}
    assert {"success assertion.dataHash.match", "failure signingCredential.untrusted"} <= codes
    assert found.generators == ("OpenAI",) and found.source_types == ("trainedAlgorithmicMedia",)


def test_what_stands_in_an_ingredient_alone_is_found():
    inner = c2pa_png(PNG, [CREATED])
    outer = c2pa_png(PNG, OPENED, generator="Gallery", parent=inner)
    found = read_bytes(outer)
    active, ingredient = found.manifests
    assert active.active and not ingredient.active
    assert active.generators == ("Gallery",) and active.ingredients == (ingredient.label,)
    assert found.generators == ("OpenAI",)
    assert {"trainedAlgorithmicMedia", "digitalCapture"} == set(found.source_types)
    assert any(code.recorded for code in active.codes)


def test_a_changed_pixel_shows_in_the_codes():
    signed = bytearray(c2pa_png(PNG, [CREATED]))
    at = signed.index(b"IDAT") + 6
    signed[at] ^= 1
    found = read_bytes(bytes(signed))
    failures = {code.code for code in found.manifests[0].codes if code.kind == "failure"}
    assert found.state == "Invalid" and "assertion.dataHash.mismatch" in failures


def test_a_cut_manifest_is_a_reason():
    signed = c2pa_png(PNG, [CREATED])
    at = signed.index(b"jumb")
    found = read_bytes(signed[: at + 200] + b"\0" * 300 + signed[at + 500 :])
    assert found.manifests == () and found.failures[0].startswith("C2PA was not read: ")


def test_a_manifest_elsewhere_is_not_fetched(monkeypatch):
    """A file may name an address; nothing of this process speaks to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.5)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/manifest.c2pa"
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'dcterms:provenance="{address}"/></rdf:RDF></x:xmpmeta>'
    )
    kept = io.BytesIO()
    Image.new("L", (20, 20)).save(kept, "JPEG", xmp=packet.encode())
    found = read_bytes(kept.getvalue())
    with listener, pytest.raises(TimeoutError):
        listener.accept()
    assert found.manifests == () and found.failures


def test_it_crosses_from_the_child_process(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(c2pa_png(PNG, [CREATED]))
    ((_, result),) = process_images([path], 1)
    assert result.provenance == read(path)
    assert result.rows == 30


def test_a_stack_says_once_what_its_files_say_alike(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(c2pa_png(PNG, [CREATED]))
    found = read(tmp_path)
    assert len(found.manifests) == 3 and found.generators == ("OpenAI",)


def test_the_real_set_tells_its_synthetic_files_and_no_other(deepfake_folder: Path):
    with (deepfake_folder / "cases.csv").open(newline="") as file:
        truth = {row["image"]: row["truth"] for row in csv.DictReader(file)}
    found = {name: read(deepfake_folder / name) for name in truth}
    signed = {name for name, one in found.items() if one.manifests}
    assert len(truth) == 40 and {truth[name] for name in signed} == {"synthetic"}
    assert {found[name].generators for name in signed} == {("OpenAI",)}
    assert {found[name].source_types for name in signed} == {("trainedAlgorithmicMedia",)}
    assert {found[name].state for name in signed} == {"Invalid"}
    assert not [name for name in found.keys() - signed if found[name].says_generated]
