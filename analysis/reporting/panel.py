"""What the readers of one condition achieved, together, alone and by group, as a report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.accuracy import ReaderAccuracy, each_reader
from analysis.algorithm import AgainstPanel, against_panel
from analysis.design import Restriction, restrict_to_complete
from analysis.errors import Refusal
from analysis.figures import FIGURES, Figure
from analysis.mrmc_result import MrmcResult
from analysis.obuchowski_rockette import mrmc
from analysis.regression import CorrelationResult, correlate_with_years
from analysis.results import Interval
from analysis.subgroups import SubgroupResult, by_group, experience_bands
from analysis.table import ReadingTable, joined


@dataclass(frozen=True)
class Missing:
    """A result that there is not, and why."""

    reason: str


@dataclass(frozen=True)
class Comparison:
    """Two conditions of the same readers, and what was dropped so that every reader read every case."""

    result: MrmcResult
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """One condition that is compared with truth.

    key: for file names; title: for captions. everyone: first showings with a call or a rating, algorithms
    among them; algorithms: their names. specialty, years_in_practice: by reader. rating_is_call: no
    confidence was asked.
    """

    key: str
    title: str
    everyone: ReadingTable | Missing
    algorithms: frozenset[str]
    specialty: Mapping[str, str]
    years_in_practice: Mapping[str, float | None]
    level: float
    rating_is_call: bool

    @cached_property
    def table(self) -> ReadingTable | Missing:
        """The readings of people, or of simulated readers."""
        if isinstance(self.everyone, Missing):
            return self.everyone
        people = [who for who in self.everyone.readers[0] if who not in self.algorithms]
        return self.everyone.only(readers=people) if people else Missing("no reader has read this")

    @cached_property
    def alone(self) -> tuple[ReaderAccuracy, ...]:
        """Every reader alone, over all cases that the reader read."""
        return () if isinstance(self.table, Missing) else each_reader(self.table, self.level)

    @cached_property
    def machines(self) -> tuple[ReaderAccuracy, ...]:
        """Every algorithm alone."""
        if isinstance(self.everyone, Missing):
            return ()
        names = [who for who in self.everyone.readers[0] if who in self.algorithms]
        return each_reader(self.everyone.only(readers=names), self.level) if names else ()

    def against(self, algorithm: str) -> AgainstPanel | Missing:
        """An algorithm against the readers, on the cases that it and all readers called."""
        if isinstance(self.table, Missing) or isinstance(self.everyone, Missing):
            return Missing("no reader or no algorithm has called these cases")
        readers = self._complete("accuracy").table
        own = self.everyone.only(readers=[algorithm])
        both = set(map(str, own.case)) & set(map(str, readers.case))
        if not both:
            return Missing("no case was called by all readers and the algorithm")
        try:
            kept = self.everyone.only(readers=[*readers.readers[0], algorithm], cases=both)
            return against_panel(kept, algorithm, "accuracy", level=self.level)
        except Refusal as refusal:
            return Missing(refusal.rule)

    @cached_property
    def together(self) -> Mapping[Figure, MrmcResult | Missing]:
        """Each figure of merit over random readers and random cases."""
        return {figure: self._together(figure) for figure in FIGURES}

    @property
    def leading(self) -> Figure:
        """What groups, years and the forest are about: accuracy where there are calls, else the AUC."""
        return "accuracy" if any(one.accuracy for one in self.alone) or not self.alone else "auc"

    @property
    def by_reader(self) -> dict[str, float | None]:
        """The leading figure of each reader, over the cases that the reader read."""
        return {one.reader: _leading(one, self.leading)[0] for one in self.alone}

    def interval_of(self, one: ReaderAccuracy) -> Interval | None:
        """The interval of a reader's leading figure, over cases: Wilson's or DeLong's."""
        return _leading(one, self.leading)[1]

    @cached_property
    def by_specialty(self) -> SubgroupResult | Missing:
        """The leading figure per specialty."""
        known = {who: group for who, group in self.specialty.items() if group}
        return self._by(known, "no reader's specialty is known")

    @cached_property
    def by_experience(self) -> SubgroupResult | Missing:
        """The leading figure per band of years in practice."""
        return self._by(experience_bands(self.years), "no reader's years in practice are known")

    @cached_property
    def with_years(self) -> CorrelationResult:
        """Correlation of the leading figure with years in practice."""
        return correlate_with_years(self.by_reader, self.years, self.level)

    @property
    def years(self) -> dict[str, float | None]:
        """Years in practice of those who read."""
        return {one.reader: self.years_in_practice.get(one.reader) for one in self.alone}

    def left_out(self, figure: Figure) -> tuple[str, ...]:
        """What was dropped so that every reader read every case, and cautions on what was not."""
        try:
            return () if isinstance(self.table, Missing) else self._complete(figure).table.remarks
        except Refusal:
            return ()

    def _complete(self, figure: Figure) -> Restriction:
        assert not isinstance(self.table, Missing)  # callers look first
        return restrict_to_complete(self.table, figure)

    def _together(self, figure: Figure) -> MrmcResult | Missing:
        if isinstance(self.table, Missing):
            return self.table
        try:
            return mrmc(self._complete(figure).table, figure, level=self.level)
        except Refusal as refusal:
            return Missing(refusal.rule)

    def _by(self, groups: Mapping[str, str], unknown: str) -> SubgroupResult | Missing:
        if isinstance(self.table, Missing):
            return self.table
        if not np.isin(self.table.reader, list(groups)).any():
            return Missing(unknown)
        try:
            return by_group(self._complete(self.leading).table, groups, self.leading, level=self.level)
        except Refusal as refusal:
            return Missing(refusal.rule)


def _leading(one: ReaderAccuracy, figure: Figure) -> tuple[float | None, Interval | None]:
    if figure == "auc":
        return (one.auc.estimate, one.auc.interval) if one.auc else (None, None)
    return (one.accuracy.estimate, one.accuracy.wilson.interval) if one.accuracy else (None, None)


def between(first: Panel, second: Panel, figure: Figure = "accuracy") -> Comparison | Missing:
    """The same readers under two conditions; sets of different cases are nested in conditions."""
    if isinstance(first.table, Missing) or isinstance(second.table, Missing):
        return Missing("no reader read both")
    both = set(first.table.readers[0]) & set(second.table.readers[0])
    if not both:
        return Missing("no reader read both")
    try:
        table = joined(first.table, second.table).only(readers=both)
        kept = restrict_to_complete(table, figure)
        return Comparison(mrmc(kept.table, figure, level=first.level), kept.notes)
    except Refusal as refusal:
        return Missing(refusal.rule)
