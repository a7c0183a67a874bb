"""Orders of cases: pure, seeded, the same for ever on every machine. No database here.

An order sorts cases by SHA-256 over seed, reader, session and case, so that anyone can
check one position with a hash alone, and no library's generator can change it.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

WIDEST_GAP = 10


@dataclass(frozen=True)
class Draw:
    """What an order is drawn from."""

    seed: int
    reader: str
    session: str


@dataclass(frozen=True)
class Slot:
    """One place of an order."""

    case: str
    repeat: bool = False


def case_order(
    cases: Sequence[str],
    draw: Draw,
    order: Literal["random", "fixed"] = "random",
    repeats: float = 0.0,
    content: dict[str, str] | None = None,
) -> tuple[Slot, ...]:
    """The slots of one reader in one session.

    `repeats` is the share of cases (rounded to the nearest whole number) shown a second time, always in
    the later part and, where the set is large enough, at least ten places after the first. `content` says
    which cases hold the same picture: those never follow each other while another can stand between.
    """
    sequence = list(cases) if order == "fixed" else sorted(cases, key=lambda case: _key(draw, "order", case))
    content = content or {}
    again = _repeats(sequence, draw, repeats)
    early = math.ceil(len(sequence) / 2)
    late = [Slot(case) for case in sequence[early:]]
    slots = [Slot(case) for case in sequence[:early]] + _mixed(late, again, draw)
    return tuple(_spread(slots, content, min(WIDEST_GAP, max(1, len(sequence) // 4))))


def _repeats(sequence: Sequence[str], draw: Draw, share: float) -> list[Slot]:
    """The cases shown again: drawn from the early half, so that the second showing can be far off."""
    count = math.floor(share * len(sequence) + 0.5)
    early = sequence[: max(math.ceil(len(sequence) / 2), count)]
    drawn = sorted(early, key=lambda case: _key(draw, "repeat", case))[:count]
    return [Slot(case, repeat=True) for case in drawn]


def _mixed(late: list[Slot], again: list[Slot], draw: Draw) -> list[Slot]:
    """Puts the repeats at drawn places among the late slots, which keep their own order."""
    total = len(late) + len(again)
    places = sorted(range(total), key=lambda place: _key(draw, "place", str(place)))[: len(again)]
    chosen, late_slots, repeats = set(places), iter(late), iter(again)
    return [next(repeats) if place in chosen else next(late_slots) for place in range(total)]


def _spread(slots: list[Slot], content: dict[str, str], gap: int) -> list[Slot]:
    """Moves a slot back while its picture was shown within `gap` places, where anything else is left."""
    waiting, spread = list(slots), list[Slot]()
    while waiting:
        recent = {_picture(slot, content) for slot in spread[-gap:]}
        last = {_picture(slot, content) for slot in spread[-1:]}
        far = (slot for slot in waiting if _picture(slot, content) not in recent)
        apart = (slot for slot in waiting if _picture(slot, content) not in last)
        chosen = next(far, None) or next(apart, None) or waiting[0]
        waiting.remove(chosen)
        spread.append(chosen)
    return spread


def _picture(slot: Slot, content: dict[str, str]) -> str:
    return content.get(slot.case, slot.case)


def _key(draw: Draw, purpose: str, thing: str) -> bytes:
    text = "\x1f".join([str(draw.seed), draw.reader, draw.session, purpose, thing])
    return hashlib.sha256(text.encode()).digest()
