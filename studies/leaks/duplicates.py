"""The same picture twice, exactly or nearly: re-encoded, resized, cropped a little, inverted, or flipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from studies.imaging.display import Display, apply_8bit
from studies.imaging.types import Grey
from studies.leaks.features import CaseFacts, ImageFacts, Signature
from studies.leaks.pictures import shrunk

SIDE = 128
COARSE = 8
SAME = 0.99
AT_ONCE = 256  # pictures compared with all others, so that thousands fit the memory
EXACT, NEARLY = "exact", 1 - 1e-9  # equal values come before a perfect correlation
TURNS = {
    "as it is": (1, 1),
    "left-right": (1, -1),
    "upside down": (-1, 1),
    "turned by 180 degrees": (-1, -1),
}

Place = tuple[int, ImageFacts]
Match = tuple[int, int, str, float]


@dataclass(frozen=True)
class Duplicate:
    """Two cases with one picture. how: 'exact', or the turn under which they agree; correlation: 1 if exact.
    contradicts: both have a truth, and not the same."""

    first: str
    second: str
    how: str
    correlation: float
    contradicts: bool


def signature(values: Grey, display: Display) -> Signature:
    """(128 * 128,) float32: means of the shown picture less those of cells 8 times as wide, of mean 0 and
    length 1; zeros for a constant picture."""
    small = shrunk(apply_8bit(display, values).astype(np.float64), SIDE)
    fine = small - shrunk(small, SIDE // COARSE).repeat(COARSE, axis=0).repeat(COARSE, axis=1)
    length = float(np.sqrt((fine**2).sum()))
    return np.asarray(fine / length if length > 0 else fine, dtype=np.float32).reshape(-1)


def duplicates(cases: Sequence[CaseFacts], truth: Sequence[int | None]) -> tuple[Duplicate, ...]:
    """Pairs of different cases with an image in common: equal values, or signatures whose correlation is
    0.99 or more in absolute value (a negative one: inverted), as they are or flipped.

    Measured on 64 radiographs and phantoms: JPEG at quality 40 leaves at least 0.998 of a picture, resampling
    to half or to 0.7 at least 0.992, gamma 1.3 half of the time; the most alike of different pictures reach
    0.987 (phantoms of one region) and 0.76 (radiographs). A picture cropped by 1 % (0.95) is not found."""
    places = [(number, image) for number, case in enumerate(cases) for image in case.images]
    found: dict[tuple[int, int], tuple[str, float]] = {}
    for a, b, how, correlation in (*_equal(places), *_near(places)):
        pair = (min(a, b), max(a, b))
        if a != b and found.get(pair, ("", 0.0))[1] < abs(correlation):
            found[pair] = (how, correlation)
    return tuple(
        Duplicate(cases[a].code, cases[b].code, how, correlation, {truth[a], truth[b]} == {0, 1})
        for (a, b), (how, correlation) in sorted(found.items())
    )


def _equal(places: Sequence[Place]) -> Iterator[Match]:
    first: dict[str, int] = {}
    for number, image in places:
        if image.derivative_sha256:
            yield first.setdefault(image.derivative_sha256, number), number, EXACT, 1.0


def _near(places: Sequence[Place]) -> Iterator[Match]:
    signed = [(number, image.signature) for number, image in places if image.signature is not None]
    if len(signed) < 2:
        return
    numbers = [number for number, _ in signed]
    upright = np.stack([signature for _, signature in signed])
    for how, (rows, columns) in TURNS.items():
        turned = upright.reshape(-1, SIDE, SIDE)[:, ::rows, ::columns].reshape(len(signed), -1)
        for start in range(0, len(signed), AT_ONCE):
            alike = upright[start : start + AT_ONCE] @ turned[start:].T
            for left, right in np.argwhere(np.triu(np.abs(alike) >= SAME, 1)):
                correlation = float(np.clip(alike[left, right], -1.0, 1.0))
                yield numbers[start + left], numbers[start + right], how, correlation * NEARLY
