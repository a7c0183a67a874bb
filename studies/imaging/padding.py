"""Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2): pixels outside the picture, filled in later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from studies.imaging.grayscale import Table
from studies.imaging.types import Values

Range = tuple[int, int]


def padding_of(dataset: Dataset) -> Range | None:
    """First and last padding value in units of the stored values, or None."""
    first = _value(dataset, "PixelPaddingValue")
    if first is None:
        return None
    limit = _value(dataset, "PixelPaddingRangeLimit")
    last = first if limit is None else limit
    return min(first, last), max(first, last)


def is_padding(values: Values, padding: Range | None) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if padding is None:
        return np.zeros(values.shape, np.bool_)
    return np.asarray((values >= padding[0]) & (values <= padding[1]))


def span_of(frames: Sequence[Values], padding: Range | None) -> Range:
    """Smallest and largest value that is not padding, over all frames; of all pixels if all are padding."""
    spans = [_span(frame, padding) for frame in frames]
    found = [span for span in spans if span is not None]
    if not found:
        return min(int(frame.min()) for frame in frames), max(int(frame.max()) for frame in frames)
    return min(low for low, _ in found), max(high for _, high in found)


def through_table(
    frames: Sequence[Values], table: Table, padding: Range | None
) -> tuple[list[Values], Range | None]:
    """Modality LUT values of the frames. Padding is not put through the table but to a code that the picture
    does not use, so that it stays told apart; if the picture uses all 65536, it goes through as it is."""
    mapped: list[Values] = [table.look_up(frame) for frame in frames]
    masks = [is_padding(frame, padding) for frame in frames]
    if not any(mask.any() for mask in masks):
        return mapped, None
    used = np.zeros(65536, np.bool_)
    for values, mask in zip(mapped, masks, strict=True):
        used[values[~mask]] = True
    free = np.flatnonzero(~used)
    if free.size == 0:
        return mapped, None
    code = int(free[0])
    for values, mask in zip(mapped, masks, strict=True):
        values[mask] = code
    return mapped, (code, code)


def _span(frame: Values, padding: Range | None) -> Range | None:
    low, high = int(frame.min()), int(frame.max())
    if padding is None or high < padding[0] or low > padding[1]:
        return low, high
    picture = frame[~is_padding(frame, padding)]
    return (int(picture.min()), int(picture.max())) if picture.size else None


def _value(dataset: Dataset, keyword: str) -> int | None:
    """Read with the sign that Pixel Representation gives: files often carry the other VR."""
    try:
        value = int(dataset.get(keyword))
    except (TypeError, ValueError):
        return None
    signed = dataset.get("PixelRepresentation") == 1
    if signed and value >= 32768:
        return value - 65536
    return value + 65536 if not signed and value < 0 else value
