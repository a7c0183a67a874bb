"""Refusals: what was wrong, where, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One thing that is not taken: file (and line), the rule that it breaks, the remedy."""

    file: str
    rule: str
    remedy: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.rule} {self.remedy}".rstrip()


class Refused(Exception):
    """Input that was refused as a whole; nothing of it was kept."""

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = refusals
        super().__init__("\n".join(str(refusal) for refusal in refusals))


class TruthHidden(Exception):
    """Truth, or what can tell it, was asked for before the study was locked."""


class NotReady(Exception):
    """A step that the study cannot take yet, with every reason."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))
