"""Writes the tables of docs/statistics.md that say how often tests reject and intervals hold.

    .venv/bin/python -m bench.calibration [--studies 2000] [--seed 1] [--print]

Some minutes. The same numbers each time: every study has its own stream of the seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from analysis.simulation.batch import Batched
from analysis.simulation.calibration import Calibration, GroupCalibration, calibrate, calibrate_groups
from analysis.simulation.draw import Size
from analysis.simulation.model import CONFIGURATIONS

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
BEGIN, END = "<!-- python -m bench.calibration -->", "<!-- end of calibration -->"
SIZES = (Size(3, 25, 25), Size(5, 50, 50), Size(10, 50, 50))
FIGURES: tuple[Batched, ...] = ("auc", "accuracy", "sensitivity")
GROUPS = ((5, 5), (8, 6, 6))
GROUPED: tuple[Batched, ...] = ("auc", "accuracy")


def tables(studies: int, seed: int, names: tuple[str, ...] = tuple(CONFIGURATIONS)) -> str:
    """Both tables as Markdown."""
    heads = [f"{figure}{what}" for figure in FIGURES for what in ("", ", to report")]
    rejected = ["| type I error, % | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    columns = [f"{what}, {figure}" for figure in FIGURES for what in ("difference", "mean")]
    columns += [f"group, {figure}" for figure in GROUPED]
    held = ["| coverage, % | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for name in names:
        found = {figure: _calibrated(name, figure, studies, seed) for figure in FIGURES}
        grouped = [_grouped(name, figure, studies, seed) for figure in GROUPED]
        cells = [_percent(shares) for figure in FIGURES for shares in _errors(found[figure])]
        rejected.append(f"| {name} | " + " | ".join(cells) + " |")
        cells = [_percent(shares) for figure in FIGURES for shares in _coverage(found[figure])]
        cells += [_percent([one.mean for one in each]) for each in grouped]
        held.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*rejected, "", *held])


def _calibrated(name: str, figure: Batched, studies: int, seed: int) -> list[Calibration]:
    return [calibrate(CONFIGURATIONS[name], figure, size, studies, seed) for size in SIZES]


def _grouped(name: str, figure: Batched, studies: int, seed: int) -> list[GroupCalibration]:
    return [calibrate_groups(CONFIGURATIONS[name], figure, each, 50, 50, studies, seed) for each in GROUPS]


def _errors(found: list[Calibration]) -> Iterator[list[float]]:
    yield [one.type_1 for one in found]
    yield [one.reported for one in found]


def _coverage(found: list[Calibration]) -> Iterator[list[float]]:
    yield [one.difference for one in found]
    yield [one.mean for one in found]


def _percent(shares: list[float]) -> str:
    return ", ".join(f"{100 * share:.1f}" for share in shares)


def main() -> None:
    """Write the tables into the page, between its two markers, or print them."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--print", action="store_true", help="leave the page alone")
    options = parser.parse_args()
    text = tables(options.studies, options.seed)
    if options.print:
        print(text)
        return
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
