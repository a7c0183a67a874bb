"""Where an original's pixels went when its picture was scaled, cropped and set on a canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from studies.imaging.blackout import Rectangle

ROUNDING = 1e-3  # of a pixel: what is nearer to an edge than this lies on it


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
        """All pixels of the original that a rectangle on the derivative touches; None beside the picture."""
        across = (drawn.x - self.left) / self.across, (drawn.x + drawn.width - self.left) / self.across
        down = (drawn.y - self.top) / self.down, (drawn.y + drawn.height - self.top) / self.down
        return _touched(across, down, self.rows, self.columns)

    def on_derivative(self, mask: Rectangle, rows: int, columns: int) -> Rectangle | None:
        """All pixels of the derivative, of that size, that a rectangle of the original touches."""
        left, top = self.moved(mask.x, mask.y)
        right, bottom = self.moved(mask.x + mask.width, mask.y + mask.height)
        return _touched((left, right), (top, bottom), rows, columns)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Placement:
        """Trusts nothing: ValueError, TypeError or KeyError where it is no placement."""
        numbers = [float(plain[name]) for name in ("across", "down", "left", "top")]
        rows, columns = int(plain["rows"]), int(plain["columns"])
        if min(rows, columns) < 1 or min(numbers[:2]) <= 0 or not all(map(math.isfinite, numbers)):
            raise ValueError("no placement")
        return cls(rows, columns, *numbers)


def _touched(
    across: tuple[float, float], down: tuple[float, float], rows: int, columns: int
) -> Rectangle | None:
    left, right = max(math.floor(across[0] + ROUNDING), 0), min(math.ceil(across[1] - ROUNDING), columns)
    top, bottom = max(math.floor(down[0] + ROUNDING), 0), min(math.ceil(down[1] - ROUNDING), rows)
    return Rectangle(left, top, right - left, bottom - top) if right > left and bottom > top else None
