"""What a search answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word and its box in image pixels; confidence 0..100."""

    text: str
    x: int
    y: int
    width: int
    height: int
    confidence: int


@dataclass(frozen=True)
class Found:
    """method: tesseract or strokes. The higher the weight, the sooner a person sees the picture."""

    method: str
    weight: float
    words: tuple[Word, ...] = ()
