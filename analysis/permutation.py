"""Permutation test of two conditions read by the same readers on the same cases.

Under the null a case looks the same under both conditions, so the readers' scores of a case may be swapped
between them, all readers together. That holds these readers fixed and draws cases; ratings must be on one
scale. Swapping a case moves the difference of the readers' mean areas by an amount of its own, whatever else
is swapped, so a million permutations are one product of matrices, and few cases are permuted in every way.
Swapping whole readers instead holds the cases fixed and draws readers.
Sources: Bandos AI, Rockette HE, Gur D, Stat Med 2005; 24: 2873-2893 and Acad Radiol 2006; 13: 414-420.
Phipson B, Smyth GK, Stat Appl Genet Mol Biol 2010; 9: 39 (P values of drawn permutations).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.design import CROSSED, Block, arrange
from analysis.errors import UnknownChoice
from analysis.figures import FIGURES, Figure, scored
from analysis.frames import Framed
from analysis.roc import placements
from analysis.table import Numbers, ReadingTable

Over = Literal["cases", "readers"]
_EXACT = 16  # units that are permuted in all 2^16 ways
_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class PermutationResult(Framed):
    """Difference of the readers' means, first condition less second, and its two-sided P value.

    exact: all permutations were made; else so many were drawn by the seed, and the smallest possible P is 1 /
    (permutations + 1).
    """

    figure_of_merit: str
    between: tuple[str, str]
    over: str
    estimate: float | None
    p: float | None
    permutations: int
    exact: bool
    seed: int
    readers: int
    cases: int
    method: str = "permutation test"
    notes: tuple[str, ...] = ()


def permutation_test(
    table: ReadingTable,
    figure: Figure = "auc",
    over: Over = "cases",
    permutations: int = 100_000,
    seed: int = 1,
) -> PermutationResult:
    """Test of two conditions by swapping cases (readers fixed) or readers (cases fixed).

    The table holds two conditions (select them) whose cases every reader read under both. Patients with
    several cases are swapped as one. Raises UnknownChoice for other designs and figures of merit.
    """
    if figure not in FIGURES:
        raise UnknownChoice(f"permutation test of '{figure}'", "it is for auc and proportions", "choose one")
    table, scores = scored(table, figure)
    design = arrange(table, scores)
    if len(design.blocks) != 2 or design.kind != CROSSED:
        told = ", ".join(design.conditions)
        raise UnknownChoice(
            table.source,
            f"two conditions are permuted, on the same cases; these are {told}, {design.kind}",
            "select two conditions that share their cases",
        )
    one, two = design.blocks
    moves = _by_reader(figure, one, two) if over == "readers" else _by_case(figure, one, two)
    notes = table.remarks
    counts = (len(design.readers), len(design.truth))
    if np.isnan(moves).any():
        undefined = (*notes, "the figure of merit is undefined: the cases needed for it are absent")
        return PermutationResult(
            figure, (one.condition, two.condition), over, None, None, 0, False, seed, *counts, notes=undefined
        )
    estimate = float(moves.sum() / 2)
    p, made, exact = _two_sided(estimate, moves, permutations, seed)
    if over == "readers":
        notes += (f"{counts[0]} readers: the smallest possible P is {2.0 ** (1 - counts[0]):g}",)
    return PermutationResult(
        figure, (one.condition, two.condition), over, estimate, p, made, exact, seed, *counts, notes=notes
    )


def _by_reader(figure: Figure, one: Block, two: Block) -> Numbers:
    """What swapping a reader takes off the difference of means, (r,)."""
    gaps = [_figure(figure, a, b) for a, b in ((one, one), (two, two))]
    taken: Numbers = 2 * (gaps[0] - gaps[1]) / len(gaps[0])
    return taken


def _by_case(figure: Figure, one: Block, two: Block) -> Numbers:
    """What swapping a case, or a patient, takes off the difference of means, (u,)."""
    truth = one.truth
    if figure == "auc":
        taken = np.empty(len(truth))
        own, cross = [_sides(a, a) for a in (one, two)], [_sides(one, two), _sides(two, one)]
        # D falls by A + B of a swapped positive case, by A - B of a negative one, summed over the others:
        # A = K11 - K22, B = K12 - K21, Kab the kernel of positives under a and negatives under b.
        for side, sign, value in ((0, 1, 1), (1, -1, 0)):
            a, b = own[0][side] - own[1][side], cross[0][side] - cross[1][side]
            taken[truth == value] = a + sign * b
    else:
        counted = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
        gap = ((one.scores == truth).astype(float) - (two.scores == truth)).mean(axis=0)
        taken = (
            2 * np.where(counted, gap, 0.0) / counted.sum() if counted.any() else np.full(len(truth), np.nan)
        )
    if one.patient is None:
        return taken
    code = np.unique(one.patient, return_inverse=True)[1]
    return np.asarray(np.bincount(code, weights=taken))


def _sides(positives_of: Block, negatives_of: Block) -> tuple[Numbers, Numbers]:
    """Sums of the readers' mean kernel by positive and by negative case, over n1 n0."""
    truth = positives_of.truth
    n1, n0 = int((truth == 1).sum()), int((truth == 0).sum())
    if not n1 or not n0:
        return np.full(n1, np.nan), np.full(n0, np.nan)
    pairs = list(zip(positives_of.scores[:, truth == 1], negatives_of.scores[:, truth == 0], strict=True))
    up = np.mean([placements(high, np.sort(low)) for high, low in pairs], axis=0)
    down = np.mean([1 - placements(low, np.sort(high)) for high, low in pairs], axis=0)
    return up / n1, down / n0


def _figure(figure: Figure, one: Block, two: Block) -> Numbers:
    if figure != "auc":
        truth = one.truth
        counted = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
        if not counted.any():
            return np.full(len(one.scores), np.nan)
        return np.asarray((one.scores == truth)[:, counted].mean(axis=1))
    high, low = one.scores[:, one.truth == 1], two.scores[:, one.truth == 0]
    if not high.size or not low.size:
        return np.full(len(one.scores), np.nan)
    return np.array([placements(h, np.sort(v)).mean() for h, v in zip(high, low, strict=True)])


def _two_sided(estimate: float, moves: Numbers, permutations: int, seed: int) -> tuple[float, int, bool]:
    """Share of permutations at least as far from 0, the one observed among them."""
    moves = moves[moves != 0]
    far = abs(estimate) - 1e-12
    if len(moves) <= _EXACT:
        swaps = (np.arange(2 ** len(moves))[:, None] >> np.arange(len(moves))) & 1
        found = estimate - swaps @ moves
        return float((np.abs(found) >= far).mean()), len(swaps), True
    draw, reached = np.random.default_rng(seed), 0
    step = max(1, _AT_ONCE // len(moves))
    for start in range(0, permutations, step):
        count = min(step, permutations - start)
        swaps = draw.integers(0, 2, (count, len(moves)), dtype=np.int8).astype(np.float64)
        reached += int((np.abs(estimate - swaps @ moves) >= far).sum())
    return (1 + reached) / (1 + permutations), permutations, False
