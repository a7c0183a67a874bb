"""Facts of a derivative as a browser gets it, without a look at its pixels: size, stored bytes, display."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studies.leaks.features import Fact, Facts

SHORT = 32  # a longer text, such as a look-up table, is known by its length


def facts_of_derivative(
    rows: int,
    columns: int,
    display: Mapping[str, Any],
    stored: Mapping[str, Sequence[int]],
    beside: Mapping[str, Any],
) -> Facts:
    """stored: bytes of each frame's file, by coding. beside: what else a page says of the image, by name.
    Every key of `display` and `beside` is taken, known or not.

    Undefined: an absent value is the word 'none', its numbers are missing."""
    facts: Facts = {
        "rows": float(rows),
        "columns": float(columns),
        "pixel size": f"{columns} x {rows}",
        "aspect": columns / rows,
        "megapixels": rows * columns / 1e6,
        "frames": float(max(map(len, stored.values()), default=0)),
    }
    for coding, sizes in stored.items():
        facts[f"stored bytes ({coding})"] = float(max(sizes, default=0))
        facts[f"stored bytes ({coding}), sum"] = float(sum(sizes))
    for key, value in sorted(display.items()):
        facts |= _said(f"display {key.replace('_', ' ')}", value)
    for key, value in beside.items():
        facts |= _said(key, value)
    low, high = display.get("low"), display.get("high")
    if isinstance(low, int | float) and isinstance(high, int | float):
        facts["display window width"] = float(high) - float(low)
    return facts


def _said(name: str, value: Any) -> dict[str, Fact]:
    match value:
        case None:
            return {f"{name} given": "none"}
        case bool():
            return {name: "yes" if value else "no"}
        case int() | float():
            return {name: float(value)}
        case str():
            return {f"{name} given": "yes", **(_short(name, value))}
        case list() | tuple() | dict():
            numbers = list(_numbers(value))
            ends: dict[str, Fact] = (
                {f"{name} smallest": min(numbers), f"{name} greatest": max(numbers)} if numbers else {}
            )
            return {f"{name} given": "yes", f"{name} entries": float(len(value)), **ends}
    return {name: str(value)}


def _numbers(value: Any) -> Iterator[float]:
    """All numbers within, however deep."""
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _short(name: str, value: str) -> dict[str, Fact]:
    return {name: value} if len(value) <= SHORT else {f"{name} length": float(len(value))}
