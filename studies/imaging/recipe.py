"""How a study brings all its pictures to one form, and what is done to one image on the way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from studies.imaging.blackout import Rectangle

METHOD = 1  # raised when the same recipe comes to give other values: derivatives are then made anew
Match = Literal["none", "percentiles", "histogram"]


@dataclass(frozen=True)
class Canvas:
    """The size of every picture of a study."""

    rows: int
    columns: int


@dataclass(frozen=True)
class NormaliseRecipe:
    """`canvas` or `longest_side` or neither; the frame's values are 0 to 2 ** `bits` - 1 in grey."""

    canvas: Canvas | None = None
    longest_side: int | None = None
    bits: int = 8
    crop_borders: bool = False
    match: Match = "none"

    def document(self) -> dict[str, Any]:
        """As study.yaml has it; what is off is left out."""
        return {
            **({"canvas": vars(self.canvas)} if self.canvas else {}),
            **({"longest_side": self.longest_side} if self.longest_side else {}),
            "bits": self.bits,
            **({"crop_borders": True} if self.crop_borders else {}),
            **({"match": self.match} if self.match != "none" else {}),
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> NormaliseRecipe:
        """The inverse of `document`."""
        canvas = document.get("canvas")
        return cls(**{**document, "canvas": Canvas(**canvas) if canvas else None})

    @property
    def sha256(self) -> str:
        """Of the canonical document and the number of the method."""
        said = json.dumps({"method": METHOD, **self.document()}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Derivation:
    """What makes a derivative of decoded values. `masks` are in the original's pixels."""

    recipe: NormaliseRecipe | None = None
    masks: tuple[Rectangle, ...] = ()

    @property
    def recipe_sha256(self) -> str:
        """Empty where values stay as they were decoded."""
        return self.recipe.sha256 if self.recipe else ""

    @property
    def plain_masks(self) -> list[list[int]]:
        """x, y, width and height of each."""
        return [[mask.x, mask.y, mask.width, mask.height] for mask in self.masks]

    def to_json(self) -> dict[str, Any]:
        return {"recipe": self.recipe.document() if self.recipe else None, "masks": self.plain_masks}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Derivation:
        recipe = plain["recipe"]
        masks = tuple(Rectangle(*mask) for mask in plain["masks"])
        return cls(NormaliseRecipe.of(recipe) if recipe else None, masks)
