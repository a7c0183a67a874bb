"""Results as rows: the table of a result for pandas, and its plain objects for JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from analysis.results import Framed, Interval, Row

__all__ = ["Framed", "Row", "flat", "plain"]


def flat(value: Any, **first: object) -> Row:
    """A dataclass as one row, behind the columns of `first`; nested ones by prefix, arrays left out."""
    row: Row = dict(first)
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if isinstance(found, Interval) or (found is None and field.type == "Interval | None"):
            prefix = "" if field.name == "interval" else f"{field.name}_"
            row |= {f"{prefix}{part}": getattr(found, part, None) for part in ("low", "high", "level")}
        elif dataclasses.is_dataclass(found):
            row |= {f"{field.name}_{name}": inner for name, inner in flat(found).items()}
        elif isinstance(found, tuple) and all(isinstance(part, str) for part in found):
            row[field.name] = ("; " if field.name == "notes" else ", ").join(found)
        elif not isinstance(found, tuple | list | dict | np.ndarray):
            row[field.name] = found
    return row


def plain(value: Any) -> Any:
    """What JSON can hold: objects, an interval as [low, high], arrays as lists, nan as null."""
    if isinstance(value, Interval):
        return [plain(value.low), plain(value.high)]
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {_key(field.name): plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None  # 0.0 turns -0.0 into 0.0
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value


def _key(name: str) -> str:
    return "ci" if name == "interval" else name
