"""Curves up to a limit: height and area of empirical LROC and FROC curves, and their error over cases.

The abscissa counts false marks (LROC: share of cases without lesions; FROC: marks per case), the ordinate
what was found. Operating points are joined by straight lines from (0, 0); beyond its last point a curve stays
level, for nothing more was marked. Where a curve rises at the limit itself, the point from the left counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.clusters import jackknife
from analysis.table import Codes, Numbers

_BLOCK = 1 << 21  # points of curves held at once


@dataclass(frozen=True, eq=False)
class Scores:
    """One cell: finite scores of noise and signal and their clusters, and each cluster's sizes (C,)."""

    noise: Numbers
    noise_cluster: Codes
    signal: Numbers
    signal_cluster: Codes
    noise_size: Numbers
    signal_size: Numbers


@dataclass(frozen=True, eq=False)
class _Curves:
    """c curves of p points: abscissae and ordinates (c, p), both ascending from (0, 0)."""

    x: Numbers
    y: Numbers

    def heights(self, limit: float) -> Numbers:
        """Ordinates (c,) at the limit."""
        after = (self.x < limit).sum(axis=1)
        row, last = np.arange(len(self.x)), self.x.shape[1] - 1
        right, left = np.minimum(after, last), np.maximum(after - 1, 0)
        x0, y0 = self.x[row, left], self.y[row, left]
        found = y0 + (self.y[row, right] - y0) * _part(limit - x0, self.x[row, right] - x0)
        return np.where(np.isnan(self.x[:, -1]), np.nan, found)

    def areas(self, limit: float) -> Numbers:
        """Areas (c,) from 0 to the limit."""
        x0, x1, y0, y1 = self.x[:, :-1], self.x[:, 1:], self.y[:, :-1], self.y[:, 1:]
        end = np.minimum(x1, limit)
        width = np.maximum(end - x0, 0.0)
        within = width * (y0 + (y1 - y0) * _part(width, x1 - x0) / 2)
        beyond = np.maximum(limit - self.x[:, -1], 0.0) * self.y[:, -1]
        return np.asarray(within.sum(axis=1) + beyond)


def height(cells: list[Scores], limit: float) -> tuple[Numbers, Numbers]:
    """Ordinates (m,) of the cells' curves at the limit, and their jackknife covariance (m, m)."""
    return _evaluate(cells, limit, area=False)


def area(cells: list[Scores], limit: float) -> tuple[Numbers, Numbers]:
    """Areas (m,) under the cells' curves up to the limit, and their jackknife covariance (m, m)."""
    return _evaluate(cells, limit, area=True)


def _evaluate(cells: list[Scores], limit: float, area: bool) -> tuple[Numbers, Numbers]:
    found = np.array([_with_left_out(cell, limit, area) for cell in cells])
    return found[:, 0], jackknife(found[:, 1:])


def _with_left_out(cell: Scores, limit: float, area: bool) -> Numbers:
    """The figure of all clusters, and then with each left out (1 + C,)."""
    thresholds = np.unique(np.concatenate([cell.noise, cell.signal]))[::-1]
    place = {"noise": _places(thresholds, cell.noise), "signal": _places(thresholds, cell.signal)}
    clusters, points = len(cell.noise_size), len(thresholds)
    found = np.empty(1 + clusters)
    step = max(1, _BLOCK // (points + 1))
    for start in range(0, 1 + clusters, step):
        rows = np.arange(start, min(start + step, 1 + clusters)) - 1  # -1: nobody is left out
        x = _cumulated(rows, place["noise"], cell.noise_cluster, points) / _size(cell.noise_size, rows)
        y = _cumulated(rows, place["signal"], cell.signal_cluster, points) / _size(cell.signal_size, rows)
        curves = _Curves(x, y)
        found[rows + 1] = curves.areas(limit) if area else curves.heights(limit)
    return found


def _places(thresholds: Numbers, scores: Numbers) -> NDArray[np.intp]:
    """The place of each score among descending thresholds."""
    return len(thresholds) - 1 - np.searchsorted(thresholds[::-1], scores)


def _cumulated(rows: Codes, place: NDArray[np.intp], cluster: Codes, points: int) -> Numbers:
    """Counts (rows, 1 + points) of scores at or above each threshold without the row's cluster, from 0."""
    own = np.zeros((len(rows), points + 1))
    there = (cluster >= rows[0]) & (cluster <= rows[-1])
    np.add.at(own, (cluster[there] - rows[0], place[there] + 1), 1)
    total = np.bincount(place + 1, minlength=points + 1)
    return np.asarray(np.cumsum(total - own, axis=1))


def _size(size: Numbers, rows: Codes) -> Numbers:
    """How much remains (rows, 1) without the row's cluster; nan where nothing does."""
    remains = size.sum() - np.where(rows >= 0, size[rows], 0.0)
    return np.where(remains > 0, remains, np.nan)[:, None]


def _part(part: Numbers, whole: Numbers) -> Numbers:
    """part / whole at most 1, and 0 where there is no width."""
    return np.asarray(np.where(whole > 0, np.minimum(part / np.where(whole > 0, whole, 1.0), 1.0), 0.0))
