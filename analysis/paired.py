"""One reader at a time: two conditions on the same cases, or an algorithm against each reader.

The readers are fixed and the cases random (patients, where some gave several cases), so nothing here speaks
of other readers; P values of all readers are adjusted together (Holm).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import NothingToAnalyse, PartlyPairedCases, UnknownChoice, ValueRefused
from analysis.figures import PROPORTIONS, Figure, bounds_of, covariance_for, evaluate, scored
from analysis.frames import Framed
from analysis.grid import grid_of
from analysis.intervals import check_level, spread, two_sided_p
from analysis.multiplicity import holm
from analysis.paired_proportions import PairedProportions, mcnemar
from analysis.results import Interval
from analysis.table import Codes, Numbers, ReadingTable

MCNEMAR = "McNemar, exact"
CLUSTERED = "McNemar's chi-squared over patients"
DELONG = "DeLong, paired"
_EMPTY = "the figure of merit is undefined under one of the two: the cases needed for it are absent"
_COUNTED = {"accuracy": (0, 1), "sensitivity": (1,), "specificity": (0,)}


@dataclass(frozen=True, kw_only=True)
class PairedDifference(Framed):
    """One reader: first less second on the same cases. None means undefined, and a note says why.

    interval: Tango's for proportions, normal for AUCs. p: exact McNemar's for proportions, DeLong's for
    AUCs; p_holm: adjusted for all readers. statistic: DeLong's z. counts: the proportions' counts and
    further tests.
    """

    reader: str = ""
    between: tuple[str, str] = ("first", "second")
    figure_of_merit: str
    first: float | None = None
    second: float | None = None
    difference: float | None = None
    se: float | None = None
    interval: Interval | None = None
    statistic: float | None = None
    p: float | None = None
    p_holm: float | None = None
    cases: int
    method: str
    counts: PairedProportions | None = None
    notes: tuple[str, ...] = ()


def each_reader_paired(
    table: ReadingTable,
    figure: Figure = "accuracy",
    between: tuple[str, str] | None = None,
    level: float = 0.95,
) -> tuple[PairedDifference, ...]:
    """Every reader's first condition less the second, over the cases that he or she judged under both.

    figure: accuracy, sensitivity, specificity (McNemar) or auc (DeLong). between: default the table's two
    conditions in order. Cases judged under one condition alone are left out and counted in the notes. Readers
    without a case under both are undefined. Raises UnknownChoice for other than two conditions or an unknown
    one, PartlyPairedCases where no case was judged under both (`mrmc` takes cases nested in conditions), and
    what `figures.scored` raises.
    """
    check_level(level)
    table, scores = scored(table, figure)
    first, second = _two_conditions(table, between)
    grid = grid_of(table, scores)
    a, b = (grid.scores[grid.conditions.index(name)] for name in (first, second))
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        raise PartlyPairedCases(
            table.source,
            f"no reader judged a case under both {first} and {second}",
            "use mrmc, which takes conditions with cases of their own",
        )
    found = []
    for name, x, y, kept in zip(grid.readers, a, b, both, strict=True):
        patient = None if grid.patient is None else grid.patient[kept]
        one = compare(figure, grid.truth[kept], x[kept], y[kept], level, patient)
        left = int((np.isfinite(x) | np.isfinite(y)).sum() - kept.sum())
        notes = (f"{left} cases judged under one condition alone are left out",) if left else ()
        found.append(replace(one, reader=name, between=(first, second), notes=notes + one.notes))
    return adjusted(found)


def against_each(
    table: ReadingTable, algorithm: str, figure: Figure = "accuracy", level: float = 0.95
) -> tuple[PairedDifference, ...]:
    """The algorithm less each reader of the table's one condition, over the cases that both judged.

    Figures, methods and undefined cases as in `each_reader_paired`. Raises UnknownChoice for an unknown name
    and for several conditions, NothingToAnalyse without readers, and what `figures.scored` raises.
    """
    check_level(level)
    table, scores = scored(table, figure)
    grid = grid_of(table, scores)
    if algorithm not in grid.readers or len(grid.conditions) > 1:
        raise UnknownChoice(
            f"algorithm '{algorithm}'",
            f"{table.source} has no such reader of one condition",
            "name and select one",
        )
    others = [name for name in grid.readers if name != algorithm]
    if not others:
        raise NothingToAnalyse(table.source, "there is no reader beside the algorithm", "add the readers")
    own, found = grid.scores[0][grid.readers.index(algorithm)], []
    for name in others:
        theirs = grid.scores[0][grid.readers.index(name)]
        kept = np.isfinite(own) & np.isfinite(theirs)
        patient = None if grid.patient is None else grid.patient[kept]
        one = compare(figure, grid.truth[kept], own[kept], theirs[kept], level, patient)
        found.append(replace(one, reader=name, between=(algorithm, name)))
    return adjusted(found)


def compare(
    figure: Figure,
    truth: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    level: float = 0.95,
    patient: ArrayLike | None = None,
) -> PairedDifference:
    """The figure of merit of two scores of the same cases; all (cases,), truth 0 or 1, scores without gaps.

    auc: DeLong's test, the normal interval clipped to [-1, 1]; the others: see `mcnemar`. Raises
    UnknownChoice for another figure, ValueRefused. Sources: DeLong ER et al., Biometrics 1988; 44: 837-845;
    Obuchowski NA, Biometrics 1997; 53: 567-578 for patients with several cases; and those of `mcnemar`.
    """
    y = np.asarray(truth, dtype=np.int8)
    scores = np.stack([np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)])
    codes = None if patient is None else np.unique(np.asarray(patient), return_inverse=True)[1]
    if y.ndim != 1 or scores.shape != (2, len(y)) or not np.isfinite(scores).all():
        raise ValueRefused("scores", "truth and both scores are of the same cases", "give three 1-D arrays")
    if figure not in PROPORTIONS:
        return _rated(figure, y, scores, codes, level)
    counted = np.isin(y, _COUNTED[figure])
    right = (scores == y)[:, counted].astype(np.float64)
    found = mcnemar(right[0], right[1], level, None if codes is None else codes[counted])
    return PairedDifference(
        figure_of_merit=figure,
        first=found.first,
        second=found.second,
        difference=found.difference,
        interval=found.interval,
        p=found.p,
        cases=found.cases,
        method=MCNEMAR if found.p_exact is not None or not found.cases else CLUSTERED,
        counts=found,
        notes=found.notes,
    )


def adjusted(found: Sequence[PairedDifference]) -> tuple[PairedDifference, ...]:
    """The same with their P values adjusted together."""
    family = holm([one.p for one in found], [one.reader for one in found])
    return tuple(replace(one, p_holm=p) for one, p in zip(found, family.adjusted, strict=True))


def _rated(
    figure: Figure, truth: NDArray[np.int8], ratings: Numbers, patient: Codes | None, level: float
) -> PairedDifference:
    how = covariance_for(figure, None)
    method = DELONG if how == "delong" else f"normal, {how} covariance"
    if not len(truth):
        estimates, matrix = np.full(2, np.nan), np.full((2, 2), np.nan)
    else:
        estimates, matrix = evaluate(figure, how, truth, ratings, patient)
    first, second = (float(estimate) for estimate in estimates)
    empty = PairedDifference(figure_of_merit=figure, cases=len(truth), method=method)
    if not math.isfinite(first - second):
        return replace(empty, notes=(_EMPTY,))
    low, high = bounds_of(figure)
    variance = float(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1])
    got = spread(first - second, variance, None, level, (low - high, high - low))
    z = (first - second) / got.se if got.se else None
    return replace(
        empty,
        first=first,
        second=second,
        difference=first - second,
        se=got.se,
        interval=got.interval,
        statistic=z,
        p=None if z is None else two_sided_p(z, None),
        notes=got.notes,
    )


def _two_conditions(table: ReadingTable, between: tuple[str, str] | None) -> tuple[str, str]:
    names = table.conditions[0]
    chosen = names if between is None else between
    if len(chosen) != 2 or len(set(chosen)) != 2 or not set(chosen) <= set(names):
        raise UnknownChoice(
            table.source,
            f"two conditions are compared, and there are {', '.join(names)}",
            "name two of them (between, --between)" if len(names) > 1 else "take readings of two",
        )
    return chosen[0], chosen[1]
