"""Reader-and-case bootstrap of readers' means and their differences, percentile and BCa intervals.

Readers and cases (positive and negative ones apart; patients, where some gave several cases) are drawn with
replacement, independently of each other. Drawing both counts the part that readers and cases share twice, so
the intervals err on the wide side.
Sources: Efron B, J Am Stat Assoc 1987; 82: 171-185 (BCa). Davison AC, Hinkley DV, Bootstrap Methods and their
Application, 1997, ch. 3.2 and 5.3 (several samples). Owen AB, Ann Appl Stat 2007; 1: 386-411 (two factors).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.design import Block, arrange
from analysis.errors import UnknownChoice
from analysis.figures import FIGURES, Figure, scored
from analysis.frames import Framed, Row, flat
from analysis.intervals import check_level
from analysis.results import Interval
from analysis.table import Codes, Numbers, ReadingTable

Random = Literal["both", "readers", "cases"]
_AT_ONCE = 1 << 22  # weights held at once


@dataclass(frozen=True)
class BootstrapEstimate:
    """A mean of the readers, or the first mean less the second; intervals None where draws do not vary."""

    quantity: str
    of: tuple[str, ...]
    estimate: float | None
    se: float | None
    percentile: Interval | None
    bca: Interval | None
    readers: int
    cases: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BootstrapResult(Framed):
    """Means and differences; the same seed gives the same numbers."""

    figure_of_merit: str
    random: str
    estimates: tuple[BootstrapEstimate, ...]
    replicates: int
    seed: int
    level: float
    readers: int
    cases: int
    method: str = "bootstrap"
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row for each mean and difference."""
        return [flat(entry) for entry in self.estimates]


def bootstrap_of(
    table: ReadingTable,
    figure: Figure = "auc",
    replicates: int = 2000,
    seed: int = 1,
    random: Random = "both",
    level: float = 0.95,
) -> BootstrapResult:
    """Bootstrap of a complete design (IncompleteDesign otherwise), for AUC and proportions.

    random: what is drawn; 'readers' holds the cases, 'cases' the readers. Conditions that share cases share
    the drawn ones. A draw without a case of a class is left out and counted. One reader cannot be drawn from.
    Raises UnknownChoice for other figures of merit, for fewer than 100 replicates and for one reader drawn.
    """
    check_level(level)
    if figure not in FIGURES:
        raise UnknownChoice(
            f"bootstrap of '{figure}'", "it is for auc and proportions", "choose one of these"
        )
    if replicates < 100:
        raise UnknownChoice(f"{replicates} replicates", "an interval needs 100 or more", "give 2000, say")
    table, scores = scored(table, figure)
    design = arrange(table, scores)
    readers = len(design.readers)
    if readers == 1 and random != "cases":
        raise UnknownChoice(table.source, "one reader cannot be drawn from", "choose random='cases'")
    draws = _Draws(design.blocks, figure, random, readers, seed, replicates)
    means = [draws.of_block(place) for place in range(len(design.blocks))]
    found = [
        _summary("mean", (block.condition,), *mean, level, (readers, len(block.cases)))
        for block, mean in zip(design.blocks, means, strict=True)
    ]
    shared = draws.shared
    for one, two in combinations(range(len(means)), 2):
        of = (design.conditions[one], design.conditions[two])
        parts = _apart(means[one], means[two], shared)
        found.append(_summary("difference", of, *parts, level, (readers, len(design.truth))))
    return BootstrapResult(
        figure,
        random,
        tuple(found),
        replicates,
        seed,
        level,
        readers,
        len(design.truth),
        notes=table.remarks,
    )


Strata = dict[str, Numbers]  # influence of each reader, each case or patient, on an estimate
Found = tuple[float, Numbers, Strata]


class _Draws:
    """The drawn readers, the drawn cases of every block, and what they make of its figure of merit."""

    def __init__(
        self,
        blocks: tuple[Block, ...],
        figure: Figure,
        random: Random,
        readers: int,
        seed: int,
        replicates: int,
    ) -> None:
        self.blocks, self.figure, self.random, self.replicates = blocks, figure, random, replicates
        self.shared = len(blocks) > 1 and np.array_equal(blocks[0].cases, blocks[1].cases)
        for_readers, *for_blocks = np.random.SeedSequence(seed).spawn(1 + len(blocks))
        self.seeds = [for_blocks[0]] * len(blocks) if self.shared else for_blocks
        self.reader_weight = np.full((replicates, readers), 1.0 / readers)
        if random != "cases":
            draw = np.random.default_rng(for_readers)
            self.reader_weight = (
                draw.multinomial(readers, np.full(readers, 1 / readers), replicates) / readers
            )

    def of_block(self, place: int) -> Found:
        block = self.blocks[place]
        unit = np.arange(len(block.truth)) if block.patient is None else _codes(block.patient)
        groups = _strata(block.truth, unit)
        draw = np.random.default_rng(self.seeds[place])
        kept = np.empty(self.replicates)
        step = max(1, _AT_ONCE // len(block.truth))
        for start in range(0, self.replicates, step):
            count = min(step, self.replicates - start)
            weights = np.ones((count, len(unit)))
            if self.random != "readers":
                weights = _drawn(draw, groups, count)[:, unit]
            figures = _weighted(self.figure, block, weights)
            kept[start : start + count] = (self.reader_weight[start : start + count] * figures).sum(axis=1)
        each = _weighted(self.figure, block, np.ones((1, len(unit))))[0]
        return float(each.mean()), kept, self._influence(block, each, unit, groups)

    def _influence(self, block: Block, each: Numbers, unit: Codes, groups: list[Codes]) -> Strata:
        """By leaving out one reader, and one case or patient, at a time; scaled as influence values."""
        strata: Strata = {}
        if self.random != "cases":
            strata["readers"] = each - each.mean()
        if self.random != "readers":
            for number, members in enumerate(groups):
                if len(members) < 2:
                    continue
                left = np.empty(len(members))
                step = max(1, _AT_ONCE // len(unit))
                for start in range(0, len(members), step):
                    gone = members[start : start + step]
                    left[start : start + step] = _weighted(
                        self.figure, block, (unit[None, :] != gone[:, None]).astype(np.float64)
                    ).mean(axis=1)
                strata[f"cases {number}"] = (len(members) - 1) * (left.mean() - left)
        return strata


def _weighted(figure: Figure, block: Block, weights: Numbers) -> Numbers:
    """Figures (b, r) of the readers under case weights (b, n); nan without a case of a class."""
    truth = block.truth
    with np.errstate(invalid="ignore", divide="ignore"):
        if figure != "auc":
            counted = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
            right = (block.scores == truth)[:, counted].astype(np.float64)
            share: Numbers = weights[:, counted] @ right.T / weights[:, counted].sum(axis=1)[:, None]
            return share
        return np.stack([_area(truth, row, weights) for row in block.scores], axis=1)


def _area(truth: NDArray[np.int8], rating: Numbers, weights: Numbers) -> Numbers:
    """AUC (b,) of ratings (n,) under whole weights (b, n): what the negatives below each positive weigh.

    Weights stand case by case, so that every step runs along memory. Counts are exact in float32 as long as
    there are fewer than 2^23 pairs, as weights of draws are.
    """
    high, low = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
    precise = np.float32 if len(high) * len(low) < 1 << 23 else np.float64
    by_case = np.ascontiguousarray(weights.T, dtype=precise)
    order = np.argsort(rating[low], kind="stable")
    start, end = (np.searchsorted(rating[low][order], rating[high], side=side) for side in ("left", "right"))
    below: NDArray[Any] = np.zeros((len(low) + 1, len(weights)), dtype=precise)
    np.cumsum(by_case[low[order]], axis=0, out=below[1:])
    up: NDArray[Any] = by_case[high]
    twice = np.einsum("ib,ib->b", up, below[start]) + np.einsum("ib,ib->b", up, below[end])
    area: Numbers = twice.astype(np.float64) / (2.0 * up.sum(axis=0, dtype=np.float64) * below[-1])
    return area


def _strata(truth: NDArray[np.int8], unit: Codes) -> list[Codes]:
    """Units by the truths of their cases: negative only, positive only, both."""
    size = int(unit.max()) + 1
    kind = 2 * (np.bincount(unit, truth == 1, size) > 0) + (np.bincount(unit, truth == 0, size) > 0)
    return [np.flatnonzero(kind == each) for each in (1, 2, 3) if (kind == each).any()]


def _drawn(draw: np.random.Generator, groups: list[Codes], count: int) -> Numbers:
    size = sum(len(members) for members in groups)
    weights = np.empty((count, size))
    for members in groups:
        k = len(members)
        picked = draw.integers(0, k, (count, k)) + k * np.arange(count)[:, None]
        weights[:, members] = np.bincount(picked.ravel(), minlength=count * k).reshape(count, k)
    return weights


def _codes(patient: Codes) -> Codes:
    return np.asarray(np.unique(patient, return_inverse=True)[1], dtype=np.int64)


def _apart(one: Found, two: Found, shared: bool) -> Found:
    strata = {name: values - two[2][name] for name, values in one[2].items() if shared or name == "readers"}
    if not shared:
        strata |= {f"{name} of the first": values for name, values in one[2].items() if name != "readers"}
        strata |= {f"{name} of the second": -values for name, values in two[2].items() if name != "readers"}
    return one[0] - two[0], one[1] - two[1], strata


def _summary(
    quantity: str,
    of: tuple[str, ...],
    estimate: float,
    drawn: Numbers,
    strata: Strata,
    level: float,
    counts: tuple[int, int],
) -> BootstrapEstimate:
    kept = drawn[np.isfinite(drawn)]
    notes = (
        (f"{len(drawn) - len(kept)} draws without a case of a class left out",)
        if len(kept) < len(drawn)
        else ()
    )
    if np.isnan(estimate) or len(kept) < 100:
        undefined = (*notes, "the figure of merit is undefined: the cases needed for it are absent")
        return BootstrapEstimate(quantity, of, None, None, None, None, *counts, undefined)
    se = float(kept.std(ddof=1))
    if np.ptp(kept) < 1e-12:
        flat_note = (*notes, "draws do not vary: no interval")
        return BootstrapEstimate(quantity, of, estimate, 0.0, None, None, *counts, flat_note)
    tail = (1 - level) / 2
    low, high = (float(x) for x in np.quantile(kept, [tail, 1 - tail]))
    percentile = Interval(low, high, level)
    bca, told = _bca(estimate, kept, strata, level)
    return BootstrapEstimate(quantity, of, estimate, se, percentile, bca, *counts, notes + told)


def _bca(
    estimate: float, kept: Numbers, strata: Strata, level: float
) -> tuple[Interval | None, tuple[str, ...]]:
    """Bias-corrected and accelerated limits; the acceleration adds up over the samples drawn from."""
    from scipy.special import ndtr, ndtri

    below = float((kept < estimate - 1e-12).mean() + (np.abs(kept - estimate) <= 1e-12).mean() / 2)
    if not 0 < below < 1:
        return None, ("all draws lie on one side of the estimate: no BCa interval",)
    bias = float(ndtri(below))
    cubes = sum(float((values**3).sum()) / len(values) ** 3 for values in strata.values())
    squares = sum(float((values**2).sum()) / len(values) ** 2 for values in strata.values())
    acceleration = cubes / squares**1.5 / 6 if squares > 0 else 0.0
    z = bias + np.array([1.0, -1.0]) * float(ndtri((1 - level) / 2))
    stretch = 1 - acceleration * z
    if (stretch <= 0).any():
        return None, ("the acceleration is too great for these few units: no BCa interval",)
    low, high = (float(x) for x in np.quantile(kept, ndtr(bias + z / stretch)))
    return Interval(low, high, level), ()
