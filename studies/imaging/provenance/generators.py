"""Known image generators by the names that their files carry.

Short and sure rather than long: a name that also belongs to a scanner (Gemini, a PET/CT) or to a language
(imagen) is taken only with what makes it one. docs/provenance.md lists them."""

from __future__ import annotations

import re

_NAMES = {
    "OpenAI": r"\bopenai\b|\bchatgpt\b|\bgpt-4o\b|\bgpt-image\b|\bdall[-·. ]?e\b",
    "Stable Diffusion": r"\bstable[ _-]?diffusion\b|\bautomatic1111\b|\bsteps: \d+, sampler: |\bsdxl\b",
    "ComfyUI": r"\bcomfyui\b|\"class_type\"",
    "InvokeAI": r"\binvokeai\b",
    "NovelAI": r"\bnovelai\b",
    "Midjourney": r"\bmidjourney\b",
    "Adobe Firefly": r"\badobe[ _]firefly\b",
    "Google": r"\bmade with google ai\b|\bgoogle (?:generative ai|gemini|imagen)\b|\bgemini \d+\.\d",
    "Microsoft": r"\bbing image creator\b|\bmicrosoft designer\b",
    "FLUX": r"\bflux\.1\b|\bblack forest labs\b",
    "RoentGen": r"\broentgen(?:[ -]?v\d|[ -](?:model|diffusion))|\bstanfordmimi/roentgen",
}
KNOWN = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _NAMES.items()}


def known_generator(text: str) -> str | None:
    """The generator that a text names, if it is a known one."""
    return next((name for name, pattern in KNOWN.items() if pattern.search(text)), None)
