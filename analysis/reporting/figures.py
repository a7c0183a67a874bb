"""The report's figures as SVG, sized for a journal's page; every number drawn comes from `analysis`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure as Canvas

from analysis.reporting.panel import Missing, Panel
from analysis.reporting.printing import Unit, p_value, unit_of, value_with_interval
from analysis.results import Interval
from analysis.roc import roc_points
from analysis.subgroups import GroupEstimate
from analysis.table import Numbers

INK, GREY, LIGHT, ACCENT, WARNING = "#1a1a1a", "#6b6b6b", "#c9c9c9", "#0b5394", "#b00020"
STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Helvetica", "Liberation Sans", "DejaVu Sans"],
    "font.size": 8,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "svg.hashsalt": "report",
    "svg.fonttype": "path",
    "text.parse_math": False,  # names of specialties and readers are no formulas
}
COLUMN, PAGE = 3.5, 7.0  # inches: one and two columns of a journal
Size = tuple[float, float]
Margins = tuple[float, float, float, float]
SQUARE: Margins = (0.62, 0.12, 0.3, 0.44)
NAMES = {"accuracy": "Accuracy", "auc": "AUC"}
# One reader has no between-reader interval to draw.
ENOUGH = 2


def draw(path: Path, flag: str, size: Size, margins: Margins, plot: Callable[[Any], None]) -> None:
    """Draws one figure of a size and margins (left, right, top, bottom) in inches.

    `flag` (SIMULATED …) is stamped on it.
    """
    (width, height), (left, right, top, bottom) = size, margins
    with matplotlib.rc_context(STYLE):
        canvas = Canvas(figsize=size)
        axes = canvas.add_axes(
            (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
        )
        plot(axes)
        if flag:
            canvas.text(
                1 - 0.05 / width,
                1 - 0.05 / height,
                flag,
                color=WARNING,
                fontweight="bold",
                ha="right",
                va="top",
            )
        canvas.savefig(path, format="svg", metadata={"Date": None})


def forest(panel: Panel, path: Path, flag: str) -> None:
    """Each reader's leading figure with its interval by specialty, and the mean over readers and cases."""
    lines = _forest_lines(panel)
    height = 0.8 + 0.17 * len(lines)

    def plot(axes: Any) -> None:
        for place, (kind, label, estimate, interval) in enumerate(lines):
            _forest_line(axes, place, kind, label, estimate, interval, unit_of(panel.leading))
        low = min([i.low for _, _, _, i in lines if i] or [0.0])
        axes.set_xlim(max(0.0, np.floor(low * 10) / 10), 1.0)
        axes.set_ylim(len(lines) - 0.4, -0.6)
        _scale(axes.xaxis, panel)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=LIGHT, linewidth=0.4)
        axes.set_axisbelow(True)
        _beside(axes, 1, -1, 8, f"{NAMES[panel.leading]} ({100 * panel.level:g}% CI)", True)

    draw(path, flag, (PAGE, height), (1.55, 1.25, 0.42, 0.45), plot)


ForestLine = tuple[str, str, float | None, Interval | None]


def _forest_lines(panel: Panel) -> list[ForestLine]:
    """(kind, label, estimate, interval), from top to bottom."""
    alone, values = {one.reader: one for one in panel.alone}, panel.by_reader
    specialty = {who: panel.specialty.get(who) or "specialty not known" for who in alone}
    pooled = (
        {} if isinstance(panel.by_specialty, Missing) else {g.group: g for g in panel.by_specialty.groups}
    )
    known = any(panel.specialty.get(who) for who in alone)
    lines: list[ForestLine] = []
    for group in sorted({specialty[reader] for reader in alone}):
        members = sorted(
            (alone[reader] for reader in alone if specialty[reader] == group),
            key=lambda one: -(values[one.reader] or 0.0),
        )
        mean = pooled.get(group)
        if known:
            lines.append(
                _group_line(group, len(members), mean if mean and len(mean.readers) >= ENOUGH else None)
            )
        for one in members:
            lines.append(("reader", one.reader, values[one.reader], panel.interval_of(one)))
    whole = panel.together[panel.leading]
    if not isinstance(whole, Missing):
        both = whole.conditions_to_report[0]
        lines.append(("all", f"All readers (n = {both.readers})", both.estimate, both.interval))
    return lines


def _group_line(group: str, count: int, mean: GroupEstimate | None) -> ForestLine:
    label = f"{group.capitalize()} (n = {count})"
    if mean is None or len(mean.readers) < ENOUGH:
        return "group", label, None, None
    return "group", label, mean.estimate, mean.between_reader_interval


def _scale(axis: Any, panel: Panel) -> None:
    axis.set_label_text(NAMES[panel.leading])
    if panel.leading == "accuracy":
        axis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0, decimals=0))


def _forest_line(
    axes: Any,
    place: int,
    kind: str,
    label: str,
    estimate: float | None,
    interval: Interval | None,
    unit: Unit,
) -> None:
    heavy = kind != "reader"
    _beside(axes, 0, place, -106 if heavy else -96, label, heavy)
    if estimate is None:
        return
    _beside(axes, 1, place, 8, unit.value(estimate, interval), kind == "all")
    if interval is None:
        axes.plot([estimate], [place], marker="s", color=INK, markersize=3.5, clip_on=False)
    elif heavy:
        colour = ACCENT if kind == "all" else GREY
        x = [interval.low, estimate, interval.high, estimate]
        axes.fill(x, [place, place - 0.3, place, place + 0.3], color=colour, linewidth=0)
    else:
        axes.plot([interval.low, interval.high], [place, place], color=INK, linewidth=0.8)
        axes.plot([estimate], [place], marker="s", color=INK, markersize=3.5, clip_on=False)
    if kind == "all":
        axes.axvline(estimate, color=ACCENT, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)


def _beside(axes: Any, side: int, place: int, points: float, text: str, heavy: bool) -> None:
    """Text so many points from the left (0) or right (1) edge of the axes."""
    axes.annotate(
        text,
        (side, place),
        (points, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        fontweight="bold" if heavy else "normal",
        annotation_clip=False,
    )


def roc(panel: Panel, path: Path, flag: str) -> bool:
    """Every reader's empirical ROC curve and their vertical mean; False where no curve can be drawn."""
    curves = _curves(panel)
    if not curves:
        return False
    grid = (np.arange(2000) + 0.5) / 2000
    mean = np.mean([np.interp(grid, x, y) for x, y in curves], axis=0)
    area = panel.together["auc"]

    def plot(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=LIGHT, linewidth=0.6, linestyle=(0, (4, 3)))
        for place, (x, y) in enumerate(curves):
            axes.plot(x, y, color=GREY, linewidth=0.5, alpha=0.6, label=None if place else "Each reader")
        label = "Mean of readers"
        if not isinstance(area, Missing):
            found = area.conditions_to_report[0]
            label += f"\nAUC {value_with_interval(found.estimate, found.interval)}"
        axes.plot(np.r_[0, grid, 1], np.r_[0, mean, 1], color=ACCENT, linewidth=1.6, label=label)
        axes.set(xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
        axes.set_xlabel("1 − specificity")
        axes.set_ylabel("Sensitivity")
        axes.legend(loc="lower right", frameon=False, fontsize=7)

    draw(path, flag, (COLUMN, COLUMN), SQUARE, plot)
    return True


def _curves(panel: Panel) -> list[tuple[Numbers, Numbers]]:
    table = panel.table
    if isinstance(table, Missing) or table.rating is None:
        return []
    found = []
    for reader in np.unique(table.reader):
        rows = (table.reader == reader) & ~np.isnan(table.rating)
        if not rows.any():
            continue
        points = roc_points(table.truth[rows], table.rating[rows])
        x, y = points.false_positive_rate, points.true_positive_rate
        if x is not None and y is not None:
            found.append((x, y))
    return found


def years(panel: Panel, path: Path, flag: str) -> bool:
    """The leading figure against years in practice; False where no reader has both."""
    found = panel.with_years
    if not found.points:
        return False

    def plot(axes: Any) -> None:
        axes.scatter(
            [point[1] for point in found.points],
            [point[2] for point in found.points],
            s=16,
            color=ACCENT,
            alpha=0.85,
            linewidth=0,
            clip_on=False,
        )
        one = found.pearson
        text = f"n = {found.readers} readers"
        if one.estimate is not None:
            text += f"\nr = {value_with_interval(one.estimate, one.interval)}\n{p_value(one.p)}"
        axes.text(0.98, 0.03, text, transform=axes.transAxes, ha="right", va="bottom", fontsize=7)
        axes.set_xlim(-0.6, max(point[1] for point in found.points) + 1)
        low = min(point[2] for point in found.points)
        axes.set_ylim(max(0.0, np.floor(low * 10 - 1) / 10), 1.0)
        axes.set_xlabel("Years in practice")
        _scale(axes.yaxis, panel)

    draw(path, flag, (COLUMN, COLUMN), SQUARE, plot)
    return True
