from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studies.imaging.decode import decode
from studies.imaging.errors import Truncated, UnsupportedPixels
from studies.imaging.luminance import luminance
from studies.imaging.raster import EIGHT_OF_SIXTEEN
from tests.imaging.builders import encoded, picture, png

RANDOM = np.random.default_rng(3)
GREY8 = RANDOM.integers(0, 256, (6, 9)).astype(np.uint8)
GREY16 = RANDOM.integers(0, 65536, (6, 9)).astype(np.uint16)
EQUAL = np.stack([GREY8] * 3, axis=-1)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize(("values", "bits"), [(GREY8, 8), (GREY16, 16)])
def test_grey_is_kept_exactly_and_shown_over_its_whole_range(
    name: str, values: np.ndarray[tuple[int, int], np.dtype[np.uint8]], bits: int, tmp_path: Path
) -> None:
    decoded = decode(picture(tmp_path / name, values))
    assert (decoded.frames[0] == values).all()
    assert (decoded.bits, decoded.display.low, decoded.display.high) == (bits, 0, 2**bits - 1)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_equal_channels_give_exactly_that_grey(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(GREY8).convert(mode)
    image.save(tmp_path / "a.png")
    assert (decode(tmp_path / "a.png").frames[0] == GREY8).all()


def test_colour_is_luminance_by_bt601(tmp_path: Path) -> None:
    pure = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert decode(picture(tmp_path / "a.png", pure)).frames[0].tolist() == [[76, 150, 29]]


def test_luminance_does_not_overflow_with_16_bits() -> None:
    assert luminance(np.full((1, 1, 3), 65535, np.uint16))[0, 0] == 65535


def test_colour_is_as_pillows_own_grey(tmp_path: Path) -> None:
    colour = RANDOM.integers(0, 256, (40, 50, 3)).astype(np.uint8)
    expected = np.asarray(Image.fromarray(colour).convert("L"))
    assert (decode(picture(tmp_path / "a.png", colour)).frames[0] == expected).all()


def test_what_is_see_through_is_black(tmp_path: Path) -> None:
    half = np.array([[[200, 200, 200, 255], [200, 200, 200, 0]]], np.uint8)
    assert decode(picture(tmp_path / "a.png", half)).frames[0].tolist() == [[200, 0]]


def test_a_see_through_palette_entry_is_black(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([250, 250, 250, 80, 80, 80])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=0)
    assert decode(tmp_path / "a.png").frames[0].tolist() == [[0, 80]]


@pytest.mark.parametrize(
    ("orientation", "turned"), [(3, np.rot90(GREY8, 2)), (6, np.rot90(GREY8, -1)), (2, GREY8[:, ::-1])]
)
def test_exif_orientation_is_applied(orientation: int, turned: object, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = picture(tmp_path / "a.png", GREY8, exif=exif)
    assert (decode(path).frames[0] == turned).all()


def test_exif_orientation_is_applied_to_16_bits(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "a.png", GREY16, exif=exif)
    assert (decode(path).frames[0] == np.rot90(GREY16, -1)).all()


def test_the_pages_of_a_tiff_are_a_stack(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY16 // divisor) for divisor in (1, 2, 4)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    frames = decode(tmp_path / "a.tif").frames
    assert [(frame == GREY16 // divisor).all() for frame, divisor in zip(frames, (1, 2, 4), strict=True)] == [
        True
    ] * 3


def test_pages_of_different_size_are_refused(tmp_path: Path) -> None:
    other = Image.fromarray(GREY8[:3])
    Image.fromarray(GREY8).save(tmp_path / "a.tif", save_all=True, append_images=[other])
    with pytest.raises(UnsupportedPixels, match="one size"):
        decode(tmp_path / "a.tif")


def test_fractions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPixels, match="whole numbers"):
        decode(picture(tmp_path / "a.tif", GREY8.astype(np.float32)))


def test_a_tiff_in_which_zero_is_white_is_turned_round(tmp_path: Path) -> None:
    decoded = decode(picture(tmp_path / "a.tif", GREY16, tiffinfo={262: 0}))
    assert (decoded.frames[0] == 65535 - GREY16).all()


def test_deep_colour_is_read_with_8_bits_and_noted(tmp_path: Path) -> None:
    pixels = b"\0" + np.full((1, 2, 3), 0x4B7F, ">u2").tobytes()
    decoded = decode(png(tmp_path / "a.png", 2, 1, pixels, depth=16, colour=2))
    assert decoded.frames[0].tolist() == [[0x4B, 0x4B]]
    assert decoded.notes == (EIGHT_OF_SIXTEEN,)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_file_cut_anywhere_is_refused(kind: str, tmp_path: Path) -> None:
    whole = encoded(Image.fromarray(np.tile(GREY8, (30, 30))), kind)
    for share in (0.3, 0.6, 0.9, 0.99):
        path = tmp_path / "a.img"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Truncated, match="Copy it again"):
            decode(path)
