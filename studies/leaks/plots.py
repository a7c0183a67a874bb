"""A small plot of a family's rules: accuracy with its interval, the base rate as a line."""

from __future__ import annotations

import io
from typing import Any

import matplotlib
from matplotlib.figure import Figure

INK, GREY, WARNING, LIGHT = "#1a1a1a", "#6b6b6b", "#a4330b", "#d0d0d0"
MOST = 12
WIDTH, LINE, MARGIN = 6.4, 0.2, 0.75  # inches
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 8,
    "svg.hashsalt": "leaks",
    "svg.fonttype": "path",
    "text.parse_math": False,  # what is found in files is no formula
}


def accuracies(family: dict[str, Any], base_rate: float) -> bytes:
    """SVG of the strongest rules of a document's family; those that tell are filled and dark red."""
    rules = family["rules"][:MOST]
    with matplotlib.rc_context(STYLE):
        canvas = Figure(figsize=(WIDTH, MARGIN + LINE * max(1, len(rules))))
        axes = canvas.add_axes((0.36, 0.45 / canvas.get_figheight(), 0.61, 1 - 0.55 / canvas.get_figheight()))
        axes.axvline(base_rate, color=GREY, linewidth=0.8, linestyle="--")
        for place, rule in enumerate(rules):
            found, colour = rule["accuracy"], WARNING if rule["tells"] else INK
            axes.plot([found["low"], found["high"]], [place, place], color=colour, linewidth=1)
            face = colour if rule["tells"] else "white"
            axes.plot(found["estimate"], place, "o", color=colour, markerfacecolor=face, markersize=4)
        axes.set_yticks(range(len(rules)), [rule["feature"] for rule in rules])
        axes.set_ylim(max(0, len(rules) - 1) + 0.6, -0.6)
        axes.set_xlim(0, 1.02)
        axes.xaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0))
        axes.set_xlabel("Cases called rightly (95 % CI); dashed: base rate")
        axes.grid(axis="x", color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        kept = io.BytesIO()
        canvas.savefig(kept, format="svg", metadata={"Date": None})
    return kept.getvalue()
