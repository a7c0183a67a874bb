"""A phantom set as the audit sees it: small phantoms as DICOM, PNG and JPEG, through the import's own steps.

Its features are of every kind: numbers without ties and with many, words, missing values, constants, cases of
two images and patients of two cases. Regions and styles vary, so that pictures do differ."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.limits import Limits
from studies.imaging.processed import ProcessedImage, coded, opened
from studies.imaging.types import Grey
from studies.leaks.derivatives import facts_of_derivative
from studies.leaks.features import DERIVATIVE, FORM, HISTORY, ORIGINAL, PICTURE, CaseFacts, ImageFacts
from studies.leaks.histories import facts_of, form_of
from studies.leaks.originals import facts_of_original
from studies.leaks.pictures import facts_of_picture
from studies.phantoms import chest, files, hand
from studies.phantoms.geometry import Detector
from studies.phantoms.rendering import WHITE, Grey12, acquired, drawn
from studies.phantoms.tables import HAND_REASONS
from tests.leaks.builders import jpeg, png

CASES = 60
HEIGHTS = (256, 256, 256, 240, 224)
POOL = 8  # rendered; the cases are cut from them


@cache
def phantom_set(folder: Path) -> tuple[CaseFacts, ...]:
    """60 cases; every sixth has two images, every tenth patient two cases."""
    histories = [_history(number) for number in range(CASES)]
    return tuple(
        replace(_case(number, folder), own={FORM: form_of(histories[number]), HISTORY: said})
        for number, said in enumerate(facts_of(histories))
    )


def _case(number: int, folder: Path) -> CaseFacts:
    random = np.random.default_rng([7, number])
    images = tuple(_image(f"C{number:03}-{place}", random, folder) for place in range(1 + (number % 6 == 5)))
    return CaseFacts(f"C{number:03}", f"P{number - (number % 10 == 9):03}", images)


def _history(number: int) -> str:
    random = np.random.default_rng([9, number])
    reason, _ = HAND_REASONS[random.integers(len(HAND_REASONS))]
    said = f"{random.integers(22, 86)} years, {random.choice(['female', 'male'])}. {reason}"
    return "" if random.random() < 0.15 else said + str(random.choice([".", ""]))


def _image(name: str, random: np.random.Generator, folder: Path) -> ImageFacts:
    path = _written(_grey(random), folder / name, random)
    (made,) = coded([opened(path, Limits())])
    data = path.read_bytes()
    facts = {
        DERIVATIVE: _derivative(made),
        ORIGINAL: facts_of_original(path.name, len(data), made.format, made.bits, data),
    }
    values = _values(made)
    facts[PICTURE] = facts_of_picture(values, made.display)
    return ImageFacts(facts)


@cache
def _rendered(number: int) -> Grey12:
    random, is_chest = np.random.default_rng([8, number]), number % 4 == 0
    anatomy = chest.attenuation if is_chest else hand.attenuation
    detector = Detector(320, 256, 0.12) if is_chest else Detector(320, 256, 0.0768, 1.0)
    return (acquired if number % 2 else drawn)(anatomy(detector, random, 1.0), random, 20_000, 0.2)


def _grey(random: np.random.Generator) -> Grey12:
    height, top, gain = int(random.choice(HEIGHTS)), int(random.integers(64)), random.uniform(0.7, 1)
    grey = _rendered(int(random.integers(POOL)))[top : top + height]
    return np.asarray(grey * gain + random.normal(0, 4, grey.shape)).clip(0, WHITE).astype(np.uint16)


def _written(grey: Grey12, path: Path, random: np.random.Generator) -> Path:
    kind = random.choice(["dcm", "png", "jpg"], p=[0.5, 0.25, 0.25])
    path = path.with_suffix(f".{kind}")
    if kind == "dcm":
        window = float(random.normal(2048, 20)), float(random.choice([3800, 3900, 4000]))
        inverted, age = bool(random.random() < 0.25), int(random.integers(20, 90))
        header = files.Header(path.stem, "F", age, "hand", "PA", 0.2, inverted, *window)
        files.write(path, grey, header, 7, random)
    elif kind == "png":
        texts = {"Software": "Writer"} if random.random() < 0.5 else {}
        path.write_bytes(png((grey >> 4).astype(np.uint8), texts, c2pa=bool(random.random() < 0.3)))
    else:
        path.write_bytes(jpeg((grey >> 4).astype(np.uint8), int(random.choice([75, 90, 95]))))
    return path


def _derivative(made: ProcessedImage) -> dict[str, float | str | None]:
    stored = {"zstd": [len(made.frames[0].zstd)], "gzip": [len(made.frames[0].gzip)]}
    return facts_of_derivative(
        made.rows, made.columns, made.display.to_json(), stored, made.showing.columns()
    )


def _values(made: ProcessedImage) -> Grey:
    return decode_payload(unpack_zstd(made.frames[0].zstd))
