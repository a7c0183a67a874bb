"""python -m bench.viewer [--rounds N] [--json]: sets itself up, measures, prints the table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.viewer import peers, pictures, table
from bench.viewer.measure import Measured, chromium, measure
from bench.viewer.server import Contestant
from bench.viewer.submission import submissions
from studies.imaging.types import Grey

PICTURES = 4


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def contestants(values: list[Grey]) -> tuple[list[Contestant], dict[str, str]]:
    """Those that could be made ready, and why the others could not."""
    makers: list[tuple[str, Callable[[Grey], bytes], Callable[[str, list[bytes]], Contestant]]] = [
        (table.OURS, pictures.our_frame, lambda n, c: Contestant(n, "ours.js", c, coding="zstd")),
        (table.HTJ2K, pictures.htj2k, lambda n, c: Contestant(n, "cornerstone.js", c)),
        (table.LITTLE_ENDIAN, pictures.little_endian, lambda n, c: Contestant(n, "cornerstone.js", c)),
        (table.IMG, pictures.png, lambda n, c: Contestant(n, "img.js", c, "image/png", windowed=False)),
    ]
    ready, failures = [], {}
    for name, code, make in makers:
        try:
            ready.append(make(name, [code(value) for value in values]))
        except peers.PeerFailed as failure:
            failures[name] = str(failure)
    return ready, failures


def machine(browser: str) -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = names[0].split(":", 1)[1].strip() if names else platform.machine()
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}, {browser}, load {load:.1f} at the end"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.viewer", description="The viewer beside its peers."
    )
    parser.add_argument("--rounds", type=int, default=15, help="cases per measure and contestant")
    parser.add_argument("--json", action="store_true", help="all times as JSON in place of the table")
    return parser.parse_args()


def main() -> None:
    wish = arguments()
    say("Installing and bundling the peers …")
    try:
        peers.install()
        scripts = peers.served(peers.our_scripts()), peers.gzipped(peers.cornerstone_scripts())
        trouble = ""
    except (peers.PeerFailed, OSError) as failure:
        trouble = str(failure)
    say("Making the cases …")
    ready, failures = contestants([pictures.radiograph(seed) for seed in range(PICTURES)])
    if trouble:
        failures |= dict.fromkeys((table.HTJ2K, table.LITTLE_ENDIAN), trouble)
        ready = [one for one in ready if one.name not in failures]
    say("Measuring; leave the machine alone for some minutes …")
    measured, browser = measure(ready, wish.rounds)
    measured |= {name: Measured(failure=why) for name, why in failures.items()}
    say("Measuring the whole page with its server …")
    with chromium() as own:
        submitted = submissions(own, wish.rounds)
    rows = (
        table.time_rows(measured)
        + [table.submit_row(submitted)]
        + ([] if trouble else [table.script_row(*scripts)])
    )
    when, where = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine(browser)
    sizes = {one.name: sum(map(len, one.cases)) // len(one.cases) for one in ready}
    if wish.json:
        ratios = [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict} for row in rows]
        times = {name: asdict(one) for name, one in measured.items()} | {table.SUBMIT: submitted}
        print(json.dumps({"date": when, "machine": where, "bytes": sizes, "rows": ratios, "times": times}))
        return
    print(f"{when}; {where}; {wish.rounds} cases each.")
    print(
        "Bytes of a case: " + "; ".join(f"{name} {size / 1e6:.2f} MB" for name, size in sizes.items()) + ".\n"
    )
    print(table.markdown(rows))


if __name__ == "__main__":
    main()
