"""What the stage shows, read back pixel by pixel, against the same maths in numpy (float64)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from studies.imaging.decode import decode
from tests.browser.viewer_server import StudyCase, ViewerStudy, serving
from tests.imaging.builders import dicom, lut, saved
from tests.imaging.builders import ramp as dicom_ramp
from tests.imaging.test_grayscale import oracle

pytestmark = pytest.mark.browser

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
View = Mapping[str, float]
RENDERERS = ["webgl2", "2d"]

DRAW = """async ({renderer, width, height, rows, columns, aspect, values, display, view, ready}) => {
  const {createRenderer} = await import("/static/reading/renderer.js");
  const {initialWindow} = await import("/static/reading/window.js");
  const {fit, shownRectangle} = await import("/static/reading/geometry.js");
  const {resample} = await import("/static/reading/resample.js");
  const canvas = document.createElement("canvas");
  const stage = {width, height};
  const drawing = createRenderer(canvas, renderer);
  if (drawing.kind !== renderer) throw new Error("This browser has no " + renderer);
  drawing.plainGeometry = false;
  drawing.setSize(width, height);
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  const frame = {rows, columns, aspect, values: new Uint16Array(bytes.buffer), padding: display.padding};
  const laid = view ?? fit(frame, stage);
  if (ready) {
    const rectangle = shownRectangle(laid, frame, stage);
    frame.level = {view: laid, rectangle, bits: resample(frame, laid, rectangle)};
  }
  drawing.draw(frame, laid, initialWindow(display));
  let pixels = new Uint8Array(4 * width * height);
  if (drawing.gl) {
    drawing.gl.readPixels(0, 0, width, height, drawing.gl.RGBA, drawing.gl.UNSIGNED_BYTE, pixels);
    if (drawing.gl.getError()) throw new Error("WebGL reports an error");
  } else {
    pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  }
  let text = "";
  for (let i = 0; i < pixels.length; i += 4) {
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) throw new Error("not grey");
    text += String.fromCharCode(pixels[i]);
  }
  return {grey: btoa(text), view: laid};
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(ViewerStudy([], [])) as url:
        yield url


@pytest.fixture
def stage(screen: Page, address: str) -> Page:
    screen.goto(f"{address}/blank/")
    return screen


def display(**more: Any) -> dict[str, Any]:
    base = {"shape": "linear", "low": 0.0, "high": 65535.0, "lut": None, "lut_first": 0, "invert": False}
    return {**base, "padding": None, **more}


def shown(
    page: Page,
    renderer: str,
    values: NDArray[np.uint16],
    shape: dict[str, Any],
    size: tuple[int, int],
    view: View | None = None,
    ready: bool = False,
    aspect: float = 1,
) -> tuple[Bytes, View]:
    """The grey levels on a canvas of `size` (height, width), top row first, and the view they lie in."""
    height, width = size
    order = {"renderer": renderer, "width": width, "height": height, "view": view, "ready": ready}
    pixels = base64.b64encode(values.astype("<u2").tobytes()).decode()
    rows, columns = values.shape
    picture = {"rows": rows, "columns": columns, "aspect": aspect, "values": pixels, "display": shape}
    answer = page.evaluate(DRAW, {**order, **picture})
    grey = np.frombuffer(base64.b64decode(answer["grey"]), np.uint8).reshape(size)
    return (grey[::-1] if renderer == "webgl2" else grey), answer["view"]


def window(values: Floats, shape: dict[str, Any]) -> Floats:
    """DICOM PS3.3 C.11.2, to 0..255; NaN (padding, outside) is black."""
    low, high = shape["low"], shape["high"]
    if shape["shape"] == "lut":
        table = np.frombuffer(base64.b64decode(shape["lut"]), "<u2")
        grey = np.interp(values, shape["lut_first"] + np.arange(table.size), table / 65535)
    elif shape["shape"] == "sigmoid":
        grey = 1 / (1 + np.exp(-4 * (values - (low + high) / 2) / (high - low)))
    else:
        grey = np.clip((values - low) / (high - low), 0, 1)
    return np.nan_to_num(255 * (1 - grey if shape["invert"] else grey))


def weights(count: int, offset: float, scale: float, length: int) -> Floats:
    """Row i: how much canvas pixel i covers of each image pixel; nothing if its centre is off the image."""
    edges = (np.arange(count + 1) - offset) / scale
    covered = np.minimum(edges[1:, None], np.arange(1, length + 1)) - np.maximum(
        edges[:-1, None], np.arange(length)
    )
    centres = (np.arange(count) + 0.5 - offset) / scale
    inside = (centres >= 0) & (centres < length)
    shares: Floats = np.clip(covered, 0, None) * inside[:, None]
    return shares


def averaged(values: NDArray[np.uint16], view: View, size: tuple[int, int], padding: Any = None) -> Floats:
    """The ideal area average: NaN where there is nothing."""
    down = weights(size[0], view["y"], view["scale"] * view.get("aspect", 1), values.shape[0])
    across = weights(size[1], view["x"], view["scale"], values.shape[1])
    low, high = padding or (1, 0)
    picture = (values < low) | (values > high)
    with np.errstate(invalid="ignore"):
        average: Floats = (down @ (values * picture) @ across.T) / (down @ picture @ across.T)
    return average


def footprint(count: int, offset: float, scale: float, length: int) -> Floats:
    """As `weights`, but shares of one; where the image grows, of the two pixels about a centre."""
    if scale < 1:
        covered = weights(count, offset, scale, length)
        total = covered.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(covered, total, out=np.zeros_like(covered), where=total > 0))
    centres = (np.arange(count) + 0.5 - offset) / scale
    shares = np.array([np.interp(centres - 0.5, np.arange(length), one) for one in np.eye(length)]).T
    return np.asarray(shares * ((centres >= 0) & (centres < length))[:, None])


def off_by(grey: Bytes, ideal: Floats) -> float:
    return float(np.abs(grey - ideal).max())


def ramp() -> NDArray[np.uint16]:
    return np.arange(65536, dtype=np.uint16).reshape(256, 256)


def noise(rows: int, columns: int, seed: int = 7) -> NDArray[np.uint16]:
    return np.random.default_rng(seed).normal(2000, 400, (rows, columns)).clip(0, 4095).astype(np.uint16)


CURVE = base64.b64encode((65535 * np.linspace(0, 1, 3000) ** 2.2).astype("<u2").tobytes()).decode()
SHAPES = {
    "whole": display(),
    "narrow": display(low=30000.25, high=30100.75),
    "one": display(low=999.5, high=1000.5),
    "sigmoid": display(shape="sigmoid", low=20000.0, high=26000.0),
    "inverted": display(low=100.0, high=4000.0, invert=True),
    "inverted sigmoid": display(shape="sigmoid", low=100.0, high=4000.0, invert=True),
    "table": display(shape="lut", lut=CURVE, lut_first=500),
    "inverted table": display(shape="lut", lut=CURVE, lut_first=500, invert=True),
}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", SHAPES)
def test_all_65536_values_are_within_one_grey_level(stage: Page, renderer: str, name: str) -> None:
    view = {"scale": 1, "x": 0, "y": 0}
    grey, _ = shown(stage, renderer, ramp(), SHAPES[name], (256, 256), view)
    assert off_by(grey, window(ramp().astype(float), SHAPES[name])) <= 1


WIDE = {"WindowCenter": 2000, "WindowWidth": 3000}
TABLE = lut(np.round(65535 * np.linspace(0, 1, 3000) ** 2).astype(np.uint16), 500, 16)
SIGNED_TABLE = lut(np.round(65535 * np.linspace(0, 1, 3000) ** 2).astype(np.uint16), -1500, 16)
FALLING = lut(np.arange(60000, 0, -20).astype(np.uint16), 300, 16)
FILES: dict[str, tuple[int, bool, dict[str, Any]]] = {
    "linear, 12 bits": (12, False, WIDE),
    "linear exact": (12, False, {**WIDE, "VOILUTFunction": "LINEAR_EXACT"}),
    "sigmoid": (12, False, {**WIDE, "VOILUTFunction": "SIGMOID"}),
    "voi lut": (12, False, {"VOILUTSequence": TABLE}),
    "voi lut, signed": (12, True, {"VOILUTSequence": SIGNED_TABLE}),
    "modality lut": (
        12,
        False,
        {"ModalityLUTSequence": FALLING, "WindowCenter": 30000, "WindowWidth": 50000},
    ),
    "monochrome1": (12, False, {**WIDE, "PhotometricInterpretation": "MONOCHROME1"}),
    "monochrome1, sigmoid": (
        12,
        False,
        {**WIDE, "VOILUTFunction": "SIGMOID", "PhotometricInterpretation": "MONOCHROME1"},
    ),
    "signed": (12, True, {"WindowCenter": -100, "WindowWidth": 900}),
    "rescaled": (
        12,
        True,
        {"WindowCenter": 40, "WindowWidth": 400, "RescaleSlope": 0.5, "RescaleIntercept": 9},
    ),
    "8 bits": (8, False, {"WindowCenter": 100, "WindowWidth": 99}),
    "10 bits": (10, False, {"WindowCenter": 500, "WindowWidth": 700}),
    "16 bits": (16, False, {"WindowCenter": 30000, "WindowWidth": 50001}),
    "16 bits, signed": (16, True, {"WindowCenter": -20000, "WindowWidth": 4000}),
}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_shown_as_pydicom_shows_it(stage: Page, renderer: str, name: str, tmp_path: Path) -> None:
    bits, signed, elements = FILES[name]
    dataset = dicom(dicom_ramp(bits, signed), bits, **elements)
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    values, view = decoded.frames[0], {"scale": 1, "x": 0, "y": 0}
    size = values.shape[0], values.shape[1]
    grey, _ = shown(stage, renderer, values, decoded.display.to_json(), size, view)
    assert off_by(grey, 255 * oracle(dataset)) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_files_padding_range_is_black(stage: Page, renderer: str, photometric: str, tmp_path: Path) -> None:
    padding = {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": -1900}
    dataset = dicom(dicom_ramp(12, True), PhotometricInterpretation=photometric, **WIDE, **padding)
    decoded = decode(saved(dataset, tmp_path / "a.dcm"))
    view = {"scale": 1, "x": 0, "y": 0}
    grey, _ = shown(stage, renderer, decoded.frames[0], decoded.display.to_json(), (64, 64), view)
    hidden = (dataset.pixel_array >= -2000) & (dataset.pixel_array <= -1900)
    assert grey[hidden].max() == 0
    assert off_by(grey[~hidden], 255 * oracle(dataset)[~hidden]) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
def test_neighbouring_values_of_16_bits_stay_apart(stage: Page, renderer: str) -> None:
    values = np.arange(65280, 65536, dtype=np.uint16).reshape(16, 16)
    shape = display(low=65280.0, high=65535.0)
    grey, _ = shown(stage, renderer, values, shape, (16, 16), {"scale": 1, "x": 0, "y": 0})
    assert np.array_equal(grey.ravel(), np.arange(256))


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("ready", [False, True], ids=["placed here", "placed by the worker"])
@pytest.mark.parametrize("shape", [(700, 523), (301, 997), (640, 480)], ids=str)
def test_fitted_view_is_the_area_average(
    stage: Page, renderer: str, ready: bool, shape: tuple[int, int]
) -> None:
    values, size = noise(*shape), (240, 317)
    how = display(low=0.0, high=4095.0)
    grey, view = shown(stage, renderer, values, how, size, ready=ready)
    assert off_by(grey, window(averaged(values, view, size), how)) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("ready", [False, True], ids=["placed here", "placed by the worker"])
@pytest.mark.parametrize("aspect", [0.37, 1.6, 2.5])
def test_oblong_pixels_are_averaged_over_their_own_area(
    stage: Page, renderer: str, ready: bool, aspect: float
) -> None:
    values, size = noise(700, 723), (240, 217)
    how = display(low=0.0, high=4095.0)
    grey, view = shown(stage, renderer, values, how, size, ready=ready, aspect=aspect)
    assert view["aspect"] == aspect
    assert off_by(grey, window(averaged(values, view, size), how)) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("aspect", [0.2, 6.0])
def test_what_shrinks_one_way_and_grows_the_other_is_averaged_and_linear(
    stage: Page, renderer: str, aspect: float
) -> None:
    values, size = noise(*((200, 30) if aspect < 1 else (30, 200))), (120, 120)
    how = display(low=0.0, high=4095.0)
    grey, view = shown(stage, renderer, values, how, size, aspect=aspect)
    across = footprint(size[1], view["x"], view["scale"], values.shape[1])
    down = footprint(size[0], view["y"], view["scale"] * aspect, values.shape[0])
    assert (view["scale"] < 1) != (view["scale"] * aspect < 1)
    assert off_by(grey, window(down @ values @ across.T, how)) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("aspect", [1, 1.7])
def test_noise_of_the_fitted_view_is_within_one_percent_of_ideal(
    stage: Page, renderer: str, aspect: float
) -> None:
    values, size = noise(1250, 1024), (400, 328)
    how = display(low=1500.0, high=2500.0)
    grey, view = shown(stage, renderer, values, how, size, aspect=aspect)
    ideal = window(averaged(values, view, size), how)
    left, top = (int(view[way]) + 2 for way in ("x", "y"))
    inside = (slice(top, size[0] - top), slice(left, size[1] - left))
    assert abs(grey[inside].std() / ideal[inside].std() - 1) < 0.01


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("invert", [False, True])
def test_padding_is_black_and_takes_no_part(stage: Page, renderer: str, invert: bool) -> None:
    values, size = noise(300, 300), (120, 120)
    values[:, :77] = 4095
    values[100:130, 200:] = 4090
    how = display(low=0.0, high=4095.0, padding=[4090, 4095], invert=invert)
    grey, view = shown(stage, renderer, values, how, size)
    assert off_by(grey, window(averaged(values, view, size, how["padding"]), how)) <= 1
    assert grey[:, :29].max() == 0


@pytest.mark.parametrize("renderer", RENDERERS)
def test_enlarging_is_bilinear(stage: Page, renderer: str) -> None:
    values = noise(12, 9)
    how = display(low=1000.0, high=3000.0)
    grey, view = shown(stage, renderer, values, how, (96, 72))
    u = np.clip((np.arange(72) + 0.5) / view["scale"] - 0.5, 0, 8)
    v = np.clip((np.arange(96) + 0.5) / view["scale"] - 0.5, 0, 11)
    rows = np.stack([np.interp(u, np.arange(9), row) for row in values])
    ideal = np.stack([np.interp(v, np.arange(12), column) for column in rows.T]).T
    assert off_by(grey, window(ideal, how)) <= 1


@pytest.mark.parametrize("renderer", RENDERERS)
def test_off_the_image_the_stage_is_black_even_inverted(stage: Page, renderer: str) -> None:
    how = display(low=0.0, high=4095.0, invert=True)
    values = np.zeros((10, 10), np.uint16)
    grey, _ = shown(stage, renderer, values, how, (40, 50), {"scale": 1, "x": 20, "y": 5})
    assert grey.sum() == 100 * 255
    assert grey[5:15, 20:30].min() == 255


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_page_shows_what_a_zstd_frame_holds(screen: Page, renderer: str) -> None:
    values = noise(500, 380)
    study = ViewerStudy([StudyCase(values, {"low": 0.0, "high": 4095.0})], [])
    with serving(study) as url:
        screen.goto(url + ("/" if renderer == "webgl2" else "/plain/"))
        screen.wait_for_selector('#stage[data-painted-reading="case0"]')
        assert screen.get_attribute("#stage", "data-renderer") == renderer
        fetched = screen.evaluate(
            """async () => {
              const {decodePayload} = await import("/static/reading/payload.js");
              const reply = await fetch("/api/v1/readings/case0/images/0/frames/0");
              return [...decodePayload(await reply.arrayBuffer()).values];
            }"""
        )
        png = screen.locator("#canvas").screenshot()
    assert np.array_equal(np.array(fetched, np.uint16).reshape(500, 380), values)
    assert off_by_screenshot(png, values) <= 1


def off_by_screenshot(png: bytes, values: NDArray[np.uint16]) -> float:
    grey = np.asarray(Image.open(BytesIO(png)).convert("RGB"))[..., 0]
    size = grey.shape[0], grey.shape[1]
    scale = min(size[0] / values.shape[0], size[1] / values.shape[1])
    view = {"scale": scale, "x": round((size[1] - values.shape[1] * scale) / 2), "y": 0.0}
    u = np.clip((np.arange(size[1]) + 0.5 - view["x"]) / scale, 0, values.shape[1]) - 0.5
    v = (np.arange(size[0]) + 0.5) / scale - 0.5
    rows = np.stack([np.interp(u, np.arange(values.shape[1]), row) for row in values])
    ideal = np.stack([np.interp(v, np.arange(values.shape[0]), column) for column in rows.T]).T
    middle = (slice(0, size[0] - 60), slice(int(view["x"]) + 4, int(size[1] - view["x"]) - 4))
    return off_by(grey[middle], window(ideal, display(low=0.0, high=4095.0))[middle])
