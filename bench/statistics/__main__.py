"""python -m bench.statistics [--rounds N] [--without-peers] [--json]: our analyses beside R's."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.imports.__main__ import machine
from bench.statistics import peers
from bench.statistics.ours import BOOTSTRAP
from bench.statistics.ratings import FORMS, SIZES, write
from bench.statistics.report import Study, tables

ROOT = Path(__file__).resolve().parents[2]
VANDYKE = "tests/analysis/data/VanDyke.csv"
PATIENCE = 3.0  # CPU seconds; a peer that took more is not run on the next larger size


def ours(size: int, form: int, method: str, rounds: int) -> peers.Times:
    """Our analysis in a process of its own, on one thread as R's."""
    wish = [str(size), str(form), method, str(rounds)]
    command = [sys.executable, "-m", "bench.statistics.ours", *wish]
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=one_thread, stdout=subprocess.PIPE, check=True)
    return peers.Times(**json.loads(done.stdout))


def whole_process(rounds: int) -> dict[str, peers.Times]:
    """The command on VanDyke's readings from start to end; first where Python has compiled nothing yet."""
    found = {"nothing compiled": peers.Times(), "as usual": peers.Times()}
    command = [sys.executable, "-m", "analysis", "mrmc", VANDYKE, "--json"]
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for number in range(rounds + 1):
            times, started = found["as usual" if number else "nothing compiled"], time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                raise SystemExit("the command on VanDyke's readings failed")
            times.wall.append(time.perf_counter() - started)
            times.cpu.append(usage.ru_utime + usage.ru_stime)
            times.peak = max(times.peak, usage.ru_maxrss / 1024)
    return found


def measured(rounds: int, with_peers: bool, seconds: int) -> list[Study]:
    studies: list[Study] = []
    present = peers.present() if with_peers else {}
    for place, size in enumerate(SIZES):
        for number, form in enumerate(FORMS):
            study = Study(size, form)
            smaller = next((one for one in reversed(studies) if one.form == form), None)
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "ratings.csv"
                write(size, form, file)
                for method, beside in peers.ANALYSES.items():
                    study.ours[method] = ours(place, number, method, rounds)
                    for peer in (peer for peer in beside if peer in present):
                        before = smaller.peers[peer, method] if smaller else None
                        times = 1 if place else rounds
                        found = before_or_now(before) or peers.run(peer, method, file, times, seconds)
                        study.peers[peer, method] = found
            if place == 1:
                study.ours[BOOTSTRAP] = ours(place, number, BOOTSTRAP, 1)
            print(f"{size}, {form}: done", file=sys.stderr)
            studies.append(study)
    return studies


def before_or_now(smaller: peers.Times | None) -> peers.Times | None:
    """Why a peer is not run, by what it did on the smaller size."""
    if smaller is None:
        return None
    if smaller.problem:
        return peers.Times(problem="not run: see the smaller size")
    cpu = smaller.took[1]
    return peers.Times(problem=f"not run: {cpu:.3g} s on the smaller size") if cpu > PATIENCE else None


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.statistics", description="Ours beside R's packages."
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-peers", action="store_true", help="leave R out")
    parser.add_argument("--seconds", type=int, default=600, help="the CPU time a peer may take")
    parser.add_argument("--json", action="store_true", help="all times as JSON in place of the tables")
    wish = parser.parse_args()
    before, started = machine(), datetime.now(UTC)
    whole = whole_process(wish.rounds)
    studies = measured(wish.rounds, not wish.without_peers, wish.seconds)
    if wish.json:
        named = {f"{study.size}, {study.form}": study for study in studies}
        said = {
            name: {
                "ours": {method: asdict(found) for method, found in study.ours.items()},
                "peers": {", ".join(peer): asdict(found) for peer, found in study.peers.items()},
            }
            for name, study in named.items()
        }
        process = {name: asdict(found) for name, found in whole.items()}
        print(
            json.dumps(
                {"date": f"{started:%F %R} UTC", "machine": before, "studies": said, "process": process}
            )
        )
        return
    load = f"{os.getloadavg()[0]:.1f} at the end"
    print(f"{started:%Y-%m-%d %H:%M} UTC; {before} at the start, {load}; medians of {wish.rounds} rounds.")
    present = {} if wish.without_peers else peers.present()
    missing = [peer for peer in peers.PEERS if peer not in present]
    if present:
        print("R has " + ", ".join(f"{peer} {version}" for peer, version in present.items()) + ".")
    if missing:
        print(f"Not here: {', '.join(missing)}. A time '(once)' is what a peer took once; see peers.py.")
    print(f"\n{tables(studies, whole)}")


if __name__ == "__main__":
    main()
