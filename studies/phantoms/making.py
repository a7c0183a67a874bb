"""Writes the demonstration study's folder: study.yaml, cases.csv, readers.csv and images/."""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from studies.phantoms import chest, files, hand, tables
from studies.phantoms.geometry import Detector, Map
from studies.phantoms.rendering import Grey12, acquired, drawn

ROWS, COLUMNS = 1280, 1024
CASES = 24
WORKERS = 2
INVERTED_EVERY = 4  # the fourth of each region and truth is MONOCHROME1

Anatomy = Callable[[Detector, np.random.Generator, float], Map]
Renderer = Callable[[Map, np.random.Generator, float, float], Grey12]


@dataclass(frozen=True)
class Technique:
    """How a region is exposed. Photons per pixel; scatter as a share of the primary beam."""

    anatomy: Anatomy
    detector: Detector
    view: str
    photons: float
    scatter: float


@dataclass(frozen=True)
class Style:
    draw: Renderer
    variety: float


TECHNIQUES = {
    "chest": Technique(chest.attenuation, Detector(ROWS, COLUMNS, 0.030), "PA", 22_000, 0.35),
    "hand": Technique(hand.attenuation, Detector(ROWS, COLUMNS, 0.0192, 1.0), "PA", 20_000, 0.15),
}
RENDERERS = {"authentic": Style(acquired, 1.0), "synthetic": Style(drawn, 0.25)}
REASONS = {"chest": tables.CHEST_REASONS, "hand": tables.HAND_REASONS}


@dataclass(frozen=True)
class Case:
    code: str
    region: str
    truth: str
    inverted: bool
    sex: str
    age: int
    reason: int


def generate(folder: Path, seed: int) -> None:
    """The same seed gives the same bytes. Existing files of these names are written over."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(tables.STUDY.replace("{seed}", str(seed)), encoding="utf-8")
    (folder / "readers.csv").write_text(tables.READERS, encoding="utf-8")
    cases = plan(seed)
    with (folder / "cases.csv").open("w", newline="", encoding="utf-8") as opened:
        table = csv.DictWriter(opened, tables.CASE_COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(_row(case) for case in cases)
    with ThreadPoolExecutor(WORKERS) as pool:  # each case draws from its own seed, so order is no matter
        list(pool.map(partial(_make, folder=folder, seed=seed), cases))


def plan(seed: int) -> list[Case]:
    """12 of each truth, half of each a chest, in an order that tells nothing."""
    random = np.random.default_rng([seed, 0])
    kinds = [
        (region, truth, number % INVERTED_EVERY == INVERTED_EVERY - 1, number)
        for region in TECHNIQUES
        for truth in RENDERERS
        for number in range(CASES // 4)
    ]
    shuffled = [kinds[index] for index in random.permutation(CASES)]
    return [
        Case(
            code=f"C{position:03}",
            region=region,
            truth=truth,
            inverted=inverted,
            sex=str(random.choice(("F", "M"))),
            age=int(random.integers(22, 86)),
            reason=number,
        )
        for position, (region, truth, inverted, number) in enumerate(shuffled, start=1)
    ]


def render(region: str, truth: str, random: np.random.Generator) -> Grey12:
    """One phantom. Dose varies alike for both truths, so that noise alone does not tell."""
    technique, renderer = TECHNIQUES[region], RENDERERS[truth]
    dose = float(np.exp(random.normal(0.0, 0.25)))
    total = technique.anatomy(technique.detector, random, renderer.variety)
    return renderer.draw(total, random, technique.photons * dose, technique.scatter)


def _make(case: Case, folder: Path, seed: int) -> None:
    random = np.random.default_rng([seed, int(case.code[1:])])
    grey = render(case.region, case.truth, random)
    technique = TECHNIQUES[case.region]
    header = files.Header(
        case=case.code,
        sex=case.sex,
        age=case.age,
        region=case.region,
        view=technique.view,
        spacing_mm=technique.detector.pixel_cm * 10,
        inverted=case.inverted,
        centre=float(2048 + random.integers(-40, 41)),
        width=float(3900 + random.integers(-150, 151)),
    )
    files.write(folder / "images" / f"{case.code}.dcm", grey, header, seed, random)


def _row(case: Case) -> dict[str, str]:
    indication, diagnosis = REASONS[case.region][case.reason]
    sex = {"F": "female", "M": "male"}[case.sex]
    return {
        "case": case.code,
        "case_set": "phantoms",
        "patient": _patient(case),
        "region": case.region,
        "view": TECHNIQUES[case.region].view,
        "truth": case.truth,
        "image": f"images/{case.code}.dcm",
        "history": f"{case.age} years, {sex}. {indication}.",
        "diagnosis": diagnosis,
    }


def _patient(case: Case) -> str:
    return f"P{case.code[1:]}"
