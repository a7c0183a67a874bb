"""What the protocol says of bringing all pictures to one form."""

from __future__ import annotations

from typing import cast

from studies.imaging.recipe import Canvas, Match, NormaliseRecipe
from studies.protocol.nodes import Section

__all__ = ["Canvas", "NormaliseRecipe", "read"]
SMALLEST, LARGEST = 64, 4096
BITS = 8, 15  # of 16 stored: one value beyond the picture's is needed for what lies outside it
MATCHES: tuple[Match, ...] = ("none", "percentiles", "histogram")


def read(top: Section) -> NormaliseRecipe | None:
    """The section `normalise`, where there is one."""
    section = top.section("normalise", required=False)
    if section is None:
        return None
    side = section.whole("longest_side", SMALLEST, LARGEST, 0) if "longest_side" in section.items else None
    recipe = NormaliseRecipe(
        canvas=_canvas(section),
        longest_side=side,
        bits=section.whole("bits", *BITS, 8),
        crop_borders=section.flag("crop_borders", False),
        match=cast(Match, section.one_of("match", MATCHES, "none")),
    )
    if recipe.canvas and side:
        section.findings.add(
            section.node, "`normalise` has `canvas` and `longest_side`.", "Keep one; `canvas` tells less."
        )
    section.asked.append("longest_side")
    section.finish()
    return recipe


def _canvas(section: Section) -> Canvas | None:
    below = section.section("canvas", required=False)
    if below is None:
        return None
    canvas = Canvas(below.whole("rows", SMALLEST, LARGEST), below.whole("columns", SMALLEST, LARGEST))
    below.finish()
    return canvas
