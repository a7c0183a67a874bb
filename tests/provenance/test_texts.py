"""Texts of programs in PNG, JPEG, TIFF and DICOM, and which generators they name."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from studies.imaging.processed import ProcessedImage
from studies.imaging.provenance import record
from studies.imaging.provenance.generators import known_generator
from studies.imaging.provenance.reading import read_bytes
from studies.imaging.provenance.record import MOST, DicomSignature, Provenance, Text, merged
from studies.imaging.sandbox import NO_SENSE, Confinement, process_images
from tests.imaging.builders import dicom

PARAMETERS = f"a chest radiograph, {'very sharp, ' * 60}\nSteps: 20, Sampler: Euler a, CFG scale: 7"
XMP = (
    '<rdf:Description xmp:CreatorTool="Adobe Firefly 3"><Iptc4xmpExt:DigitalSourceType>'
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    "</Iptc4xmpExt:DigitalSourceType></rdf:Description>"
)
GREY = Image.new("L", (20, 20), 7)


def saved(kind: str, **options: object) -> bytes:
    kept = io.BytesIO()
    GREY.save(kept, kind, **options)
    return kept.getvalue()


def png(packed: bool = False, **texts: str) -> bytes:
    said = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        said.add_text(key.replace("_", " "), text, zip=packed)
    return saved("PNG", pnginfo=said)


def places(data: bytes) -> dict[str, str]:
    return {text.place: text.text for text in read_bytes(data).texts}


@pytest.mark.parametrize("packed", [False, True])
def test_a_generators_parameters_are_known_though_only_their_beginning_is_kept(packed):
    found = read_bytes(png(packed, parameters=PARAMETERS))
    assert found.generators == ("Stable Diffusion",)
    assert found.texts[0].place == "PNG parameters" and len(found.texts[0].text) == 300


def test_a_workflow_is_known():
    assert read_bytes(png(prompt='{"3": {"class_type": "KSampler"}}')).generators == ("ComfyUI",)


def test_a_text_behind_the_pixels_is_found():
    plain = saved("PNG")
    late = png(Software="Midjourney")
    start = late.index(b"tEXt") - 4
    chunk = late[start : start + 12 + int.from_bytes(late[start : start + 4], "big")]
    end = plain.index(b"IEND") - 4
    assert read_bytes(plain[:end] + chunk + plain[end:]).generators == ("Midjourney",)


def test_a_packed_bomb_stays_small():
    said = PngImagePlugin.PngInfo()
    said.add_text("parameters", "a" * 50_000_000, zip=True)
    (text,) = read_bytes(saved("PNG", pnginfo=said)).texts
    assert len(text.text) == 300


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_exif_software_is_found(kind):
    exif = Image.Exif()
    exif[0x0131], exif[0x013B] = "DALL-E 3", "Someone"
    found = places(saved(kind, exif=exif))
    place = "TIFF" if kind == "TIFF" else "EXIF"
    assert (found[f"{place} Software"], found[f"{place} Artist"]) == ("DALL-E 3", "Someone")


def test_a_users_comment_is_decoded():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "Steps: 5, Sampler: x".encode("utf-16-be")
    assert read_bytes(saved("JPEG", exif=exif)).generators == ("Stable Diffusion",)


def test_xmp_names_tool_and_source_type():
    for data in (saved("JPEG", xmp=XMP.encode()), png(**{"XML:com.adobe.xmp": XMP})):
        found = read_bytes(data)
        assert found.generators == ("Adobe Firefly",)
        assert found.source_types == ("trainedAlgorithmicMedia",)


def test_tiff_holds_xmp_too():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700] = XMP.encode()
    assert read_bytes(saved("TIFF", tiffinfo=tags)).source_types == ("trainedAlgorithmicMedia",)


def test_a_jpeg_comment_is_found():
    assert places(saved("JPEG", comment=b"made with google ai")) == {"JPEG comment": "made with google ai"}


@pytest.mark.parametrize(
    ("place", "text", "shown"),
    [
        ("DICOM private creator (0009,0010)", "GEMS_IDEN_01", "GEMS_IDEN_01"),
        ("DICOM private creator (0009,0010)", "Jane Doe", "free text, 8 characters"),
        ("DICOM Manufacturer", "Maker", "Maker"),
        ("DICOM DerivationDescription", "of Jane Doe", "free text, 11 characters"),
        ("PNG Jane Doe", "by Midjourney", "free text, 13 characters, names Midjourney"),
    ],
)
def test_a_page_shows_words_of_programs_and_no_free_text(place, text, shown):
    found = Text.found(place, text)
    assert found.shown == shown and "Jane" not in found.shown_place


def test_dicom_says_its_equipment_and_no_person():
    item = Dataset()
    item.Manufacturer, item.ContributionDescription = "Stability", "stable-diffusion-xl"
    dataset = dicom(np.zeros((8, 8), np.uint16), ImageType=["DERIVED", "SECONDARY"], Manufacturer="Maker")
    dataset.SoftwareVersions, dataset.PatientName = ["1", "2"], "Nobody^Known"
    dataset.ContributingEquipmentSequence = Sequence([item])
    dataset.private_block(0x0009, "MAKER 1.0", create=True)
    kept = io.BytesIO()
    dataset.save_as(kept, enforce_file_format=True)
    said = places(kept.getvalue())
    assert said["DICOM ImageType"] == "DERIVED\\SECONDARY" and said["DICOM SoftwareVersions"] == "1\\2"
    assert said["DICOM private creator (0009,0010)"] == "MAKER 1.0"
    assert read_bytes(kept.getvalue()).generators == ("Stable Diffusion",)
    assert "Nobody" not in json.dumps(said)


@pytest.mark.parametrize(("said", "generated"), [("YES", True), ("NO", False)])
def test_dicom_may_say_that_its_data_are_synthetic(said, generated):
    dataset = dicom(np.zeros((8, 8), np.uint16))
    dataset.add_new((0x0008, 0x001C), "CS", said)
    kept = io.BytesIO()
    dataset.save_as(kept, enforce_file_format=True)
    assert bool(read_bytes(kept.getvalue()).says_generated) is generated


@pytest.mark.parametrize(
    "text", ["Gemini GXL 16", "SIEMENS imagen", "Roentgen DX-D 300", "Adobe Photoshop 26", "fluxus", ""]
)
def test_scanners_and_editors_are_no_generators(text):
    assert known_generator(text) is None


GENERATORS = {
    "RoentGen-v2": "RoentGen",
    "StanfordMIMI/RoentGen": "RoentGen",
    "DALL·E 3": "OpenAI",
    "gpt-image-1": "OpenAI",
    "stable_diffusion v1.5": "Stable Diffusion",
    "FLUX.1-dev": "FLUX",
    "Google Gemini": "Google",
}


@pytest.mark.parametrize(("text", "name"), GENERATORS.items())
def test_generators_are_known_by_their_names(text, name):
    assert known_generator(text) == name


@pytest.mark.filterwarnings("ignore:Expected implicit VR")
def test_damage_is_passed_over():
    cut = png(parameters=PARAMETERS)
    for data in (cut[:60], saved("JPEG")[:25], b"DICM" * 40, b"\x89PNG\r\n\x1a\n" + b"\xff" * 100):
        assert read_bytes(data).manifests == ()


def test_a_file_that_ends_the_child_over_its_texts_is_an_image_all_the_same(tmp_path):
    said = PngImagePlugin.PngInfo()
    for number in range(60):
        said.add_text(f"bomb {number}", "dall " * 200_000, zip=True)
    paths = [tmp_path / "bomb.png", tmp_path / "plain.png"]
    for path, options in zip(paths, ({"pnginfo": said}, {}), strict=True):
        path.write_bytes(saved("PNG", **options))
    bomb, plain = (result for _, result in process_images(paths, 1, Confinement(cpu_seconds=1)))
    assert isinstance(bomb, ProcessedImage) and isinstance(plain, ProcessedImage)
    assert bomb.provenance.failures[0].startswith("Not read to its end: Decoding must end in time")
    assert plain.provenance == Provenance()


def test_what_tells_comes_before_the_bounds():
    dull = [Provenance(texts=(Text(f"PNG {n}", "x"),)) for n in range(MOST + 5)]
    found = merged([*dull, Provenance(texts=(Text.found("PNG Software", "Midjourney"),))])
    assert (len(found.texts), found.left_out, found.generators) == (MOST, 6, ("Midjourney",))


def test_a_record_crosses_bounded():
    long = Provenance(texts=(Text("PNG a", "x" * 9000),), failures=("a\0b\n",))
    stream = io.BytesIO()
    record.send(long, stream)
    stream.seek(0)
    found = record.receive(stream)
    assert (len(found.texts[0].text), found.failures) == (300, ("a b",))


NONSENSE = [
    b"",
    b"\xff\xff\xff\xff",
    b"[]",
    b"null",
    b'{"manifests": 1}',
    json.dumps(Provenance(failures=("x",)).to_json() | {"texts": [7]}).encode(),
    json.dumps(
        Provenance(signatures=(DicomSignature("verified", ""),)).to_json()
        | {"signatures": [{"state": "surely"}]}
    ).encode(),
]


@pytest.mark.parametrize("sent", NONSENSE)
def test_a_hostile_child_is_caught(sent):
    framed = record.HEAD.pack(len(sent)) + sent if sent[:1] in (b"[", b"n", b"{") else sent
    with pytest.raises(NO_SENSE):
        record.receive(io.BytesIO(framed))
