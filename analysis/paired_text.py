"""Paired differences and margins as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.as_text import columns, notes_below, p_value, with_interval
from analysis.margins import MarginTest
from analysis.paired import PairedDifference


def paired_as_text(found: Sequence[PairedDifference], level: float, notes: Sequence[str] = ()) -> str:
    """A row per reader: first, second, difference, discordant cases, P values."""
    one = found[0]
    rows = [
        (
            each.reader,
            str(each.cases),
            *("-" if value is None else f"{value:.4f}" for value in (each.first, each.second)),
            with_interval(each.difference, each.interval),
            "-" if each.counts is None else f"{each.counts.first_only}, {each.counts.second_only}",
            p_value(each.p),
            p_value(each.p_holm),
        )
        for each in found
    ]
    header = ("reader", "cases", "first", "second", "difference", "only first, second right", "p", "p (Holm)")
    what = f"Each reader, {one.figure_of_merit}: first less second, cases random"
    title = f"{what} ({one.method}; {level:.0%} intervals)"
    told = [f"reader {each.reader}: {note}" for each in found for note in each.notes]
    return "\n".join([title, "", *columns(header, rows), *notes_below([*notes, *told])])


def margins_as_text(claims: Sequence[MarginTest]) -> list[str]:
    """A block with a line per claim; nothing without claims."""
    if not claims:
        return []
    lines = [f"Margin {claims[0].margin:g}: {claims[0].kind} ({claims[0].method})"]
    for claim in claims:
        holm = "" if claim.p_holm is None else f", P adjusted for {len(claims)} claims {claim.p_holm:.3g}"
        lines.append(f"  {claim.conclusion}{holm}")
    return ["\n".join(lines)]
