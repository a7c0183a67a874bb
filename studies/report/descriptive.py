"""Counts, means and medians that a report prints beside the figures of merit, each with its denominator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance

from analysis import Interval, Proportion, wilson
from analysis.intervals import spread
from studies.protocol import Question
from studies.records import Dataset, Sitting, Slot, Status

STATUSES: tuple[Status, ...] = ("done", "skipped", "not_reached", "withdrawn", "failed")


@dataclass(frozen=True)
class ReaderMean:
    """A mean over readers, each counting once; the interval takes readers as random, cases as fixed."""

    estimate: float | None
    interval: Interval | None
    readers: int
    readings: int
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Split:
    """A reader's number on either side of a split: truth positive or negative, call right or wrong."""

    question: str
    lowest: int
    highest: int
    sides: tuple[ReaderMean, ReaderMean]
    difference: ReaderMean | None = None


@dataclass(frozen=True)
class Named:
    """Readings that named one option, of all of either truth; no interval, for readings share readers."""

    option: str
    positive: tuple[int, int]
    negative: tuple[int, int]


@dataclass(frozen=True)
class SessionFlow:
    """Readers and slots of one session; the statuses add up to the slots."""

    session: str
    enrolled: int
    begun: int
    finished: int
    withdrawn: int
    slots: int
    repeats: int
    of_algorithms: int
    by_status: dict[Status, int]


@dataclass(frozen=True)
class ReaderFlow:
    """Readers from the list to the last session."""

    listed: int
    invited: int
    enrolled: int
    consented: int
    finished: int
    withdrew: int


def mean_over_readers(values: dict[str, float], readings: int, level: float, top: float) -> ReaderMean:
    """Mean of one number per reader in [0, top], with a t interval over readers."""
    numbers = list(values.values())
    if not numbers:
        return ReaderMean(None, None, 0, 0)
    mean, count = fmean(numbers), len(numbers)
    interval = None
    if count > 1:
        interval = spread(mean, variance(numbers) / count, count - 1, level, (-top, top)).interval
        if interval and min(numbers) >= 0:
            interval = Interval(max(interval.low, 0.0), interval.high, level)
    return ReaderMean(mean, interval, count, readings, min(numbers), max(numbers))


def sittings_of_people(dataset: Dataset, session: str) -> list[Sitting]:
    """Who sat in a session, algorithms left out."""
    people = {reader.code for reader in dataset.readers if reader.kind != "algorithm"}
    return [each for each in dataset.sittings if each.session == session and each.reader in people]


def suspicion(dataset: Dataset, session: str, question: Question, level: float) -> Proportion:
    """Readers who said yes, of those who finished the session and did not withdraw."""
    sat = [each for each in sittings_of_people(dataset, session) if each.finished and not each.withdrawn]
    return wilson(sum(each.exit_answers.get(question.key) == "yes" for each in sat), len(sat), level)


def scale_by_truth(slots: Iterable[Slot], question: Question, level: float) -> Split:
    """A scale's mean by truth, averaged within readers first."""
    rated = [slot for slot in slots if question.key in slot.answers and slot.truth is not None]
    per_reader: dict[int, dict[str, list[float]]] = {1: defaultdict(list), 0: defaultdict(list)}
    for slot in rated:
        assert slot.truth is not None  # filtered above
        per_reader[slot.truth][slot.reader].append(float(slot.answers[question.key]))
    top = float(len(question.choices))
    means = {side: {who: fmean(values) for who, values in by.items()} for side, by in per_reader.items()}
    counts = {side: sum(map(len, by.values())) for side, by in per_reader.items()}
    paired = {who: means[1][who] - means[0][who] for who in means[1] if who in means[0]}
    steps = [int(value) for value in question.values]
    return Split(
        question.label,
        min(steps),
        max(steps),
        (
            mean_over_readers(means[1], counts[1], level, top),
            mean_over_readers(means[0], counts[0], level, top),
        ),
        mean_over_readers(paired, len(rated), level, top),
    )


def median_seconds(slots: Iterable[Slot], keep: Callable[[Slot], bool]) -> ReaderMean:
    """Median over readers of each reader's median visible time, in seconds, of the readings kept."""
    per_reader: dict[str, list[float]] = defaultdict(list)
    for slot in slots:
        if slot.visible_ms is not None and keep(slot):
            per_reader[slot.reader].append(slot.visible_ms / 1000)
    medians = [median(values) for values in per_reader.values()]
    if not medians:
        return ReaderMean(None, None, 0, 0)
    count = sum(map(len, per_reader.values()))
    return ReaderMean(median(medians), None, len(medians), count, min(medians), max(medians))


def named_by_truth(slots: Sequence[Slot], question: Question) -> tuple[Named, ...]:
    """How many readings named each option, of all readings of either truth that were asked."""
    asked = Counter(slot.truth for slot in slots)
    named = Counter((slot.truth, value) for slot in slots for value in slot.answers.get(question.key, ()))
    return tuple(
        Named(
            choice.label,
            (named[1, choice.value], asked[1]),
            (named[0, choice.value], asked[0]),
        )
        for choice in question.choices
    )


def repeat_agreement(slots: Iterable[Slot], level: float) -> tuple[ReaderMean, int, int]:
    """(mean over readers of the share of identical calls, identical pairs, pairs) from second showings."""
    calls: dict[tuple[str, str], dict[bool, int]] = defaultdict(dict)
    for slot in slots:
        if slot.call is not None:
            calls[slot.reader, slot.case][slot.repeat] = slot.call
    same: dict[str, list[bool]] = defaultdict(list)
    for (reader, _), showings in calls.items():
        if len(showings) == 2:
            same[reader].append(showings[False] == showings[True])
    pairs = sum(map(len, same.values()))
    shares = {reader: fmean(values) for reader, values in same.items()}
    return mean_over_readers(shares, pairs, level, 1.0), sum(map(sum, same.values())), pairs


def reader_flow(dataset: Dataset) -> ReaderFlow:
    """People from the list to the last session; algorithms left out."""
    readers = [reader for reader in dataset.readers if reader.kind != "algorithm"]
    return ReaderFlow(
        listed=len(readers),
        invited=sum(reader.invited for reader in readers),
        enrolled=sum(reader.enrolled for reader in readers),
        consented=sum(reader.consented for reader in readers),
        finished=sum(reader.finished for reader in readers),
        withdrew=sum(reader.withdrew for reader in readers),
    )


def session_flow(dataset: Dataset, session: str) -> SessionFlow:
    """One session's people, and everybody's slots."""
    sat = sittings_of_people(dataset, session)
    slots = [slot for slot in dataset.slots if slot.session == session]
    counts = Counter(slot.status for slot in slots)
    return SessionFlow(
        session=session,
        enrolled=len(sat),
        begun=sum(sitting.begun for sitting in sat),
        finished=sum(sitting.finished for sitting in sat),
        withdrawn=sum(sitting.withdrawn for sitting in sat),
        slots=len(slots),
        repeats=sum(slot.repeat for slot in slots),
        of_algorithms=sum(slot.reader_kind == "algorithm" for slot in slots),
        by_status={status: counts[status] for status in STATUSES},
    )
