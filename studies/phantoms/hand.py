"""A hand, posteroanterior: attenuation of soft tissue and of bones with a cortex and trabeculae.

Lengths in cm; the wrist is at the lower border. `variety` 0 makes bones regular and takes the trabeculae."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import expit

from studies.phantoms.geometry import Detector, Map, Point, cloud, soften, tube

SOFT, CORTEX, SPONGY = 0.24, 1.15, 0.30  # effective attenuation per cm at about 50 kV
# Per ray, thumb first: where the metacarpal begins, its direction in degrees from upright, lengths, bend.
RAYS = (
    ((-2.35, 18.0), -43.0, (4.5, 3.1, 0.0, 2.3), 14.0),
    ((-1.35, 16.9), -12.0, (6.6, 4.1, 2.5, 1.85), 3.0),
    ((-0.15, 16.7), -2.0, (6.3, 4.6, 3.0, 1.95), 0.0),
    ((0.95, 16.9), 8.0, (5.7, 4.2, 2.8, 1.95), -1.0),
    ((1.9, 17.3), 18.0, (5.2, 3.3, 2.0, 1.75), -2.0),
)
CARPALS = (
    ((-1.35, 18.85), (0.72, 1.05), 0.5),
    ((-0.2, 18.0), (0.72, 0.95), 0.1),
    ((-1.0, 17.75), (0.55, 0.6), 0.0),
    ((-1.85, 17.75), (0.62, 0.62), 0.3),
    ((1.0, 18.1), (0.78, 0.9), -0.3),
    ((-0.05, 19.35), (0.78, 0.68), 0.1),
    ((1.15, 19.25), (0.62, 0.66), -0.3),
    ((1.55, 19.05), (0.42, 0.42), 0.0),
)
Jitter = Callable[[float], float]
Lengths = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Bone:
    """A long bone from its base to its head; radii at base, waist and head."""

    base: Point
    head: Point
    radii: tuple[float, float, float]
    wall: float
    tuft: bool = False


def attenuation(detector: Detector, random: np.random.Generator, variety: float = 1.0) -> Map:
    def jitter(size: float) -> float:
        return float(random.normal(0.0, size)) * variety

    size = 1.0 + jitter(0.04)
    side = 1.0 if random.random() < 0.5 else -1.0
    lattice = _lattice(detector, random) * np.float32(0.12 * variety)
    bones, flesh = detector.blank(), detector.blank()
    for base, angle, lengths, bend in RAYS:
        _ray(bones, flesh, detector, base, angle + jitter(1.6), lengths, bend + jitter(1.2), size, jitter)
    for centre, radii, turn in CARPALS:
        _carpal(
            bones, detector, (centre[0] + jitter(0.05), centre[1] + jitter(0.05)), radii, turn + jitter(0.15)
        )
    _forearm(bones, flesh, detector, jitter)
    _palm(flesh, detector)
    soft = soften(flesh, 7.0) * (1 + 0.03 * variety * cloud(flesh.shape, random, 1.4, 6.0))
    total = SOFT * soft + bones * (1 + lattice * np.clip(bones, 0, 0.6))
    return np.asarray(np.clip(total if side > 0 else total[:, ::-1], 0, None), np.float32)


def _lattice(detector: Detector, random: np.random.Generator) -> Map:
    """Trabeculae: fine noise, drawn out along the bones (upright) more than across."""
    shape = (detector.rows, detector.columns)
    along = gaussian_filter(random.standard_normal(shape).astype(np.float32), (3.2, 0.9))
    across = gaussian_filter(random.standard_normal(shape).astype(np.float32), (1.0, 2.2))
    field = along / along.std() + 0.6 * across / across.std()
    return np.asarray(field + 0.5 * cloud(shape, random, 1.0, 4.0), np.float32)


def _ray(
    bones: Map,
    flesh: Map,
    detector: Detector,
    base: Point,
    angle: float,
    lengths: tuple[float, float, float, float],
    bend: float,
    size: float,
    jitter: Jitter,
) -> None:
    """Metacarpal and phalanges in a row, with a joint space between each and flesh around."""
    thumb = lengths[2] == 0.0
    joints, start, heading = [base], base, np.deg2rad(angle)
    kinds = ((0.66, 0.36, 0.62, 0.42), (0.58, 0.35, 0.46, 0.4), (0.5, 0.31, 0.4, 0.36), (0.42, 0.2, 0.3, 0.3))
    for number, (length, kind) in enumerate(zip(lengths, kinds, strict=True)):
        if length == 0.0:
            continue
        if number == 1:
            heading += np.deg2rad(bend)
        length = length * size * (1 + jitter(0.02))
        end = (start[0] + float(np.sin(heading)) * length, start[1] - float(np.cos(heading)) * length)
        wide = 1.12 if thumb else 1.0
        radii = (kind[0] * wide, kind[1] * wide * (1 + jitter(0.04)), kind[2] * wide)
        _long_bone(bones, detector, Bone(start, end, radii, kind[3], tuft=number == 3))
        gap = 0.06
        start = (end[0] + float(np.sin(heading)) * gap, end[1] - float(np.cos(heading)) * gap)
        joints.append(start)
    tip = (start[0] + float(np.sin(heading)) * 0.25, start[1] - float(np.cos(heading)) * 0.25)
    _flesh(flesh, detector, [*joints[1:-1], tip], np.linspace(1.0, 0.74, len(joints) - 1).tolist())


def _long_bone(bones: Map, detector: Detector, bone: Bone) -> None:
    reach = max(bone.radii) * 1.3
    points = np.array([bone.base, bone.head])
    box = detector.window(tuple(points.min(0) - reach), tuple(points.max(0) + reach))
    x, y = detector.coordinates(box)
    dx, dy = bone.head[0] - bone.base[0], bone.head[1] - bone.base[1]
    length = float(np.hypot(dx, dy))
    along = ((x - bone.base[0]) * dx + (y - bone.base[1]) * dy) / length
    across = np.abs((x - bone.base[0]) * dy - (y - bone.base[1]) * dx) / length
    at_base, waist, at_head = bone.radii
    share = along / length
    radius = (
        waist
        + (at_base - waist) * np.exp(-((share / 0.2) ** 2))
        + (at_head - waist) * np.exp(-(((1 - share) / 0.15) ** 2))
    )
    if bone.tuft:
        radius = radius + 0.1 * np.exp(-(((share - 0.95) / 0.06) ** 2))
    cap_base, cap_head = 0.22, at_head * 0.8
    inside = np.minimum(along / cap_base, (length - along) / cap_head)
    radius = radius * np.sqrt(np.clip(1 - np.clip(1 - inside, 0, 1) ** 2, 0, 1))
    middle = np.exp(-(((share - 0.5) / 0.26) ** 4))
    wall = radius * (0.07 + (bone.wall - 0.07) * middle)
    bones[box] = np.maximum(bones[box], _shell(across, radius, wall, middle))


def _shell(away: Lengths, radius: Lengths, wall: Lengths, middle: Lengths) -> Map:
    """Cortex around spongy bone, which is sparse in the shaft's middle."""
    outer = 2 * np.sqrt(np.clip(radius**2 - away**2, 0, None))
    inner = 2 * np.sqrt(np.clip((radius - wall) ** 2 - away**2, 0, None))
    return np.asarray(
        CORTEX * (outer - inner) + SPONGY * (1 - 0.45 * middle) * np.minimum(inner, 0.9 + 0.4 * inner),
        np.float32,
    )


def _carpal(bones: Map, detector: Detector, centre: Point, radii: Point, turn: float) -> None:
    reach = max(radii) * 1.3
    box = detector.window((centre[0] - reach, centre[1] - reach), (centre[0] + reach, centre[1] + reach))
    x, y = detector.coordinates(box)
    u = ((x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)) / radii[0]
    v = ((y - centre[1]) * np.cos(turn) - (x - centre[0]) * np.sin(turn)) / radii[1]
    corner = 1 + 0.09 * np.cos(3 * np.arctan2(v, u) + 5 * turn)
    away = (np.abs(u) ** 2.5 + np.abs(v) ** 2.5) ** 0.4 / corner
    size = np.float32(min(radii))
    one = _shell(away * size, np.full_like(away, size), np.full_like(away, 0.045), np.zeros_like(away))
    total = bones[box]
    bones[box] = np.maximum(total, one) + 0.45 * np.minimum(total, one)


def _forearm(bones: Map, flesh: Map, detector: Detector, jitter: Jitter) -> None:
    bottom = detector.height + 3.0
    _long_bone(bones, detector, Bone((-0.75, bottom), (-0.65 + jitter(0.05), 19.9), (0.75, 0.75, 1.6), 0.3))
    _long_bone(bones, detector, Bone((1.75, bottom), (1.72 + jitter(0.05), 20.2), (0.5, 0.5, 0.85), 0.32))
    _flesh(flesh, detector, [(0.3, 17.5), (0.3, bottom)], [2.9, 2.75], 0.62)


def _palm(flesh: Map, detector: Detector) -> None:
    for line in (
        [(-1.6, 17.0), (-2.9, 13.9)],
        [(-0.8, 17.6), (-1.8, 11.2)],
        [(0.2, 17.6), (0.2, 11.0)],
        [(1.0, 17.6), (1.7, 11.6)],
        [(1.6, 17.6), (2.9, 12.6)],
        [(-2.3, 17.8), (-4.4, 14.9)],
        [(-1.7, 16.2), (-3.4, 14.0)],
        [(-1.9, 17.0), (-3.9, 14.7)],
    ):
        _flesh(flesh, detector, line, [1.5, 1.15])


def _flesh(
    flesh: Map, detector: Detector, line: list[Point], radii: list[float], flatten: float = 0.85
) -> None:
    box, distance, radius = tube(detector, line, radii)
    chord = 2 * flatten * radius * np.sqrt(np.clip(1 - distance**2, 0, None)) * expit((1 - distance) / 0.01)
    flesh[box] = np.maximum(flesh[box], chord)
