"""What the protocol says of the viewer and the display: what is off unless a study asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from studies.protocol.nodes import Node, Section

MOST_PRESETS, LONGEST_LABEL = 9, 24
MOST_PIXELS = 16384


@dataclass(frozen=True)
class Preset:
    """A window that readers may choose, in modality units (a CT's: HU)."""

    label: str
    center: float
    width: float


# In common use; a study that wants others lists its own.
CT_PRESETS = (
    Preset("Lung", -600, 1500),
    Preset("Soft tissue", 40, 400),
    Preset("Bone", 400, 1800),
    Preset("Brain", 40, 80),
    Preset("Subdural", 80, 200),
    Preset("Liver", 60, 160),
    Preset("Angiography", 300, 600),
)
NAMED = {"ct": CT_PRESETS}


@dataclass(frozen=True)
class ViewerDefinition:
    """`presets`: windows to choose from. `overlays`: what devices drew over their pictures is shown.

    `length`: distances may be measured; pixel spacing, which may tell an origin, then goes to readers.
    """

    presets: tuple[Preset, ...] = ()
    overlays: bool = False
    length: bool = False

    @classmethod
    def read(cls, top: Section) -> ViewerDefinition:
        """The section `viewer`, where there is one."""
        section = top.section("viewer", required=False)
        if section is None:
            return cls()
        viewer = cls(
            presets=_presets(section),
            overlays=section.flag("overlays", False),
            length=section.flag("length", False),
        )
        section.finish()
        return viewer

    def document(self) -> dict[str, Any]:
        """What differs from the defaults; a named set of presets is written out."""
        return {
            **({"presets": [vars(preset) for preset in self.presets]} if self.presets else {}),
            **({"overlays": True} if self.overlays else {}),
            **({"length": True} if self.length else {}),
        }


@dataclass(frozen=True)
class WindowSize:
    """Device pixels: CSS pixels times the browser's devicePixelRatio, so that page zoom changes nothing."""

    width: int
    height: int

    def holds(self, viewport: Sequence[float], pixel_ratio: float) -> bool:
        """Whether a window of that many CSS pixels is large enough; browsers tell whole ones, cut off."""
        least = (self.width, self.height)
        return all((told + 1) * pixel_ratio > wanted for told, wanted in zip(viewport, least, strict=True))


@dataclass(frozen=True)
class DisplayDefinition:
    """`minimum`: cases are read in a window at least so large. `check`: readers check their display first."""

    minimum: WindowSize | None = None
    check: bool = False

    @classmethod
    def read(cls, top: Section) -> DisplayDefinition:
        """The section `display`, where there is one."""
        section = top.section("display", required=False)
        if section is None:
            return cls()
        size = section.section("minimum", required=False)
        display = cls(None if size is None else _size(size), section.flag("check", False))
        section.finish()
        return display

    def document(self) -> dict[str, Any]:
        """What differs from the defaults."""
        return {
            **({"minimum": dict(vars(self.minimum))} if self.minimum else {}),
            **({"check": True} if self.check else {}),
        }


def _size(section: Section) -> WindowSize:
    size = WindowSize(section.whole("width", 1, MOST_PIXELS), section.whole("height", 1, MOST_PIXELS))
    section.finish()
    return size


def _presets(section: Section) -> tuple[Preset, ...]:
    node = section.items.get("presets")
    if node is None or isinstance(node, yaml.ScalarNode):
        named = section.one_of("presets", ("none", *NAMED), "none")
        return NAMED.get(named, ())
    presets = tuple(_preset(below) for below in section.sections("presets"))
    labels = [preset.label for preset in presets]
    if len(labels) > MOST_PRESETS or len(set(labels)) < len(labels):
        _refuse(
            section, node, f"`presets` has {len(labels)} entries.", f"Use at most {MOST_PRESETS}, each once."
        )
    if any(len(label) > LONGEST_LABEL for label in labels):
        _refuse(section, node, "A preset's label is too long.", f"Use at most {LONGEST_LABEL} letters.")
    return presets


def _preset(section: Section) -> Preset:
    preset = Preset(
        section.text("label"), section.number("center", -1e6, 1e6), section.number("width", 1, 1e6)
    )
    section.finish()
    return preset


def _refuse(section: Section, node: Node, rule: str, remedy: str) -> None:
    section.findings.add(node, rule, remedy)
