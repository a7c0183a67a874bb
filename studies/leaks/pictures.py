"""Facts of the picture itself, from a derivative's values in the window that it opens with."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from studies.imaging.display import Display, apply_8bit
from studies.imaging.types import Grey
from studies.leaks.features import Facts, Floats

Scalar = TypeVar("Scalar", bound=np.generic)
Shown = np.ndarray[Any, np.dtype[np.uint8]]
BRIGHT, DARK = 254, 1
LARGEST_SIDE = 2048  # of a larger frame the middle is looked at, at full resolution
SPECTRUM_SIDE = 512
JPEG_BLOCK = 8
SMALLEST_SIDE = 16
MIRROR_SIDE = 64
IMMERKAER = np.sqrt(np.pi / 2) / 6


def facts_of_picture(values: Grey, display: Display) -> Facts:
    """values (rows, columns): uint16 as stored. All facts are of grey 0..255 in the default window, but those
    of the histogram, which are of the stored values. A side below 16 pixels gives no facts."""
    rows, columns = values.shape
    if min(rows, columns) < SMALLEST_SIDE:
        return {}
    shown = apply_8bit(display, values)
    grey = _middle(shown, LARGEST_SIDE).astype(np.float64)
    counts = np.bincount(values.reshape(-1))
    used = np.flatnonzero(counts)
    span = int(used[-1] - used[0]) + 1
    return {
        "mean": float(shown.mean()),
        "spread": float(shown.std()),
        "saturated share": float((shown >= BRIGHT).mean()),
        "black share": float((shown <= DARK).mean()),
        "black border": _border(shown),
        "noise": noise(grey),
        "sharpness": _sharpness(grey),
        "distinct values": float(len(used)),
        "gaps in the histogram": float(1 - len(used) / span),
        "8 x 8 grid": block_grid(grey),
        "symmetry": symmetry(shown),
        "spectrum slope": spectrum_slope(grey),
    }


def noise(grey: Floats) -> float:
    """Standard deviation of noise, in grey levels, by a mask that cancels planes and edges' first order.

    Source: Immerkaer J, Comput Vis Image Underst 1996; 64: 300-302."""
    rows = grey[:, :-2] - 2 * grey[:, 1:-1] + grey[:, 2:]
    masked = rows[:-2] - 2 * rows[1:-1] + rows[2:]
    return float(IMMERKAER * np.abs(masked).mean())


def block_grid(grey: Floats) -> float:
    """Strength of an 8 x 8 block grid: steps across block borders over all others, about 1 without a grid.

    The strongest of the 8 phases against the mean of the others, averaged over both directions. A constant
    picture has 1. Source: after Fan Z, de Queiroz RL, IEEE Trans Image Process 2003; 12: 230-235."""
    return (_grid(grey) + _grid(grey.T)) / 2


def _grid(grey: Floats) -> float:
    second = np.abs(grey[:, :-3] - 3 * grey[:, 1:-2] + 3 * grey[:, 2:-1] - grey[:, 3:]).mean(axis=0)
    whole = second[: len(second) // JPEG_BLOCK * JPEG_BLOCK].reshape(-1, JPEG_BLOCK).mean(axis=0)
    others = (whole.sum() - whole.max()) / (JPEG_BLOCK - 1)
    return float(whole.max() / others) if others > 0 else 1.0


def symmetry(shown: Shown) -> float:
    """Correlation, -1..1, of the picture with its mirror image, both as 64 x 64 means; 0 if constant."""
    small = shrunk(shown.astype(np.float64), MIRROR_SIDE)
    centred = small - small.mean()
    power = float((centred**2).sum())
    return float((centred * centred[:, ::-1]).sum() / power) if power > 0 else 0.0


def spectrum_slope(grey: Floats) -> float | None:
    """Slope of log power over log spatial frequency of the middle square (Hann window), from 1/64 of a cycle
    per pixel to the Nyquist frequency; natural pictures have about -2, and generated ones may bend. None for
    a constant picture. Source: Field DJ, J Opt Soc Am A 1987; 4: 2379-2394."""
    side = min(SPECTRUM_SIDE, *grey.shape)
    middle = _middle(grey, side)
    window = np.hanning(side)
    power = np.abs(np.fft.rfft2((middle - middle.mean()) * np.outer(window, window))) ** 2
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    edges = np.geomspace(1 / 64, 0.5, 17)
    band = np.digitize(radius, edges)
    sums = np.bincount(band.reshape(-1), power.reshape(-1), len(edges) + 1)[1:-1]
    sizes = np.bincount(band.reshape(-1), minlength=len(edges) + 1)[1:-1]
    there = (sizes > 0) & (sums > 0)
    if there.sum() < 3:
        return None
    centres = np.sqrt(edges[:-1] * edges[1:])
    return float(np.polyfit(np.log(centres[there]), np.log(sums[there] / sizes[there]), 1)[0])


def shrunk(grey: Floats, side: int) -> Floats:
    """(side, side) means of about equal cells; a smaller picture repeats its pixels."""
    rows = np.linspace(0, grey.shape[0], side, endpoint=False).astype(np.intp)
    columns = np.linspace(0, grey.shape[1], side, endpoint=False).astype(np.intp)
    sums = np.add.reduceat(np.add.reduceat(grey, rows, axis=0), columns, axis=1)
    tall = np.maximum(np.diff(np.append(rows, grey.shape[0])), 1)
    wide = np.maximum(np.diff(np.append(columns, grey.shape[1])), 1)
    return np.asarray(sums / np.outer(tall, wide))


def _sharpness(grey: Floats) -> float:
    """Variance of the Laplacian, as its natural logarithm of 1 + variance."""
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.log1p((around - 4 * inner).var()))


def _border(shown: Shown) -> float:
    """Share of the frame that lies in black rows and columns at its edges; 1 for an all black frame."""
    lit = shown > 2 * DARK
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if not len(rows):
        return 1.0
    inside = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return float(1 - inside / shown.size)


def _middle(picture: np.ndarray[Any, np.dtype[Scalar]], side: int) -> np.ndarray[Any, np.dtype[Scalar]]:
    rows, columns = picture.shape
    top, left = max(0, (rows - side) // 2), max(0, (columns - side) // 2)
    return picture[top : top + side, left : left + side]
