"""Which lesion a mark hits: the nearest one whose circle holds the mark's point or centre."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from analysis.errors import LesionRefused, MarkRefused
from analysis.sheets import Sheet, SheetRow

Place = tuple[str, str, str]  # case, image, frame


@dataclass(frozen=True)
class Circle:
    """A lesion on a frame: centre and acceptance radius in image pixels."""

    lesion: str
    x: float
    y: float
    radius: float


def circles(lesions: Sheet, radius: float | None) -> dict[Place, list[Circle]]:
    """The lesions on each frame; `radius` for those without one, who are refused (LesionRefused) else."""
    found: dict[Place, list[Circle]] = defaultdict(list)
    for row in lesions.rows:
        own = row.number("radius", absent=radius if radius is not None else -1.0)
        if own < 0:
            raise row.refuse(
                LesionRefused,
                "the lesion has no radius within which a mark finds it",
                "fill the column radius, or give --radius PIXELS",
            )
        circle = Circle(row.name("lesion", "lesion_id"), row.number("x"), row.number("y"), own)
        found[_place(row)].append(circle)
    return found


def hit(row: SheetRow, lesions: dict[Place, list[Circle]]) -> str:
    """The lesion hit, empty for none. A box or ellipse counts by its centre; a circle holds its edge."""
    kind = row.text("kind") or "point"
    x, y = row.number("x"), row.number("y")
    if kind in ("box", "ellipse"):
        x, y = x + row.number("width") / 2, y + row.number("height") / 2
    elif kind != "point":
        raise row.refuse(MarkRefused, f"'{kind}' is no shape of a mark", "write point, box or ellipse")
    near = [(math.hypot(x - each.x, y - each.y), each) for each in lesions.get(_place(row), ())]
    inside = [(distance, each.lesion) for distance, each in near if distance <= each.radius]
    return min(inside)[1] if inside else ""


def _place(row: SheetRow) -> Place:
    return row.name("case"), row.text("image") or "1", row.text("frame") or "1"
