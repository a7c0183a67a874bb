"""A recipe brings pictures of any size, depth, format, border and window to one form."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studies.imaging.blackout import Rectangle
from studies.imaging.borders import inner
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.decode import decode
from studies.imaging.decoded import Decoded
from studies.imaging.display import Display, apply, full_range
from studies.imaging.limits import Limits
from studies.imaging.matching import STEPS, table_of
from studies.imaging.normalising import derived
from studies.imaging.processed import ProcessedImage
from studies.imaging.recipe import Canvas, Derivation, NormaliseRecipe
from studies.imaging.resampling import scaled
from studies.imaging.sandbox import process_images
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from tests.imaging.builders import dicom, picture, saved

CANVAS = NormaliseRecipe(canvas=Canvas(120, 100))
random = np.random.default_rng(7)


def smooth(rows: int, columns: int, top: int = 255) -> np.ndarray:
    """A picture without hard edges, from 10 % to 90 % of the range."""
    y, x = np.mgrid[0:rows, 0:columns]
    wave = np.sin(x / columns * 5) * np.cos(y / rows * 4)
    return np.rint((0.5 + 0.4 * wave) * top).astype(np.uint16)


def image(frame: np.ndarray, bits: int = 8, **said) -> Decoded:
    return Decoded((frame,), said.pop("display", full_range(bits)), "png", bits, **said)


def made(decoded: Decoded, recipe: NormaliseRecipe = CANVAS, *masks: Rectangle) -> Decoded:
    return derived(decoded, Derivation(recipe, masks), Limits())


def grey(decoded: Decoded) -> np.ndarray:
    return apply(decoded.display, decoded.frames[0])


@pytest.mark.parametrize(("rows", "columns"), [(240, 200), (121, 83), (77, 300), (50, 20)])
def test_every_size_gives_the_canvas_with_the_picture_in_its_middle(rows, columns):
    done = made(image(smooth(rows, columns)))
    inside = np.argwhere(done.frames[0] < 256)
    first, last = inside.min(axis=0), inside.max(axis=0) + 1
    assert (done.rows, done.columns) == (120, 100) and inside.shape[0] == np.prod(last - first)
    assert abs(first + last - [120, 100]).max() <= 1
    assert max((last - first) / [120, 100]) == 1
    assert (last - first)[0] / (last - first)[1] == pytest.approx(rows / columns, rel=0.02)


def test_what_lies_outside_is_padding_and_no_picture_holds_that_value():
    done = made(image(np.full((50, 100), 255, np.uint16)))
    assert done.display.padding == (256, 256) and done.frames[0].max() == 256
    assert grey(done)[0, 0] == 0 and grey(done)[60, 50] == 1


def test_all_displays_are_one():
    window = Display("sigmoid", 300.0, 900.0, invert=True, padding=(0, 0))
    shown = [made(image(smooth(60, 50, 1023), 10, display=window)), made(image(smooth(90, 40)))]
    assert shown[0].display == shown[1].display == replace(full_range(8), padding=(256, 256))


def test_window_and_inversion_are_in_the_values():
    window = Display("sigmoid", 300.0, 900.0, invert=True)
    frame = smooth(120, 100, 1023)
    done = made(image(frame, 10, display=window))
    assert np.abs(grey(done) - apply(window, frame)).max() <= 0.5 / 255 + 1e-5


def test_shrinking_is_the_area_average():
    """Against Pillow: each pixel repeated until target pixels hold whole ones, then the mean of these."""
    frame = random.integers(0, 4096, (84, 63)).astype(np.uint16)
    large = Image.fromarray(frame.repeat(5, 0).repeat(4, 1).astype(np.float32))
    assert np.abs(scaled(frame, 60, 36) - np.asarray(large.reduce((7, 7)))).max() < 0.01
    assert np.abs(scaled(frame, 35, 36) - np.asarray(large.reduce((7, 12)))).max() < 0.01


def test_growing_is_straight_between_pixel_centres():
    frame = random.integers(0, 256, (20, 30)).astype(np.uint8)
    expected = Image.fromarray(frame.astype(np.float32)).resize((75, 50), Image.Resampling.BILINEAR)
    assert np.abs(scaled(frame, 50, 75) - np.asarray(expected)).max() < 0.01


def test_padding_of_the_file_takes_no_part_in_averages():
    frame = np.full((240, 200), 100, np.uint16)
    frame[:, :61] = 4000
    done = made(image(frame, 12, display=Display("linear", 0, 200, padding=(4000, 4000))))
    assert set(np.unique(done.frames[0])) == {128, 256}


def test_oblong_pixels_become_square_and_the_spacing_follows():
    said = {"showing": Showing(aspect=2.0), "spacing": Spacing(1.0, 0.5, "patient")}
    done = made(image(smooth(60, 100), **said), NormaliseRecipe(longest_side=240))
    assert (done.rows, done.columns, done.showing) == (240, 200, Showing())
    assert (done.spacing.row_mm, done.spacing.column_mm) == (0.25, 0.25)


def test_without_a_size_only_values_change():
    done = made(image(smooth(30, 20)), NormaliseRecipe())
    assert np.array_equal(done.frames[0], smooth(30, 20))


def test_units_and_windows_are_gone():
    showing = Showing((full_range(4),), {}, 1.0, (1.0, -1024.0))
    assert made(image(smooth(30, 20), showing=showing)).showing == Showing()


def test_a_stack_has_one_scale_and_each_frames_own_window():
    frames = (smooth(60, 50), smooth(60, 50) // 2)
    showing = Showing(frame_displays={1: Display("linear", 0, 127.5)})
    done = made(
        Decoded(frames, full_range(8), "dicom", 8, showing=showing), replace(CANVAS, match="percentiles")
    )
    one, two = (frame.astype(int) for frame in done.frames)
    assert np.abs(one - two).max() <= 3 and not done.showing.frame_displays


def test_overlays_move_with_their_picture_and_keep_thin_lines():
    layer = np.zeros((480, 400), np.uint16)
    layer[240] = 1
    done = made(image(smooth(480, 400), overlays=(layer,)))
    assert done.overlays[0].shape == (120, 100) and set(np.flatnonzero(done.overlays[0].any(1))) == {60}


@pytest.mark.parametrize("border", [0, 255, 4])
def test_uniform_borders_go(border):
    frame = np.full((100, 90), border, np.uint16)
    frame[20:80, 30:70] = smooth(60, 40)
    done = made(image(frame), NormaliseRecipe(crop_borders=True))
    assert np.array_equal(done.frames[0], smooth(60, 40))


def test_a_frame_in_a_frame_goes_and_an_empty_picture_stays():
    frame = np.zeros((100, 90), np.uint8)
    frame[10:90, 10:80] = 255
    assert inner([frame]) == (slice(0, 100), slice(0, 90))
    frame[30:60, 20:60] = smooth(30, 40)
    assert inner([frame]) == (slice(30, 60), slice(20, 60))


def test_a_border_of_a_stack_is_one_of_all_frames():
    one, two = np.zeros((2, 50, 50), np.uint8)
    one[10:20, 10:20] = two[30:40, 25:45] = 128
    assert inner([one, two]) == (slice(10, 40), slice(10, 45))


def test_percentiles_go_to_black_and_white():
    dim = (smooth(120, 100) // 3 + 60).astype(np.uint16)
    done = made(image(dim), replace(CANVAS, match="percentiles"))
    assert [int(q) for q in np.percentile(done.frames[0], [0.3, 99.7])] == [0, 255]


def test_a_histogram_follows_the_fixed_curve_whatever_it_was():
    share = np.arange(1, 10) / 10
    for power in (0.5, 3):
        values = np.rint(random.random(200_000) ** power * (STEPS - 1)).astype(int)
        matched = table_of(np.bincount(values, minlength=STEPS), "histogram")[values]
        x = np.quantile(matched[(values > 0.02 * STEPS) & (values < 0.98 * STEPS)], share)
        assert np.abs(3 * x**2 - 2 * x**3 - share).max() < 0.01


@pytest.mark.parametrize("match", ["none", "percentiles", "histogram"])
def test_a_brighter_value_stays_the_brighter_one(match):
    counts = np.bincount(smooth(200, 200, STEPS - 1).reshape(-1), minlength=STEPS)
    table = table_of(counts, match)
    assert (np.diff(table) >= 0).all() and (table.min(), table.max()) == (0, 1)


def test_a_picture_of_one_value_stays_itself():
    done = made(image(np.full((120, 100), 77, np.uint16)), replace(CANVAS, match="percentiles"))
    assert set(np.unique(done.frames[0])) == {77}


def test_an_enlarged_picture_and_a_coarse_one_are_told():
    notes = made(image(smooth(60, 50)), replace(CANVAS, bits=12)).notes
    assert "enlarged 2.00 times" in notes[0] and "has 8 bits" in notes[1]


def test_masks_are_black_on_every_frame_before_and_move_nothing():
    frame = np.zeros((240, 200), np.uint16)
    frame[20:220, 20:180] = smooth(200, 160)
    plain = made(image(frame), replace(CANVAS, crop_borders=True))
    hidden = made(image(frame), replace(CANVAS, crop_borders=True), Rectangle(0, 0, 200, 120))
    assert hidden.placement == plain.placement and grey(hidden)[:58].max() == 0
    assert np.array_equal(hidden.frames[0][62:], plain.frames[0][62:])


def test_masks_alone_leave_all_else_as_it_was():
    inverted = image(smooth(40, 30), display=replace(full_range(8), invert=True))
    done = derived(inverted, Derivation(None, (Rectangle(5, 6, 7, 8),)), Limits())
    assert apply(done.display, done.frames[0])[6:14, 5:12].max() < 0.11
    assert (done.frames[0] != inverted.frames[0]).sum() <= 56 and done.display == inverted.display


def test_a_place_goes_to_the_derivative_and_back():
    frame = np.zeros((240, 200), np.uint16)
    frame[100:110, 60:70] = 200
    done = made(image(frame))
    x, y = done.placement.moved(60, 100)
    assert (x, y) == (30, 50) and done.frames[0][51, 31] == 200
    assert done.placement.on_original(Rectangle(30, 50, 5, 5)) == Rectangle(60, 100, 10, 10)


def test_the_hash_of_a_recipe_is_of_what_it_says():
    recipe = NormaliseRecipe(Canvas(1536, 1024), None, 8, True, "histogram")
    assert NormaliseRecipe.of(json.loads(json.dumps(recipe.document()))) == recipe
    assert recipe.sha256 != replace(recipe, bits=9).sha256
    assert Derivation.from_json(json.loads(json.dumps(Derivation(recipe).to_json()))) == Derivation(recipe)


def planted(folder: Path) -> list[Path]:
    """One scene as files that size, depth, format, border, window and kind tell apart."""
    scene = smooth(300, 250)
    framed = np.full((400, 350), 255, np.uint8)
    framed[50:350, 50:300] = scene
    deep = smooth(600, 500, 4095)
    colour = np.stack([scene.astype(np.uint8)] * 3, axis=-1)
    return [
        picture(folder / "plain.png", scene.astype(np.uint8)),
        picture(folder / "large.jpg", smooth(900, 750).astype(np.uint8), quality=95),
        picture(folder / "framed.png", framed),
        picture(folder / "colour.tiff", colour),
        saved(dicom(deep, 12, WindowCenter=2048, WindowWidth=4096), folder / "deep.dcm"),
        saved(dicom(4095 - deep, 12, PhotometricInterpretation="MONOCHROME1"), folder / "inverse.dcm"),
    ]


def test_planted_leaks_are_gone_and_one_picture_is_left(tmp_path):
    recipe = replace(CANVAS, crop_borders=True, match="percentiles")
    paths = planted(tmp_path)
    wanted = dict.fromkeys(paths, Derivation(recipe))
    results = [result for _, result in process_images(paths, 2, derivations=wanted)]
    assert all(isinstance(result, ProcessedImage) for result in results)
    assert (
        len(
            {
                json.dumps([r.rows, r.columns, r.bits, r.display.to_json(), r.showing.columns()])
                for r in results
            }
        )
        == 1
    )
    pictures = [decode_payload(unpack_zstd(r.frames[0].zstd)).astype(int) for r in results]
    assert max(np.abs(one - pictures[0]).mean() for one in pictures) < 1.5


def test_a_plain_image_is_what_it_always_was(tmp_path):
    path = picture(tmp_path / "a.png", smooth(40, 30).astype(np.uint8))
    ((_, result),) = process_images([path], 1)
    assert np.array_equal(decode_payload(unpack_zstd(result.frames[0].zstd)), decode(path).frames[0])
    assert result.placement is None
