"""Rows on everything but accuracy: suspicion, scales, agreement, times, tells and the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analysis.reporting.printing import (
    Cell,
    Lines,
    absent,
    counted,
    number,
    percent,
    proportion,
    share_with_interval,
    value_with_interval,
)
from studies.records import Slot
from studies.report import descriptive
from studies.report.column import Column


def suspecting(column: Column) -> Lines:
    """Readers who noticed something by themselves, before the reveal."""
    lines = []
    for session, question in column.asked(lambda asked: asked.role == "suspicion", at_exit=True):
        if session not in column.blinded:
            continue
        found = descriptive.suspicion(column.dataset, session.key, question, column.panel.level)
        lines.append(proportion(found, f"readers who finished session “{session.title}”"))
    return tuple(lines) or (absent("not asked"),)


def diagnosis(column: Column) -> Lines:
    """Free-text answers, which nobody has coded here."""
    lines = []
    for session, question in column.asked(lambda asked: asked.kind == "text"):
        given = sum(question.key in slot.answers for slot in column.slots(session))
        lines.append(absent(f"not coded yet: {counted(given, 'free-text answer')}").labelled(question.label))
    return tuple(lines) or (absent("not asked"),)


def scales(column: Column) -> Lines:
    """Every scale without a role, by truth."""
    lines = []
    for session, question in column.asked(lambda asked: asked.kind == "scale" and asked.role is None):
        split = descriptive.scale_by_truth(column.slots(session), question, column.panel.level)
        lines.append(_split_of_scale(split))
    return tuple(lines) or (absent("not asked"),)


def _split_of_scale(split: descriptive.Split) -> Cell:
    (positive, negative), gap = split.sides, split.difference
    fixed = "cases fixed" if gap and gap.interval else "no interval: it does not vary between readers"
    if positive.estimate is None or negative.estimate is None or gap is None or gap.estimate is None:
        return absent("no readings on one of the sides").labelled(split.question)
    return Cell(
        f"{number(positive.estimate, 2)} / {number(negative.estimate, 2)}",
        basis=f"{positive.readings} / {negative.readings} readings, {counted(positive.readers, 'reader')}",
        note=f"difference {value_with_interval(gap.estimate, gap.interval)}, {fixed}",
        label=f"{split.question} (steps {split.lowest}–{split.highest})",
        estimate=gap.estimate,
        low=gap.interval.low if gap.interval else None,
        high=gap.interval.high if gap.interval else None,
        readers=gap.readers,
    )


def with_oneself(column: Column) -> Lines:
    """Cases shown twice to one reader."""
    session = column.panel.session
    slots = [
        slot
        for slot in column.dataset.done(session.key, repeats=True)
        if slot.reader_kind != "algorithm" and slot.call is not None
    ]
    mean, same, pairs = descriptive.repeat_agreement(slots, column.panel.level)
    if not pairs:
        return (absent("no case was shown twice" if not session.repeats else "no pair was finished"),)
    return (
        Cell(
            share_with_interval(mean.estimate, mean.interval),
            basis=f"mean of {counted(mean.readers, 'reader')}; {same} of {pairs} pairs",
            note="cases fixed" if mean.interval else "",
            estimate=mean.estimate,
            low=mean.interval.low if mean.interval else None,
            high=mean.interval.high if mean.interval else None,
            numerator=same,
            denominator=pairs,
            readers=mean.readers,
        ),
    )


def _both(counts: Iterable[int]) -> str:
    """17 where both sides are the same, else 17 / 16."""
    return " / ".join(map(str, dict.fromkeys(counts)))


def _time(column: Column, first: Callable[[Slot], bool], second: Callable[[Slot], bool]) -> Cell:
    sides = [descriptive.median_seconds(column.panel.slots, keep) for keep in (first, second)]
    if any(side.estimate is None for side in sides):
        return absent("no times were kept on one of the sides")
    return Cell(
        " / ".join(number(side.estimate, 1) for side in sides) + "\N{NO-BREAK SPACE}s",
        basis=f"{_both(side.readings for side in sides)} readings, "
        f"{_both(side.readers for side in sides)} readers",
        readers=max(side.readers for side in sides),
    )


def time_by_truth(column: Column) -> Lines:
    """Seconds by truth."""
    return (_time(column, lambda slot: slot.truth == 1, lambda slot: slot.truth == 0),)


def time_by_outcome(column: Column) -> Lines:
    """Seconds by right and wrong calls."""
    return (_time(column, lambda slot: slot.correct == 1, lambda slot: slot.correct == 0),)


def tells(column: Column) -> Lines:
    """Options of multiple-choice questions, by truth."""
    lines = []
    for session, question in column.asked(lambda asked: asked.kind == "multichoice"):
        for named in descriptive.named_by_truth(column.slots(session), question):
            (k1, n1), (k0, n0) = named.positive, named.negative
            text = f"{percent(k1 / n1 if n1 else None)} / {percent(k0 / n0 if n0 else None)}"
            lines.append(Cell(text, f"{k1} of {n1} / {k0} of {n0}", label=named.option))
    return tuple(lines) or (absent("not asked"),)


def readers(column: Column) -> Lines:
    """Readers from the invitation to the last session."""
    flow = descriptive.reader_flow(column.dataset)
    simulated = column.dataset.study.simulated
    lines = [
        Cell(
            str(flow.enrolled if simulated else flow.invited), label="simulated" if simulated else "invited"
        ),
        Cell(str(flow.consented), label="consented"),
    ]
    for session in column.asked_in:
        finished = descriptive.session_flow(column.dataset, session.key).finished
        lines.append(Cell(str(finished), label=f"completed “{session.title}”"))
    return (*lines, Cell(str(flow.withdrew), label="withdrew"))


def slots(column: Column) -> Lines:
    """What became of the reading slots."""
    lines = []
    for session in column.asked_in:
        flow = descriptive.session_flow(column.dataset, session.key)
        counts = ", ".join(
            f"{count} {status.replace('_', ' ')}"
            for status, count in flow.by_status.items()
            if count or status in {"done", "skipped", "not_reached"}
        )
        parts = {"second showings": flow.repeats, "read by algorithms": flow.of_algorithms}
        among = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
        lines.append(
            Cell(
                f"{flow.slots} slots",
                counts,
                f"among them {among}" if among else "",
                label=session.title,
                denominator=flow.slots,
                numerator=flow.by_status["done"],
            )
        )
    return tuple(lines)
