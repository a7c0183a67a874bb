"""DICOM's grey-scale pipeline (PS3.3 C.11.1, C.11.2, C.11.6), resolved at import into a Display.

Modality values x = (v - offset) * slope + intercept, v being the derivative's. Windows and VOI LUTs are given
in x and folded here into units of v, so that nothing but the picture differs between derivatives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from studies.imaging.display import Display, Shape
from studies.imaging.showing import MOST_WINDOWS
from studies.imaging.types import Grey, Values


@dataclass(frozen=True)
class Rescale:
    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True)
class Table:
    """A LUT Sequence item (C.11.1.1.1): entries for inputs first, first + 1 ...; ends go on beyond."""

    entries: Grey
    first: int
    bits: int

    def look_up(self, inputs: Values) -> Grey:
        whole = np.floor(inputs).astype(np.int32)  # wide enough that no difference wraps
        index = np.clip(whole - self.first, 0, self.entries.size - 1)
        return np.asarray(self.entries[index], np.uint16)


@dataclass(frozen=True)
class Window:
    shape: Shape
    low: float
    high: float


Voi = Window | Table


def rescale_of(dataset: Dataset) -> Rescale:
    slope, intercept = _number(dataset, "RescaleSlope"), _number(dataset, "RescaleIntercept")
    if slope is None or intercept is None or slope == 0:
        return Rescale()
    return Rescale(slope, intercept)


def has_unit(dataset: Dataset, rescale: Dataset) -> bool:
    """Whether modality values are of a named unit: Rescale Type says so, or a CT, whose unit is HU
    (C.11.1.1.2). Only where they rise with the stored ones: windows in that unit then keep the picture's
    own inversion."""
    if _number(rescale, "RescaleIntercept") is None or (_number(rescale, "RescaleSlope") or 0) <= 0:
        return False
    unit = str(rescale.get("RescaleType") or "").upper()
    return unit not in ("", "US") or (unit == "" and dataset.get("Modality") == "CT")


def vois_of(dataset: Dataset) -> tuple[Voi, ...]:
    """VOI LUTs, then windows, each once: the first is shown, the others are alternatives (C.11.2.1)."""
    tables = [_table(item) for item in dataset.get("VOILUTSequence") or ()]
    function = str(dataset.get("VOILUTFunction") or "LINEAR").upper()
    pairs = zip(_numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth"), strict=False)
    windows = [None if c is None or w is None else window_of(c, w, function) for c, w in pairs]
    return tuple(voi for voi in (*tables, *dict.fromkeys(windows)) if voi is not None)[:MOST_WINDOWS]


def table_of(dataset: Dataset, keyword: str) -> Table | None:
    items = dataset.get(keyword)
    return _table(items[0]) if items else None


def _table(item: Dataset) -> Table | None:
    if "LUTDescriptor" not in item or "LUTData" not in item:
        return None
    count, first, bits = (int(number) for number in item.LUTDescriptor)
    count = count or 65536
    data = item.LUTData
    if isinstance(data, bytes):
        wide = len(data) >= 2 * count
        entries = np.frombuffer(data, "<u2" if wide else np.uint8)[:count]
    else:
        entries = np.atleast_1d(np.asarray(data))[:count]
    if entries.size == 0 or not 1 <= bits <= 16:
        return None
    return Table(entries.astype(np.uint16), first, bits)


def fold(voi: Voi | None, rescale: Rescale, offset: int, span: tuple[int, int], invert: bool) -> Display:
    """`span`: smallest and largest value that is not padding; without a window they are black and white."""
    if voi is None:
        low, high = float(span[0]), float(max(span[1], span[0] + 1))
        return Display("linear", low, high, invert=invert != (rescale.slope < 0))
    if isinstance(voi, Table):
        inputs = (np.arange(span[0], span[1] + 1) - offset) * rescale.slope + rescale.intercept
        grey = voi_table(voi, inputs).look_up(inputs) / ((1 << voi.bits) - 1)
        scaled = np.rint(np.clip(grey, 0, 1) * 65535).astype("<u2")
        return Display("lut", float(span[0]), float(span[1]), scaled.tobytes(), span[0], invert)
    low, high = ((edge - rescale.intercept) / rescale.slope + offset for edge in (voi.low, voi.high))
    if rescale.slope < 0:
        low, high, invert = high, low, not invert
    return Display(voi.shape, low, high, invert=invert)


def voi_table(table: Table, inputs: Values) -> Table:
    """With its first input read as signed where, as unsigned, it lies beyond all inputs: LUT Descriptor's
    sign is that of the values that come in, which Pixel Representation does not always tell (C.11.2.1.1)."""
    if table.first >= 32768 and inputs.max() < table.first:
        return Table(table.entries, table.first - 65536, table.bits)
    return table


def window_of(centre: float, width: float, function: str = "LINEAR") -> Window | None:
    if function == "SIGMOID" and width > 0:
        return Window("sigmoid", centre - width / 2, centre + width / 2)
    if function == "LINEAR_EXACT" and width > 0:
        return Window("linear", centre - width / 2, centre + width / 2)
    if function not in ("SIGMOID", "LINEAR_EXACT") and width >= 1:  # C.11.2.1.2.1
        return Window("linear", centre - width / 2, centre - 1 + width / 2)
    return None


def _number(dataset: Dataset, keyword: str) -> float | None:
    """The first value of an element, if it is a finite number."""
    return next(iter(_numbers(dataset, keyword)), None)


def _numbers(dataset: Dataset, keyword: str) -> list[float | None]:
    """All values of an element; None in the place of what is no finite number."""
    given = dataset.get(keyword)
    several = hasattr(given, "__len__") and not isinstance(given, str)
    return [_finite(value) for value in (given if several else [given])]


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
