"""What readers say of themselves beside readers.csv; where the two differ, the reader's own words win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studies.models import Reader

FACTS = ("specialty", "years", "institution", "country")


@dataclass(frozen=True)
class Fact:
    """One thing said twice: in readers.csv and by the reader."""

    name: str
    listed: Any
    own: Any

    @property
    def differs(self) -> bool:
        """Whether the reader said something, and something else."""
        return self.own not in (None, "") and self.own != self.listed


def compared(reader: Reader) -> list[Fact]:
    """Every fact of a reader, both ways."""
    profile = getattr(reader, "profile", None)
    return [Fact(name, getattr(reader, name), getattr(profile, name, None)) for name in FACTS]


def differing(reader: Reader) -> list[Fact]:
    """The facts on which the reader's own words are not those of readers.csv."""
    return [fact for fact in compared(reader) if fact.differs]
