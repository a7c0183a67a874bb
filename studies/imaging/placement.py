"""Where an original's pixels went when its picture was scaled, cropped and set on a canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from studies.imaging.blackout import Rectangle


@dataclass(frozen=True)
class Placement:
    """x becomes across * x + left, y becomes down * y + top. `rows`, `columns`: of the original."""

    rows: int
    columns: int
    across: float
    down: float
    left: float
    top: float

    def moved(self, x: float, y: float) -> tuple[float, float]:
        """From the original's pixels to the derivative's."""
        return round(self.across * x + self.left, 3), round(self.down * y + self.top, 3)

    @property
    def scale(self) -> float:
        """Of lengths."""
        return math.sqrt(self.across * self.down)

    def on_original(self, drawn: Rectangle) -> Rectangle | None:
        """A rectangle drawn on the derivative, in the original's pixels, all of what it touches; None: beside
        the picture."""
        left = max(math.floor((drawn.x - self.left) / self.across), 0)
        top = max(math.floor((drawn.y - self.top) / self.down), 0)
        right = min(math.ceil((drawn.x + drawn.width - self.left) / self.across), self.columns)
        bottom = min(math.ceil((drawn.y + drawn.height - self.top) / self.down), self.rows)
        if right <= left or bottom <= top:
            return None
        return Rectangle(left, top, right - left, bottom - top)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Placement:
        """Trusts nothing: ValueError, TypeError or KeyError where it is no placement."""
        numbers = [float(plain[name]) for name in ("across", "down", "left", "top")]
        rows, columns = int(plain["rows"]), int(plain["columns"])
        if min(rows, columns) < 1 or min(numbers[:2]) <= 0 or not all(map(math.isfinite, numbers)):
            raise ValueError("no placement")
        return cls(rows, columns, *numbers)
