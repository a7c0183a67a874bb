"""Results as plain text tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.accuracy import BothIntervals, ReaderAccuracy
    from analysis.algorithm import AgainstPanel
    from analysis.mrmc_result import Analysis, MrmcResult
    from analysis.results import Interval


def readers_as_text(found: Iterable[ReaderAccuracy], level: float, notes: tuple[str, ...]) -> str:
    """Each reader under each condition, a row each."""
    header = ("reader", "condition", "n", "accuracy", "sensitivity", "specificity", "AUC")
    rows = [
        (
            entry.reader,
            entry.condition,
            str(entry.n),
            _proportion(entry.accuracy),
            _proportion(entry.sensitivity),
            _proportion(entry.specificity),
            "-" if entry.auc is None else with_interval(entry.auc.estimate, entry.auc.interval),
        )
        for entry in found
    ]
    title = f"Each reader alone, cases random ({level:.0%} intervals: Wilson; AUC: DeLong)"
    return "\n".join([title, "", *columns(header, rows), *notes_below(notes)])


def mrmc_as_text(result: MrmcResult) -> str:
    """Readers, means, differences and tests of one Obuchowski-Rockette analysis."""
    lines = [
        f"Obuchowski-Rockette analysis of {result.figure_of_merit}, covariance {result.covariance}",
        f"{len(result.readers)} readers, {result.cases} cases ({result.positives} positive, "
        f"{result.negatives} negative), {result.design}, {result.level:.0%} intervals",
        "",
    ]
    rows = [
        (entry.reader, entry.condition, with_interval(entry.estimate, entry.interval))
        for entry in result.per_reader
    ]
    lines += columns(("reader", "condition", "estimate (cases random)"), rows)
    for analysis in (
        result.random_readers_random_cases,
        result.fixed_readers_random_cases,
        result.random_readers_fixed_cases,
    ):
        lines += ["", *_analysis(analysis)]
    lines += ["", *_to_report(result)]
    return "\n".join([*lines, *notes_below(result.notes)])


def _to_report(result: MrmcResult) -> list[str]:
    """Intervals for print: means on the scale of log odds, nothing narrower than over cases alone."""
    chosen = [(e.condition, e) for e in result.conditions_to_report]
    rows = [(of, with_interval(e.estimate, e.interval), "") for of, e in chosen]
    for gap in result.differences_to_report:
        rows.append((" - ".join(gap.between), with_interval(gap.estimate, gap.interval), p_value(gap.p)))
    title = "To report: means on the scale of log odds; no interval narrower than over cases alone"
    return [title, *columns(("of", "estimate", "p"), rows)]


def algorithm_as_text(found: AgainstPanel) -> str:
    """The algorithm, the readers' mean, and their difference."""
    gap = found.difference
    lines = [
        f"Algorithm {found.algorithm} against {found.readers} readers, {found.cases} cases, "
        f"{found.figure_of_merit}, condition {found.condition}, {found.level:.0%} interval ({gap.method})",
        "",
        f"  algorithm   {_number(found.estimate)}",
        f"  readers     {_number(found.panel)}",
        f"  difference  {with_interval(gap.estimate, gap.interval)}, p = {p_value(gap.p)}",
    ]
    return "\n".join([*lines, *notes_below((*found.notes, *gap.notes))])


def _analysis(analysis: Analysis) -> list[str]:
    lines = [analysis.name[0].upper() + analysis.name[1:]]
    if analysis.test is not None:
        test = analysis.test
        name = "chi-squared" if test.df2 is None else "F"
        df = f"{test.df1:g}" if test.df2 is None else f"{test.df1:g}, {test.df2:.2f}"
        lines.append(f"  {name} = {_number(test.statistic)} on {df} df, p = {p_value(test.p)}")
    means = [
        (e.condition, with_interval(e.estimate, e.interval), _number(e.se), _number(e.df))
        for e in analysis.conditions
    ]
    lines += columns(("condition", "mean", "se", "df"), means)
    pairs = [
        (
            " - ".join(e.between),
            with_interval(e.estimate, e.interval),
            _number(e.se),
            _number(e.df),
            p_value(e.p),
        )
        for e in analysis.differences
    ]
    lines += columns(("difference", "estimate", "se", "df", "p"), pairs) if pairs else []
    told = list(analysis.notes)
    for condition in analysis.conditions:
        told += condition.notes
    for difference in analysis.differences:
        told += difference.notes
    return lines + [f"  note: {note}" for note in dict.fromkeys(told)]


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table, indented, each column as wide as its widest cell."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]


def notes_below(notes: Sequence[str]) -> list[str]:
    """An empty line and a line per note; nothing without notes."""
    return ["", *(f"note: {note}" for note in notes)] if notes else []


def _proportion(found: BothIntervals | None) -> str:
    return "-" if found is None else with_interval(found.estimate, found.wilson.interval)


def with_interval(estimate: float | None, interval: Interval | None) -> str:
    """Estimate and limits to four decimals; what is undefined is told in words."""
    if estimate is None:
        return "undefined"
    limits = "no interval" if interval is None else f"{interval.low:.4f}, {interval.high:.4f}"
    return f"{estimate:.4f} ({limits})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def p_value(value: float | None) -> str:
    """Four significant digits, - where there was no test."""
    return "-" if value is None else f"{value:.4g}"
