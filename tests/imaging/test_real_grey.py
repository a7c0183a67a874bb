"""Every frame of every real file as it is shown at first, against pydicom: grey, pixels' shape, overlays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import pixel_array
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

from studies.imaging.decode import decode
from studies.imaging.decoded import Decoded
from studies.imaging.dicom import PLUGINS
from studies.imaging.display import apply
from studies.imaging.padding import is_padding, padding_of
from studies.imaging.types import Floats, Values
from tests.imaging.test_grayscale import output_range
from tests.imaging.test_real_files import BUNDLED, KIND_OF, SHARED, files

GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence", "PixelMeasuresSequence")
READ = [path for path in files(BUNDLED, "*.dcm") if path.stem not in KIND_OF]
ALL = [*READ, *files(SHARED / "data/dicom", "*")]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def flat(dataset: Dataset, frame: int) -> Dataset:
    """What holds for one frame, in one dataset: its own groups over the shared ones over the file's."""
    whole = Dataset({element.tag: element for element in dataset if element.tag.group != 0x7FE0})
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    own = dataset.get("PerFrameFunctionalGroupsSequence") or [Dataset()] * (frame + 1)
    for group in (shared, own[frame]):
        for items in filter(None, (group.get(keyword) for keyword in GROUPS)):
            whole.update({element.tag: element for element in items[0]})
    return whole


def stored(path: Path, dataset: Dataset) -> Values:
    syntax = dataset.file_meta.get("TransferSyntaxUID") or "1.2.840.10008.1.2"
    dataset.file_meta.TransferSyntaxUID = syntax
    plugin = next(iter(PLUGINS[syntax]))
    values = pixel_array(dataset, decoding_plugin=plugin)
    return values.reshape(-1, int(dataset.Rows), int(dataset.Columns))


def expected(frames: Values, shown: list[Dataset], hidden: Values) -> Floats:
    """Grey 0..1 by pydicom; without a window, from the darkest to the brightest modality value."""
    modality = [apply_modality_lut(*pair).astype(float) for pair in zip(frames, shown, strict=True)]
    picture = np.stack(modality)[~hidden] if (~hidden).any() else np.stack(modality)
    greys = []
    for values, dataset in zip(modality, shown, strict=True):
        voi = apply_voi_lut(values.astype(int) if "VOILUTSequence" in dataset else values, dataset)
        black, white = picture.min(), max(picture.max(), picture.min() + 1)
        if "VOILUTSequence" in dataset:
            black, white = 0, (1 << dataset.VOILUTSequence[0].LUTDescriptor[2]) - 1
        elif "WindowWidth" in dataset and dataset.WindowWidth not in (None, ""):
            black, white = output_range(dataset)
        inverted = dataset.PhotometricInterpretation == "MONOCHROME1"
        grey = (voi.astype(float) - black) / (white - black)
        greys.append(1 - grey if inverted else grey)
    return np.stack(greys)


def ours(decoded: Decoded) -> Floats:
    displays = [decoded.showing.frame_displays.get(n, decoded.display) for n in range(len(decoded.frames))]
    return np.stack([apply(*pair) for pair in zip(displays, decoded.frames, strict=True)])


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_frame_is_pydicoms_grey(path: Path) -> None:
    dataset = dcmread(path, force=True)
    if not str(dataset.PhotometricInterpretation).startswith("MONOCHROME"):
        pytest.skip("colour: DICOM has no window for it")
    frames = stored(path, dataset)
    hidden = np.asarray(is_padding(frames, padding_of(dataset)))
    shown = [flat(dataset, number) for number in range(len(frames))]
    difference = np.abs(ours(decode(path)) - expected(frames, shown, hidden))
    assert difference[~hidden].max(initial=0) * 255 <= 1.0


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_shape_of_pixels_is_the_files(path: Path) -> None:
    whole = flat(dcmread(path, force=True), 0)
    spacing = whole.get("PixelSpacing") or whole.get("ImagerPixelSpacing") or whole.get("PixelAspectRatio")
    down, across = (float(number) for number in spacing or (1, 1))
    wanted = down / across if across else 1
    assert decode(path).showing.aspect == pytest.approx(wanted, abs=0.001)


@pytest.mark.parametrize("path", [path for path in ALL if "verlay" in path.name], ids=lambda path: path.stem)
def test_overlays_are_pydicoms(path: Path) -> None:
    dataset = dcmread(path)
    drawn = dataset.overlay_array(0x6000)
    (layer,) = decode(path).overlays or (np.zeros((dataset.Rows, dataset.Columns), np.uint16),)
    assert layer is not None
    assert np.array_equal(
        layer[: drawn.shape[0], : drawn.shape[1]], drawn[: layer.shape[0], : layer.shape[1]]
    )
    assert int(layer.sum()) == int(drawn[: layer.shape[0], : layer.shape[1]].sum())
