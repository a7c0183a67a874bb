"""Facts of a file's name: a number that was given in order of truth tells it as surely as a word."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from studies.leaks.features import Facts


def facts_of_name(name: str) -> Facts:
    """Folder, extension, letters before the first digit, digits and the last whole number, length.

    A name without digits has no number."""
    path = PurePosixPath(name)
    numbers = re.findall(r"\d+", path.stem)
    return {
        "folder of the name": str(path.parent),
        "extension": path.suffix.lower() or "none",
        "extension as written": path.suffix or "none",
        "letters of the name": re.sub(r"\d.*", "", path.stem) or "none",
        "pattern of the name": re.sub(r"\d+", "#", path.stem),
        "digits in the name": float(sum(map(len, numbers))),
        "number in the name": float(numbers[-1][-15:]) if numbers else None,
        "length of the name": float(len(path.stem)),
    }
