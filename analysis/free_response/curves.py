"""Operating points of free-response curves, per reader and averaged over readers, for figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.errors import UnknownChoice
from analysis.frames import Framed, Row
from analysis.free_response.mark_grid import MarkGrid, arranged
from analysis.free_response.table import FreeResponseTable
from analysis.table import Numbers

Kind = Literal["froc", "afroc", "wafroc"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEAN = "mean of readers"


@dataclass(frozen=True, eq=False)
class Curve(Framed):
    """One curve, to be joined by straight lines; x and y (p,) ascend from (0, 0).

    froc: x false marks per case read, y share of lesions found. afroc, wafroc: x share of cases without
    lesions that bear a false mark, y share of lesions found, of wafroc by weight within their case; the last
    point is (1, 1). threshold (p,): ratings at or above it count; nan at ends that no rating gives, and
    throughout a mean. reader: a name, or `mean of readers`.
    """

    kind: str
    condition: str
    reader: str
    threshold: Numbers
    x: Numbers
    y: Numbers

    def rows(self) -> list[Row]:
        points = zip(self.threshold.tolist(), self.x.tolist(), self.y.tolist(), strict=True)
        first = {"kind": self.kind, "condition": self.condition, "reader": self.reader}
        return [first | {"threshold": z, "x": x, "y": y} for z, x, y in points]


def froc_curves(table: FreeResponseTable, kind: Kind = "wafroc") -> tuple[Curve, ...]:
    """Every reader's curve under each condition, and after them the mean of the readers' curves.

    The mean is of the ordinates at every abscissa that a reader has; a FROC curve stays level beyond its last
    point. Curves without lesions, or without the cases on their abscissa, are left out.
    Raises UnknownChoice, IncompleteDesign, PartlyPairedCases.
    """
    if kind not in KINDS:
        raise UnknownChoice(f"curve '{kind}'", "it is not known", f"choose one of {', '.join(KINDS)}")
    found = arranged(table)
    readers, curves = found.design.readers, []
    for i, condition in enumerate(found.design.conditions):
        grid = found.grids[0] if len(found.grids) == 1 else found.grids[i]
        first = i * len(readers) if len(found.grids) == 1 else 0
        if len(grid.weight) == 0 or (kind != "froc" and (grid.truth == 1).all()):
            continue
        own = [_curve(grid, first + j, kind, condition, name) for j, name in enumerate(readers)]
        curves += [*own, _mean(own)]
    return tuple(curves)


def _curve(grid: MarkGrid, cell: int, kind: Kind, condition: str, reader: str) -> Curve:
    hits = grid.hits[cell]
    if kind == "froc":
        noise, of = grid.false_rating[grid.false_cell == cell], len(grid.truth)
    else:
        noise = grid.false[cell, grid.truth == 0]
        of = len(noise)
    weight = grid.weight if kind == "wafroc" else np.ones(len(hits))
    marked = np.isfinite(hits)
    thresholds = np.unique(np.concatenate([noise[np.isfinite(noise)], hits[marked]]))[::-1]
    at_least = hits[marked] >= thresholds[:, None]
    x = np.concatenate([[0.0], (noise >= thresholds[:, None]).sum(axis=1) / of])
    y = np.concatenate([[0.0], at_least @ weight[marked] / weight.sum()])
    thresholds = np.concatenate([[np.nan], thresholds])
    if kind != "froc":
        x, y, thresholds = np.append(x, 1.0), np.append(y, 1.0), np.append(thresholds, np.nan)
    return Curve(kind, condition, reader, thresholds, x, y)


def _mean(curves: list[Curve]) -> Curve:
    """The mean ordinate just before and just after every abscissa, so that vertical steps stay vertical."""
    x = np.unique(np.concatenate([curve.x for curve in curves]))
    before = np.mean([_heights(curve, x, last=False) for curve in curves], axis=0)
    after = np.mean([_heights(curve, x, last=True) for curve in curves], axis=0)
    both_x, both_y = np.repeat(x, 2), np.stack([before, after], axis=1).ravel()
    keep = np.concatenate([[True], (np.diff(both_x) > 0) | (np.diff(both_y) > 0)])
    first = curves[0]
    nowhere = np.full(int(keep.sum()), np.nan)
    return Curve(first.kind, first.condition, MEAN, nowhere, both_x[keep], both_y[keep])


def _heights(curve: Curve, at: Numbers, last: bool) -> Numbers:
    """Ordinates at abscissae; on a vertical step its upper end (last) or its lower one."""
    side: Literal["left", "right"] = "right" if last else "left"
    there = np.searchsorted(curve.x, at, side)
    place = np.clip(there - 1 if last else there, 0, len(curve.x) - 1)
    exact = curve.x[place] == at
    return np.where(exact, curve.y[place], np.interp(at, curve.x, curve.y))
