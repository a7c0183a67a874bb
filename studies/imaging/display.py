"""What turns a derivative's values into grey: about ten numbers and at most one table.

All numbers are in units of the derivative's uint16 values. `apply` is the twin of the browser's shader."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from studies.imaging.types import Floats, Grey, Values

Shape = Literal["linear", "sigmoid", "lut"]
Json = dict[str, object]


@dataclass(frozen=True)
class Display:
    """linear: 0 up to `low`, 1 from `high` on, straight between (PS3.3 C.11.2.1.3.2, LINEAR_EXACT).
    sigmoid: 1 / (1 + exp(-4 (x - c) / w)), c = (low + high) / 2, w = high - low (C.11.2.1.3.1).
    lut: `lut` over [lut_first, lut_first + n), 0..65535, straight between entries, its ends going on beyond.
    `invert`: 1 - grey. `padding`: values from the first to the second are black, whatever `invert` says."""

    shape: Shape
    low: float
    high: float
    lut: bytes | None = None
    lut_first: int = 0
    invert: bool = False
    padding: tuple[int, int] | None = None

    def to_json(self) -> Json:
        return {
            "shape": self.shape,
            "low": self.low,
            "high": self.high,
            "lut": None if self.lut is None else base64.b64encode(self.lut).decode("ascii"),
            "lut_first": self.lut_first,
            "invert": self.invert,
            "padding": None if self.padding is None else list(self.padding),
        }

    @classmethod
    def from_json(cls, plain: Json) -> Display:
        shape, lut, padding = plain["shape"], plain["lut"], plain["padding"]
        if shape not in ("linear", "sigmoid", "lut"):
            raise ValueError(f"A display's shape is linear, sigmoid or lut, not {shape!r}.")
        assert isinstance(lut, str | None) and isinstance(padding, list | None)
        low, high = float(str(plain["low"])), float(str(plain["high"]))
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("A display's window has finite edges.")
        return cls(
            shape=shape,
            low=low,
            high=high,
            lut=None if lut is None else base64.b64decode(lut),
            lut_first=int(str(plain["lut_first"])),
            invert=bool(plain["invert"]),
            padding=None if padding is None else (int(padding[0]), int(padding[1])),
        )

    def with_window(self, low: float, high: float) -> Display:
        return replace(self, shape="linear", low=low, high=high, lut=None, lut_first=0)


def apply(display: Display, values: Values) -> Floats:
    """Grey 0 (black) .. 1 (white) for values, whole or (after averaging) between."""
    grey = _shape(display, values.astype(np.float64))
    if display.invert:
        grey = 1.0 - grey
    if display.padding is not None:
        first, last = display.padding
        grey[(values >= first) & (values <= last)] = 0.0
    return grey


def apply_8bit(display: Display, values: Grey) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """`apply` on whole values in 256 steps, by a table over the values that occur (fast for large frames)."""
    table = apply(display, np.arange(int(values.max()) + 1, dtype=np.int64))
    return np.rint(table * 255).astype(np.uint8)[values]


def full_range(bits: int) -> Display:
    return Display("linear", 0.0, float((1 << bits) - 1))


def _shape(display: Display, x: Floats) -> Floats:
    if display.shape == "lut":
        assert display.lut is not None
        table = np.frombuffer(display.lut, "<u2") / 65535.0
        return np.interp(x, display.lut_first + np.arange(table.size), table)
    low, high = display.low, display.high
    if display.shape == "sigmoid":
        exponent = np.clip(-4.0 * (x - (low + high) / 2) / (high - low), -700.0, 700.0)
        return np.asarray(1.0 / (1.0 + np.exp(exponent)))
    if high <= low:  # a window of one value is a step
        return np.asarray(x > low, dtype=np.float64)
    return np.clip((x - low) / (high - low), 0.0, 1.0)
