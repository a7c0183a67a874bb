"""Obuchowski-Rockette analyses of thousands of studies at once, as arrays.

The formulas are those of `moments`, `obuchowski_rockette` and, for groups of readers with cases of their own,
of `planning.layout`; the tests hold each study to the analysis of its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.planning.layout import Kind, Random
from analysis.simulation.draw import Ratings
from analysis.table import Numbers

Batched = Literal["auc", "accuracy", "sensitivity", "specificity"]
_ROUNDING = 1e-24


@dataclass(frozen=True, eq=False)
class Estimates:
    """estimates (s, g, t, r) of s studies and covariance (s, g, t, r, t, r) of their errors over cases."""

    estimates: Numbers
    covariance: Numbers


def estimate(found: Ratings, figure: Batched, threshold: float = 0.0, jackknife: bool = False) -> Estimates:
    """Figures of merit of ratings; calls are 1 above the threshold. jackknife: for auc, else DeLong."""
    if figure == "auc":
        return _areas(found, jackknife)
    parts = {"sensitivity": [found.positive > threshold], "specificity": [found.negative <= threshold]}
    right = parts.get(figure, [found.negative <= threshold, found.positive > threshold])
    return _proportions(np.concatenate(right, axis=-1).astype(np.float64))


def _areas(found: Ratings, jackknife: bool) -> Estimates:
    n0, n1 = found.negative.shape[-1], found.positive.shape[-1]
    pooled = midranks(np.concatenate([found.negative, found.positive], axis=-1))
    above = (pooled[..., n0:] - midranks(found.positive)) / n0
    below = 1 - (pooled[..., :n0] - midranks(found.negative)) / n1
    areas = above.mean(axis=-1)
    parts = [x - areas[..., None] for x in (above, below)]
    if jackknife:
        scale = (n0 + n1 - 1) / (n0 + n1)
        return Estimates(
            areas, scale * (_products(parts[0], (n1 - 1) ** 2) + _products(parts[1], (n0 - 1) ** 2))
        )
    return Estimates(areas, _products(parts[0], n1 * (n1 - 1)) + _products(parts[1], n0 * (n0 - 1)))


def _proportions(right: Numbers) -> Estimates:
    n = right.shape[-1]
    mean = right.mean(axis=-1)
    return Estimates(mean, _products(right - mean[..., None], n * (n - 1)))


def _products(deviations: Numbers, over: int) -> Numbers:
    s, g, t, r, n = deviations.shape
    flat = deviations.reshape(s, g, t * r, n)
    return np.asarray(flat @ flat.swapaxes(-1, -2) / over).reshape(s, g, t, r, t, r)


def midranks(values: Numbers) -> Numbers:
    """Ranks from 1 along the last axis; equal values share the mean of theirs."""
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    new = ordered[..., 1:] != ordered[..., :-1]
    place = np.broadcast_to(np.arange(1.0, values.shape[-1] + 1), values.shape)
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, place if new.all() else _shared(place, new), axis=-1)
    return ranks


def _shared(place: Numbers, new: NDArray[np.bool_]) -> Numbers:
    """The mean of the first and the last place of each run of equal values."""
    edge = np.ones((*place.shape[:-1], 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.concatenate([edge, new], axis=-1), place, 0), axis=-1)
    ends = np.where(np.concatenate([new, edge], axis=-1), place, np.inf)
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((first + last) / 2)


@dataclass(frozen=True, eq=False)
class Estimate:
    """Of each study: estimate, se, df (infinite: normal) and p, all (s,).

    nan: undefined, because nothing varied.
    """

    estimate: Numbers
    se: Numbers
    df: Numbers
    p: Numbers

    def half_width(self, level: float = 0.95) -> Numbers:
        """Half the interval's width."""
        from scipy.special import ndtri, stdtrit

        tail, normal = (1 - level) / 2, ~np.isfinite(self.df)
        quantile = np.where(normal, -ndtri(tail), -stdtrit(np.where(normal, 1.0, self.df), tail))
        return np.asarray(quantile * self.se)

    def never_narrower(self, fixed: Estimate, level: float = 0.95) -> Numbers:
        """Half the width of the interval to report: that over cases alone where it is wider."""
        own, cases_only = self.half_width(level), fixed.half_width(level)
        return np.where(np.isfinite(own) & np.isfinite(cases_only), np.fmax(own, cases_only), own)


def compare(found: Estimates, kind: Kind = "crossed", random: Random = "both") -> Estimate:
    """Second condition less first, conditions and cases laid out as in `planning.layout`."""
    s, g, _, r = found.estimates.shape
    variance, cov1, cov2, cov3 = _averages(found.covariance)
    means = found.estimates.mean(axis=(1, 3))
    own = found.estimates - found.estimates.mean(axis=3, keepdims=True)
    free = g * (r - 1)
    if kind == "unpaired-readers":
        free, cov1 = 2 * free, np.zeros(s)
    else:
        own = own - own.mean(axis=2, keepdims=True)
    if kind == "unpaired-cases":
        cov1 = cov3 = np.zeros(s)
    shared = np.maximum(cov2 - cov3, 0.0) if r > 1 else np.zeros(s)
    alone = variance - (cov2 if kind == "unpaired-readers" else cov1 + shared)
    mean_square = _mean_square((own**2).sum(axis=(1, 2, 3)), free)
    return _estimate(means[:, 1] - means[:, 0], (mean_square, alone, r * shared), free, 2 / (g * r), random)


def mean(found: Estimates, condition: int = 0, random: Random = "both") -> Estimate:
    """The readers' mean under one condition of crossed studies, from its own readings; p is against 0."""
    own = found.estimates[:, 0, condition]
    r = own.shape[1]
    matrix = found.covariance[:, 0, condition, :, condition]
    variance = np.einsum("sjj->s", matrix) / r
    cov2 = (matrix.sum(axis=(1, 2)) - r * variance) / (r * (r - 1))
    shared = np.maximum(cov2, 0.0)
    mean_square = _mean_square(((own - own.mean(axis=1, keepdims=True)) ** 2).sum(axis=1), r - 1)
    return _estimate(own.mean(axis=1), (mean_square, variance - shared, r * shared), r - 1, 1 / r, random)


def _mean_square(total: Numbers, free: int) -> Numbers:
    found = total / free if free else np.full_like(total, np.nan)
    return np.where(found < _ROUNDING, 0.0, found)


def _estimate(
    estimate: Numbers, parts: tuple[Numbers, Numbers, Numbers], free: int, factor: float, random: Random
) -> Estimate:
    """parts: the mean square of readers, the error of one reader alone, and r times what readers share."""
    from scipy.special import chdtrc, fdtrc

    mean_square, alone, shared = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        error = {"both": mean_square + shared, "cases": alone + shared, "readers": mean_square}[random]
        df = free * (error / mean_square) ** 2
        df = np.where((mean_square > 0) & (random != "cases"), df, np.inf)
        variance = np.where(error > 0, factor * error, np.nan)
        f, normal = estimate**2 / variance, np.isinf(df)
        p = np.where(normal, chdtrc(1, f), fdtrc(1, np.where(normal, 1.0, df), f))
    return Estimate(estimate, np.sqrt(variance), df, p)


def _averages(covariance: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """variance, cov1, cov2, cov3 (s,): averages over groups and pairs; nan where there is one reader."""
    s, g, t, r = covariance.shape[:4]
    same_reader = np.einsum("sgijkj->sik", covariance) / (g * r)
    with np.errstate(invalid="ignore", divide="ignore"):
        others = (covariance.sum(axis=(1, 3, 5)) - g * r * same_reader) / np.float64(g * r * (r - 1))
    same, off = np.eye(t, dtype=bool), ~np.eye(t, dtype=bool)
    variance, cov2 = same_reader[:, same].mean(axis=1), others[:, same].mean(axis=1)
    return variance, same_reader[:, off].mean(axis=1), cov2, others[:, off].mean(axis=1)
