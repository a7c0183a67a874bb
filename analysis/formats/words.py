"""Names as other programs can hold them: words without their separators, or whole numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analysis.errors import ValueRefused
from analysis.table import natural_key


def words(names: Iterable[str], separators: str, instead: str, what: str) -> dict[str, str]:
    """Each name without `separators` (a regular expression). Raises ValueRefused where two become one."""
    found = {name: re.sub(separators, instead, name) for name in names}
    if len(set(found.values())) < len(found):
        rule = f"two {what} differ in separators only, which the file cannot hold"
        raise ValueRefused(f"the {what}", rule, f"name the {what} apart")
    return found


def numbers(names: Iterable[str]) -> dict[str, int]:
    """Each name as the whole number that it is, where all are; else counted from 1 in natural order."""
    named = sorted(set(names), key=natural_key)
    if all(re.fullmatch(r"0|[1-9][0-9]{0,8}", name) for name in named):
        return {name: int(name) for name in named}
    return {name: number for number, name in enumerate(named, 1)}


def score(value: float) -> str:
    """A rating at full precision, whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
