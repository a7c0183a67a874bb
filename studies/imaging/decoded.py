"""An image after decoding: its grey values, how they are shown, and the few facts that may be kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from studies.imaging.display import Display
from studies.imaging.overlays import Layers
from studies.imaging.placement import Placement
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from studies.imaging.types import Grey


@dataclass(frozen=True)
class Decoded:
    """`facts` is a keep-list (see facts.py): nothing else of a file's header survives. `notes` are sentences
    for the coordinator about what had to be decided on the way."""

    frames: tuple[Grey, ...]
    display: Display
    format: str  # dicom, png, jpeg, tiff; of a folder, its files' own
    bits: int
    facts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    showing: Showing = Showing()
    overlays: Layers = ()  # one for each frame, or none at all
    spacing: Spacing | None = None
    placement: Placement | None = None  # where its pixels went, if a study's recipe moved them

    @property
    def rows(self) -> int:
        return int(self.frames[0].shape[0])

    @property
    def columns(self) -> int:
        return int(self.frames[0].shape[1])
