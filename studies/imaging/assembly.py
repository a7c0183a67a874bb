"""From stored values, of a file or of a stack of files, to one derivative: uint16 frames and one Display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studies.imaging.decoded import Decoded
from studies.imaging.dicom import Stored
from studies.imaging.display import Display, full_range
from studies.imaging.errors import UnevenStack
from studies.imaging.grayscale import Rescale, Voi, fold
from studies.imaging.overlays import Layers
from studies.imaging.padding import Range, is_padding, span_of
from studies.imaging.showing import Showing
from studies.imaging.spacing import agreed
from studies.imaging.types import Floats, Grey, Values

OWN_WINDOWS = "The frames' windows differ; each is shown in its own until a reader chooses one for all."
OTHERS_DIFFER = "The frames' further windows differ; the middle frame's are offered for all."
WINDOWS_DIFFER = "The frames' VOI LUTs differ and are too many; the middle frame's is shown for all."
MOST_TABLE_BYTES = 2 * 1024 * 1024  # of all frames: every page of the case carries them
RESCALED = "The frames' rescale slopes or intercepts differ; all are brought to one common scale."


def assemble(files: Sequence[Stored]) -> Decoded:
    """All frames in the order given. UnevenStack where they are not of one size and kind."""
    return replace(_assembled(files), spacing=agreed([file.spacing for file in files]))


def _assembled(files: Sequence[Stored]) -> Decoded:
    _check_even(files)
    first = files[0]
    notes = list(dict.fromkeys(note for file in files for note in file.notes))
    if first.colour:
        frames = tuple(frame.astype(np.uint16, copy=False) for file in files for frame in file.frames)
        display, showing = full_range(first.bits), Showing(aspect=first.aspect)
        return Decoded(
            frames, display, "dicom", first.bits, first.facts, tuple(notes), showing, _layers(files)
        )
    uniform = len({rescale for file in files for rescale in file.rescales}) == 1
    alike = len({(file.padding, _is_signed(file)) for file in files}) == 1
    if not (uniform and alike):
        notes.append(RESCALED)
        files = _common_scale(files)
    return _shown(files, notes, first)


def _shown(files: Sequence[Stored], notes: list[str], first: Stored) -> Decoded:
    stored = [frame for file in files for frame in file.frames]
    offset = _offset(stored, first.bits) if _is_signed(files[0]) else 0
    frames = tuple(_unsigned(frame, offset) for frame in stored)
    padding = _shifted(files[0].padding, offset)
    rescale, span = files[0].rescales[0], span_of(frames, padding)

    def displays(vois: tuple[Voi, ...]) -> tuple[Display, ...]:
        folded = [fold(voi, rescale, offset, span, first.invert) for voi in vois or (None,)]
        return tuple(dict.fromkeys(replace(display, padding=padding) for display in folded))

    vois = [vois for file in files for vois in file.vois]
    known = {id(one): displays(one) for one in {id(one): one for one in vois}.values()}
    (display, *others), own = _own([known[id(one)] for one in vois], notes)
    scale = (rescale.slope, rescale.intercept - offset * rescale.slope)
    showing = Showing(tuple(others), own, first.aspect, scale if all(file.unit for file in files) else None)
    return Decoded(frames, display, "dicom", first.bits, first.facts, tuple(notes), showing, _layers(files))


def _own(
    shown: list[tuple[Display, ...]], notes: list[str]
) -> tuple[tuple[Display, ...], dict[int, Display]]:
    """The middle frame's windows, and the first window of every frame that has another."""
    middle = shown[len(shown) // 2]
    own = {number: windows[0] for number, windows in enumerate(shown) if windows[0] != middle[0]}
    if sum(len(display.lut or b"") for display in own.values()) > MOST_TABLE_BYTES:
        notes.append(WINDOWS_DIFFER)
        own = {}
    elif own:
        notes.append(OWN_WINDOWS)
    if any(windows[1:] != middle[1:] for windows in shown):
        notes.append(OTHERS_DIFFER)
    return middle, own


def _layers(files: Sequence[Stored]) -> Layers:
    layers = tuple(layer for file in files for layer in file.overlays)
    return layers if any(layer is not None for layer in layers) else ()


def _check_even(files: Sequence[Stored]) -> None:
    sizes = {frame.shape for file in files for frame in file.frames}
    if len(sizes) > 1:
        listed = ", ".join(f"{columns} x {rows}" for rows, columns in sorted(sizes))
        raise UnevenStack(f"All frames of a stack must have one size; these have {listed}. Split the stack.")
    if len({file.aspect for file in files}) > 1:
        raise UnevenStack(
            "All files of a stack must have pixels of one shape; these differ. Split the stack."
        )
    if len({(file.colour, file.invert) for file in files}) > 1:
        raise UnevenStack(
            "All files of a stack must have one photometric interpretation; these differ. Split the stack."
        )


def _is_signed(file: Stored) -> bool:
    return file.frames[0].dtype.kind == "i"


def _offset(frames: Sequence[Values], bits: int) -> int:
    """Half the range of the bits stored, or of all 16 where values go beyond their bits."""
    half = 1 << (bits - 1)
    inside = all(-half <= int(frame.min()) and int(frame.max()) < half for frame in frames)
    return half if inside else 32768


def _unsigned(frame: Values, offset: int) -> Grey:
    if offset == 0:
        return frame.astype(np.uint16, copy=False)
    return frame.astype(np.int16, copy=False).view(np.uint16) + np.uint16(offset)


def _shifted(padding: Range | None, offset: int) -> Range | None:
    """In units of the derivative; None where no uint16 value can be padding."""
    if padding is None:
        return None
    low, high = max(0, padding[0] + offset), min(65535, padding[1] + offset)
    return (low, high) if low <= high else None


def _common_scale(files: Sequence[Stored]) -> list[Stored]:
    """Modality values of all frames as whole steps 1..65535 of one scale; 0 is left for padding."""
    modality = [
        [_modality(frame, rescale) for frame, rescale in zip(file.frames, file.rescales, strict=True)]
        for file in files
    ]
    masks = [[is_padding(frame, file.padding) for frame in file.frames] for file in files]
    spans = [
        (float(values[~mask].min()), float(values[~mask].max()))
        for group, hidden in zip(modality, masks, strict=True)
        for values, mask in zip(group, hidden, strict=True)
        if not mask.all()
    ] or [(0.0, 1.0)]
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    step = min(abs(rescale.slope) for file in files for rescale in file.rescales)
    if (high - low) / step > 65534:
        step = (high - low) / 65534
    scale = Rescale(step, low - step)
    return [
        replace(
            file,
            frames=tuple(_quantised(*pair, scale) for pair in zip(group, hidden, strict=True)),
            rescales=(scale,) * len(group),
            padding=(0, 0) if any(mask.any() for mask in sum(masks, [])) else None,
        )
        for file, group, hidden in zip(files, modality, masks, strict=True)
    ]


def _modality(frame: Values, rescale: Rescale) -> Floats:
    return frame.astype(np.float64) * rescale.slope + rescale.intercept


def _quantised(values: Floats, mask: Values, scale: Rescale) -> Grey:
    steps = np.rint((values - scale.intercept) / scale.slope)
    return np.where(mask, 0, np.clip(steps, 1, 65535)).astype(np.uint16)
