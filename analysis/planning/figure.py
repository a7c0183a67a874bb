"""Curves of power over cases, one for each number of readers, as a figure for print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analysis.errors import UnknownChoice
from analysis.planning.power import METHODS
from analysis.planning.sizes import PowerCurves

_STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "power",  # the same curves give the same file
}
_KINDS = ("svg", "png", "pdf")


def draw(found: PowerCurves, to: Path, wanted: float) -> None:
    """Write the curves as SVG, PNG or PDF, by the name's ending; `wanted` is drawn as a line.

    Raises UnknownChoice for another ending.
    """
    kind = to.suffix.lower().lstrip(".")
    if kind not in _KINDS:
        raise UnknownChoice(str(to), "a figure is SVG, PNG or PDF", "name it power.svg, for example")
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.5), layout="constrained")
        axes = figure.add_subplot()
        shades = matplotlib.colormaps["viridis"](np.linspace(0, 0.85, len(found.readers)))
        for row, (curve, shade) in enumerate(zip(found.power, shades, strict=True)):
            axes.plot(found.cases, curve, color=shade, linewidth=1.4, label=str(found.readers[row]))
        axes.axhline(wanted, color="0.45", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.set(ylim=(0, 1), xlim=(0, max(found.cases)), xlabel="cases", ylabel="power")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(  # largest first, in the order of the curves
            handles[::-1],
            labels[::-1],
            title="readers",
            frameon=False,
            loc="center left",
            bbox_to_anchor=(1, 0.5),
        )
        axes.set_title(_told(found), fontsize=9, loc="left")
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        figure.savefig(to, format=kind, dpi=300, metadata=undated)


def _told(found: PowerCurves) -> str:
    goal = found.goal
    margin = f", margin {goal.margin:g}" if goal.margin else ""
    shown = f"{goal.hypothesis.capitalize()}, difference {goal.effect:g}{margin}"
    return f"{shown}\n{found.layout.kind}, {METHODS[goal.random]}"
