"""How a file says its picture is shown, beside its first window."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studies.imaging.display import Display, Json

MOST_WINDOWS = 9  # of one image: as many as digits choose


@dataclass(frozen=True)
class Showing:
    """`windows`: alternatives to the image's display. `frame_displays`: of frames, by number, whose own first
    window is another than the image's. `aspect`: a pixel's height for a width of 1. `scale`: slope and
    intercept from the derivative's values to modality values (HU); None where those have no unit."""

    windows: tuple[Display, ...] = ()
    frame_displays: Mapping[int, Display] = field(default_factory=dict)
    aspect: float = 1.0
    scale: tuple[float, float] | None = None

    def columns(self) -> Json:
        """As plain values, named as the table of images names them."""
        return {
            "windows": [window.to_json() for window in self.windows],
            "frame_displays": {str(n): display.to_json() for n, display in self.frame_displays.items()},
            "aspect": self.aspect,
            "modality_slope": self.scale[0] if self.scale else None,
            "modality_intercept": self.scale[1] if self.scale else None,
        }

    @classmethod
    def from_columns(cls, plain: Mapping[str, Any], frames: int) -> Showing:
        """Trusts nothing: ValueError, TypeError or KeyError where it is not what `columns` gives."""
        windows = tuple(Display.from_json(window) for window in plain["windows"])
        own = {int(number): Display.from_json(shown) for number, shown in plain["frame_displays"].items()}
        aspect, slope, intercept = (
            plain["aspect"],
            plain["modality_slope"],
            plain["modality_intercept"],
        )
        if len(windows) >= MOST_WINDOWS or not all(0 <= number < frames for number in own):
            raise ValueError("more windows or frames than there may be")
        if not 0.1 <= float(aspect) <= 10:
            raise ValueError("no pixel has that shape")
        if slope is None:
            return cls(windows, own, float(aspect))
        if not (math.isfinite(slope) and slope > 0 and math.isfinite(intercept)):
            raise ValueError("no scale")
        return cls(windows, own, float(aspect), (float(slope), float(intercept)))
