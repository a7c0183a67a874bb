"""Every record compared, set aside or missed."""

from __future__ import annotations

import importlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.validation import suspects
from bench.validation.compared import Compared, Entry, Record
from bench.validation.known import KNOWN, Known

MODULES = ("imrmc", "mrmcaov", "rjafroc", "models", "agreement", "planning")


@dataclass
class Tally:
    """The numbers of one package and method.

    printed: equal as far as the other program prints; worst: the largest difference of the other equal ones;
    there: how many numbers stand in the records.
    """

    records: int = 0
    compared: int = 0
    equal: int = 0
    explained: int = 0
    printed: int = 0
    worst: float = 0.0
    there: int = 0

    def add(self, record: Record, numbers: Sequence[Compared]) -> None:
        self.records += 1
        self.there += count(record.results)
        self.compared += len(numbers)
        for one in numbers:
            self.equal += one.equal
            if one.equal and one.absolute:
                self.printed += 1
            elif one.equal:
                self.worst = max(self.worst, one.difference)


@dataclass
class Validation:
    """What came out: tallies by package and method, and everything that is not equal or not compared."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    explained: Counter[Known] = field(default_factory=Counter)
    proved: Counter[Known] = field(default_factory=Counter)
    unexplained: list[tuple[Record, Compared]] = field(default_factory=list)
    suspects: dict[str, tuple[list[Record], Tally]] = field(default_factory=dict)
    without: list[tuple[Record, str]] = field(default_factory=list)
    stale: list[Known] = field(default_factory=list)
    records: int = 0

    @property
    def passed(self) -> bool:
        return not self.unexplained and not self.stale

    def total(self, name: str) -> int:
        return sum(getattr(tally, name) for tally in self.tallies.values())


def count(found: Any) -> int:
    """How many numbers there are in what R wrote."""
    if isinstance(found, dict):
        return sum(map(count, found.values()))
    if isinstance(found, list):
        return sum(map(count, found))
    return int(isinstance(found, int | float) and not isinstance(found, bool))


def entries() -> tuple[Entry, ...]:
    found: list[Entry] = []
    for name in MODULES:
        found += importlib.import_module(f"bench.validation.{name}").ENTRIES
    return tuple(found)


def entry_of(record: Record, known: Iterable[Entry]) -> Entry | None:
    return next((entry for entry in known if re.search(entry.names, record.name)), None)


def validate(records: Iterable[Record], known: Sequence[Known] = KNOWN) -> Validation:
    """stale: explanations of differences that nothing shows any more."""
    found, methods = Validation(), entries()
    for record in records:
        found.records += 1
        found.versions[record.package] = record.version
        entry = entry_of(record, methods)
        if record.suspect:
            _prove(found, record)
        elif entry is None or entry.compare is None:
            found.without.append((record, entry.reason if entry else "nothing of ours is compared with it"))
        else:
            tally = found.tallies.setdefault((record.package, entry.method), Tally())
            numbers = list(entry.compare(record))
            tally.add(record, numbers)
            tally.explained += _explain(found, record, numbers, known)
    found.stale = [one for one in known if one not in found.explained]
    return found


def _prove(found: Validation, record: Record) -> None:
    """A suspect's numbers are equal, or come out by the error that is said of it."""
    known, tally = found.suspects.setdefault(record.suspect, ([], Tally()))
    known.append(record)
    entry = entry_of(record, suspects.ENTRIES)
    numbers = list(entry.compare(record)) if entry and entry.compare else []
    tally.add(record, numbers)
    for number in (one for one in numbers if not one.equal):
        tally.explained += number.proved
        if not number.proved:
            found.unexplained.append((record, number))


def _explain(found: Validation, record: Record, numbers: Sequence[Compared], known: Sequence[Known]) -> int:
    explained = 0
    for number in (one for one in numbers if not one.equal):
        why = next((one for one in known if one.explains(record, number)), None)
        if why is None:
            found.unexplained.append((record, number))
            continue
        found.explained[why] += 1
        found.proved[why] += why.reproduced(number)
        explained += 1
    return explained


def power_of_ten(worst: float) -> int:
    """The exponent of the power of ten just above, at least -12: below that is rounding of either side."""
    return max(-12, math.ceil(math.log10(worst))) if worst > 0 else -12
