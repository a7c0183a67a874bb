"""Phantom sets for the audit: facts of cases with leaks that a test plants."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studies.leaks.features import DERIVATIVE, CaseFacts, ImageFacts
from studies.leaks.report import Family, LeakReport, TargetResult, look

TERMS = ("authentic", "synthetic")


def alternating(cases: int) -> list[int]:
    """Truth of so many cases, half of each."""
    return [number % 2 for number in range(cases)]


def made(
    facts: Sequence[dict[str, float | str | None]], patients: Sequence[str] = (), kind: str = DERIVATIVE
) -> list[CaseFacts]:
    """Cases of one image with these facts of one kind."""
    named = patients or [""] * len(facts)
    return [
        CaseFacts(f"C{number:03}", patient, (ImageFacts({kind: own}),))
        for number, (own, patient) in enumerate(zip(facts, named, strict=True))
    ]


def looked(cases: Sequence[CaseFacts], truth: Sequence[int | None], **said) -> LeakReport:
    """The audit of one case set."""
    sets = said.pop("case_sets", ["main"] * len(cases))
    return look(cases, truth, sets, TERMS, **{"kinds": (DERIVATIVE,), **said})


def family(report: LeakReport, target: int = 0) -> Family:
    """The first family of a target."""
    result: TargetResult = report.targets[target]
    return result.families[0]


def clean(cases: int, seed: int) -> list[dict[str, float | str | None]]:
    """Facts that have nothing to do with truth: numbers, steps and words."""
    random = np.random.default_rng(seed)
    return [
        {
            "rows": float(random.normal(1000, 100)),
            "columns": float(random.integers(3)),
            "display high": float(random.normal()),
            "display shape": str(random.choice(["linear", "sigmoid", "lut"])),
        }
        for _ in range(cases)
    ]


def png(grey: np.ndarray, texts: dict[str, str] | None = None, c2pa: bool = False) -> bytes:
    """A PNG, with text chunks and a chunk of the type that C2PA manifests have."""
    kept, said = io.BytesIO(), PngInfo()
    for key, text in (texts or {}).items():
        said.add_text(key, text)
    Image.fromarray(grey).save(kept, "PNG", pnginfo=said)
    data = kept.getvalue()
    if c2pa:
        body = b"caBX" + b"jumb" * 8
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        data = data[:33] + chunk + data[33:]
    return data


def jpeg(grey: np.ndarray, quality: int = 90, segments: bytes = b"") -> bytes:
    """A JPEG, with segments of one's own after its start."""
    kept = io.BytesIO()
    Image.fromarray(grey).save(kept, "JPEG", quality=quality)
    data = kept.getvalue()
    return data[:2] + segments + data[2:]
