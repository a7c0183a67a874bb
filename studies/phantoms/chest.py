"""A chest, posteroanterior: attenuation (mu times thickness) of lungs, heart, vessels, ribs, spine and limbs.

Lengths in cm. The patient's right is on the left. `variety` 0 makes both sides alike and shapes regular."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import expit

from studies.phantoms.geometry import (
    Detector,
    Map,
    Point,
    add_bone,
    add_ellipsoid,
    add_tube,
    cloud,
    curve,
    pillow,
)

SOFT, LUNG, BONE, CORTEX = 0.19, 0.05, 0.30, 0.55  # effective attenuation per cm at about 110 kV
RIBS = 10
Jitter = Callable[[float], float]


def attenuation(detector: Detector, random: np.random.Generator, variety: float = 1.0) -> Map:
    def jitter(size: float) -> float:
        return float(random.normal(0.0, size)) * variety

    wide = 1.0 + jitter(0.035)
    body = SOFT * _body(detector, wide)
    lungs = _lungs(detector, wide, jitter)
    heart = _heart(detector, jitter)
    vessels = _vessels(detector, random, variety, wide)
    air = lungs * 15.5
    filled = np.minimum(heart, air)
    grain = 1 + 0.05 * variety * cloud(air.shape, random, 1.2, 6.0)
    total = body - (SOFT - LUNG) * (air - filled) * grain
    total += (SOFT - LUNG) * 1.7 * vessels * np.clip(lungs * 3, 0, 1)
    total += CORTEX * _skeleton(detector, jitter, wide) + BONE * _spine(detector, random, variety)
    total -= SOFT * _airways(detector, jitter)
    total += 0.03 * variety * cloud(air.shape, random, 1.7, 10.0)
    return np.asarray(np.clip(total, 0.0, None), np.float32)


def _body(detector: Detector, wide: float) -> Map:
    x, y = detector.everywhere()
    neck = 1 / (1 + np.exp(-(y - 4.2) / 0.8))
    half = (5.8 + 11.5 * neck) * wide
    depth = 12.0 + 8.0 / (1 + np.exp(-(y - 7.0) / 2.5)) + 1.5 / (1 + np.exp(-(y - 30) / 2.0))
    inside = np.clip(1 - np.abs(x / half) ** 2.6, 0, None)
    arms = (
        5.0 * np.sqrt(np.clip(1 - ((np.abs(x) - 18.6 * wide) / 3.4) ** 2, 0, None)) / (1 + np.exp(-(y - 6.0)))
    )
    return np.asarray(depth * np.sqrt(inside) + arms, np.float32)


def _lungs(detector: Detector, wide: float, jitter: Jitter) -> Map:
    """0..1; the bases are cut by the diaphragm's domes, which are sharp, as is the costophrenic angle."""
    x, y = detector.everywhere()
    total = detector.blank()
    for side, dome in ((-1.0, 27.6 + jitter(0.8)), (1.0, 28.9 + jitter(0.8))):
        apex = 5.6 + jitter(0.25)
        outline = [
            (2.4, 9.0),
            (3.3, apex + 0.8),
            (5.3, apex),
            (8.2, apex + 1.6),
            (10.8, 11.0),
            (12.7, 17.0),
            (13.5, 23.0),
            (13.8, 29.0),
            (13.7, 33.5),
            (8.0, 34.5),
            (3.0, 34.5),
            (2.2, 27.0),
            (2.3, 17.0),
        ]
        shape = pillow(detector, [(side * px * wide, py + jitter(0.12)) for px, py in outline], 5.0)
        middle, span = side * (7.4 + jitter(0.3)) * wide, 7.3 * wide
        reach = np.clip(1 - ((x - middle) / span) ** 2, 0, None)
        floor = dome + 4.6 * (1 - np.sqrt(reach))
        above = np.clip((floor - y) / 1.6, 0, 1)
        sharp = np.clip((floor - y) / 0.12, 0, 1)
        total += shape * sharp * (0.55 + 0.45 * np.sqrt(1 - (1 - above) ** 2))
    return np.asarray(gaussian_filter(total, 0.8), np.float32)


def _heart(detector: Detector, jitter: Jitter) -> Map:
    """Chambers and great vessels as soft tissue in front of air; a union, so the thickest counts."""
    size = 1.0 + jitter(0.06)
    bodies = [
        ((2.7 + jitter(0.2), 24.9), (6.9 * size, 5.3 * size), 9.5, 0.6),
        ((0.2, 23.0), (4.4 * size, 6.0 * size), 9.0, 0.0),
        ((2.3, 17.2), (3.1, 3.6), 7.0, 0.35),
        ((2.0, 12.4 + jitter(0.2)), (2.35 + jitter(0.12), 1.9), 6.5, 0.2),
        ((-0.7, 13.5), (2.7, 6.4), 6.5, 0.05),
        ((0.0, 9.0), (2.7, 5.5), 6.5, 0.0),
    ]
    union = detector.blank()
    for centre, radii, depth, turn in bodies:
        one = detector.blank()
        add_ellipsoid(one, detector, centre, radii, depth, turn)
        np.maximum(union, one, out=union)
    return union


def _airways(detector: Detector, jitter: Jitter) -> Map:
    air = detector.blank()
    fork = (-0.3 + jitter(0.15), 13.6)
    add_tube(air, detector, curve([(0.0, 0.0), (-0.1 + jitter(0.1), 6.0), fork]), [0.85] * 17)
    bronchi = detector.blank()
    for end in ((-2.6, 16.0), (3.0, 16.6)):
        add_tube(bronchi, detector, [fork, end], [0.7, 0.45])
    air = np.maximum(air, np.minimum(bronchi, 1.4))
    add_ellipsoid(air, detector, (6.0 + jitter(0.6), 31.6 + jitter(0.3)), (2.3 + jitter(0.3), 1.2), 1.0, -0.1)
    return np.asarray(1.5 * gaussian_filter(air, 1.5), np.float32)


def _vessels(detector: Detector, random: np.random.Generator, variety: float, wide: float) -> Map:
    tree = detector.blank()
    for side in (-1.0, 1.0):
        own = np.random.default_rng(5) if variety < 0.5 else random
        for angle in np.linspace(-1.25, 1.35, 9):
            start = (side * (2.9 + own.uniform(0, 0.8)), 16.2 + own.uniform(-1.6, 2.2))
            _branch(
                tree, detector, own, start, side, angle + own.normal(0, 0.1), own.uniform(0.3, 0.46), wide
            )
    return tree


def _branch(
    tree: Map,
    detector: Detector,
    random: np.random.Generator,
    start: Point,
    side: float,
    angle: float,
    radius: float,
    wide: float,
) -> None:
    """A vessel that bends, tapers and forks until it is too thin to be seen. Angle 0 points sideways."""
    length = radius * random.uniform(5.0, 8.0) + 0.5
    bend = random.normal(0, 0.16)
    middle = _step(start, side, angle, length / 2)
    end = _step(middle, side, angle + bend, length / 2)
    thin = radius * 0.84
    add_tube(tree, detector, [start, middle, end], [radius, (radius + thin) / 2, thin])
    if thin < 0.045 or abs(end[0]) > 13.6 * wide or not 5.0 < end[1] < 33.0:
        return
    _branch(tree, detector, random, end, side, angle + bend + random.normal(0.0, 0.12), thin * 0.93, wide)
    if random.random() < 0.62:
        turn = random.choice((-1.0, 1.0)) * random.uniform(0.4, 0.8)
        _branch(tree, detector, random, end, side, angle + turn, thin * random.uniform(0.5, 0.72), wide)


def _step(start: Point, side: float, angle: float, length: float) -> Point:
    return start[0] + side * float(np.cos(angle)) * length, start[1] + float(np.sin(angle)) * length


def _skeleton(detector: Detector, jitter: Jitter, wide: float) -> Map:
    bones = detector.blank()
    for side in (-1.0, 1.0):
        for number in range(RIBS):
            _rib(bones, detector, side, number, jitter, wide)
        line = [(1.5, 9.1), (4.6, 8.0), (8.6, 7.2), (12.2, 6.2), (15.6, 5.4)]
        clavicle = curve([(side * x * wide, y + jitter(0.12)) for x, y in line])
        thick = np.interp(np.linspace(0, 1, len(clavicle)), [0, 0.15, 0.5, 1], [0.95, 0.68, 0.55, 0.7])
        add_bone(bones, detector, clavicle, thick.tolist(), 0.25, 0.3, 0.8)
        _shoulder(bones, detector, side, jitter, wide)
    return bones


def _rib(bones: Map, detector: Detector, side: float, number: int, jitter: Jitter, wide: float) -> None:
    """From the spine back, out and down, round the side and forward to the costal cartilage, all in one."""
    t = np.linspace(0, 1, 34)
    lateral = wide * np.interp(number, [0, 1, 3, 6, 9], [6.0, 9.2, 12.2, 14.0, 14.3]) + jitter(0.12)
    top = 5.7 + 2.2 * number + jitter(0.12)
    drop = np.interp(number, [0, 2, 5, 9], [4.2, 7.2, 9.4, 8.8]) + jitter(0.25)
    end = np.interp(number, [0, 6, 9], [0.86, 0.83, 0.66])
    x = side * (1.5 + (lateral - 1.5) * np.sin(np.pi * t * end))
    y = top + drop * t**1.25 - (0.9 + 0.06 * number) * np.sin(np.pi * np.clip(t / 0.42, 0, 1))
    line = list(zip(x.tolist(), y.tolist(), strict=True))
    back = int(np.argmax(np.abs(x))) + 2
    thick = 0.55 + jitter(0.02)
    neck = np.interp(np.arange(back), [0, 3, back], [0.16, thick, thick * 0.92])
    add_bone(bones, detector, line[:back], neck.tolist(), 0.2, 0.16, 0.66)
    front = line[back - 2 :]
    shape = np.linspace(thick * 0.9, thick * 1.1, len(front)).tolist()
    add_bone(bones, detector, front, shape, 0.13, 0.2, 0.36)


def _shoulder(bones: Map, detector: Detector, side: float, jitter: Jitter, wide: float) -> None:
    head = (side * (16.6 + jitter(0.15)) * wide, 9.6 + jitter(0.3))
    add_bone(bones, detector, [head, (head[0] + side * 0.01, head[1])], [2.2, 2.2], 0.06, 0.35, 0.22)
    add_bone(bones, detector, [head, (head[0] + side * 1.2, head[1] + 11)], [1.5, 1.15], 0.25, 0.15, 0.3)
    blade = [(14.6, 8.2), (12.0, 8.6), (11.6, 12.0), (12.3, 17.0), (13.2, 19.6), (14.2, 17.0), (14.9, 12.0)]
    plate = pillow(detector, [(side * x * wide, y + jitter(0.15)) for x, y in blade], 0.6)
    bones += 0.11 * plate
    edge = curve([(side * x * wide, y) for x, y in blade[1:5]])
    add_bone(bones, detector, edge, [0.22] * len(edge), 0.4, 0.3, 0.25)


def _spine(detector: Detector, random: np.random.Generator, variety: float) -> Map:
    spine = detector.blank()
    height, top = 2.05, 1.2
    for number in range(17):
        middle = top + number * (height + 0.34) + random.normal(0, 0.03) * variety
        _vertebra(spine, detector, middle, 1.35 + 0.028 * number, height / 2)
        for side in (-1.0, 1.0):
            add_bone(
                spine,
                detector,
                [(side * 0.85, middle - 0.45), (side * 0.86, middle - 0.2)],
                [0.34, 0.34],
                0.35,
                0.2,
                1.2,
            )
            add_bone(
                spine,
                detector,
                [(side * 1.3, middle - 0.4), (side * 2.6, middle - 0.75)],
                [0.38, 0.3],
                0.3,
                0.3,
                0.7,
            )
        add_bone(spine, detector, [(0.0, middle + 0.5), (0.03, middle + 1.2)], [0.2, 0.32], 0.4, 0.4, 1.3)
    spine = gaussian_filter(spine, 1.6)
    return np.asarray(0.36 * spine * (1 + 0.1 * variety * cloud(spine.shape, random, 0.8, 4.0)), np.float32)


def _vertebra(spine: Map, detector: Detector, middle: float, half: float, tall: float) -> None:
    box = detector.window((-half - 0.4, middle - tall - 0.3), (half + 0.4, middle + tall + 0.3))
    x, y = detector.coordinates(box)
    waist = half * (0.9 + 0.1 * ((y - middle) / tall) ** 2)
    body = expit((waist - np.abs(x)) / 0.05) * expit((tall - np.abs(y - middle)) / 0.05)
    rim = np.exp(-(((np.abs(y - middle) - tall + 0.1) / 0.09) ** 2)) * body
    spine[box] += np.asarray(1.5 * body + 0.7 * rim, np.float32)
