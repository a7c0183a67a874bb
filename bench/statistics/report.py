"""The measurements as tables, with every limit and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.statistics.ours import BOOTSTRAP
from bench.statistics.peers import ONCE, Times
from bench.statistics.ratings import SIZES, Size

# By CPU time, which other programs disturb least; on one thread, it is an idle machine's wall time.
RATIO = {"delong": 300, "jackknife": 300, "unbiased": 100}  # peer / ours, at the two larger sizes
SECONDS = {"delong": 0.2, "unbiased": 1.5}  # at the largest
IN_SECONDS = 10  # the bootstrap, at the middle size
MEGABYTES = 500
PROCESS = 1.5
AGREEMENT = 1e-9


@dataclass
class Study:
    """What was measured on one size and form of ratings."""

    size: Size
    form: str
    ours: dict[str, Times] = field(default_factory=dict)
    peers: dict[tuple[str, str], Times] = field(default_factory=dict)

    def fastest(self, method: str) -> tuple[str, float, float] | None:
        """The quickest peer of the whole analysis, by whichever covariance; wall and CPU seconds."""
        if method == BOOTSTRAP:
            return None
        curves = method == "two curves"
        took = {
            f"{peer}, {by}": found.took
            for (peer, by), found in self.peers.items()
            if found.wall and (by == "two curves") == curves
        }
        if not took and not curves:
            place = SIZES.index(self.size)
            once = {f"{peer}, {by} (once)": all_of[place] for (peer, by), all_of in ONCE.items()}
            took = {name: (value, value) for name, value in once.items() if value is not None}
        if not took:
            return None
        name = min(took, key=lambda each: took[each][1])
        return name, *took[name]

    def row(self, method: str) -> str:
        found, peer = self.ours[method], self.fastest(method)
        wall, cpu = found.took
        ratio = None if peer is None else peer[2] / cpu
        beside = "- | - | -"
        if peer is not None:
            beside = f"{peer[0]}: {peer[2]:.3g} | {peer[1] / wall:.0f} | {ratio:.0f}"
        said = ", ".join(self._verdicts(method, cpu, found.peak, ratio))
        numbers = f"{_short(1000 * wall)} | {_short(1000 * cpu)} | {found.peak:.0f}"
        return f"| {self.size} | {self.form} | {method} | {numbers} | {beside} | {said} |"

    def _verdicts(self, method: str, cpu: float, peak: float, ratio: float | None) -> list[str]:
        said = [verdict(peak, MEGABYTES, "MB")]
        if self.size == SIZES[-1] and method in SECONDS:
            said.append(verdict(cpu, SECONDS[method], "s"))
        if method == BOOTSTRAP:
            said.append(verdict(cpu, IN_SECONDS, "s"))
        if self.size != SIZES[0] and method in RATIO and ratio is not None:
            said.append(f"{RATIO[method]}x {'kept' if ratio >= RATIO[method] else '**missed**'}")
        return said

    def peer_rows(self) -> list[str]:
        rows = []
        for (peer, method), found in self.peers.items():
            if found.wall:
                wall, cpu = found.took
                numbers = f"{wall:.3g} | {cpu:.3g} | {found.peak:.0f} | {self._agreement(method, found)}"
            else:
                numbers = f"- | - | - | {found.problem}"
            rows.append(f"| {self.size} | {self.form} | {peer}, {method} | {numbers} |")
        return rows

    def _agreement(self, method: str, peer: Times) -> str:
        ours = self.ours[method].number
        if ours is None or peer.number is None:
            return "no number"
        off = abs(ours - peer.number) / abs(peer.number)
        return "the same" if off <= AGREEMENT else f"off by {off:.1g}"


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def verdict(value: float, limit: float, unit: str) -> str:
    return f"{limit:g} {unit} {'kept' if value < limit else '**missed**'}"


def tables(studies: list[Study], whole: dict[str, Times]) -> str:
    lines = [
        "| study | ratings | analysis | wall, ms | CPU, ms | peak, MB "
        "| fastest peer, CPU s | ratio, wall | CPU | limits |",
        "|---|---|---|---:|---:|---:|---|---:|---:|---|",
    ]
    lines += [study.row(method) for study in studies for method in study.ours]
    if any(study.peers for study in studies):
        lines += [
            "",
            "| study | ratings | peer | wall, s | CPU, s | R's memory, MB | its number beside ours |",
        ]
        lines += [
            "|---|---|---|---:|---:|---:|---|",
            *(row for study in studies for row in study.peer_rows()),
        ]
    lines += [
        "",
        "| whole process, VanDyke | wall, s | CPU, s | peak, MB | limit |",
        "|---|---:|---:|---:|---|",
    ]
    for name, found in whole.items():
        wall, cpu = found.took
        lines.append(f"| {name} | {wall:.2f} | {cpu:.2f} | {found.peak:.0f} | {verdict(cpu, PROCESS, 's')} |")
    return "\n".join(lines)
