"""What the protocol says of the viewer: tools that are off unless a study asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studies.protocol.nodes import Section


@dataclass(frozen=True)
class ViewerDefinition:
    """`length`: readers may measure distances; pixel spacing, which may tell an origin, then goes to them."""

    length: bool = False

    @classmethod
    def read(cls, top: Section) -> ViewerDefinition:
        """The section `viewer`, where there is one."""
        section = top.section("viewer", required=False)
        if section is None:
            return cls()
        viewer = cls(length=section.flag("length", False))
        section.finish()
        return viewer

    def document(self) -> dict[str, Any]:
        """What differs from the defaults."""
        return {"length": True} if self.length else {}
