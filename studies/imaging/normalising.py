"""A decoded image by a study's recipe: cropped, scaled, in values and on a canvas that all images share.

One crop, one scale and one table of intensities for all frames of a stack. What the file says of windows,
units and pixel shapes is used up: the display is the same for every image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from studies.imaging.blackout import Rectangle, black_out
from studies.imaging.borders import inner
from studies.imaging.decoded import Decoded
from studies.imaging.display import Display, apply, apply_8bit, full_range
from studies.imaging.limits import Limits
from studies.imaging.matching import STEPS, table_of
from studies.imaging.overlays import Layers
from studies.imaging.padding import is_padding
from studies.imaging.placement import Placement
from studies.imaging.recipe import Derivation, NormaliseRecipe
from studies.imaging.resampling import scaled
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from studies.imaging.types import Bytes, Grey, Values

STRIP = 256  # rows that are shown at once, so that a large frame is not there in float64
ENLARGED = (
    "The picture was enlarged {:.2f} times; a canvas that fits into the smallest picture enlarges none."
)
COARSE = "The file has {} bits: its values leave gaps among the recipe's {} bits, which tell."


@dataclass(frozen=True)
class _Layout:
    """The part of the original that is taken, its size in the derivative, and where it lies on the frame."""

    part: tuple[slice, slice]
    rows: int
    columns: int
    top: int
    left: int
    frame: tuple[int, int]


def derived(decoded: Decoded, derivation: Derivation, limits: Limits) -> Decoded:
    """The image as the study wants it; as it came where it wants nothing."""
    recipe = derivation.recipe
    layout = _layout(decoded, recipe) if recipe else None  # before masks: no rectangle may move a mark
    if derivation.masks:
        decoded = masked(decoded, derivation.masks)
    return _normalised(decoded, recipe, layout, limits) if recipe and layout else decoded


def masked(decoded: Decoded, masks: tuple[Rectangle, ...]) -> Decoded:
    """Black in all rectangles, on every frame and overlay: the value that is shown darkest."""
    black = _black(decoded)
    frames = tuple(black_out(frame, masks, black) for frame in decoded.frames)
    overlays = tuple(None if one is None else black_out(one, masks, 0) for one in decoded.overlays)
    return replace(decoded, frames=frames, overlays=overlays)


def _black(decoded: Decoded) -> int:
    if decoded.display.padding:
        return decoded.display.padding[0]
    low = min(int(frame.min()) for frame in decoded.frames)
    high = max(int(frame.max()) for frame in decoded.frames)
    return low + int(np.argmin(apply(decoded.display, np.arange(low, high + 1))))


def _normalised(decoded: Decoded, recipe: NormaliseRecipe, layout: _Layout, limits: Limits) -> Decoded:
    limits.check_frames(*layout.frame, len(decoded.frames))
    greys = [_grey(frame, shown, layout) for frame, shown in _frames(decoded)]
    counts = sum(np.bincount(grey[inside], minlength=STEPS) for grey, inside in greys)
    top = (1 << recipe.bits) - 1
    table = np.rint(table_of(np.asarray(counts), recipe.match) * top).astype(np.uint16)
    outside = top + 1  # beyond every grey value, so that no picture holds it
    placement = _placement(decoded, layout)
    return replace(
        decoded,
        frames=tuple(
            _laid(np.where(inside, table[grey], outside), layout, outside) for grey, inside in greys
        ),
        display=replace(full_range(recipe.bits), padding=(outside, outside)),
        bits=recipe.bits,
        notes=(*decoded.notes, *_notes(decoded, recipe, placement)),
        showing=Showing(),
        overlays=_overlays(decoded.overlays, layout),
        spacing=_spacing(decoded.spacing, placement),
        placement=placement,
    )


def _frames(decoded: Decoded) -> Iterator[tuple[Grey, Display]]:
    """Each frame in the window that it opens with."""
    own = decoded.showing.frame_displays
    return ((frame, own.get(number, decoded.display)) for number, frame in enumerate(decoded.frames))


def _layout(decoded: Decoded, recipe: NormaliseRecipe) -> _Layout:
    part = slice(0, decoded.rows), slice(0, decoded.columns)
    if recipe.crop_borders:
        part = inner(apply_8bit(shown, frame) for frame, shown in _frames(decoded))
    height = (part[0].stop - part[0].start) * decoded.showing.aspect
    width = float(part[1].stop - part[1].start)
    canvas = recipe.canvas
    if canvas:
        scale = min(canvas.rows / height, canvas.columns / width)
    elif recipe.longest_side:
        scale = recipe.longest_side / max(height, width)
    else:  # square pixels without loss
        scale = max(1.0, 1 / decoded.showing.aspect)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    frame = (canvas.rows, canvas.columns) if canvas else (rows, columns)
    return _Layout(part, rows, columns, (frame[0] - rows) // 2, (frame[1] - columns) // 2, frame)


def _grey(frame: Grey, shown: Display, layout: _Layout) -> tuple[Grey, Values]:
    """The picture in 65536 steps of grey, and where it is not padding.

    Averaged before the window, as the viewer does it; padding takes no part, and a pixel that is padding for
    more than half is padding."""
    values: Values = frame[layout.part]
    size = layout.rows, layout.columns
    inside = np.ones(size, np.bool_)
    hidden = is_padding(values, shown.padding)
    if hidden.any():
        share = scaled(np.where(hidden, 0, 1).astype(np.uint8), *size)
        values = scaled(np.where(hidden, 0, values), *size) / np.maximum(share, 1e-6)
        inside = share >= 0.5
    values = scaled(values, *size)
    grey = np.empty(size, np.uint16)
    plain = replace(shown, padding=None)
    for start in range(0, layout.rows, STRIP):
        strip = slice(start, start + STRIP)
        grey[strip] = np.rint(apply(plain, values[strip]) * (STEPS - 1))
    return grey, inside


def _laid(picture: Values, layout: _Layout, outside: int) -> Grey:
    frame = np.full(layout.frame, outside, np.uint16)
    frame[layout.top : layout.top + layout.rows, layout.left : layout.left + layout.columns] = picture
    return frame


def _overlays(layers: Layers, layout: _Layout) -> Layers:
    """A drawing keeps its lines: a pixel is drawn where any of what it shrinks is, or half where it grows."""
    return tuple(None if layer is None else _drawn(layer, layout) for layer in layers)


def _drawn(layer: Grey, layout: _Layout) -> Grey | None:
    part: Bytes = layer[layout.part].astype(np.uint8)
    share = scaled(part, layout.rows, layout.columns)
    shrinks = layout.rows < part.shape[0] or layout.columns < part.shape[1]
    drawn = share > 1e-6 if shrinks else share >= 0.5
    return _laid(drawn.astype(np.uint16), layout, 0) if drawn.any() else None


def _placement(decoded: Decoded, layout: _Layout) -> Placement:
    rows, columns = layout.part
    down, across = layout.rows / (rows.stop - rows.start), layout.columns / (columns.stop - columns.start)
    left, top = layout.left - columns.start * across, layout.top - rows.start * down
    return Placement(decoded.rows, decoded.columns, across, down, left, top)


def _spacing(spacing: Spacing | None, placement: Placement) -> Spacing | None:
    if spacing is None:
        return None
    return Spacing(spacing.row_mm / placement.down, spacing.column_mm / placement.across, spacing.kind)


def _notes(decoded: Decoded, recipe: NormaliseRecipe, placement: Placement) -> list[str]:
    notes = []
    if (recipe.canvas or recipe.longest_side) and placement.scale > 1.005:
        notes.append(ENLARGED.format(placement.scale))
    if decoded.bits < recipe.bits:
        notes.append(COARSE.format(decoded.bits, recipe.bits))
    return notes
