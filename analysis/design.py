"""From rows to grids: which reader read which case under which condition, and what if some did not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.errors import IncompleteDesign, NothingToAnalyse, PartlyPairedCases
from analysis.figures import Figure, scored
from analysis.grid import Grid, grid_of
from analysis.table import Codes, Names, Numbers, ReadingTable

Drop = Literal["fewest", "cases", "readers"]
CROSSED = "crossed"
NESTED = "cases nested in conditions"
_REMEDY = "complete the readings, or restrict to complete ones (restrict_to_complete, --incomplete drop)"


@dataclass(frozen=True, eq=False)
class Block:
    """One condition: scores (readers, cases) without gaps, truth (cases,), names of the cases (cases,).

    patient (cases,): codes of the cases' patients, None where no patient is known.
    """

    condition: str
    cases: Names
    truth: NDArray[np.int8]
    scores: Numbers
    patient: Codes | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """Readers by conditions; `kind` is 'crossed' (same cases throughout) or 'cases nested in conditions'."""

    kind: str
    readers: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(block.condition for block in self.blocks)

    @property
    def truth(self) -> NDArray[np.int8]:
        """Truth of every distinct case."""
        if self.kind == CROSSED:
            return self.blocks[0].truth
        return np.concatenate([block.truth for block in self.blocks])


@dataclass(frozen=True)
class Restriction:
    """What is left when every remaining reader read every remaining case, and what was dropped for it."""

    table: ReadingTable
    dropped_readers: tuple[str, ...]
    dropped_cases: int
    notes: tuple[str, ...]


def arrange(table: ReadingTable, scores: Numbers) -> Design:
    """The complete design of the table's readings with these scores (n,), nan meaning no score.

    Cases are crossed with conditions, or each condition has cases of its own. Raises IncompleteDesign where a
    reader lacks a case that another read under the same condition, PartlyPairedCases where conditions share
    some cases only. Readers, conditions and cases come in natural order of their names, whatever the order of
    rows.
    """
    grid = grid_of(table, scores)
    kind = kind_of(grid)
    _refuse_gaps(table, grid)
    if kind is None:
        shared = int((grid.read.sum(axis=0) > 1).sum())
        raise PartlyPairedCases(
            table.source,
            f"conditions share {shared} of {len(grid.cases)} cases, neither all nor none",
            _REMEDY,
        )
    names = np.array(grid.cases)
    blocks = tuple(
        Block(
            condition,
            names[read],
            grid.truth[read],
            grid.scores[place][:, read],
            None if grid.patient is None else grid.patient[read],
        )
        for place, (condition, read) in enumerate(zip(grid.conditions, grid.read, strict=True))
    )
    return Design(kind, grid.readers, blocks)


def restrict_to_complete(table: ReadingTable, figure: Figure = "auc", drop: Drop = "fewest") -> Restriction:
    """The largest part of the table in which every reader read every case, under each condition.

    figure says which score a reading must have, rating or call. drop 'cases' drops every case that any reader
    lacks; 'readers' drops every reader who lacks any case; 'fewest' drops the readers with most gaps first,
    and then the cases still incomplete, at the point that keeps the most readings (two readers or more where
    possible). The choice looks at gaps only, never at truth or scores; it is unbiased only if gaps do not
    depend on how hard a case is, and the notes count what was dropped. Raises NothingToAnalyse when nothing
    is left.
    """
    table, scores = scored(table, figure)
    grid = grid_of(table, scores)
    within = kind_of(grid) == NESTED
    expected = grid.read if within else np.broadcast_to(grid.read.any(axis=0), grid.read.shape)
    gaps = (~grid.present & expected[:, None, :]).sum(axis=(0, 2))
    order = np.argsort(-gaps, kind="stable")
    keep_readers, keep_cases = _best_cut(grid, expected, gaps, order, drop)
    if not keep_cases.any() or not keep_readers.any():
        raise NothingToAnalyse(
            table.source,
            f"dropping {drop} leaves no complete readings",
            "drop readers or fewest, or complete them",
        )
    rows = keep_readers[table.readers[1]] & ~np.isnan(scores)
    rows &= keep_cases[table.conditions[1], table.cases[1]]
    lost = tuple(name for name, keep in zip(grid.readers, keep_readers, strict=True) if not keep)
    lost_cases = len(grid.cases) - int(keep_cases.any(axis=0).sum())
    notes = _restriction_notes(lost, len(grid.readers), lost_cases, len(grid.cases))
    return Restriction(replace(table.rows(rows), notes=table.notes + notes), lost, lost_cases, notes)


def _best_cut(
    grid: Grid, expected: NDArray[np.bool_], gaps: NDArray[np.int64], order: NDArray[np.int64], drop: Drop
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    count = len(grid.readers)
    if drop == "cases":
        cuts = [0]
    elif drop == "readers":
        cuts = [int((gaps > 0).sum())]
    else:
        cuts = list(range(max(count - 1, 1)))
    best, best_kept = (np.zeros(count, dtype=bool), np.zeros_like(expected)), -1
    for cut in cuts:
        keep = np.ones(count, dtype=bool)
        keep[order[:cut]] = False
        cases = _complete_cases(grid, expected, keep)
        kept = int(cases.sum()) * int(keep.sum())
        if kept > best_kept:
            best, best_kept = (keep, cases), kept
    return best


def _complete_cases(grid: Grid, expected: NDArray[np.bool_], keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    complete = grid.present[:, keep, :].all(axis=1) & expected
    if kind_of(grid) == NESTED:
        return complete
    return np.broadcast_to(complete.all(axis=0), complete.shape)


def _restriction_notes(lost: tuple[str, ...], readers: int, lost_cases: int, cases: int) -> tuple[str, ...]:
    notes = []
    if lost:
        notes.append(f"dropped {len(lost)} of {readers} readers with gaps: {', '.join(lost)}")
    if lost_cases:
        notes.append(f"dropped {lost_cases} of {cases} cases that some reader lacks")
    return tuple(notes)


def kind_of(grid: Grid) -> str | None:
    """Whether conditions share all cases, or none; None where they share some."""
    read = grid.read
    if (read == read[0]).all():
        return CROSSED
    return NESTED if read.sum(axis=0).max() <= 1 else None


def _refuse_gaps(table: ReadingTable, grid: Grid) -> None:
    gaps = ~grid.present & grid.read[:, None, :]
    if not gaps.any():
        return
    names = np.array(grid.cases)
    missing = {
        (grid.readers[j], grid.conditions[i]): tuple(str(name) for name in names[gaps[i, j]])
        for i, j in np.argwhere(gaps.any(axis=2))
    }
    told = "; ".join(_told(who, lacking) for who, lacking in list(missing.items())[:5])
    more = f"; and {len(missing) - 5} more" if len(missing) > 5 else ""
    raise IncompleteDesign(table.source, f"some readers lack cases: {told}{more}", _REMEDY, missing)


def _told(who: tuple[str, str], lacking: tuple[str, ...]) -> str:
    listed = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
    return f"reader {who[0]} under condition {who[1]} lacks {len(lacking)} ({listed})"
