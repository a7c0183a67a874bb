"""python -m bench.imports [--rounds N] [--json]: floor and importer in alternating rounds; prints ratios."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.imports import floor
from bench.imports.files import FORMS, Form, cut, dicom, write_study
from bench.viewer.pictures import radiograph
from studies.imaging.types import Grey

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1.25
SOURCES = 4


@dataclass
class Times:
    """Seconds for each image, a number for each round."""

    floor: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)  # of a load as a whole
    wall: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Of each round, whose two halves met the same load of the machine."""
        return median(ours / least for ours, least in zip(self.ours, self.floor, strict=True))

    @property
    def plain_ratio(self) -> float:
        return median(ours / least for ours, least in zip(self.ours, self.plain, strict=True))


def load(contents: list[bytes], place: Path) -> dict[str, float]:
    """A fresh process with an empty store, decoding in one child."""
    folder = write_study(place / "study", contents)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
        "READERSTUDY_DATA": str(place / "data"),
        "READERSTUDY_PLAIN_HTTP": "1",
        "READERSTUDY_DECODE_WORKERS": "1",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "bench.imports.loading", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def one_round(form: Form, contents: list[bytes], first: bytes, times: Times) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        paths = [place / f"{number}.dcm" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        times.floor.append(floor.seconds(paths, form.plug_in, floor.with_our_coding))
        times.plain.append(floor.seconds(paths, form.plug_in, floor.with_plain_coding))
        (place / "one").mkdir()
        (place / "all").mkdir()
        alone, together = load([first], place / "one"), load([first, *contents], place / "all")
    times.start.append(alone["cpu"])
    times.ours.append((together["cpu"] - alone["cpu"]) / len(contents))
    times.wall.append((together["wall"] - alone["wall"]) / len(contents))


def measured(rounds: int) -> dict[str, Times]:
    sources = [radiograph(seed) for seed in range(SOURCES)]
    times = {form.name: Times() for form in FORMS}
    made = {form.name: (_contents(form, sources), dicom(cut(sources[0], 1200), form)) for form in FORMS}
    for _ in range(rounds):
        for form in FORMS:
            one_round(form, *made[form.name], times[form.name])
    return times


def _contents(form: Form, sources: list[Grey]) -> list[bytes]:
    """Every picture has values of its own: the importer keeps what is the same once."""
    if form.small:
        return [dicom(cut(sources[0], number), form) for number in range(form.images)]
    return [dicom(sources[n % SOURCES] + n // SOURCES, form) for n in range(form.images)]


def machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = names[0].split(":", 1)[1].strip() if names else platform.machine()
    return f"{os.cpu_count()} cores, {model}, load {os.getloadavg()[0]:.1f}"


def table(times: dict[str, Times]) -> str:
    lines = [
        "| file | floor, ms | ours, ms | ratio | limit | | to the plain floor | start, s | wall, ms |",
        "|---|---:|---:|---:|---:|---|---:|---:|---:|",
    ]
    for name, one in times.items():
        verdict = "kept" if one.ratio <= LIMIT else "**missed**"
        lines.append(
            f"| {name} | {1000 * median(one.floor):.1f} | {1000 * median(one.ours):.1f} | {one.ratio:.2f} "
            f"| {LIMIT} | {verdict} | {one.plain_ratio:.2f} | {median(one.start):.1f} "
            f"| {1000 * median(one.wall):.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description="Importer and floor.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="all times as JSON in place of the table")
    wish = parser.parse_args()
    before = machine()
    times = measured(wish.rounds)
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if wish.json:
        said = {name: {**vars(one), "ratio": one.ratio} for name, one in times.items()}
        print(json.dumps({"date": when, "machine": before, "limit": LIMIT, "times": said}))
        return
    print(f"{when}; {before} at the start, {os.getloadavg()[0]:.1f} at the end; {wish.rounds} rounds.\n")
    print(table(times))


if __name__ == "__main__":
    main()
