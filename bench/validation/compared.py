"""One number of ours beside one of another program, and the record in which the other stands."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLOSED = 1e-9  # both sides compute a closed formula
ITERATED = 1e-4  # the other program climbs to a maximum, or integrates
SMALL = 1e-6  # numbers below this are compared as if they were this large: 1 - cdf has no more digits


@dataclass(frozen=True)
class Compared:
    """None is undefined. by_their_rule: our parts put together as the other program does, where that is known
    to differ; it proves the explanation of a difference."""

    quantity: str
    ours: float | None
    theirs: float | None
    tolerance: float = CLOSED
    absolute: float = 0.0
    by_their_rule: float | None = None

    @property
    def equal(self) -> bool:
        return self._close(self.ours)

    @property
    def proved(self) -> bool:
        """Whether the other program's rule gives its number from our parts."""
        return self.by_their_rule is not None and self._close(self.by_their_rule)

    @property
    def difference(self) -> float:
        """Relative to the other's number, or to SMALL where that is less; infinite if one is undefined."""
        return self._distance(self.ours)

    @property
    def difference_by_rule(self) -> float:
        return math.inf if self.by_their_rule is None else self._distance(self.by_their_rule)

    def _distance(self, number: float | None) -> float:
        if number is None or self.theirs is None:
            return 0.0 if number is self.theirs else math.inf
        if number == self.theirs:
            return 0.0
        return abs(number - self.theirs) / max(abs(self.theirs), SMALL)

    def _close(self, number: float | None) -> bool:
        if number is None or self.theirs is None:
            return number is self.theirs
        if number == self.theirs:
            return True
        return abs(number - self.theirs) <= max(self.tolerance * max(abs(self.theirs), SMALL), self.absolute)


@dataclass(frozen=True)
class Record:
    """One call of another program."""

    file: str
    key: str
    package: str
    version: str
    dataset: str
    results: Any = field(repr=False)
    suspect: str = ""

    @property
    def name(self) -> str:
        return f"{self.file}: {self.key}"


Compare = Callable[[Record], Iterable[Compared]]


@dataclass(frozen=True)
class Entry:
    """What is done with the records whose name a pattern finds: compared, or set aside for a reason."""

    names: str
    method: str
    compare: Compare | None = None
    reason: str = ""


def records(folder: Path) -> Iterator[Record]:
    """Every record of the files of results, in the order of files and keys."""
    for file in sorted((folder / "results").glob("*.json")):
        for key, found in json.loads(file.read_text(encoding="utf-8")).items():
            yield Record(
                file.stem,
                key,
                found["package"],
                found["version"],
                found["dataset"],
                found["results"],
                found.get("suspect") or "",
            )


def number(found: Any) -> float | None:
    """A number as R wrote it into JSON; None where it is missing or not a number."""
    if found is None or found in ("NA", "NaN"):
        return None
    return math.inf * (-1 if str(found).startswith("-") else 1) if "Inf" in str(found) else float(found)


def several(
    quantity: str, ours: Sequence[float | None], theirs: Sequence[Any], tolerance: float = CLOSED
) -> Iterator[Compared]:
    """Two rows of numbers, one by one."""
    for place, (own, other) in enumerate(zip(ours, theirs, strict=True)):
        yield Compared(f"{quantity}[{place}]", own, number(other), tolerance)


def significant(theirs: float, digits: int) -> float:
    """Half a unit of the last of so many significant digits, and a little for its own rounding."""
    return 0.501 * 10.0 ** (math.floor(math.log10(abs(theirs))) + 1 - digits) if theirs else 0.0
