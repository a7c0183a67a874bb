"""What the readers of one session achieved, together, alone and by group; `analysis` gives every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from analysis import (
    AgainstPanel,
    CorrelationResult,
    MrmcResult,
    ReaderAccuracy,
    ReadingTable,
    Refusal,
    Restriction,
    SubgroupResult,
    against_panel,
    by_group,
    correlate_with_years,
    each_reader,
    experience_bands,
    mrmc,
    restrict_to_complete,
)
from analysis.figures import FIGURES, Figure
from studies.dataset import reading_table
from studies.protocol import SessionDefinition
from studies.records import Dataset, ReaderRecord, Slot

ALGORITHM = "algorithm"


@dataclass(frozen=True)
class Missing:
    """A result that there is not, and why."""

    reason: str


@dataclass(frozen=True)
class Comparison:
    """Two sessions of the same readers, and what was dropped so that every reader read every case."""

    result: MrmcResult
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """One session that is compared with truth, read by people (or simulated readers)."""

    session: SessionDefinition
    readers: tuple[ReaderRecord, ...]
    slots: tuple[Slot, ...]
    algorithms: tuple[Slot, ...]
    level: float

    @cached_property
    def table(self) -> ReadingTable | Missing:
        """First showings with a call."""
        if not self.slots:
            return Missing("no reading of this session has a call")
        return reading_table(self.slots, f"session {self.session.key}")

    @cached_property
    def alone(self) -> tuple[ReaderAccuracy, ...]:
        """Every reader alone, over all cases that the reader read."""
        return () if isinstance(self.table, Missing) else each_reader(self.table, self.level)

    @cached_property
    def machines(self) -> tuple[ReaderAccuracy, ...]:
        """Every algorithm alone."""
        if not self.algorithms:
            return ()
        return each_reader(reading_table(self.algorithms, f"session {self.session.key}"), self.level)

    def against(self, algorithm: str) -> AgainstPanel | Missing:
        """An algorithm against the readers, on the cases that it and all readers called."""
        own = [slot for slot in self.algorithms if slot.reader == algorithm]
        if isinstance(self.table, Missing) or not own:
            return Missing("no reader or no algorithm has called these cases")
        readers = self._complete("accuracy").table
        both = {slot.case for slot in own} & set(map(str, readers.case))
        names = set(map(str, readers.reader))
        slots = [slot for slot in (*self.slots, *own) if slot.case in both]
        kept = [slot for slot in slots if slot.reader in names or slot.reader == algorithm]
        if not both:
            return Missing("no case was called by all readers and the algorithm")
        try:
            table = reading_table(kept, f"session {self.session.key}")
            return against_panel(table, algorithm, "accuracy", level=self.level)
        except Refusal as refusal:
            return Missing(refusal.rule)

    @cached_property
    def together(self) -> Mapping[Figure, MrmcResult | Missing]:
        """Each figure of merit over random readers and random cases."""
        return {figure: self._together(figure) for figure in FIGURES}

    @property
    def accuracy_by_reader(self) -> dict[str, float | None]:
        """Accuracy per reader, over the cases that the reader read."""
        return {one.reader: one.accuracy.estimate if one.accuracy else None for one in self.alone}

    @cached_property
    def by_specialty(self) -> SubgroupResult | Missing:
        """Accuracy per specialty."""
        groups = {reader.code: reader.specialty for reader in self.readers if reader.specialty}
        return self._by(groups, "no reader's specialty is known")

    @cached_property
    def by_experience(self) -> SubgroupResult | Missing:
        """Accuracy per band of years in practice."""
        return self._by(experience_bands(self.years), "no reader's years in practice are known")

    @cached_property
    def with_years(self) -> CorrelationResult:
        """Correlation of accuracy with years in practice."""
        return correlate_with_years(self.accuracy_by_reader, self.years, self.level)

    @property
    def years(self) -> dict[str, float | None]:
        """Years in practice of those who read."""
        read = {slot.reader for slot in self.slots}
        return {reader.code: reader.years for reader in self.readers if reader.code in read}

    def left_out(self, figure: Figure) -> tuple[str, ...]:
        """What was dropped so that every reader read every case, and cautions on what was not."""
        return () if isinstance(self.table, Missing) else self._complete(figure).table.remarks

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
        if not any(slot.reader in groups for slot in self.slots):
            return Missing(unknown)
        try:
            return by_group(self._complete("accuracy").table, groups, "accuracy", level=self.level)
        except Refusal as refusal:
            return Missing(refusal.rule)


def panels(dataset: Dataset) -> tuple[Panel, ...]:
    """One panel per session with a call question, in the order of the sessions."""
    level = 1 - dataset.protocol.analysis.alpha
    found = []
    for session in dataset.protocol.sessions:
        if dataset.protocol.with_role("call", session.questions) is None:
            continue
        called = [slot for slot in dataset.done(session.key) if slot.call is not None]
        found.append(
            Panel(
                session=session,
                readers=tuple(reader for reader in dataset.readers if reader.kind != ALGORITHM),
                slots=tuple(slot for slot in called if slot.reader_kind != ALGORITHM),
                algorithms=tuple(slot for slot in called if slot.reader_kind == ALGORITHM),
                level=level,
            )
        )
    return tuple(found)


def between(first: Panel, second: Panel) -> Comparison | Missing:
    """Accuracy of the same readers under two sessions; sets of different cases are nested in sessions."""
    both = {slot.reader for slot in first.slots} & {slot.reader for slot in second.slots}
    slots = [slot for slot in (*first.slots, *second.slots) if slot.reader in both]
    if not slots:
        return Missing("no reader read both")
    table = reading_table(slots, f"sessions {first.session.key} and {second.session.key}")
    try:
        kept = restrict_to_complete(table, "accuracy")
        return Comparison(mrmc(kept.table, "accuracy", level=first.level), kept.notes)
    except Refusal as refusal:
        return Missing(refusal.rule)
