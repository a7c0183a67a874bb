"""Shares of pairs in the right order: how often a lesion outscores a false mark, and its error over cases.

One statistic serves AFROC, wAFROC, inferred ROC, LROC and regions of interest: the weighted share of pairs of
a noise score and a signal score in which the signal is higher, ties one half. A cluster (a patient, or a case
of its own) may hold several of either, or both, so clusters are what is left out or taken as independent.
Sources: Obuchowski NA, Biometrics 1997; 53: 567-578 (components of clustered areas). Efron B, Stein C,
Ann Stat 1981; 9: 586-596 (jackknife). DeLong ER et al., Biometrics 1988; 44: 837-845 (one of each a cluster).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.clusters import jackknife
from analysis.table import Codes, Numbers


@dataclass(frozen=True, eq=False)
class Pairs:
    """Noise and signal scores of m cells on clusters 0 to C - 1.

    noise (m, N): nan where a cell lacks one; noise_cluster (N,). signal (m, L), signal_weight (L,),
    signal_cluster (L,). noise_size (m, C): how much noise each cluster counts for, by default its scores.
    """

    noise: Numbers
    noise_cluster: Codes
    signal: Numbers
    signal_weight: Numbers
    signal_cluster: Codes
    clusters: int
    noise_size: Numbers | None = None

    @property
    def sizes(self) -> tuple[Numbers, Numbers]:
        """How much noise (m, C) and signal (C,) there is in each cluster."""
        signal = self.by_cluster(self.signal_weight[None, :], self.signal_cluster)[0]
        if self.noise_size is not None:
            return self.noise_size, signal
        return self.by_cluster((~np.isnan(self.noise)).astype(float), self.noise_cluster), signal

    def by_cluster(self, values: Numbers, cluster: Codes) -> Numbers:
        """Sums (m, C) of values (m, n) over the clusters (n,)."""
        return np.array([np.bincount(cluster, weights=row, minlength=self.clusters) for row in values])


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of kernels: for every noise score over the signal (m, N), for every signal over the noise."""

    noise: Numbers
    signal: Numbers


def share(pairs: Pairs, sums: Sums) -> Numbers:
    """The weighted share (m,) of pairs in the right order; nan without noise or without signal."""
    noise, signal = pairs.sizes
    return _ratio(sums.signal.sum(axis=1), noise.sum(axis=1) * signal.sum())


def kernel_sums(pairs: Pairs) -> Sums:
    """Sums of kernels by sorting, O(m (N + L) log (N + L))."""
    noise, signal = np.zeros_like(pairs.noise), np.zeros_like(pairs.signal)
    for row, (low, high) in enumerate(zip(pairs.noise, pairs.signal, strict=True)):
        there = ~np.isnan(low)
        ordered = np.sort(low[there])
        below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
        signal[row] = pairs.signal_weight * below / 2
        order = np.argsort(high, kind="stable")
        weight = np.concatenate(([0.0], np.cumsum(pairs.signal_weight[order])))
        under = [weight[np.searchsorted(high[order], low[there], side)] for side in ("left", "right")]
        noise[row, there] = weight[-1] - (under[0] + under[1]) / 2
    return Sums(noise, signal)


def left_out(pairs: Pairs, sums: Sums) -> Numbers:
    """The share (m, C) with each cluster left out in turn, in closed form; nan where none remains."""
    noise, signal = pairs.sizes
    up = pairs.by_cluster(sums.signal, pairs.signal_cluster)
    down = pairs.by_cluster(sums.noise, pairs.noise_cluster)
    remains = sums.signal.sum(axis=1, keepdims=True) - up - down + _within(pairs)
    return _ratio(remains, (noise.sum(axis=1, keepdims=True) - noise) * (signal.sum() - signal))


def jackknife_covariance(pairs: Pairs, sums: Sums) -> Numbers:
    """Leave-one-cluster-out covariance (m, m)."""
    return jackknife(left_out(pairs, sums))


def component_covariance(pairs: Pairs, sums: Sums) -> Numbers:
    """Covariance (m, m) from structural components summed by cluster; nan below two clusters of either."""
    sizes, weights = pairs.sizes
    estimate, noise, signal = share(pairs, sums)[:, None], sizes.sum(axis=1), weights.sum()
    with_noise, with_signal = int((sizes > 0).any(axis=0).sum()), int((weights > 0).sum())
    if with_noise < 2 or with_signal < 2:
        return np.full((len(estimate), len(estimate)), np.nan)
    up = pairs.by_cluster(sums.signal / noise[:, None], pairs.signal_cluster) - estimate * weights
    down = pairs.by_cluster(sums.noise / signal, pairs.noise_cluster) - estimate * sizes
    up, down = up / signal, down / noise[:, None]
    matrix: Numbers = up @ up.T * (with_signal / (with_signal - 1))
    matrix = matrix + down @ down.T * (with_noise / (with_noise - 1))
    count = int(((sizes > 0).any(axis=0) | (weights > 0)).sum())
    both = up @ down.T * (count / (count - 1))
    matrix = matrix + both + both.T
    return matrix


def _within(pairs: Pairs) -> Numbers:
    """Sums (m, C) of kernels of the pairs inside each cluster, which leaving it out takes away twice."""
    noise, signal = _same(pairs.noise_cluster, pairs.signal_cluster)
    above = pairs.signal[:, signal], pairs.noise[:, noise]
    kernel = (above[0] > above[1]) + 0.5 * (above[0] == above[1])
    return pairs.by_cluster(kernel * pairs.signal_weight[signal], pairs.signal_cluster[signal])


def _same(first: Codes, second: Codes) -> tuple[Codes, Codes]:
    """Places in `first` and in `second` of all pairs with equal codes."""
    order = np.argsort(second, kind="stable")
    start = np.searchsorted(second[order], first, "left")
    count = np.searchsorted(second[order], first, "right") - start
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(first)), count), order[np.repeat(start, count) + offset]


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    """above / below, nan where below is 0."""
    safe = np.where(below > 0, below, np.nan)
    return np.asarray(above / safe)
