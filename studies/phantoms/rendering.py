"""From attenuation to 12-bit grey, in two ways.

`acquired`: photons, scatter, a detector's blur and counting noise, then the processing that consoles do.
`drawn`: the habits of picture generators: too smooth, alike on both sides, one grain over everything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from studies.phantoms.geometry import Map

WHITE = 4095
DETECTOR_BLUR_PIXELS = 0.6
SCATTER_PIXELS = 64
Grey12 = NDArray[np.uint16]


def acquired(total: Map, random: np.random.Generator, photons: float, scatter: float) -> Grey12:
    """Beer-Lambert, scatter as a wide blur of the primary beam, Poisson counts, detector blur."""
    primary = np.exp(-total)
    beam = primary + scatter * _wide_blur(primary, SCATTER_PIXELS)
    counted = random.poisson(gaussian_filter(beam, 0.5) * photons).astype(np.float32)
    counted = gaussian_filter(counted, DETECTOR_BLUR_PIXELS)
    return to_grey(-np.log(np.maximum(counted, 1.0) / photons))


def drawn(total: Map, random: np.random.Generator, photons: float, scatter: float) -> Grey12:
    """The grain is as strong, over the whole picture, as counting noise is in the geometric mean."""
    smooth = gaussian_filter(total, 2.2)
    halo = smooth + 0.9 * (smooth - gaussian_filter(smooth, 4.0))
    primary = np.exp(-halo)
    beam = primary + scatter * _wide_blur(primary, SCATTER_PIXELS)
    strength = float(np.exp(np.mean(-0.5 * np.log(beam * photons))))
    grain = gaussian_filter(random.standard_normal(total.shape).astype(np.float32), DETECTOR_BLUR_PIXELS)
    return to_grey(-np.log(beam) + strength * grain)


def to_grey(density: Map) -> Grey12:
    """Log signal, with its coarse part held back and its fine part raised, stretched over the 12 bits."""
    coarse, fine = _wide_blur(density, 90), gaussian_filter(density, 2.5)
    shown = density - 0.36 * coarse + 0.35 * (density - fine)
    low, high = np.percentile(shown[::4, ::4], (6.0, 99.7))
    scaled = (shown - low) / (high - low) * 0.86 * WHITE + 0.07 * WHITE
    return np.asarray(np.clip(np.rint(scaled), 0, WHITE), np.uint16)


def _wide_blur(image: Map, pixels: float) -> Map:
    """A Gaussian so wide that an eighth of the pixels suffices."""
    rows, columns = image.shape
    small = image.reshape(rows // 8, 8, columns // 8, 8).mean((1, 3))
    return np.asarray(zoom(gaussian_filter(small, pixels / 8, mode="nearest"), 8, order=1), np.float32)
