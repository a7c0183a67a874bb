"""Why an input is refused. Every message says where, by which rule, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(ValueError):
    """An input that cannot be analysed as it stands."""

    def __init__(self, where: str, rule: str, remedy: str) -> None:
        self.where = where
        self.rule = rule
        self.remedy = remedy
        super().__init__(f"{where}: {rule}. Remedy: {remedy}.")


class FileUnreadable(Refusal):
    """The file is absent, is no text, or has no header."""


class ColumnMissing(Refusal):
    """A column that the analysis needs is absent, or stands there twice."""


class ValueRefused(Refusal):
    """A value outside its column's domain."""


class TruthMissing(Refusal):
    """A reading without truth: accuracy is undefined until the study is unblinded."""


class TruthConflict(Refusal):
    """One case with two truths."""


class DuplicateReading(Refusal):
    """One reader read one case twice under one condition."""


class LesionRefused(Refusal):
    """A lesion that stands there twice, has no case, no place, or a weight that does not fit."""


class MarkRefused(Refusal):
    """A mark on a case, lesion or reading that nobody listed, or without a place."""


class FolderTaken(Refusal):
    """A place to write to where something is already."""


class NothingToAnalyse(Refusal):
    """No reading is left."""


class ScoreMissing(Refusal):
    """The figure of merit needs a rating or a call that the readings do not have."""


class UnknownChoice(Refusal):
    """A figure of merit, covariance or group that does not exist, or a pair that does not go together."""


class IncompleteDesign(Refusal):
    """Some readers lack cases that others read under the same condition.

    `missing` maps (reader, condition) to the cases lacking.
    """

    def __init__(
        self, where: str, rule: str, remedy: str, missing: Mapping[tuple[str, str], tuple[str, ...]]
    ):
        super().__init__(where, rule, remedy)
        self.missing = missing


class PartlyPairedCases(Refusal):
    """Conditions share some cases but not all: neither crossed nor nested."""
