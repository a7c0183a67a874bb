"""Measured times -> ratios beside their limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from bench.viewer.measure import AHEAD, COLD, DRAG, FETCHED, Measured

OURS, HTJ2K, LITTLE_ENDIAN, IMG = (
    "ours",
    "cornerstone3D, HTJ2K",
    "cornerstone3D, little endian",
    "<img>, 8-bit PNG",
)
SCRIPTS = "scripts, gzip"
SCRIPTS_LIMIT = 40 * 1024
SUBMIT = "Enter that saves -> next case painted"
SUBMIT_LIMIT_MS = 300
# The greatest ratio allowed, by measure and peer.
LIMITS = {
    (AHEAD, HTJ2K): 0.8,
    (AHEAD, LITTLE_ENDIAN): 0.8,
    (AHEAD, IMG): 1.1,
    (FETCHED, HTJ2K): 0.9,
    (DRAG, HTJ2K): 1.05,
    (DRAG, LITTLE_ENDIAN): 1.05,
}


@dataclass(frozen=True)
class Row:
    measure: str
    peer: str
    ours: float | None
    theirs: float | None
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def verdict(self) -> str:
        if self.note or self.limit is None or self.ratio is None:
            return self.note
        return "kept" if self.ratio <= self.limit else "MISSED"


def typical(measured: Measured, measure: str) -> float | None:
    """The median, and of dragging the 95th percentile; None where nothing was measured."""
    times = sorted(measured.times.get(measure, []))
    if not times:
        return None
    return times[math.ceil(0.95 * len(times)) - 1] if measure == DRAG else median(times)


def time_rows(measured: dict[str, Measured]) -> list[Row]:
    rows = []
    for measure in (COLD, AHEAD, FETCHED, DRAG):
        for peer in (HTJ2K, LITTLE_ENDIAN, IMG):
            if measure == DRAG and peer == IMG:
                continue
            ours, theirs = typical(measured[OURS], measure), typical(measured[peer], measure)
            note = next((who.failure for who in (measured[OURS], measured[peer]) if who.failure), "")
            limit = LIMITS.get((measure, peer))
            rows.append(Row(measure, peer, ours, theirs, "ms", limit, note if None in (ours, theirs) else ""))
    return rows


def submit_row(times: list[float]) -> Row:
    verdict = "kept" if median(times) <= SUBMIT_LIMIT_MS else "MISSED"
    return Row(SUBMIT, "-", median(times), None, "ms", None, f"ours <= {SUBMIT_LIMIT_MS} ms: {verdict}")


def script_row(ours: int, theirs: int) -> Row:
    verdict = "kept" if ours <= SCRIPTS_LIMIT else "MISSED"
    return Row(SCRIPTS, "cornerstone3D", ours / 1024, theirs / 1024, "KB", None, f"ours <= 40 KB: {verdict}")


def markdown(rows: list[Row]) -> str:
    lines = ["| measure | peer | ours | peer's | ratio | limit | |", "|---|---|---:|---:|---:|---:|---|"]
    for row in rows:
        cells = [row.measure, row.peer, amount(row.ours, row.unit), amount(row.theirs, row.unit)]
        cells += [number(row.ratio), number(row.limit), row.verdict]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def amount(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.0f} {unit}"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
