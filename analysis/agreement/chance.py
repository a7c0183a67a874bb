"""Agreement beyond chance: observed and expected agreement, and how each case moves the coefficient.

Every coefficient is (observed - expected) / (1 - expected). `moves` (n,) is its derivative in the weight of
each case, with which the variance over cases is a sum of squares (linearisation); the moves of a
coefficient sum to 0. Source: Gwet KL, Br J Math Stat Psychol 2008; 61: 29-48, and Handbook of Inter-Rater
Reliability, 4th ed., 2014, chapters 2-5, also for cases that some readers did not judge: a case with one
judgement tells of the categories' shares, not of agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.agreement.judgements import Judgements
from analysis.agreement.weights import Metric, distances
from analysis.table import Codes, Numbers

NO_PAIR = "no case has two judgements: agreement is undefined"
ONE_CATEGORY = "all judgements are of one category: agreement beyond chance is undefined"
_ONE_VALUE = "there is one category only: agreement beyond chance is undefined"


@dataclass(frozen=True, eq=False)
class Found:
    """A coefficient; estimate nan where undefined, and `note` says why. patient (n,): of the cases moved."""

    estimate: float
    observed: float
    expected: float
    moves: Numbers
    patient: Codes
    note: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """Observed or expected agreement, and its derivative in the weight of each case (n,)."""

    value: float
    moves: Numbers


Chance = Callable[[Judgements, Numbers], Part]


def observed(j: Judgements, weights: Numbers) -> Part:
    """The mean over cases of the share of pairs of their judgements that agree, in part where weighted."""
    twice, pairs = j.twice, np.maximum(j.judges * (j.judges - 1), 1.0)
    alike = j.over_pairs(weights) / pairs
    value = float(alike[twice].mean())
    return Part(value, np.where(twice, alike - value, 0.0) / twice.sum())


def none_expected(j: Judgements, weights: Numbers) -> Part:
    """Percent agreement corrects for no chance."""
    return Part(0.0, np.zeros(j.cases))


def even(j: Judgements, weights: Numbers) -> Part:
    """Brennan and Prediger: every category equally likely."""
    return Part(float(weights.mean()), np.zeros(j.cases))


def common_shares(j: Judgements, weights: Numbers) -> Part:
    """Fleiss: two judgements drawn from the shares that all readers have in common."""
    pull = weights @ j.shares
    value = float(j.shares @ pull)
    return Part(value, 2 * _along_shares(j, pull, value))


def gwet(j: Judgements, weights: Numbers) -> Part:
    """Gwet: chance agreement arises only as far as categories are hard to tell, pi (1 - pi)."""
    q = len(weights)
    scale = float(weights.sum()) / (q * (q - 1))
    value = scale * float(j.shares @ (1 - j.shares))
    pull = 1 - 2 * j.shares
    return Part(value, scale * _along_shares(j, pull, float(j.shares @ pull)))


def own_shares(j: Judgements, weights: Numbers) -> Part:
    """Conger (Cohen for two readers): two different readers, each with the shares of his or her own."""
    r, q = j.readers, len(weights)
    said = np.maximum((j.codes >= 0).sum(axis=0), 1)
    own = np.array([np.bincount(column[column >= 0], minlength=q) for column in j.codes.T]) / said[:, None]
    pull = (own.sum(axis=0) - own) @ weights
    value = float((own * pull).sum()) / (r * (r - 1))
    moves = np.zeros(j.cases)
    for reader, column in enumerate(j.codes.T):
        judged = column >= 0
        moves[judged] += (pull[reader, column[judged]] - own[reader] @ pull[reader]) / said[reader]
    return Part(value, 2 * moves / (r * (r - 1)))


def _along_shares(j: Judgements, pull: Numbers, mean: float) -> Numbers:
    return np.asarray((j.counts @ pull / j.judges - mean) / j.cases)


CHANCE: Mapping[str, Chance] = {
    "percent": none_expected,
    "brennan-prediger": even,
    "fleiss": common_shares,
    "conger": own_shares,
    "gwet": gwet,
}


def beyond_chance(j: Judgements, weights: Numbers, names: Iterable[str]) -> list[Found]:
    """The coefficients with these ideas of chance, names of CHANCE."""
    if not j.twice.any():
        return [undefined(j, NO_PAIR) for _ in names]
    found = observed(j, weights)
    return [_beyond(j, found, weights, CHANCE[name]) for name in names]


def _beyond(j: Judgements, found: Part, weights: Numbers, chance: Chance) -> Found:
    if len(weights) == 1 and chance is not none_expected:
        return undefined(j, _ONE_VALUE)
    by_chance = chance(j, weights)
    left = 1 - by_chance.value
    if left <= 1e-12:  # the shares' sums of squares are 1 but for rounding
        return Found(np.nan, found.value, by_chance.value, np.zeros(j.cases), j.patient, ONE_CATEGORY)
    estimate = (found.value - by_chance.value) / left
    moves = (found.moves - (1 - estimate) * by_chance.moves) / left
    return Found(estimate, found.value, by_chance.value, moves, j.patient)


def alpha(j: Judgements, metric: Metric) -> Found:
    """Krippendorff's alpha, 1 - (N - 1) O / E, over the N judgements of cases with two or more.

    O sums each case's squared differences over ordered pairs of judgements, divided by (m - 1) for m
    judgements, in every case and not only where some are missing; E sums those over all pairs of judgements.
    Its observed and expected agreement are those of weights 1 - difference / largest difference.
    """
    if not j.twice.any():
        return undefined(j, NO_PAIR)
    j = j.paired
    totals = j.counts.sum(axis=0)
    used = totals > 0
    counts, totals, share = j.counts[:, used], totals[used], 1 / (j.judges - 1)
    delta = distances(j.values[used], totals, metric)
    along_apart = _narrowed(j, used).over_pairs(delta) * share
    pull = delta @ totals
    along_spread = 2 * (counts @ pull)
    apart, spread, total = float(along_apart.sum()), float(totals @ pull), float(totals.sum())
    if spread <= 0:
        return Found(np.nan, 1.0, 1.0, np.zeros(j.cases), j.patient, ONE_CATEGORY)
    if metric == "ordinal":  # ranks move with every case too
        together = counts.T @ (counts * share[:, None])
        along_apart = along_apart + counts @ _along_ranks(together, totals)
        along_spread = along_spread + counts @ _along_ranks(np.outer(totals, totals), totals)
    ratio, largest = apart / spread, float(delta.max())
    moves = -(j.judges * ratio + (total - 1) * (along_apart - ratio * along_spread) / spread)
    return Found(
        estimate=1 - (total - 1) * ratio,
        observed=1 - apart / total / largest,
        expected=1 - spread / (total * (total - 1)) / largest,
        moves=np.asarray(moves - moves.mean()),
        patient=j.patient,
    )


def _narrowed(j: Judgements, used: NDArray[np.bool_]) -> Judgements:
    """The judgements on the scale of the categories in use."""
    places = np.append(np.cumsum(used) - 1, -1)
    return replace(j, values=j.values[used], codes=places[j.codes])


def _along_ranks(pairs: Numbers, totals: Numbers) -> Numbers:
    """The derivative (q,), through mid-ranks, of the sum of pairs (q, q) times squared rank differences."""
    ranks = np.cumsum(totals) - totals / 2
    along = 4 * (pairs.sum(axis=1) * ranks - pairs @ ranks)
    above = np.cumsum(along[::-1])[::-1]
    return np.asarray(above - along / 2)


def undefined(j: Judgements, why: str) -> Found:
    return Found(np.nan, np.nan, np.nan, np.zeros(j.cases), j.patient, why)
