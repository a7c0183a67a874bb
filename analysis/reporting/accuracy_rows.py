"""Rows on accuracy: together, by group of readers, by years, and algorithms beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis.accuracy import ReaderAccuracy
from analysis.figures import Figure
from analysis.intervals import clopper_pearson
from analysis.mrmc_result import MrmcResult
from analysis.reporting.panel import Missing, Panel, between
from analysis.reporting.printing import (
    Cell,
    Lines,
    absent,
    area_with_interval,
    counted,
    in_brackets,
    number,
    p_value,
    percent,
    proportion,
    says_nothing,
    share_with_interval,
    told,
    value_with_interval,
)
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
    rated = found.figure_of_merit == "auc"
    cases = {"sensitivity": found.positives, "specificity": found.negatives}.get(
        found.figure_of_merit, mean.cases
    )
    notes = (*notes, *mean.notes, *_bound(found, mean.estimate, cases))
    text = (area_with_interval if rated else share_with_interval)(mean.estimate, mean.interval)
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


def difference_from(first: Panel) -> Callable[[Panel], Lines]:
    """The same readers, this session less the first one."""

    def write(panel: Panel) -> Lines:
        if panel is first:
            return (Cell("reference"),)
        found = between(panel, first)
        if isinstance(found, Missing):
            return (absent(found.reason),)
        gap = found.result.differences_to_report[0]
        if gap.estimate is None:
            return (absent("; ".join(gap.notes)),)
        sign = 1 if gap.between[0] == panel.key else -1
        low, high = (gap.interval.low, gap.interval.high) if gap.interval else (None, None)
        if low is not None and high is not None and sign < 0:
            low, high = -high, -low
        span = (
            f" ({number(100 * low, 0)}, {number(100 * high, 0)})"
            if low is not None and high is not None
            else ""
        )
        return (
            Cell(
                f"{number(100 * sign * gap.estimate, 0)} points{span}",
                basis="; ".join(
                    filter(None, (p_value(gap.p), counted(gap.readers, "reader"), found.result.design))
                ),
                note=told((*found.left_out, *gap.notes)),
                estimate=sign * gap.estimate,
                low=low,
                high=high,
                p=gap.p,
                readers=gap.readers,
                cases=gap.cases,
            ),
        )

    return write


def span(panel: Panel) -> Lines:
    """Lowest and highest reader."""
    shares = [share for share in panel.accuracy_by_reader.values() if share is not None]
    if not shares:
        return (absent("no reading of this session has a call"),)
    text = f"{percent(min(shares)).removesuffix('%')}–{percent(max(shares))}"
    basis = counted(len(shares), "reader")
    return (Cell(text, basis, low=min(shares), high=max(shares), readers=len(shares)),)


def _groups(found: SubgroupResult | Missing) -> Lines:
    if isinstance(found, Missing):
        return (absent(found.reason),)
    lines = []
    for group in found.groups:
        interval, alone = group.between_reader_interval, len(group.readers) == 1
        text = share_with_interval(group.estimate, None if says_nothing(interval) else interval)
        reason = "no between-reader interval" if alone else ""
        if says_nothing(interval):
            reason = "too few readers for an interval: it reaches from 0% to 100%"
        against = group.difference
        compared = ""
        if not alone and against is not None and against.estimate is not None and against.p is not None:
            compared = (
                f"{number(100 * against.estimate, 0)} points"
                f"{in_brackets(against.interval, 0, 100)} against the others, {p_value(against.p)}"
            )
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
    return _groups(panel.by_specialty)


def by_experience(panel: Panel) -> Lines:
    """Readers of each band of years in practice."""
    return tuple(
        cell.labelled(f"{cell.label.replace('-', '–')} y") if cell.label else cell
        for cell in _groups(panel.by_experience)
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
