"""python -m bench.imports [--rounds N] [--linear] [--json]: floor and importer in alternating rounds."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.imports import floor, growth
from bench.imports.files import FORMS, Form, contents, write_study
from bench.imports.loading import load

LIMIT = 1.25


@dataclass
class Times:
    """CPU seconds for each image, a number for each round; `sealing` is that of originals, in no floor."""

    limited: bool = True
    floor: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    sealing: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)  # of a load as a whole
    wall: list[float] = field(default_factory=list)

    def ratio(self, *floors: list[float]) -> float:
        """To the sum of floors, of each round, whose two halves met the same load of the machine."""
        sums = [sum(parts, 0.0) for parts in zip(*floors, strict=True)]
        return median(ours / least for ours, least in zip(self.ours, sums, strict=True))

    @property
    def verdict(self) -> str:
        if not self.limited:
            return "no limit"
        return "kept" if self.ratio(self.floor) <= LIMIT else "**missed**"


def one_round(form: Form, times: Times) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        first, *others = contents(form, form.images + 1)
        alone = write_study(place / "one", [first])
        together = write_study(place / "all", [first, *others])
        paths = sorted(together.glob("*.dcm"))[1:]
        for what, kept in (("ours", times.floor), ("plain", times.plain), ("sealing", times.sealing)):
            kept.append(floor.measured(what, paths, form.plug_in))
        start, whole = load(alone, place / "data of one"), load(together, place / "data of all")
    times.start.append(start["cpu"])
    times.ours.append((whole["cpu"] - start["cpu"]) / len(paths))
    times.wall.append((whole["wall"] - start["wall"]) / len(paths))


def measured(rounds: int) -> dict[str, Times]:
    times = {form.name: Times(form.limited) for form in FORMS}
    for _ in range(rounds):
        for form in FORMS:
            one_round(form, times[form.name])
    return times


def machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = names[0].split(":", 1)[1].strip() if names else platform.machine()
    return f"{os.cpu_count()} cores, {model}, load {os.getloadavg()[0]:.1f}"


def table(times: dict[str, Times]) -> str:
    lines = [
        "| files | floor, ms | ours, ms | ratio | limit | | with sealing in the floor | to the plain floor "
        "| images/s of a core | start, s | wall, ms |",
        "|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in times.items():
        ours, sealed, plain = median(one.ours), one.ratio(one.floor, one.sealing), one.ratio(one.plain)
        lines.append(
            f"| {name} | {1000 * median(one.floor):.1f} | {1000 * ours:.1f} | {one.ratio(one.floor):.2f} "
            f"| {LIMIT} | {one.verdict} | {sealed:.2f} | {plain:.2f} "
            f"| {1 / ours:.1f} | {median(one.start):.1f} | {1000 * median(one.wall):.1f} |"
        )
    return "\n".join(lines)


def in_json(times: dict[str, Times]) -> dict[str, object]:
    return {name: {**vars(one), "ratio": one.ratio(one.floor)} for name, one in times.items()}


def grown(found: dict[Form, dict[int, growth.Growth]]) -> dict[str, object]:
    return {
        growth.NAMES[form]: {
            "sizes": {n: vars(one) for n, one in sizes.items()},
            "ratio": growth.ratio(sizes),
        }
        for form, sizes in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description="Importer and floor.")
    parser.add_argument("--rounds", type=int, help="5, and 1 of --linear, unless given")
    parser.add_argument(
        "--linear", action="store_true", help="loads of growing size instead; needs 6 GB of disk"
    )
    parser.add_argument("--json", action="store_true", help="all times as JSON in place of the table")
    wish = parser.parse_args()
    before, rounds = machine(), wish.rounds or (1 if wish.linear else 5)
    if wish.linear:
        sizes = growth.measured(rounds)
        said, shown = grown(sizes), growth.table(sizes)
    else:
        times = measured(rounds)
        said, shown = in_json(times), table(times)
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if wish.json:
        limit = growth.LIMIT if wish.linear else LIMIT
        print(json.dumps({"date": when, "machine": before, "limit": limit, "times": said}))
        return
    print(f"{when}; {before} at the start, {os.getloadavg()[0]:.1f} at the end; rounds: {rounds}.\n")
    print(shown)


if __name__ == "__main__":
    main()
