"""Intensities brought to fixed ends or to one fixed curve, by the picture's own values alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.imaging.recipe import Match
from studies.imaging.types import Floats

STEPS = 65536
LOWEST, HIGHEST = 0.005, 0.995  # percentiles that become black and white
BACKGROUND = 0.02  # nearer to black or white than this is background or clipped, and stays so


def table_of(counts: NDArray[np.int64], match: Match) -> Floats:
    """Grey 0..1 for each of the 65536 steps of grey; `counts`: how often each occurs in the picture."""
    grey = np.arange(STEPS) / (STEPS - 1)
    if match == "percentiles":
        return _stretched(grey, counts)
    if match == "histogram":
        return _equalled(grey, counts)
    return grey


def _stretched(grey: Floats, counts: NDArray[np.int64]) -> Floats:
    """A picture of one value stays as it is."""
    below = np.cumsum(counts) / max(1, counts.sum())
    low, high = (grey[int(np.searchsorted(below, share))] for share in (LOWEST, HIGHEST))
    return np.clip((grey - low) / (high - low), 0, 1) if high > low else grey


def _equalled(grey: Floats, counts: NDArray[np.int64]) -> Floats:
    """To the density 6 x (1 - x) (Beta 2, 2): with F = 3 x^2 - 2 x^3, x = 1/2 - sin(asin(1 - 2 F) / 3).

    F is the share of darker pixels and half of those that are alike, background apart: the curve begins at
    black and ends at white, so nothing jumps where the background begins."""
    picture = (grey > BACKGROUND) & (grey < 1 - BACKGROUND)
    inside = np.where(picture, counts, 0)
    total = inside.sum()
    if total == 0:
        return grey
    share = np.clip((np.cumsum(inside) - inside / 2) / total, 0, 1)
    equalled = 0.5 - np.sin(np.arcsin(1 - 2 * share) / 3)
    return np.where(picture, equalled, np.where(grey < 0.5, 0.0, 1.0))
