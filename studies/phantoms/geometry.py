"""Thickness maps, in cm along the beam, of simple bodies on a detector whose pixels are given in cm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import distance_transform_edt, gaussian_filter, zoom

Map = NDArray[np.float32]
Point = tuple[float, float]
COARSE = 4  # smooth bodies are drawn on every fourth pixel


@dataclass(frozen=True)
class Detector:
    """Rows run down, columns right; x = 0 is the middle column, y = 0 lies `above_cm` below the top row."""

    rows: int
    columns: int
    pixel_cm: float
    above_cm: float = 0.0

    @property
    def width(self) -> float:
        return self.columns * self.pixel_cm

    @property
    def height(self) -> float:
        return self.rows * self.pixel_cm

    def blank(self) -> Map:
        return np.zeros((self.rows, self.columns), np.float32)

    def window(self, low: Point, high: Point) -> tuple[slice, slice]:
        """The pixels of a box, cut to the detector."""
        left, right = (int((x + self.width / 2) / self.pixel_cm) for x in (low[0], high[0]))
        top, bottom = (int((y + self.above_cm) / self.pixel_cm) for y in (low[1], high[1]))
        columns = slice(min(max(left, 0), self.columns), min(max(right + 2, 0), self.columns))
        return slice(min(max(top, 0), self.rows), min(max(bottom + 2, 0), self.rows)), columns

    def coordinates(self, box: tuple[slice, slice]) -> tuple[Map, Map]:
        rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) for part in box)
        x = (columns + np.float32(0.5)) * np.float32(self.pixel_cm) - np.float32(self.width / 2)
        y = (rows + np.float32(0.5)) * np.float32(self.pixel_cm) - np.float32(self.above_cm)
        return x[None, :], y[:, None]

    def everywhere(self) -> tuple[Map, Map]:
        return self.coordinates((slice(0, self.rows), slice(0, self.columns)))


def add_ellipsoid(
    target: Map, detector: Detector, centre: Point, radii: Point, depth: float, turn: float = 0.0
) -> None:
    """Adds an ellipsoid's chord, `depth` cm in its middle; `turn` in radians."""
    reach = max(radii)
    low, high = (centre[0] - reach, centre[1] - reach), (centre[0] + reach, centre[1] + reach)
    box = detector.window(low, high)
    x, y = detector.coordinates(box)
    along = (x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)
    across = (y - centre[1]) * np.cos(turn) - (x - centre[0]) * np.sin(turn)
    inside = 1 - (along / radii[0]) ** 2 - (across / radii[1]) ** 2
    target[box] += depth * np.sqrt(np.clip(inside, 0, None))


def tube(
    detector: Detector, line: Sequence[Point], radii: Sequence[float], flatten: float = 1.0
) -> tuple[tuple[slice, slice], Map, Map]:
    """A tube along a polyline, as (box, relative distance from the axis 0..1 and beyond, radius there).

    Its chord is 2 r sqrt(1 - q^2), `flatten` being for the caller to multiply with."""
    points, reach = np.asarray(line, np.float32), max(radii) * 1.05
    box = detector.window(tuple(points.min(0) - reach), tuple(points.max(0) + reach))
    x, y = detector.coordinates(box)
    shape = (y.shape[0], x.shape[1])
    nearest, local = np.full(shape, 9.0, np.float32), np.full(shape, 1e-3, np.float32)
    for first in range(len(points) - 1):
        _stroke(detector, box, points[first : first + 2], radii[first : first + 2], nearest, local)
    return box, nearest, local * np.float32(flatten)


def _stroke(
    detector: Detector,
    box: tuple[slice, slice],
    ends: NDArray[np.float32],
    radii: Sequence[float],
    nearest: Map,
    local: Map,
) -> None:
    reach = max(radii) * 1.05
    part = detector.window(tuple(ends.min(0) - reach), tuple(ends.max(0) + reach))
    if part[0].start >= part[0].stop or part[1].start >= part[1].stop:
        return
    x, y = detector.coordinates(part)
    dx, dy = ends[1] - ends[0]
    length2 = max(float(dx * dx + dy * dy), 1e-9)
    share = np.clip(((x - ends[0][0]) * dx + (y - ends[0][1]) * dy) / length2, 0, 1)
    radius = radii[0] + (radii[1] - radii[0]) * share
    away = np.hypot(x - ends[0][0] - share * dx, y - ends[0][1] - share * dy) / radius
    inner = tuple(
        slice(own.start - whole.start, own.stop - whole.start) for own, whole in zip(part, box, strict=True)
    )
    closer = away < nearest[inner]
    nearest[inner] = np.where(closer, away, nearest[inner])
    local[inner] = np.where(closer, radius, local[inner])


def chord(distance: Map, radius: Map) -> Map:
    return np.asarray(2 * radius * np.sqrt(np.clip(1 - distance**2, 0, None)), np.float32)


def add_tube(target: Map, detector: Detector, line: Sequence[Point], radii: Sequence[float]) -> None:
    box, distance, radius = tube(detector, line, radii)
    target[box] += chord(distance, radius)


def add_bone(
    target: Map,
    detector: Detector,
    line: Sequence[Point],
    radii: Sequence[float],
    wall: float = 0.2,
    marrow: float = 0.25,
    gain: float = 1.0,
) -> None:
    """A tube with a dense wall (a share of the radius) and `marrow` as the density within, relative to it."""
    box, distance, radius = tube(detector, line, radii)
    inner = chord(distance / (1 - wall), radius * (1 - wall))
    target[box] += gain * (chord(distance, radius) - (1 - marrow) * inner)


def pillow(detector: Detector, outline: Sequence[Point], edge_cm: float) -> Map:
    """0..1 within an outline, rising like a quarter circle over `edge_cm` from its border."""
    size = (detector.columns // COARSE, detector.rows // COARSE)
    drawn = Image.new("L", size)
    scale = 1 / (detector.pixel_cm * COARSE)
    ImageDraw.Draw(drawn).polygon(
        [
            ((x + detector.width / 2) * scale, (y + detector.above_cm) * scale)
            for x, y in smooth_closed(outline)
        ],
        fill=1,
    )
    depth = distance_transform_edt(np.pad(np.asarray(drawn), 1, mode="edge"))[1:-1, 1:-1]
    share = np.clip(depth * detector.pixel_cm * COARSE / edge_cm, 0, 1)
    profile = gaussian_filter(np.sqrt(1 - (1 - share) ** 2), 0.8)
    return np.asarray(np.clip(zoom(profile, COARSE, order=1), 0, 1), np.float32)


def soften(image: Map, pixels: float) -> Map:
    """A Gaussian blur wide enough to be done on coarse pixels."""
    rows, columns = image.shape
    small = image.reshape(rows // COARSE, COARSE, columns // COARSE, COARSE).mean((1, 3))
    return np.asarray(zoom(gaussian_filter(small, pixels / COARSE), COARSE, order=1), np.float32)


def smooth_closed(outline: Sequence[Point], steps: int = 12) -> list[Point]:
    """A closed Catmull-Rom curve through the points."""
    points = np.asarray(outline, float)
    before, after, second = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    curve = []
    for t in np.linspace(0, 1, steps, endpoint=False):
        linear, square, cubic = after - before, 2 * before - 5 * points + 4 * after - second, 0.0
        cubic = 3 * points - before - 3 * after + second
        curve.append(0.5 * (2 * points + linear * t + square * t**2 + cubic * t**3))
    return [(float(x), float(y)) for x, y in np.stack(curve, 1).reshape(-1, 2)]


def curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """An open smooth curve through the points."""
    before = (2 * points[0][0] - points[1][0], 2 * points[0][1] - points[1][1])
    after = (2 * points[-1][0] - points[-2][0], 2 * points[-1][1] - points[-2][1])
    closed = smooth_closed([before, *points, after], steps)
    return [*closed[steps : steps * len(points)], points[-1]]


def cloud(shape: tuple[int, int], random: np.random.Generator, power: float, finest: float = 1.0) -> Map:
    """Noise with a 1/f^power spectrum, mean 0 and deviation 1; nothing finer than `finest` pixels."""
    if finest >= COARSE:
        small = cloud((shape[0] // COARSE, shape[1] // COARSE), random, power, finest / COARSE)
        return np.asarray(zoom(small, COARSE, order=1), np.float32)
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = 1.0
    weight = frequency**-power * np.exp(-((frequency * finest) ** 2))
    weight[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(random.standard_normal(shape)) * weight, s=shape)
    return np.asarray(field / field.std(), np.float32)
