"""What is measured of a case's files: features by name, where each comes from, and what would help.

A fact is a number, a word, or None where the file has no such thing. Images of one case are merged, for a
case is what is called present or absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fact = float | str | None
Facts = dict[str, Fact]
Floats = NDArray[np.float64]
Signature = NDArray[np.float32]

DERIVATIVE, FORM, HISTORY = "derivative", "form", "history"
ORIGINAL, PICTURE = "original", "picture"
KINDS = (DERIVATIVE, FORM, HISTORY, ORIGINAL, PICTURE)
GATING = (DERIVATIVE, FORM)  # what stands in the way of opening
WHERE = {
    DERIVATIVE: "file that readers get",
    FORM: "form of the clinical history",
    HISTORY: "what the clinical history says",
    ORIGINAL: "original file",
    PICTURE: "the picture itself",
}
LARGEST = ", largest"  # of a case's several images
SIZES = {"rows", "columns", "pixel size", "aspect", "megapixels", "frames", "images"}
REMEDIES = {
    "size": "Give all cases one canvas by normalise in study.yaml, and load the study again.",
    "stored": "Store all derivatives at one size: normalise in study.yaml does.",
    "display": "Bring all cases to one window by normalise in study.yaml, and load the study again.",
    FORM: "Write all histories in cases.csv alike: capitals, punctuation, spaces; load the study again.",
    HISTORY: "Read them: what a reader ought to know is no leak; what gives truth away is taken out.",
    ORIGINAL: "Give algorithms the derivative, not the original.",
    PICTURE: "Look at it: crop, re-encode all cases alike, or name it as a limit of the study.",
    "combined": "Mend what tells by itself first; then audit again.",
}


@dataclass(frozen=True)
class ImageFacts:
    """What was measured of one image, by kind; `signature` is duplicates.signature's."""

    facts: dict[str, Facts]
    derivative_sha256: str = ""
    signature: Signature | None = None


@dataclass(frozen=True)
class CaseFacts:
    """One case: its code, its patient (empty: its own), its images in order, and its own facts by kind."""

    code: str
    patient: str
    images: tuple[ImageFacts, ...]
    own: dict[str, Facts] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Column:
    """One feature over all cases. numbers (n,): nan where missing; or words (n,): '' where missing."""

    kind: str
    name: str
    numbers: Floats | None = None
    words: NDArray[np.str_] | None = None
    remedy: str = field(default="")

    def taken(self, cases: NDArray[np.intp]) -> Column:
        """The same feature of some of the cases."""
        numbers = None if self.numbers is None else self.numbers[cases]
        words = None if self.words is None else self.words[cases]
        return Column(self.kind, self.name, numbers, words, self.remedy)

    @property
    def constant(self) -> bool:
        """Whether it is the same for all cases and so can tell nothing."""
        values: NDArray[Any] | None = self.words if self.numbers is None else self.numbers
        assert values is not None
        return len(np.unique(values)) < 2  # np.unique takes all nan for one value


def remedy(kind: str, name: str) -> str:
    """What would take a feature's rule away."""
    if kind != DERIVATIVE:
        return REMEDIES[kind]
    base = name.split(",")[0]
    return REMEDIES["size" if base in SIZES else "stored" if base.startswith("stored") else "display"]


def columns(cases: Sequence[CaseFacts], kind: str) -> list[Column]:
    """All features of a kind over cases, several images of a case merged; equal columns are kept once."""
    merged = [
        _merged([image.facts.get(kind, {}) for image in case.images]) | case.own.get(kind, {})
        for case in cases
    ]
    if kind == DERIVATIVE:
        merged = [
            {"images": float(len(case.images)), **facts} for case, facts in zip(cases, merged, strict=True)
        ]
    names = dict.fromkeys(name for facts in merged for name in facts)
    made, seen = [], set()
    for name in names:
        column = _column(kind, name, [facts.get(name) for facts in merged])
        values = column.words if column.numbers is None else column.numbers
        assert values is not None
        key = (column.numbers is None, values.tobytes())
        if key not in seen or (column.constant and not name.endswith(LARGEST)):
            made.append(column)
        seen.add(key)
    return made


def _merged(images: Sequence[Facts]) -> Facts:
    """Words: the different ones, sorted. Numbers: the smallest and the largest."""
    facts: Facts = {}
    for name in dict.fromkeys(name for image in images for name in image):
        given = [image[name] for image in images if image.get(name) is not None]
        numbers = [value for value in given if isinstance(value, float)]
        words = sorted({value for value in given if isinstance(value, str)})
        if words:
            facts[name] = " + ".join(words)
        elif numbers:
            facts |= {name: min(numbers), f"{name}{LARGEST}": max(numbers)}
        else:
            facts[name] = None
    return facts


def _column(kind: str, name: str, values: list[Fact]) -> Column:
    if any(isinstance(value, str) for value in values):
        words = np.array(["" if value is None else str(value) for value in values])
        return Column(kind, name, None, words, remedy(kind, name))
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    if len(np.unique(numbers[np.isfinite(numbers)])) == 1 and np.isnan(numbers).any():
        words = np.where(np.isnan(numbers), "", "given")
        return Column(kind, name, None, words, remedy(kind, name))
    return Column(kind, name, numbers, None, remedy(kind, name))
