"""For which reason a study opens in spite of what a person may override; nothing else can be overridden."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from studies.refusals import Refusal, Refused

NAMED = re.compile(r"([a-z]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Overrides:
    """A reason for each ground, empty where it is not overridden.

    leaks: what the leak audit found; unseen: images at which nobody looked for burned-in text."""

    leaks: str = ""
    unseen: str = ""

    def __str__(self) -> str:
        """For the audit: one reason for both as it was said, else each with its ground."""
        if self.leaks == self.unseen:
            return self.leaks
        return "; ".join(f"{ground}: {reason}" for ground, reason in asdict(self).items() if reason)

    def of(self, grounds: Iterable[str]) -> dict[str, str]:
        """The reasons for these grounds."""
        return {ground: str(getattr(self, ground)) for ground in grounds}


GROUNDS = tuple(asdict(Overrides()))


def for_all(reason: str) -> Overrides:
    """One reason for whatever stands in the way."""
    return Overrides(reason.strip(), reason.strip())


def parse(said: Iterable[str]) -> Overrides:
    """`leaks=REASON`, `unseen=REASON` or, by itself, a reason for both."""
    texts = [text.strip() for text in said if text.strip()]
    named: dict[str, str] = {}
    for text in texts:
        found = NAMED.fullmatch(text)
        if found is None:
            if len(texts) > 1:
                raise _refused("A reason for all stands by itself.", "Name what each reason is for.")
            return for_all(text)
        ground, reason = found[1], found[2].strip()
        if ground not in GROUNDS:
            raise _refused(f"Nothing of the name {ground!r} can be overridden.", "Mend the name.")
        if not reason or ground in named:
            raise _refused(f"{ground}= wants one reason.", "Give one.")
        named[ground] = reason
    return Overrides(**named)


def _refused(rule: str, remedy: str) -> Refused:
    forms = " or ".join(f"{ground}=REASON" for ground in GROUNDS)
    return Refused([Refusal("--override", rule, f"{remedy} It takes {forms}, or REASON for both.")])
