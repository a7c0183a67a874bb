"""What is measured of a file: headers, names, pictures, and pictures that are there twice."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from studies.imaging.display import full_range
from studies.leaks.derivatives import facts_of_derivative
from studies.leaks.duplicates import duplicates, signature
from studies.leaks.features import CaseFacts, ImageFacts
from studies.leaks.names import facts_of_name
from studies.leaks.originals import facts_of_original
from studies.leaks.pictures import block_grid, facts_of_picture, noise, spectrum_slope, symmetry
from tests.leaks.builders import jpeg, png
from tests.planted import write_dicom

RANDOM = np.random.default_rng(4)
GREY = RANDOM.integers(0, 255, (40, 30), dtype=np.uint8)


def original(data: bytes, kind: str = "png", name: str = "a.png") -> dict:
    return facts_of_original(name, len(data), kind, 8, data)


def test_a_png_says_what_it_carries():
    bare = original(png(GREY))
    full = original(png(GREY, {"Software": "x", "XML:com.adobe.xmp": "y"}, c2pa=True))
    assert (bare["C2PA"], bare["XMP"], bare["text chunks"]) == ("no", "no", "none")
    assert (full["C2PA"], full["XMP"], full["text chunks"]) == ("yes", "yes", "Software, XML:com.adobe.xmp")
    assert (bare["mode"], bare["bit depth"], bare["pixel size"]) == ("L", 8.0, "30 x 40")
    assert bare["bytes per pixel"] == bare["bytes"] / 1200


@pytest.mark.parametrize(
    ("name", "marker", "body"),
    [("C2PA", 0xEB, b"JP\0\1\0\0\0\1jumb"), ("XMP", 0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
     ("ICC profile", 0xE2, b"ICC_PROFILE\0\1\1")],
)  # fmt: skip
def test_a_jpeg_says_what_it_carries(name, marker, body):
    segment = bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body
    assert original(jpeg(GREY), "jpeg")[name] == "no"
    assert original(jpeg(GREY, segments=segment), "jpeg")[name] == "yes"


def test_a_coarser_jpeg_says_so():
    fine, coarse = (original(jpeg(GREY, quality), "jpeg")["JPEG quantisation"] for quality in (95, 50))
    assert coarse > 2 * fine


def test_a_tiff_and_its_software():
    kept, tags = io.BytesIO(), ImageFileDirectory_v2()
    tags[305] = "Generator 3"
    Image.fromarray(GREY).save(kept, "TIFF", tiffinfo=tags)
    assert original(kept.getvalue(), "tiff")["EXIF software"] == "Generator 3"


def test_a_dicom_header(tmp_path):
    write_dicom(tmp_path / "a.dcm", GREY.astype(np.uint16))
    facts = original((tmp_path / "a.dcm").read_bytes(), "dicom")
    assert (facts["modality"], facts["mode"], facts["width"]) == ("CT", "MONOCHROME2", 30.0)
    assert (facts["UID root"], facts["private tags"], facts["year"]) == ("1.2.826.0", "no", None)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", png(GREY)[:40], b"x" * 300])
def test_a_header_that_cannot_be_read_has_no_facts(data):
    assert "mode" not in original(data)


def test_a_name_gives_its_number_and_pattern():
    facts = facts_of_name("images/fake/gpt_0042b.PNG")
    assert (facts["number in the name"], facts["digits in the name"]) == (42.0, 4.0)
    assert (facts["letters of the name"], facts["pattern of the name"]) == ("gpt_", "gpt_#b")
    assert (facts["extension"], facts["folder of the name"]) == (".png", "images/fake")


def test_every_key_of_a_display_is_a_fact():
    facts = facts_of_derivative(
        40,
        30,
        {"low": 1, "invert": True, "lut": None, "windows": [[1, 2], [3, 4]], "new": 7.0},
        {"zstd": [9, 8]},
        {"overlays": 2},
    )
    assert (facts["display invert"], facts["display lut given"], facts["display new"]) == ("yes", "none", 7.0)
    assert (facts["display windows smallest"], facts["overlays"]) == (1.0, 2.0)
    assert (facts["display windows entries"], facts["stored bytes (zstd)"], facts["frames"]) == (
        2.0,
        9.0,
        2.0,
    )


@pytest.mark.parametrize("sigma", [2.0, 8.0])
def test_noise_is_its_standard_deviation(sigma):
    plane = np.add.outer(np.arange(300.0), np.arange(300.0)) / 4
    assert noise(plane + RANDOM.normal(0, sigma, plane.shape)) == pytest.approx(sigma, rel=0.05)


def test_a_jpeg_has_a_grid():
    smooth = np.cumsum(RANDOM.normal(size=(200, 200)), axis=1) * 4 + 128
    grey = np.clip(smooth, 0, 255).astype(np.uint8)
    coded = np.asarray(Image.open(io.BytesIO(jpeg(grey, 30)))).astype(float)
    assert block_grid(coded) > 1.3 > block_grid(grey.astype(float))


def test_white_noise_has_a_flat_spectrum():
    assert spectrum_slope(RANDOM.normal(size=(256, 256))) == pytest.approx(0, abs=0.1)


def test_a_mirrored_picture_is_symmetrical():
    half = RANDOM.integers(0, 255, (128, 64), dtype=np.uint8)
    assert symmetry(np.concatenate([half, half[:, ::-1]], axis=1)) == pytest.approx(1.0)


def test_a_black_border_and_gaps_are_measured():
    values = np.zeros((100, 100), np.uint16)
    values[25:75, 25:75] = RANDOM.integers(5, 50, (50, 50)) * 4
    facts = facts_of_picture(values, full_range(8))
    assert facts["black border"] == pytest.approx(0.75)
    assert facts["gaps in the histogram"] > 0.7


def test_a_constant_picture_is_no_error():
    facts = facts_of_picture(np.full((64, 64), 7, np.uint16), full_range(8))
    assert (facts["noise"], facts["8 x 8 grid"], facts["spectrum slope"]) == (0.0, 1.0, None)


def scene(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (24, 20), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((400, 480), Image.Resampling.BICUBIC))


CHANGES = {
    "JPEG": (lambda grey: np.asarray(Image.open(io.BytesIO(jpeg(grey, 40)))), "as it is"),
    "smaller": (lambda grey: np.asarray(Image.fromarray(grey).resize((280, 336))), "as it is"),
    "flipped": (lambda grey: grey[:, ::-1], "left-right"),
    "turned": (lambda grey: grey[::-1, ::-1], "turned by 180 degrees"),
    "inverted": (lambda grey: 255 - grey, "as it is"),
}


def case(code: str, grey: np.ndarray, sha256: str = "") -> CaseFacts:
    signed = signature(grey.astype(np.uint16), full_range(8))
    return CaseFacts(code, "", (ImageFacts({}, sha256, signed),))


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_changed_copy_is_found(change):
    alter, how = CHANGES[change]
    cases = [case("A", scene(1)), case("B", scene(2)), case("C", alter(scene(1)))]
    (found,) = duplicates(cases, [0, 1, 1])
    assert (found.first, found.second, found.how, found.contradicts) == ("A", "C", how, True)
    assert (found.correlation < 0) == (change == "inverted")


@pytest.mark.parametrize("truth", [[1, None], [None, None]])
def test_a_copy_without_truth_contradicts_nothing(truth):
    (found,) = duplicates([case("A", scene(1), "x"), case("B", scene(1), "x")], truth)
    assert not found.contradicts


def test_copies_far_apart_among_many_are_found():
    cases = [case(f"C{number:03}", scene(number % 299)) for number in range(300)]
    assert [(pair.first, pair.second) for pair in duplicates(cases, [0] * 300)] == [("C000", "C299")]


def test_the_same_values_are_an_exact_duplicate():
    cases = [case("A", scene(1), "x"), case("B", scene(1), "x")]
    (found,) = duplicates(cases, [1, 1])
    assert (found.how, found.correlation, found.contradicts) == ("exact", 1.0, False)
