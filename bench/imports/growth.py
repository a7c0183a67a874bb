"""Whether the time of an image depends on how many there are: loads of growing size, each in a new store."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median

from bench.imports.files import LARGE, SMALL, Form, contents, write_study
from bench.imports.loading import load

SIZES = {SMALL: (500, 1000, 2500, 5000), LARGE: (50, 100, 200)}
NAMES = {SMALL: "256 x 256", LARGE: "2048 x 2500"}
LIMIT = 1.1


@dataclass
class Growth:
    """Loads of one size, a number for each round: CPU and wall seconds for each image, peak memory in MB."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    own_mb: list[float] = field(default_factory=list)
    child_mb: list[float] = field(default_factory=list)


def measured(rounds: int) -> dict[Form, dict[int, Growth]]:
    found = {form: {count: Growth() for count in sizes} for form, sizes in SIZES.items()}
    for _ in range(rounds):
        for form, sizes in SIZES.items():
            start = _load(form, 1)
            for count in sizes:
                whole, one = _load(form, count), found[form][count]
                one.cpu.append((whole["cpu"] - start["cpu"]) / count)
                one.wall.append((whole["wall"] - start["wall"]) / count)
                one.own_mb.append(whole["own_mb"])
                one.child_mb.append(whole["child_mb"])
    return found


def _load(form: Form, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_study(Path(temporary) / "study", contents(form, count))
        return load(folder, Path(temporary) / "data")


def ratio(sizes: dict[int, Growth]) -> float:
    """CPU time for each image of the largest load over that of the smallest, of each round."""
    least, most = sizes[min(sizes)], sizes[max(sizes)]
    return median(large / small for large, small in zip(most.cpu, least.cpu, strict=True))


def table(found: dict[Form, dict[int, Growth]]) -> str:
    lines = [
        "| images | CPU an image, ms | wall an image, ms | peak memory, MB | of its child, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    rows = chain.from_iterable(((form, *row) for row in sizes.items()) for form, sizes in found.items())
    for form, count, one in rows:
        lines.append(
            f"| {count:,} of {NAMES[form]} | {1000 * median(one.cpu):.2f} | {1000 * median(one.wall):.2f} "
            f"| {max(one.own_mb):.0f} | {max(one.child_mb):.0f} |"
        )
    for form, sizes in found.items():
        verdict = "kept" if ratio(sizes) <= LIMIT else "**missed**"
        most, least = max(sizes), min(sizes)
        lines.append(
            f"\n{NAMES[form]}: {most:,} take {ratio(sizes):.2f} times the CPU time an image of {least:,}; "
            f"limit {LIMIT}, {verdict}."
        )
    return "\n".join(lines)
