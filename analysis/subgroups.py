"""A figure of merit by group of readers, and each group against the other readers.

Groups are often of two or three readers, whose own mean square has one or two degrees of freedom: intervals
from it reach from 0 to 1 or are narrower than the cases alone allow. So the readers' variance within groups
is pooled over all R readers in G groups, as in any analysis of variance with nested readers: for a group of
r, SE^2 = MS / r + max(cov2, 0) with df = SE^4 (R - G) / (MS / r)^2, cov2 from the group's own pairs.
Readers are taken to vary alike in every group. Where the interval over cases alone is wider, which happens
when readers differ less than their cases make them, it stands in for the other. Intervals of means are
symmetric on the scale of log odds, which keeps their coverage near 0 and 1 (intervals.on_log_odds).

The difference is the analysis of readers nested in groups with common cases, for r and s readers:
SE^2 = MS (1/r + 1/s) + 2 max(cov2 - cov3, 0) and df = SE^4 (r + s - 2) / (MS (1/r + 1/s))^2, with MS the
pooled mean square of readers within their groups, cov2 and cov3 the covariances of two readers of one group
and of two. A group of one borrows the others' reader variance; one reader against one leaves the error
undefined.
Source: Hillis SL, Stat Med 2014; 33: 330-360, readers nested within tests, here with unequal group sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.cells import Cells, cells_of
from analysis.errors import UnknownChoice, ValueRefused
from analysis.figures import Covariance, Figure
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level, on_log_odds, spread, two_sided_p, wider
from analysis.moments import moments
from analysis.results import Interval, Spread
from analysis.table import Numbers, ReadingTable, natural_key

_ONE = "one reader: the interval counts cases only and says nothing of other readers of this group"
DEFAULT_BANDS = (0, 5, 10, 20)


@dataclass(frozen=True)
class GroupDifference:
    """Mean of a group less the mean of all other readers; the interval counts readers and cases as random."""

    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    interval: Interval | None
    readers: int
    other_readers: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupEstimate:
    """Mean of a group's readers. between_reader_interval: readers and cases random; None for one reader, and
    never narrower than the other. fixed_reader_interval: these very readers, cases random. se and df belong
    to the first, before a wider one stood in for it."""

    group: str
    readers: tuple[str, ...]
    cases: int
    estimate: float | None
    se: float | None
    df: float | None
    between_reader_interval: Interval | None
    fixed_reader_interval: Interval | None
    difference: GroupDifference | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SubgroupResult(Framed):
    """Groups in natural order of their names."""

    figure_of_merit: str
    covariance: str
    method: str
    level: float
    groups: tuple[GroupEstimate, ...]
    readers: int
    cases: int
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each group."""
        return [flat(entry) for entry in self.groups]


def by_group(
    table: ReadingTable,
    groups: Mapping[str, str],
    figure: Figure = "accuracy",
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> SubgroupResult:
    """The figure of merit of each group of readers, and its difference to all other grouped readers.

    table: readings of one condition; where readers lack cases each figure is over its own, and notes say so.
    groups maps reader to group, specialty or experience band for example; readers without a group are left
    out and counted. Intervals and differences are told in this module's docstring; no adjustment is made for
    the number of groups.
    Raises UnknownChoice for several conditions or no grouped reader, and what `mrmc` raises.
    """
    check_level(level)
    left_out = sorted(
        set(map(str, np.unique(table.reader))) - {who for who, group in groups.items() if group}
    )
    cells = cells_of(_grouped(table, groups), figure, covariance, "use")
    if len(cells.conditions) > 1:
        raise UnknownChoice(
            table.source,
            "subgroups are compared under one condition",
            "select one: table.only(condition=...)",
        )
    result = analyse_groups(cells, groups, level)
    if not left_out:
        return result
    told = f"{len(left_out)} readers without a group are left out: {', '.join(left_out)}"
    return replace(result, notes=(*result.notes, told))


def analyse_groups(cells: Cells, groups: Mapping[str, str], level: float = 0.95) -> SubgroupResult:
    """The same from the cells of one condition, whose readers all have a group."""
    names = np.array([groups[reader] for reader in cells.readers])
    comparison = _Comparison(cells, cells.estimates[0], cells.covariance[0, :, 0, :], names, level)
    found = tuple(
        comparison.group(name, names == name) for name in sorted(set(map(str, names)), key=natural_key)
    )
    return SubgroupResult(
        cells.figure_of_merit,
        cells.method,
        "obuchowski-rockette",
        level,
        found,
        len(cells.readers),
        cells.all_cases,
        cells.notes,
    )


def experience_bands(
    years: Mapping[str, float | None], starts: Sequence[int] = DEFAULT_BANDS
) -> dict[str, str]:
    """Each reader's band of years in practice, for `by_group`: '0-4', '5-9', '10-19', '20+' by default.

    starts: the first year of each band, ascending; the last band is open. Fractions belong to the year begun.
    Readers whose years are None are left out. Raises ValueRefused for years before the first band.
    """
    if not starts or list(starts) != sorted(set(starts)):
        raise ValueRefused(
            f"bands {tuple(starts)}", "bands start at ascending years", "give for example 0, 5, 10, 20"
        )
    ends = [
        f"{first}-{after - 1}" if after - first > 1 else f"{first}"
        for first, after in zip(starts, starts[1:], strict=False)
    ]
    labels = [*ends, f"{starts[-1]}+"]
    bands = {}
    for reader, known in years.items():
        if known is None:
            continue
        if not known >= starts[0]:
            raise ValueRefused(
                f"reader {reader}",
                f"{known} years lie before the first band",
                f"give years from {starts[0]} on",
            )
        bands[reader] = labels[int(np.searchsorted(starts, known, side="right")) - 1]
    return bands


def _grouped(table: ReadingTable, groups: Mapping[str, str]) -> ReadingTable:
    members = [reader for reader, group in groups.items() if group]
    if not np.isin(table.reader, members).any():
        raise UnknownChoice(table.source, "no reader has a group", "give the group of each reader by name")
    return table.only(readers=members)


@dataclass(frozen=True, eq=False)
class _Comparison:
    cells: Cells
    estimates: Numbers  # (r,)
    matrix: Numbers  # (r, r)
    names: NDArray[np.str_]  # (r,) groups
    level: float

    @property
    def cases(self) -> int:
        return self.cells.all_cases

    def group(self, name: str, inside: NDArray[np.bool_]) -> GroupEstimate:
        members = tuple(who for who, chosen in zip(self.cells.readers, inside, strict=True) if chosen)
        mean = float(self.estimates[inside].mean())
        difference = None if inside.all() else self.difference(inside)
        notes: tuple[str, ...] = ("no other readers to compare with",) if difference is None else ()
        if np.isnan(mean):
            undefined = (*notes, "the figure of merit is undefined: the cases needed for it are absent")
            return GroupEstimate(
                name, members, self.cases, None, None, None, None, None, difference, undefined
            )
        own = moments(self.estimates[inside][None, :], self.matrix[np.ix_(inside, inside)][None, :, None, :])
        r = len(members)
        shared = max(own.cov2, 0.0) if r > 1 else 0.0
        fixed = self._interval(mean, (own.variance + (r - 1) * shared) / r, None)
        if r == 1:
            told = (*notes, _ONE, *fixed.notes)
            return GroupEstimate(
                name, members, self.cases, mean, None, None, None, fixed.interval, difference, told
            )
        mean_square, free = self.pooled
        error = mean_square + r * shared
        df = (error / mean_square) ** 2 * free if mean_square > 0 else None
        both = self._interval(mean, error / r, df)
        interval, stood_in = wider(both.interval, fixed.interval)
        return GroupEstimate(
            name,
            members,
            self.cases,
            mean,
            both.se,
            both.df,
            interval,
            fixed.interval,
            difference,
            notes + (stood_in or both.notes),
        )

    def _interval(self, mean: float, variance: float, df: float | None) -> Spread:
        got = spread(mean, variance, df, self.level, self.cells.bounds)
        if got.interval is None:
            return got
        return replace(got, interval=on_log_odds(mean, got, self.level, self.cells.bounds), notes=())

    @cached_property
    def pooled(self) -> tuple[float, int]:
        """Mean square of readers within their groups, over all groups, and its degrees of freedom."""
        groups = set(self.names)
        total = sum(
            float(((own - own.mean()) ** 2).sum())
            for own in (self.estimates[self.names == name] for name in groups)
        )
        free = len(self.names) - len(groups)
        found = total / free if free else 0.0
        return (found if found > 1e-24 else 0.0), free

    def difference(self, inside: NDArray[np.bool_]) -> GroupDifference:
        outside = ~inside
        r, s = int(inside.sum()), int(outside.sum())
        estimate = float(self.estimates[inside].mean() - self.estimates[outside].mean())
        if np.isnan(estimate):
            return GroupDifference(None, None, None, None, None, None, r, s, ("undefined: cases are absent",))
        if r + s == 2:
            note = "one reader against one: no between-reader variance, so the error is undefined"
            return GroupDifference(estimate, None, None, None, None, None, r, s, (note,))
        mean_square = self._within(inside, outside)
        reader_part = mean_square * (1 / r + 1 / s)
        variance = reader_part + 2 * max(self._excess(inside), 0.0)
        df = (variance / reader_part) ** 2 * (r + s - 2) if reader_part > 0 else None
        got = spread(estimate, variance, df, self.level, self.cells.range_of_difference)
        t = estimate / got.se if got.se else None
        p = None if t is None else two_sided_p(t, df)
        notes = (
            (*got.notes, "a group of one borrows the others' reader variance") if 1 in (r, s) else got.notes
        )
        return GroupDifference(estimate, got.se, got.df, t, p, got.interval, r, s, notes)

    def _within(self, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> float:
        total = sum(
            float(((self.estimates[side] - self.estimates[side].mean()) ** 2).sum())
            for side in (inside, outside)
        )
        found = total / (len(self.names) - 2)
        return found if found > 1e-24 else 0.0

    def _excess(self, inside: NDArray[np.bool_]) -> float:
        """cov2 - cov3: covariance of two readers on one side, less that of two readers on two sides."""
        same = inside[:, None] == inside[None, :]
        pairs = ~np.eye(len(inside), dtype=bool)
        return float(self.matrix[same & pairs].mean() - self.matrix[~same].mean())
