"""R's packages for the same analyses, where R has them; and what they took once where it has not."""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

STOPPED = (-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU, 128 + signal.SIGKILL)
SCRIPT = Path(__file__).with_name("peers.R")
ANALYSES = {  # the peers of each of our analyses
    "delong": ("MRMCaov",),
    "jackknife": ("MRMCaov", "RJafroc"),
    "unbiased": ("MRMCaov",),
    "u-statistics": ("iMRMC",),
    "two curves": ("pROC",),
}
PEERS = ("MRMCaov", "RJafroc", "iMRMC", "pROC")
# Seconds in the call on the three sizes, with MRMCaov 0.3.0, RJafroc 2.1.3 and iMRMC 2.1.2, taken once while
# this package was designed; None: hours. They stand in where no peer is at hand.
ONCE: dict[tuple[str, str], tuple[float, float, float | None]] = {
    ("MRMCaov", "delong"): (0.062, 1.94, 95.0),
    ("RJafroc", "jackknife"): (0.028, 24.6, None),
    ("iMRMC", "u-statistics"): (0.21, 38.6, None),
}


@dataclass
class Times:
    """Seconds of each round, peak memory in MB, and a number of the result; or why there are none."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: float = 0.0
    number: float | None = None
    problem: str = ""

    @property
    def took(self) -> tuple[float, float]:
        return median(self.wall), median(self.cpu)


def present() -> dict[str, str]:
    """The peers that R has here, with their versions."""
    if shutil.which("Rscript") is None:
        return {}
    done = subprocess.run(["Rscript", str(SCRIPT), "have"], capture_output=True, text=True, check=False)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def run(peer: str, method: str, file: Path, rounds: int, seconds: int) -> Times:
    """One peer's analysis of the ratings in the file, stopped after so many seconds of CPU time."""
    command = f'ulimit -t {seconds}; exec Rscript "$@"'
    wish = [str(SCRIPT), peer, method, str(file), str(rounds)]
    done = subprocess.run(["sh", "-c", command, "sh", *wish], capture_output=True, text=True, check=False)
    if done.returncode in STOPPED:
        return Times(problem=f"stopped after {seconds} s of CPU time")
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("Error")]
        return Times(problem=f"fails: {told[0] if told else done.stderr.strip()[-80:]}")
    found = Times()
    for name, value in (line.split("=", 1) for line in done.stdout.splitlines() if "=" in line):
        if name in ("wall", "cpu"):
            getattr(found, name).append(float(value))
        elif name == "peak":
            found.peak = max(found.peak, float(value))
        elif name == "number":
            found.number = float(value)
    return found
