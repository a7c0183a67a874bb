"""Rows on accuracy: together, by group of readers, by years, and algorithms beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis.accuracy import ReaderAccuracy
from analysis.figures import Figure
from analysis.intervals import clopper_pearson
from analysis.mrmc_result import MrmcResult
from analysis.reporting.panel import Comparison, Missing, Panel, between
from analysis.reporting.printing import (
    Cell,
    Lines,
    Unit,
    absent,
    counted,
    in_brackets,
    number,
    p_value,
    proportion,
    says_nothing,
    told,
    unit_of,
    value_with_interval,
)
from analysis.results import Interval
from analysis.subgroups import SubgroupResult

PATIENTS = "intervals count patients"


def of_figure(figure: Figure) -> Callable[[Panel], Lines]:
    """The mean of the readers, over random readers and random cases."""

    def write(panel: Panel) -> Lines:
        found = panel.together[figure]
        if isinstance(found, Missing):
            return (absent(found.reason),)
        notes = panel.left_out(figure)
        if figure != "accuracy":  # said once, in the first row
            notes = tuple(note for note in notes if PATIENTS not in note)
        if figure == "auc" and panel.rating_is_call:
            notes += ("no confidence was asked: the rating is the call alone",)
        return (_mean(found, notes),)

    return write


def _mean(found: MrmcResult, notes: tuple[str, ...]) -> Cell:
    mean = found.conditions_to_report[0]
    if mean.estimate is None:
        return absent("; ".join(mean.notes))
    cases = {"sensitivity": found.positives, "specificity": found.negatives}.get(
        found.figure_of_merit, mean.cases
    )
    notes = (*notes, *mean.notes, *_bound(found, mean.estimate, cases))
    text = unit_of(found.figure_of_merit).value(mean.estimate, mean.interval)
    return Cell(
        text,
        basis=f"mean of {counted(mean.readers, 'reader')}, {counted(cases, 'case')} each",
        note=told(notes),
        estimate=mean.estimate,
        low=mean.interval.low if mean.interval else None,
        high=mean.interval.high if mean.interval else None,
        readers=mean.readers,
        cases=cases,
    )


def _bound(found: MrmcResult, estimate: float, cases: int) -> tuple[str, ...]:
    """What cases alone allow where every call was right, or every one wrong; patients must be independent."""
    if (
        estimate not in (0.0, 1.0)
        or found.figure_of_merit == "auc"
        or any(PATIENTS in note for note in found.notes)
    ):
        return ()
    alike = clopper_pearson(cases if estimate else 0, cases, found.level).interval
    return (f"exact interval of one reader of {counted(cases, 'case')}:{in_brackets(alike, 0, 100)}",)


def difference_from(first: Panel, figure: Figure = "accuracy") -> Callable[[Panel], Lines]:
    """The same readers, this condition less the first one."""

    def write(panel: Panel) -> Lines:
        if panel is first:
            return (Cell("reference"),)
        found = between(panel, first, figure)
        if isinstance(found, Missing):
            return (absent(found.reason),)
        return (_gap(found, figure, panel.key),)

    return write


def _gap(found: Comparison, figure: Figure, key: str) -> Cell:
    gap = found.result.differences_to_report[0]
    if gap.estimate is None:
        return absent("; ".join(gap.notes))
    sign, interval = 1 if gap.between[0] == key else -1, gap.interval
    if interval is not None and sign < 0:
        interval = Interval(-interval.high, -interval.low, interval.level)
    basis = filter(None, (p_value(gap.p), counted(gap.readers, "reader"), found.result.design))
    return Cell(
        unit_of(figure).told_gap(sign * gap.estimate, interval),
        basis="; ".join(basis),
        note=told((*found.left_out, *gap.notes)),
        estimate=sign * gap.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p=gap.p,
        readers=gap.readers,
        cases=gap.cases,
    )


def span(panel: Panel) -> Lines:
    """Lowest and highest reader."""
    shares = [share for share in panel.by_reader.values() if share is not None]
    if not shares:
        return (absent("no reading of this session has a call"),)
    ends = [unit_of(panel.leading).value(share) for share in (min(shares), max(shares))]
    text = f"{ends[0].removesuffix('%')}–{ends[1]}"
    basis = counted(len(shares), "reader")
    return (Cell(text, basis, low=min(shares), high=max(shares), readers=len(shares)),)


def _groups(found: SubgroupResult | Missing, unit: Unit) -> Lines:
    if isinstance(found, Missing):
        return (absent(found.reason),)
    lines = []
    for group in found.groups:
        interval, alone = group.between_reader_interval, len(group.readers) == 1
        text = unit.value(group.estimate, None if says_nothing(interval) else interval)
        reason = "no between-reader interval" if alone else ""
        if says_nothing(interval):
            reason = "too few readers for an interval: it reaches from 0% to 100%"
        against = group.difference
        compared = ""
        if not alone and against is not None and against.estimate is not None and against.p is not None:
            gap = unit.told_gap(against.estimate, against.interval)
            compared = f"{gap} against the others, {p_value(against.p)}"
        lines.append(
            Cell(
                text,
                basis=counted(len(group.readers), "reader"),
                note="; ".join(filter(None, (reason, compared))),
                label=group.group,
                estimate=group.estimate,
                low=interval.low if interval else None,
                high=interval.high if interval else None,
                p=against.p if against and not alone else None,
                readers=len(group.readers),
                cases=group.cases,
            )
        )
    return tuple(lines)


def by_specialty(panel: Panel) -> Lines:
    """Readers of each specialty."""
    return _groups(panel.by_specialty, unit_of(panel.leading))


def by_experience(panel: Panel) -> Lines:
    """Readers of each band of years in practice."""
    return tuple(
        cell.labelled(f"{cell.label.replace('-', '–')} y") if cell.label else cell
        for cell in _groups(panel.by_experience, unit_of(panel.leading))
    )


def with_years(panel: Panel) -> Lines:
    """Pearson and Spearman correlation with years in practice."""
    found, lines = panel.with_years, []
    for name, one in (("Pearson r", found.pearson), ("Spearman ρ", found.spearman)):
        if one.estimate is None:
            lines.append(absent("; ".join(one.notes)).labelled(name))
            continue
        lines.append(
            Cell(
                value_with_interval(one.estimate, one.interval),
                basis="; ".join(filter(None, (p_value(one.p), counted(one.readers, "reader")))),
                label=name,
                estimate=one.estimate,
                low=one.interval.low if one.interval else None,
                high=one.interval.high if one.interval else None,
                p=one.p,
                readers=one.readers,
                note="interval over readers, cases fixed" if one.interval else "; ".join(one.notes),
            )
        )
    return tuple(lines)


def algorithms(panel: Panel) -> Lines:
    """Each algorithm alone, and against the mean of the readers."""
    found = tuple(_algorithm(panel, one) for one in panel.machines)
    return found or (absent("no algorithm has read this study"),)


def _algorithm(panel: Panel, one: ReaderAccuracy) -> Cell:
    if one.accuracy is None:
        return absent("; ".join(one.notes)).labelled(one.reader)
    cell, found = proportion(one.accuracy.wilson, "cases"), panel.against(one.reader)
    if isinstance(found, Missing):
        return replace(cell, note=f"cases random; not compared: {found.reason}", label=one.reader)
    gap = found.difference
    if gap.estimate is None or gap.p is None:
        return replace(cell, note=f"cases random; not compared: {told(gap.notes)}", label=one.reader)
    against = (
        f"{number(100 * gap.estimate, 0)} points{in_brackets(gap.interval, 0, 100)} against the mean of "
        f"{counted(gap.readers, 'reader')} on {counted(gap.cases, 'case')}, {p_value(gap.p)}"
    )
    note = "; ".join(filter(None, ("cases random", against, told(gap.notes))))
    return replace(cell, note=note, label=one.reader, p=gap.p)
