"""Shares and rates of single cases: found lesions, marked cases, false marks per case."""

from __future__ import annotations

import numpy as np

from analysis.clusters import jackknife
from analysis.table import Codes, Numbers


def rate(part: Numbers, whole: Numbers, cluster: Codes, clusters: int) -> tuple[Numbers, Numbers]:
    """part / whole (m,) over all cases, and its leave-one-cluster-out covariance (m, m).

    part (m, n): what each case adds; whole (n,): what it counts for; cluster (n,): codes below `clusters`.
    Only clusters that count for anything are left out. nan where nothing counts, or in one cluster only.
    """
    counted = np.bincount(cluster, weights=whole, minlength=clusters)
    added = np.array([np.bincount(cluster, weights=row, minlength=clusters) for row in part])
    some = counted > 0
    added, counted = added[:, some], counted[some]
    cells, total = len(part), counted.sum()
    if len(counted) == 0:
        return np.full(cells, np.nan), np.full((cells, cells), np.nan)
    estimate = added.sum(axis=1) / total
    if len(counted) == 1:
        return estimate, np.full((cells, cells), np.nan)
    left = (added.sum(axis=1, keepdims=True) - added) / (total - counted)
    return estimate, jackknife(left)
