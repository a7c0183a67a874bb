"""What is done to each image of a folder: the protocol's recipe, and the rectangles that a person drew."""

from __future__ import annotations

from studies.folder import ImageEntry
from studies.imaging.blackout import Rectangle
from studies.imaging.processed import original_of
from studies.imaging.recipe import Derivation
from studies.models import Image
from studies.protocol import Protocol


def derivations(protocol: Protocol, entries: list[ImageEntry]) -> dict[str, Derivation]:
    """By the image's name. Rectangles stay with an original for as long as it is in the study."""
    plain = Derivation(protocol.normalise)
    drawn = dict(
        Image.objects.filter(case__study__slug=protocol.slug)
        .exclude(masks=[])
        .values_list("original_sha256", "masks")
    )
    found = {entry.name: plain for entry in entries}
    for entry in entries if drawn else ():
        masks = drawn.get(original_of(entry.path)[0], [])
        found[entry.name] = Derivation(protocol.normalise, tuple(Rectangle(*mask) for mask in masks))
    return found
