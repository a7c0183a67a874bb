"""Free-response figures of merit by name: what each compares, and its error over cases.

Unmarked is below every rating, and two unmarked are a tie (one half), as the straight line from a curve's
last point to (1, 1) has it; not so for LROC, where what was not found counts 0.
Sources: Chakraborty DP, Berbaum KS, Med Phys 2004; 31: 2313-2330 (AFROC). Chakraborty DP, Zhai X, Acad Radiol
2016; 23: 1264-1272 (weights). Swensson RG, Med Phys 1996; 23: 1709-1725 (LROC). Obuchowski NA et al., Acad
Radiol 2000; 7: 516-525 (regions of interest).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.free_response import partial
from analysis.free_response.choice import Choice
from analysis.free_response.mark_grid import MarkGrid
from analysis.free_response.pairs import (
    Pairs,
    component_covariance,
    jackknife_covariance,
    kernel_sums,
    share,
)
from analysis.free_response.shares import rate
from analysis.table import Codes, Numbers


def evaluate(grid: MarkGrid, choice: Choice) -> tuple[Numbers, Numbers]:
    """Estimates (m,) and their covariance (m, m) over cases; nan where a class is empty or too small."""
    if choice.figure in _RATES:
        part, whole, cluster = _RATES[choice.figure](grid)
        return rate(part, whole, cluster, grid.clusters)
    if choice.limit is not None:
        found = partial.height if choice.figure == "pcl" else partial.area
        return found(_froc_scores(grid) if choice.figure == "froc" else _lroc_scores(grid), choice.limit)
    pairs = _PAIRED[choice.figure](grid) if choice.figure in _PAIRED else _froc(grid)
    sums = kernel_sums(pairs)
    covariance = component_covariance if choice.covariance == "delong" else jackknife_covariance
    return share(pairs, sums), covariance(pairs, sums)


def _normal(grid: MarkGrid) -> Codes:
    return np.flatnonzero(grid.truth == 0)


def _diseased(grid: MarkGrid) -> Codes:
    return np.flatnonzero(grid.truth == 1)


def _afroc(grid: MarkGrid, weighted: bool, all_cases: bool) -> Pairs:
    """Lesions against the highest false mark of cases without lesions, or of all cases."""
    cases = np.arange(len(grid.truth)) if all_cases else _normal(grid)
    weight = grid.weight if weighted else np.ones(len(grid.weight))
    of_lesion = grid.cluster[grid.lesion_case]
    return Pairs(grid.false[:, cases], grid.cluster[cases], grid.hits, weight, of_lesion, grid.clusters)


def _highest_hit(grid: MarkGrid) -> Numbers:
    """The highest lesion rating of each case (m, K)."""
    found = np.full(grid.false.shape[::-1], -np.inf)
    np.maximum.at(found, grid.lesion_case, grid.hits.T)
    return found.T


def _hrauc(grid: MarkGrid) -> Pairs:
    """The highest mark of any kind, cases with lesions against cases without."""
    highest = np.maximum(grid.false, _highest_hit(grid))
    with_lesion, without = _diseased(grid), _normal(grid)
    return Pairs(
        highest[:, without],
        grid.cluster[without],
        highest[:, with_lesion],
        np.ones(len(with_lesion)),
        grid.cluster[with_lesion],
        grid.clusters,
    )


def _located(grid: MarkGrid) -> Numbers:
    """Of each case (m, K) its highest mark's rating if that mark, and no other so high, hit a lesion."""
    highest = _highest_hit(grid)
    return np.where(highest > grid.false, highest, -np.inf)


def _lroc(grid: MarkGrid) -> Pairs:
    located, without, with_lesion = _located(grid), _normal(grid), _diseased(grid)
    lowest = np.finfo(np.float64).min  # what was not located, -inf, then ties with nothing
    return Pairs(
        np.maximum(grid.false[:, without], lowest),
        grid.cluster[without],
        located[:, with_lesion],
        np.ones(len(with_lesion)),
        grid.cluster[with_lesion],
        grid.clusters,
    )


def _false_alone(grid: MarkGrid) -> tuple[Numbers, Codes]:
    """Every false mark (m, N), as many columns for a case as its most marked cell needs, and their cases."""
    most = _false_counts(grid).max(axis=0).astype(np.int64)
    key = grid.false_cell * len(most) + grid.false_case
    column = (np.cumsum(most) - most)[grid.false_case] + np.arange(len(key)) - np.searchsorted(key, key)
    noise = np.full((grid.cells, int(most.sum())), np.nan)
    noise[grid.false_cell, column] = grid.false_rating
    return noise, np.repeat(np.arange(len(most)), most)


def _roi(grid: MarkGrid) -> Pairs:
    """Regions with a lesion against rated regions without one, on whatever case."""
    noise, case = _false_alone(grid)
    of_lesion = grid.cluster[grid.lesion_case]
    one = np.ones(len(grid.weight))
    return Pairs(noise, grid.cluster[case], grid.hits, one, of_lesion, grid.clusters)


def _froc(grid: MarkGrid) -> Pairs:
    """As regions of interest, but per case read: the area under the FROC curve to its last point."""
    pairs = _roi(grid)
    cases = np.bincount(grid.cluster, minlength=grid.clusters).astype(float)
    sizes = np.broadcast_to(cases, (grid.cells, grid.clusters))
    return Pairs(
        pairs.noise,
        pairs.noise_cluster,
        pairs.signal,
        pairs.signal_weight,
        pairs.signal_cluster,
        pairs.clusters,
        sizes,
    )


def _lroc_scores(grid: MarkGrid) -> list[partial.Scores]:
    located, without, with_lesion = _located(grid), _normal(grid), _diseased(grid)
    return [
        _scores(
            grid,
            (false[without], grid.cluster[without], without),
            (hit[with_lesion], grid.cluster[with_lesion], with_lesion),
        )
        for false, hit in zip(grid.false, located, strict=True)
    ]


def _froc_scores(grid: MarkGrid) -> list[partial.Scores]:
    cases = np.arange(len(grid.truth))
    of_lesion = grid.cluster[grid.lesion_case]
    cells = []
    for cell, hits in enumerate(grid.hits):
        own = grid.false_cell == cell
        noise = grid.false_rating[own], grid.cluster[grid.false_case[own]], cases
        cells.append(_scores(grid, noise, (hits, of_lesion, grid.lesion_case)))
    return cells


def _scores(
    grid: MarkGrid, noise: tuple[Numbers, Codes, Codes], signal: tuple[Numbers, Codes, Codes]
) -> partial.Scores:
    """Of noise and of signal the scores, their clusters, and the cases that each counts over."""

    def finite(part: tuple[Numbers, Codes, Codes]) -> tuple[Numbers, Codes, Numbers]:
        marked = np.isfinite(part[0])
        size = np.bincount(grid.cluster[part[2]], minlength=grid.clusters).astype(float)
        return part[0][marked], part[1][marked], size

    low, low_cluster, low_size = finite(noise)
    high, high_cluster, high_size = finite(signal)
    return partial.Scores(low, low_cluster, high, high_cluster, low_size, high_size)


def _marked(grid: MarkGrid) -> Numbers:
    return np.isfinite(np.maximum(grid.false, _highest_hit(grid))).astype(float)


def _false_counts(grid: MarkGrid) -> Numbers:
    """How many false marks each case bears (m, K)."""
    counts = np.zeros_like(grid.false)
    np.add.at(counts, (grid.false_cell, grid.false_case), 1)
    return counts


Rate = tuple[Numbers, Numbers, Codes]


def _hrse(grid: MarkGrid) -> Rate:
    """The share of cases with lesions that bear any mark."""
    return _marked(grid) * grid.truth, grid.truth.astype(float), grid.cluster


def _hrsp(grid: MarkGrid) -> Rate:
    """The share of cases without lesions that bear no mark."""
    normal = (grid.truth == 0).astype(np.float64)
    return (1 - _marked(grid)) * normal, normal, grid.cluster


def _maxllf(grid: MarkGrid) -> Rate:
    """The share of lesions that were marked."""
    found = np.isfinite(grid.hits).astype(float)
    return found, np.ones(len(grid.weight)), grid.cluster[grid.lesion_case]


def _maxnlf(grid: MarkGrid) -> Rate:
    """False marks on cases without lesions, per such case."""
    normal = (grid.truth == 0).astype(np.float64)
    return _false_counts(grid) * normal, normal, grid.cluster


def _maxnlf_all(grid: MarkGrid) -> Rate:
    """False marks per case, of all cases."""
    return _false_counts(grid), np.ones(len(grid.truth)), grid.cluster


_PAIRED: dict[str, Callable[[MarkGrid], Pairs]] = {
    "wafroc": lambda grid: _afroc(grid, weighted=True, all_cases=False),
    "wafroc1": lambda grid: _afroc(grid, weighted=True, all_cases=True),
    "afroc": lambda grid: _afroc(grid, weighted=False, all_cases=False),
    "afroc1": lambda grid: _afroc(grid, weighted=False, all_cases=True),
    "hrauc": _hrauc,
    "lroc": _lroc,
    "roi": _roi,
}
_RATES: dict[str, Callable[[MarkGrid], Rate]] = {
    "hrse": _hrse,
    "hrsp": _hrsp,
    "maxllf": _maxllf,
    "maxnlf": _maxnlf,
    "maxnlf-all": _maxnlf_all,
}
