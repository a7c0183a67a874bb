"""Facts of the clinical histories that readers are shown: their form, which may not tell, and what they say.

A history is meant for readers, so what it says may go with truth as it does in a clinic: that warns. How it
is written comes from whoever wrote it, and nobody means a full stop to be read: that refuses opening."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from studies.leaks.features import Facts

FEWEST_CASES = 3  # a word that fewer cases have, or lack, is not asked
MOST_WORDS = 100
WORD = re.compile(r"\w+")


def form_of(history: str) -> Facts:
    """How a history is written. Empty without one: whether there is one is for `facts_of` to say."""
    if not history.strip():
        return {}
    said = history.strip()
    letters = [letter for letter in said if letter.isalpha()]
    return {
        "history, space at its ends": _yes(said != history),
        "history, spaces in a row": _yes(re.search(r"\s\s", said) is not None),
        "history, other spaces than plain": _yes(any(sign.isspace() and sign != " " for sign in history)),
        "history, lines": float(len(said.splitlines())),
        "history, letters beyond ASCII": _yes(not said.isascii()),
        "history, punctuation": "".join(sorted({sign for sign in said if _is_punctuation(sign)})) or "none",
        "history, first character": _sort(said[0]),
        "history, last character": said[-1] if _is_punctuation(said[-1]) else _sort(said[-1]),
        "history, capitals": _capitals(letters),
    }


def facts_of(histories: Sequence[str]) -> list[Facts]:
    """What each history says: whether it is there, its length, its words. Empty where none of them is there.

    Asked are words, small or capital, that at least three cases have and three lack: the hundred nearest to
    half of the cases, whatever their truth."""
    texts = [history.strip() for history in histories]
    if not any(texts):
        return [{} for _ in texts]
    words = [{word.casefold() for word in WORD.findall(text)} for text in texts]
    asked = _asked(words)
    return [
        {
            "history given": _yes(bool(text)),
            "history, length": float(len(text)) if text else None,
            "history, number of words": float(len(WORD.findall(text))) if text else None,
            **{f"word “{word}” in the history": _yes(word in own) for word in asked},
        }
        for text, own in zip(texts, words, strict=True)
    ]


def _asked(words: Sequence[set[str]]) -> list[str]:
    cases = len(words)
    held = Counter(word for own in words for word in own)
    balance = {word: min(count, cases - count) for word, count in held.items()}
    common = [word for word, least in balance.items() if least >= FEWEST_CASES]
    return sorted(sorted(common, key=lambda word: (-balance[word], word))[:MOST_WORDS])


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def _sort(sign: str) -> str:
    if sign.isdigit():
        return "digit"
    if sign.isalpha():
        return "small letter" if sign.islower() else "capital letter"
    return "other"


def _capitals(letters: Sequence[str]) -> str:
    upper = sum(letter.isupper() for letter in letters)
    return "none" if not upper else "all" if upper == len(letters) else "some"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
