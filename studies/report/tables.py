"""The report's tables of what only a study knows: times by truth, tells, and the flow."""

from __future__ import annotations

from collections.abc import Callable

from analysis.reporting.printing import DASH, Table, Value, number, percent
from studies.records import Dataset, Slot
from studies.report import descriptive
from studies.report.column import Column


def times(column: Column) -> Table:
    """Reading times by truth and by right and wrong calls."""
    terms = column.dataset.protocol.truth
    sides: tuple[tuple[str, Callable[[Slot], bool]], ...] = (
        (f"{terms.positive} cases", lambda slot: slot.truth == 1),
        (f"{terms.negative} cases", lambda slot: slot.truth == 0),
        ("right calls", lambda slot: slot.correct == 1),
        ("wrong calls", lambda slot: slot.correct == 0),
    )
    texts, lines = [], []
    for name, keep in sides:
        found = descriptive.median_seconds(column.panel.slots, keep)
        span = DASH if found.lowest is None else f"{number(found.lowest, 1)}–{number(found.highest, 1)}"
        texts.append((name, number(found.estimate, 1), span, str(found.readers), str(found.readings)))
        lines.append((name, found.estimate, found.lowest, found.highest, found.readers, found.readings))
    header = ("Readings", "Median (s)", "Range of readers (s)", "Readers", "Readings counted")
    csv_header = ("readings", "median_s", "lowest_reader_s", "highest_reader_s", "readers", "n_readings")
    notes = (
        "Median over readers of each reader’s median time from serving to submission, hidden page excluded; "
        "second showings left out.",
    )
    title = f"Reading time: session “{column.panel.session.title}”"
    return Table(
        f"times-{column.panel.session.key}", title, header, tuple(texts), csv_header, tuple(lines), notes
    )


def tells(column: Column) -> Table | None:
    """Options of multiple-choice questions by truth; None where none was asked."""
    terms = column.dataset.protocol.truth
    texts, lines = [], []
    for session, question in column.asked(lambda asked: asked.kind == "multichoice"):
        for named in descriptive.named_by_truth(column.slots(session), question):
            (k1, n1), (k0, n0) = named.positive, named.negative
            shares = [k / n if n else None for k, n in (named.positive, named.negative)]
            printed = [
                f"{percent(share, 1)} ({k} of {n})"
                for share, (k, n) in zip(shares, (named.positive, named.negative), strict=True)
            ]
            texts.append((question.label, named.option, *printed))
            lines.append((question.key, named.option, k1, n1, k0, n0))
    if not texts:
        return None
    header = ("Question", "Named", f"{terms.positive} cases", f"{terms.negative} cases")
    csv_header = (
        "question",
        "option",
        "positive_named",
        "positive_readings",
        "negative_named",
        "negative_readings",
    )
    notes = ("Readings that named it, of all readings of such cases; several may be named at once.",)
    title = f"What readers named: session “{column.panel.session.title}”"
    return Table(
        f"tells-{column.panel.session.key}", title, header, tuple(texts), csv_header, tuple(lines), notes
    )


def flow(dataset: Dataset) -> Table:
    """Readers and slots of every session; the statuses add up to the slots."""
    lines: list[tuple[Value, ...]] = []
    for session in dataset.protocol.sessions:
        found = descriptive.session_flow(dataset, session.key)
        people = (found.enrolled, found.begun, found.finished, found.withdrawn)
        lines.append((session.key, *people, found.slots, found.repeats, *found.by_status.values()))
    counted = descriptive.reader_flow(dataset)
    notes = (
        f"Readers listed {counted.listed}, invited {counted.invited}, enrolled {counted.enrolled}, consented "
        f"{counted.consented}, finished every session {counted.finished}, withdrew {counted.withdrew}.",
        "Slots = done + skipped + not reached + withdrawn + failed; second showings and readings of "
        "algorithms are among them.",
    )
    header = ("Session", "Enrolled", "Begun", "Finished", "Withdrew", "Slots", "of these repeats")
    outcomes = ("Done", "Skipped", "Not reached", "Withdrawn", "Failed")
    csv_header = ("session", "enrolled", "begun", "finished", "withdrew", "slots", "repeats")
    titles = [session.title for session in dataset.protocol.sessions]
    texts = tuple((title, *map(str, line[1:])) for title, line in zip(titles, lines, strict=True))
    return Table(
        "flow",
        "Flow of readers and readings",
        (*header, *outcomes),
        texts,
        (*csv_header, *descriptive.STATUSES),
        tuple(lines),
        notes,
    )
