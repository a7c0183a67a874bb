"""Obuchowski-Rockette analysis of readers and cases, with Hillis's degrees of freedom, never truncated.

Sources: Obuchowski NA, Rockette HE, Commun Stat Simul Comput 1995; 24: 285-308. Hillis SL, Obuchowski NA,
Schartz KM, Berbaum KS, Stat Med 2005; 24: 1579-1607. Hillis SL, Stat Med 2007; 26: 596-619 (degrees of
freedom, single conditions). Hillis SL, Stat Med 2014; 33: 330-360 (marginal means; nested designs).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from analysis.cells import Cells, Incomplete, cells_of
from analysis.figures import Covariance, Figure
from analysis.intervals import check_level, spread, two_sided_p
from analysis.mean_errors import Balanced, MeanErrors
from analysis.moments import moments
from analysis.mrmc_result import (
    FIXED_CASES,
    FIXED_READERS,
    RANDOM_BOTH,
    Analysis,
    ConditionEstimate,
    Difference,
    MrmcResult,
    ReaderEstimate,
    Test,
)
from analysis.results import Spread
from analysis.table import ReadingTable
from analysis.unbalanced import Unbalanced

__all__ = ["FIXED_CASES", "FIXED_READERS", "RANDOM_BOTH", "analyse", "errors_of", "mrmc"]
_ONE_READER = "one reader: no between-reader variance, so nothing can be said of other readers"
_NO_READER_VARIATION = "readers do not differ: normal quantiles, degrees of freedom unbounded"
_NO_VARIATION = "the error term is zero: the test is undefined"
_FEW = 4
_FEW_READERS = (
    "{} readers: in simulated studies this test rejected up to 7 % of true nulls at a level of 5 %; the "
    "difference to report, never surer than over cases alone, did not"
)
_UNBALANCED = (
    "not every reader has a figure under every condition: a condition's mean is over its own readers, "
    "readers' variances are pooled over conditions, degrees of freedom are Satterthwaite's"
)
_UNDEFINED = "the figure of merit is undefined: the cases needed for it are absent"


def mrmc(
    table: ReadingTable,
    figure: Figure = "auc",
    covariance: Covariance | None = None,
    level: float = 0.95,
    incomplete: Incomplete = "use",
) -> MrmcResult:
    """Means of the readers under each condition, their differences and tests, under three notions of random.

    Any design: `design` of the result names it. Crossed; cases nested in conditions, in readers, or in groups
    of readers; readers nested in conditions; readings missing here and there, which the notes count; readers
    who lack a condition. Cells without a common case have uncorrelated errors; a figure is over the cases
    that its reader read. incomplete 'refuse' raises IncompleteDesign or PartlyPairedCases unless every reader
    read every case of each condition. covariance: delong (auc only, its default), jackknife (default of the
    others) or unbiased. One condition: its mean with the single-condition interval. One reader: the interval
    over cases only. Estimates are proportions in [0, 1]; limits outside are clipped and noted. Undefined
    numbers are None with a note: no variation at all, an empty class, one case in a class.
    Raises ScoreMissing, UnknownChoice.
    """
    check_level(level)
    return analyse(cells_of(table, figure, covariance, incomplete), level)


def analyse(cells: Cells, level: float = 0.95) -> MrmcResult:
    """The analysis of any figure of merit, from its estimates and their error covariances."""
    check_level(level)
    errors = errors_of(cells)
    writer = _Writer(cells, errors, level)
    return MrmcResult(
        method="obuchowski-rockette",
        figure_of_merit=cells.figure_of_merit,
        covariance=cells.method,
        design=cells.design,
        level=level,
        readers=cells.readers,
        conditions=cells.conditions,
        negatives=cells.negatives,
        positives=cells.positives,
        per_reader=writer.per_reader(),
        covariances=errors.covariances,
        components=errors.components,
        random_readers_random_cases=writer.analysis(RANDOM_BOTH),
        fixed_readers_random_cases=writer.analysis(FIXED_READERS),
        random_readers_fixed_cases=writer.analysis(FIXED_CASES),
        notes=cells.notes + _notes(cells, errors),
        bounds=cells.bounds,
    )


def errors_of(cells: Cells) -> MeanErrors:
    """By moments of a whole table of estimates, or for what there is of one."""
    if cells.lacking:
        return Unbalanced(cells.estimates, cells.covariance, cells.groups)
    return Balanced(moments(cells.estimates, cells.covariance, cells.groups))


class _Writer:
    """Turns estimates and their errors into the three analyses of one set of cells."""

    def __init__(self, cells: Cells, errors: MeanErrors, level: float) -> None:
        self.cells = cells
        self.errors = errors
        self.level = level

    def per_reader(self) -> tuple[ReaderEstimate, ...]:
        t, r = self.cells.estimates.shape
        return tuple(self._reader(i, j) for i in range(t) for j in range(r) if self.cells.has(i, j))

    def _reader(self, i: int, j: int) -> ReaderEstimate:
        condition, name, cases = self.cells.conditions[i], self.cells.readers[j], self.cells.cases_of(i, j)
        estimate = float(self.cells.estimates[i, j])
        if np.isnan(estimate):
            return ReaderEstimate(name, condition, None, None, None, cases, (_UNDEFINED,))
        variance = float(self.cells.covariance[i, j, i, j])
        got = spread(estimate, variance, None, self.level, self.cells.bounds)
        return ReaderEstimate(name, condition, estimate, got.se, got.interval, cases, got.notes)

    def analysis(self, name: str) -> Analysis:
        """F = MS(T) / error on its df, or, with fixed readers, chi-squared = (t - 1) MS(T) / error."""
        places = range(len(self.cells.conditions))
        one_reader = self.errors.readers(*places) == 1 and name != FIXED_READERS
        notes: tuple[str, ...] = (_ONE_READER,) if one_reader else ()
        test = self._test(name) if len(places) > 1 else None
        if test is None:
            notes += ("one condition: no test between conditions",)
        elif test.statistic is None and not one_reader:
            notes += (_NO_VARIATION if np.isfinite(self.errors.means).all() else _UNDEFINED,)
        elif name == RANDOM_BOTH and self.errors.readers(*places) <= _FEW:
            notes += (_FEW_READERS.format(self.errors.readers(*places)),)
        conditions = tuple(self._condition(name, i) for i in places)
        differences = tuple(self._difference(name, a, b) for a, b in combinations(places, 2))
        return Analysis(name, test, conditions, differences, notes)

    def _condition(self, name: str, i: int) -> ConditionEstimate:
        condition, r = self.cells.conditions[i], self.errors.readers(i)
        mean, cases = float(self.errors.means[i]), self.cells.cases[i]
        if np.isnan(mean):
            return ConditionEstimate(condition, None, None, None, None, r, cases, name, (_UNDEFINED,))
        if r == 1 and name != FIXED_READERS:
            return ConditionEstimate(condition, mean, None, None, None, r, cases, name, (_ONE_READER,))
        got = spread(mean, *self.errors.condition(name, i), self.level, self.cells.bounds)
        return ConditionEstimate(
            condition, mean, got.se, got.df, got.interval, r, cases, name, _told(name, got)
        )

    def _difference(self, name: str, a: int, b: int) -> Difference:
        between = (self.cells.conditions[a], self.cells.conditions[b])
        r, cases = self.errors.readers(a, b), self.cells.all_cases
        estimate = float(self.errors.means[a] - self.errors.means[b])
        if np.isnan(estimate):
            return Difference(between, None, None, None, None, None, None, r, cases, name, (_UNDEFINED,))
        if r == 1 and name != FIXED_READERS:
            note = (_ONE_READER,)
            return Difference(between, estimate, None, None, None, None, None, r, cases, name, note)
        variance, df = self.errors.difference(name, a, b)
        got = spread(estimate, variance, df, self.level, self.cells.range_of_difference)
        t = estimate / got.se if got.se else None
        p = None if t is None else two_sided_p(t, df)
        return Difference(
            between, estimate, got.se, got.df, t, p, got.interval, r, cases, name, _told(name, got)
        )

    def _test(self, name: str) -> Test:
        from scipy.special import chdtrc, fdtrc

        df1 = len(self.cells.conditions) - 1
        ms, error, df2 = self.errors.test(name)
        if not np.isfinite([ms, error]).all() or error <= 0:
            return Test(None, df1, None, None)
        f = ms / error
        if name == FIXED_READERS:
            return Test(df1 * f, df1, None, float(chdtrc(df1, df1 * f)))
        return Test(f, df1, df2, float(chdtrc(df1, df1 * f) if df2 is None else fdtrc(df1, df2, f)))


def _notes(cells: Cells, errors: MeanErrors) -> tuple[str, ...]:
    notes = []
    if not np.isfinite(errors.means).all():
        notes.append(_UNDEFINED)
    if len(cells.conditions) == 1:
        notes.append("one condition: cov1 and cov3 are undefined")
    if len(cells.readers) == 1:
        notes.append("one reader: cov2 and cov3 are undefined")
    if isinstance(errors, Unbalanced):
        notes.append(_UNBALANCED)
    return tuple(notes)


def _told(name: str, got: Spread) -> tuple[str, ...]:
    normal = name != FIXED_READERS and got.df is None and got.interval is not None
    return (*got.notes, _NO_READER_VARIATION) if normal else got.notes
