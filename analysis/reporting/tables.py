"""A report's tables of readers and groups: texts for the page, full numbers for the CSV files."""

from __future__ import annotations

from analysis.accuracy import BothIntervals, ReaderAccuracy
from analysis.delong import AucEstimate
from analysis.design import restrict_to_complete
from analysis.errors import Refusal
from analysis.figures import FIGURES
from analysis.mrmc_result import ConditionEstimate, Difference
from analysis.obuchowski_rockette import mrmc
from analysis.reporting.panel import Missing, Panel
from analysis.reporting.printing import (
    DASH,
    Row,
    Table,
    Unit,
    Value,
    area_with_interval,
    in_brackets,
    p_number,
    says_nothing,
    share_with_interval,
    told,
    unit_of,
)
from analysis.subgroups import GroupDifference, GroupEstimate, SubgroupResult
from analysis.table import ReadingTable


def summary(rows: list[Row], places: tuple[str, ...], columns: list[tuple[str, ...]]) -> Table:
    """The main table as a flat file: a line per printed line.

    places: names of what tells one column from another; columns: these for each column.
    """
    header = (
        "row",
        "unit",
        *places,
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
        for place, cells in zip(columns, row.columns, strict=True):
            for cell in cells:
                numbers = (cell.estimate, cell.low, cell.high, cell.p, cell.numerator, cell.denominator)
                where = (row.title, row.unit, *place, cell.label, cell.text)
                lines.append((*where, *numbers, cell.readers, cell.cases, cell.basis, cell.note))
    return Table("summary", "Main results", (), (), header, tuple(lines))


def readers(panel: Panel) -> Table:
    """Every reader alone."""
    texts, lines = [], []
    for one in panel.alone:
        years, specialty = panel.years_in_practice.get(one.reader), panel.specialty.get(one.reader)
        texts.append(
            (
                one.reader,
                specialty or DASH,
                DASH if years is None else f"{years:g}",
                str(one.n_called),
                _share(one.accuracy, "wilson"),
                _exact(one.accuracy),
                _share(one.sensitivity, "wilson"),
                _share(one.specificity, "wilson"),
                _auc(one.auc),
            )
        )
        known = (one.reader, specialty, years, one.n_called, one.positive, one.negative)
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
    title = f"Each reader alone: {panel.title}"
    key = f"readers-{panel.key}"
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


NAMED = {"accuracy": "Accuracy", "auc": "AUC", "sensitivity": "Sensitivity", "specificity": "Specificity"}


def _against(group: GroupEstimate) -> GroupDifference | None:
    """The difference from the other readers; one reader stands for no group."""
    return group.difference if len(group.readers) > 1 else None


def _group(name: str, group: GroupEstimate, unit: Unit) -> tuple[str, ...]:
    interval, gap = group.between_reader_interval, _against(group)
    label = group.group.replace("-", "–") if name != "Specialty" else group.group
    both = "one reader" if len(group.readers) == 1 else unit.limits(interval)
    both = "too few readers" if says_nothing(interval) else both
    against = unit.gap(gap.estimate, gap.interval) if gap and gap.estimate is not None else DASH
    numbers = (
        str(len(group.readers)),
        unit.value(group.estimate),
        both,
        unit.limits(group.fixed_reader_interval),
    )
    return (name, label, *numbers, against, p_number(gap.p if gap else None))


def _group_numbers(name: str, group: GroupEstimate) -> tuple[Value, ...]:
    limits: list[Value] = []
    for each in (group.between_reader_interval, group.fixed_reader_interval):
        limits += [each.low, each.high] if each else [None, None]
    gap = _against(group)
    compared = (gap.estimate, gap.p) if gap else (None, None)
    return (name, group.group, len(group.readers), group.cases, group.estimate, *limits, *compared)


def groups(panel: Panel) -> Table:
    """Accuracy (or AUC) by specialty and years in practice, each group against the other readers."""
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
        texts += [_group(name, group, unit_of(panel.leading)) for group in result.groups]
        lines += [_group_numbers(name, group) for group in result.groups]
    header = (
        "Grouped by",
        "Group",
        "Readers",
        NAMED[panel.leading],
        "CI, readers and cases",
        "CI, these readers (cases random)",
        "Points against the others (CI)" if panel.leading == "accuracy" else "Against the others (CI)",
        "P",
    )
    limits_header = ("low", "high", "fixed_reader_low", "fixed_reader_high")
    csv_header = ("grouped_by", "group", "readers", "cases", panel.leading, *limits_header, "difference", "p")
    notes += [
        "Intervals over readers and cases take the variance between readers from all groups together; "
        "readers are taken to vary alike in each, and limits are set on the scale of log odds. Where the "
        "interval over cases alone is wider, it stands there too.",
        "One reader does not stand for a group: an estimate alone, compared with nobody. "
        "P values are not adjusted for the number of groups.",
    ]
    title = f"{NAMED[panel.leading]} by group of readers: {panel.title}"
    key = f"groups-{panel.key}"
    return Table(key, title, header, tuple(texts), csv_header, tuple(lines), tuple(notes))


def comparisons(table: ReadingTable, level: float) -> Table:
    """Every figure of merit that the readings have: means and differences, under three notions of random."""
    texts: list[tuple[str, ...]] = []
    lines: list[tuple[Value, ...]] = []
    notes: list[str] = []
    for figure in FIGURES:
        try:
            kept = restrict_to_complete(table, figure)
            found = mrmc(kept.table, figure, level=level)
        except Refusal as refusal:
            notes.append(f"{NAMED[figure]}: {refusal.rule}.")
            continue
        notes += [f"{NAMED[figure]}: {note}." for note in kept.notes]
        analyses = (
            found.random_readers_random_cases,
            found.fixed_readers_random_cases,
            found.random_readers_fixed_cases,
        )
        for analysis in analyses:
            for mean in analysis.conditions:
                _compared(texts, lines, figure, analysis.name, mean.condition, mean, None)
            for gap in analysis.differences:
                _compared(texts, lines, figure, analysis.name, " − ".join(gap.between), gap, gap.p)
    header = ("Figure of merit", "Random", "Of", "Estimate (CI)", "SE", "df", "P")
    csv_header = (
        "figure",
        "random",
        "of",
        "estimate",
        "low",
        "high",
        "se",
        "df",
        "p",
        "readers",
        "cases",
        "note",
    )
    title = "Means and differences of conditions, Obuchowski–Rockette"
    notes.append(
        "Differences of shares are in percentage points, of areas as they are. Intervals are those of each "
        "analysis alone, plain and cut off at 0 and 1; the main table’s are the ones to report."
    )
    footnotes = tuple(dict.fromkeys(notes))
    return Table("comparisons", title, header, tuple(texts), csv_header, tuple(lines), footnotes)


def _compared(
    texts: list[tuple[str, ...]],
    lines: list[tuple[Value, ...]],
    figure: str,
    random: str,
    of: str,
    found: ConditionEstimate | Difference,
    p: float | None,
) -> None:
    interval, unit = found.interval, unit_of(figure)
    gap = isinstance(found, Difference) and found.estimate is not None
    printed = unit.gap(found.estimate or 0.0, interval) if gap else unit.value(found.estimate, interval)
    errors = (
        DASH if found.se is None else f"{found.se:.4f}",
        DASH if found.df is None else f"{found.df:.1f}",
    )
    texts.append((NAMED[figure], random, of, printed, *errors, p_number(p)))
    limits = (interval.low, interval.high) if interval else (None, None)
    numbers = (found.estimate, *limits, found.se, found.df, p, found.readers, found.cases)
    lines.append((figure, random, of, *numbers, told(found.notes)))
