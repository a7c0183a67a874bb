"""The report's tables: texts for the page, full numbers for the CSV files."""

from __future__ import annotations

from collections.abc import Callable

from analysis import AucEstimate, ReaderAccuracy, SubgroupResult
from analysis.accuracy import BothIntervals
from analysis.subgroups import GroupDifference, GroupEstimate
from studies.records import Dataset, Slot
from studies.report import descriptive
from studies.report.cells import (
    DASH,
    Row,
    Table,
    area_with_interval,
    in_brackets,
    number,
    p_number,
    percent,
    says_nothing,
    share_with_interval,
)
from studies.report.column import Column
from studies.report.panel import Missing, Panel

Value = str | int | float | None


def summary(rows: list[Row], columns: tuple[Column, ...]) -> Table:
    """The main table as a flat file: a line per printed line."""
    header = (
        "row",
        "unit",
        "session",
        "case_set",
        "line",
        "printed",
        "estimate",
        "low",
        "high",
        "p",
        "numerator",
        "denominator",
        "readers",
        "cases",
        "basis",
        "note",
    )
    lines: list[tuple[Value, ...]] = []
    for row in rows:
        for column, cells in zip(columns, row.columns, strict=True):
            session = column.panel.session
            for cell in cells:
                numbers = (cell.estimate, cell.low, cell.high, cell.p, cell.numerator, cell.denominator)
                where = (row.title, row.unit, session.key, session.case_set, cell.label, cell.text)
                lines.append((*where, *numbers, cell.readers, cell.cases, cell.basis, cell.note))
    return Table("summary", "Main results", (), (), header, tuple(lines))


def readers(panel: Panel) -> Table:
    """Every reader alone."""
    people = {reader.code: reader for reader in panel.readers}
    texts, lines = [], []
    for one in panel.alone:
        person = people[one.reader]
        years = DASH if person.years is None else str(person.years)
        texts.append(
            (
                one.reader,
                person.specialty or DASH,
                years,
                str(one.n_called),
                _share(one.accuracy, "wilson"),
                _exact(one.accuracy),
                _share(one.sensitivity, "wilson"),
                _share(one.specificity, "wilson"),
                _auc(one.auc),
            )
        )
        known = (one.reader, person.specialty, person.years, one.n_called, one.positive, one.negative)
        lines.append((*known, *_numbers(one)))
    header = (
        "Reader",
        "Specialty",
        "Years",
        "Cases",
        "Accuracy (Wilson)",
        "(Clopper–Pearson)",
        "Sensitivity (Wilson)",
        "Specificity (Wilson)",
        "AUC (DeLong)",
    )
    csv_header = ("reader", "specialty", "years", "cases", "positive", "negative", *_NUMBERS)
    notes = ["Intervals of single readers count cases as random and say nothing of other readers."]
    if any(one.auc and (one.auc.estimate or 0) > 0.95 for one in panel.alone):
        notes.append(
            "DeLong’s interval of an area near 1 is too short: it rests on the few pairs out of order."
        )
    for one in panel.alone:
        reasons = (*one.notes, *(one.auc.notes if one.auc and not one.auc.interval else ()))
        notes += [f"{one.reader}: {reason}." for reason in reasons]
    title = f"Each reader alone: session “{panel.session.title}”"
    key = f"readers-{panel.session.key}"
    return Table(key, title, header, tuple(texts), csv_header, tuple(lines), tuple(notes))


_NUMBERS = tuple(
    f"{name}{part}"
    for name in ("accuracy", "sensitivity", "specificity")
    for part in ("", "_wilson_low", "_wilson_high", "_exact_low", "_exact_high")
) + ("auc", "auc_low", "auc_high")


def _numbers(one: ReaderAccuracy) -> tuple[Value, ...]:
    found: list[Value] = []
    for both in (one.accuracy, one.sensitivity, one.specificity):
        found.append(both.estimate if both else None)
        for interval in (both.wilson.interval, both.clopper_pearson.interval) if both else (None, None):
            found += [interval.low, interval.high] if interval else [None, None]
    area = one.auc
    limits = (area.interval.low, area.interval.high) if area and area.interval else (None, None)
    return (*found, area.estimate if area else None, *limits)


def _share(both: BothIntervals | None, kind: str) -> str:
    return share_with_interval(both.estimate, both.wilson.interval) if both else DASH


def _exact(both: BothIntervals | None) -> str:
    return (both and in_brackets(both.clopper_pearson.interval, 0, 100).strip()) or DASH


def _auc(area: AucEstimate | None) -> str:
    if area is None or area.estimate is None:
        return DASH
    return area_with_interval(area.estimate, area.interval) + ("" if area.interval else f" ({DASH})")


def _against(group: GroupEstimate) -> GroupDifference | None:
    """The difference from the other readers; one reader stands for no group."""
    return group.difference if len(group.readers) > 1 else None


def _group(name: str, group: GroupEstimate) -> tuple[str, ...]:
    interval, gap = group.between_reader_interval, _against(group)
    label = group.group.replace("-", "–") if name != "Specialty" else group.group
    both = "one reader" if len(group.readers) == 1 else in_brackets(interval, 0, 100).strip() or DASH
    both = "too few readers" if says_nothing(interval) else both
    only = in_brackets(group.fixed_reader_interval, 0, 100).strip() or DASH
    against = DASH
    if gap and gap.estimate is not None:
        against = f"{number(100 * gap.estimate, 0)}{in_brackets(gap.interval, 0, 100)}"
    numbers = (str(len(group.readers)), percent(group.estimate), both, only, against)
    return (name, label, *numbers, p_number(gap.p if gap else None))


def _group_numbers(name: str, group: GroupEstimate) -> tuple[Value, ...]:
    limits: list[Value] = []
    for each in (group.between_reader_interval, group.fixed_reader_interval):
        limits += [each.low, each.high] if each else [None, None]
    gap = _against(group)
    compared = (gap.estimate, gap.p) if gap else (None, None)
    return (name, group.group, len(group.readers), group.cases, group.estimate, *limits, *compared)


def groups(panel: Panel) -> Table:
    """Accuracy by specialty and by years in practice, each group against the other readers."""
    texts: list[tuple[str, ...]] = []
    lines: list[tuple[Value, ...]] = []
    notes: list[str] = []
    found: list[tuple[str, SubgroupResult | Missing]] = [
        ("Specialty", panel.by_specialty),
        ("Years in practice", panel.by_experience),
    ]
    for name, result in found:
        if isinstance(result, Missing):
            notes.append(f"{name}: {result.reason}.")
            continue
        notes += [f"{name}: {note}." for note in result.notes]
        texts += [_group(name, group) for group in result.groups]
        lines += [_group_numbers(name, group) for group in result.groups]
    header = (
        "Grouped by",
        "Group",
        "Readers",
        "Accuracy",
        "CI, readers and cases",
        "CI, these readers (cases random)",
        "Points against the others (CI)",
        "P",
    )
    limits_header = ("low", "high", "fixed_reader_low", "fixed_reader_high")
    csv_header = ("grouped_by", "group", "readers", "cases", "accuracy", *limits_header, "difference", "p")
    notes += [
        "Intervals over readers and cases take the variance between readers from all groups together; "
        "readers are taken to vary alike in each, and limits are set on the scale of log odds. Where the "
        "interval over cases alone is wider, it stands there too.",
        "One reader does not stand for a group: an estimate alone, compared with nobody. "
        "P values are not adjusted for the number of groups.",
    ]
    title = f"Accuracy by group of readers: session “{panel.session.title}”"
    key = f"groups-{panel.session.key}"
    return Table(key, title, header, tuple(texts), csv_header, tuple(lines), tuple(notes))


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
