"""Dorfman, Berbaum and Metz's analysis: an analysis of variance of the jackknife's pseudovalues.

A case's pseudovalue is N times the figure of merit less N - 1 times what it is without the case, moved so
that their mean is the figure itself (for areas and proportions it is). With one less data-based term, and
Hillis's degrees of freedom, the test over random readers and cases is that of Obuchowski and Rockette with
the jackknife covariance, number for number.
Sources: Dorfman DD, Berbaum KS, Metz CE, Invest Radiol 1992; 27: 723-731. Hillis SL, Berbaum KS, Metz CE,
Acad Radiol 2008; 15: 647-661. Hillis SL et al., Stat Med 2005; 24: 1579-1607 (the identity).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import NothingToAnalyse, PartlyPairedCases
from analysis.figures import Figure, scored
from analysis.frames import Framed
from analysis.grid import grid_of
from analysis.mean_errors import hillis
from analysis.mrmc_result import Test
from analysis.overlap import leave_one_out
from analysis.table import Numbers, ReadingTable

_NOTHING_VARIES = "the error term is zero: the test is undefined"


@dataclass(frozen=True)
class MeanSquares:
    """Of pseudovalues: conditions, readers, cases and their interactions."""

    condition: float
    reader: float
    case: float
    condition_reader: float
    condition_case: float
    reader_case: float
    condition_reader_case: float


@dataclass(frozen=True)
class DbmResult(Framed):
    """F tests of equal conditions; statistic and p of one are None where its error is zero."""

    figure_of_merit: str
    readers: int
    conditions: tuple[str, ...]
    cases: int
    mean_squares: MeanSquares
    random_readers_random_cases: Test
    fixed_readers_random_cases: Test
    random_readers_fixed_cases: Test
    notes: tuple[str, ...] = ()
    method: str = "dorfman-berbaum-metz"


def dbm(table: ReadingTable, figure: Figure = "auc") -> DbmResult:
    """The analysis of pseudovalues of crossed readings: two conditions and two readers, or more.

    cases: those that the figure of merit is about; patients stand for them where some gave several. Raises
    PartlyPairedCases unless every reader read every case under each condition, NothingToAnalyse for one
    condition, one reader or cases that leave the figure undefined, ScoreMissing and UnknownChoice.
    """
    table, scores = scored(table, figure)
    grid = grid_of(table, scores)
    if not grid.present.all():
        raise PartlyPairedCases(
            table.source, "pseudovalues need every reader on every case", "use mrmc, which takes any design"
        )
    t, r, n = grid.scores.shape
    estimates, left = leave_one_out(figure, grid.truth, grid.scores.reshape(t * r, n), grid.patient)
    if t < 2 or r < 2 or not np.isfinite(left).all() or left.shape[1] < 2:
        raise NothingToAnalyse(
            table.source, "pseudovalues need two conditions, readers and cases", "use mrmc or delong_auc"
        )
    count = left.shape[1]
    normalised = estimates[:, None] - (count - 1) * (left - left.mean(axis=1, keepdims=True))
    found = _mean_squares(normalised.reshape(t, r, count))
    shared = max(found.condition_case - found.condition_reader_case, 0.0)
    error = found.condition_reader + shared
    free = float((t - 1) * (r - 1))
    tests = (
        _test(found.condition, error, t - 1, hillis(error, found.condition_reader, free)),
        _test(found.condition, found.condition_case, t - 1, float((t - 1) * (count - 1))),
        _test(found.condition, found.condition_reader, t - 1, free),
    )
    notes = table.remarks + ((_NOTHING_VARIES,) if any(each.p is None for each in tests) else ())
    return DbmResult(figure, r, grid.conditions, count, found, *tests, notes)


def _mean_squares(values: Numbers) -> MeanSquares:
    """Of values (t, r, n), by projections on each factor's means and on the rest."""
    found = []
    for kept in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        part, free = values, 1
        for axis, size in enumerate(values.shape):
            mean = part.mean(axis=axis, keepdims=True)
            part = part - mean if axis in kept else mean
            free *= size - 1 if axis in kept else 1
        found.append(float((part**2).sum()) * values.size / part.size / free)
    return MeanSquares(*found)


def _test(ms: float, error: float, df1: int, df2: float | None) -> Test:
    from scipy.special import chdtrc, fdtrc

    if not error > 0:
        return Test(None, df1, None, None)
    f = ms / error
    return Test(f, df1, df2, float(chdtrc(df1, df1 * f) if df2 is None else fdtrc(df1, df2, f)))
