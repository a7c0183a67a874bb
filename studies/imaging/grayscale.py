"""DICOM's grey-scale pipeline (PS3.3 C.11.1, C.11.2, C.11.6), resolved at import into a Display.

Modality values x = (v - offset) * slope + intercept, v being the derivative's. Windows and VOI LUTs are given
in x and folded here into units of v, so that nothing but the picture differs between derivatives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from studies.imaging.display import Display, Shape
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


def voi_of(dataset: Dataset) -> Voi | None:
    """The first VOI LUT if there is one, else the first window, else nothing."""
    table = table_of(dataset, "VOILUTSequence")
    return table if table is not None else _window(dataset)


def table_of(dataset: Dataset, keyword: str) -> Table | None:
    items = dataset.get(keyword)
    if not items or "LUTDescriptor" not in items[0] or "LUTData" not in items[0]:
        return None
    count, first, bits = (int(number) for number in items[0].LUTDescriptor)
    count = count or 65536
    data = items[0].LUTData
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
        return Display("linear", float(span[0]), float(max(span[1], span[0] + 1)), invert=invert)
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


def _window(dataset: Dataset) -> Window | None:
    centre, width = _number(dataset, "WindowCenter"), _number(dataset, "WindowWidth")
    if centre is None or width is None:
        return None
    function = str(dataset.get("VOILUTFunction") or "LINEAR").upper()
    if function == "SIGMOID" and width > 0:
        return Window("sigmoid", centre - width / 2, centre + width / 2)
    if function == "LINEAR_EXACT" and width > 0:
        return Window("linear", centre - width / 2, centre + width / 2)
    if function not in ("SIGMOID", "LINEAR_EXACT") and width >= 1:  # C.11.2.1.2.1
        return Window("linear", centre - width / 2, centre - 1 + width / 2)
    return None


def _number(dataset: Dataset, keyword: str) -> float | None:
    """The first value of an element, if it is a finite number."""
    value = dataset.get(keyword)
    if isinstance(value, list | tuple) or (hasattr(value, "__len__") and not isinstance(value, str)):
        value = value[0] if len(value) else None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
