"""Obuchowski-Rockette analysis of readers and cases, with Hillis's degrees of freedom, never truncated.

Sources: Obuchowski NA, Rockette HE, Commun Stat Simul Comput 1995; 24: 285-308. Hillis SL, Obuchowski NA,
Schartz KM, Berbaum KS, Stat Med 2005; 24: 1579-1607. Hillis SL, Stat Med 2007; 26: 596-619 (degrees of
freedom, single conditions). Hillis SL, Stat Med 2014; 33: 330-360 (marginal means; cases nested in
conditions).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from analysis.cells import Cells, cells_of
from analysis.figures import Covariance, Figure
from analysis.intervals import check_level, spread, two_sided_p
from analysis.moments import Moments, moments
from analysis.mrmc_result import Analysis, ConditionEstimate, Difference, MrmcResult, ReaderEstimate, Test
from analysis.results import Spread
from analysis.table import ReadingTable

RANDOM_BOTH = "random readers, random cases"
FIXED_READERS = "fixed readers, random cases"
FIXED_CASES = "random readers, fixed cases"
_ONE_READER = "one reader: no between-reader variance, so nothing can be said of other readers"
_NO_READER_VARIATION = "readers do not differ: normal quantiles, degrees of freedom unbounded"
_NO_VARIATION = "the error term is zero: the test is undefined"
_UNDEFINED = "the figure of merit is undefined: the cases needed for it are absent"


def mrmc(
    table: ReadingTable, figure: Figure = "auc", covariance: Covariance | None = None, level: float = 0.95
) -> MrmcResult:
    """Means of the readers under each condition, their differences and tests, under three notions of random.

    Every reader must have read every case under each condition (else IncompleteDesign; see
    restrict_to_complete). Conditions share all cases, or each has cases of its own: then the errors of two
    conditions are uncorrelated (cov1 = cov3 = 0), while readers who share the cases of one condition stay
    correlated (cov2), Hillis 2014. covariance: delong (auc only, its default), jackknife (default of the
    others) or unbiased. One condition: its mean with the single-condition interval (variance MS(R)/r +
    max(cov2, 0)). One reader: the interval over cases only. Estimates are proportions in [0, 1]; limits
    outside are clipped and noted. Undefined numbers are None with a note: no variation at all, an empty
    class, one case in a class.
    Raises ScoreMissing, UnknownChoice, IncompleteDesign, PartlyPairedCases.
    """
    check_level(level)
    return analyse(cells_of(table, figure, covariance), level)


def analyse(cells: Cells, level: float = 0.95) -> MrmcResult:
    """The analysis of any figure of merit, from its estimates and their error covariances."""
    check_level(level)
    m = moments(cells.estimates, cells.covariance)
    writer = _Writer(cells, m, level)
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
        covariances=m.covariances,
        components=m.components,
        random_readers_random_cases=writer.random_both(),
        fixed_readers_random_cases=writer.fixed_readers(),
        random_readers_fixed_cases=writer.fixed_cases(),
        notes=cells.notes + _notes(m),
    )


class _Writer:
    """Turns moments into the three analyses of one set of cells."""

    def __init__(self, cells: Cells, m: Moments, level: float) -> None:
        self.cells = cells
        self.m = m
        self.level = level

    def per_reader(self) -> tuple[ReaderEstimate, ...]:
        return tuple(self._reader(i, j) for i in range(self.m.conditions) for j in range(self.m.readers))

    def _reader(self, i: int, j: int) -> ReaderEstimate:
        condition, name, cases = self.cells.conditions[i], self.cells.readers[j], self.cells.cases[i]
        estimate = float(self.m.estimates[i, j])
        if np.isnan(estimate):
            return ReaderEstimate(name, condition, None, None, None, cases, (_UNDEFINED,))
        variance = float(self.cells.covariance[i, j, i, j])
        got = spread(estimate, variance, None, self.level, self.cells.bounds)
        return ReaderEstimate(name, condition, estimate, got.se, got.interval, cases, got.notes)

    def random_both(self) -> Analysis:
        """F = MS(T) / (MS(TR) + r max(cov2 - cov3, 0)), Hillis 2007; each condition from its own data."""
        m, r = self.m, self.m.readers
        error = m.ms_condition_reader + r * m.excess
        df = _hillis(error, m.ms_condition_reader, (m.conditions - 1) * (r - 1))
        test = self._f_test(m.ms_condition, error, df)
        conditions = self._conditions(RANDOM_BOTH, self._random_both_condition)
        return self._analysis(RANDOM_BOTH, test, conditions, 2 * error / r, df, r > 1)

    def _random_both_condition(self, i: int) -> tuple[float, float | None]:
        r, ms = self.m.readers, float(self.m.ms_reader_within[i])
        error = ms + r * max(float(self.m.cov2_within[i]), 0.0) if r > 1 else np.nan
        return error / r, _hillis(error, ms, r - 1)

    def fixed_readers(self) -> Analysis:
        """Chi-squared = (t - 1) MS(T) / (variance - cov1 + (r - 1) max(cov2 - cov3, 0)), Hillis 2007."""
        m, r = self.m, self.m.readers
        error = m.variance - m.cov1 + (r - 1) * m.excess
        test = self._chi_squared(m.ms_condition, error)

        def condition(i: int) -> tuple[float, float | None]:
            shared = (r - 1) * max(float(m.cov2_within[i]), 0.0) if r > 1 else 0.0
            return (float(m.variance_within[i]) + shared) / r, None

        return self._analysis(
            FIXED_READERS, test, self._conditions(FIXED_READERS, condition), 2 * error / r, None, True
        )

    def fixed_cases(self) -> Analysis:
        """F = MS(T) / MS(TR): paired t for two conditions; nothing is said of other cases."""
        m, r = self.m, self.m.readers
        df = float((m.conditions - 1) * (r - 1)) or None
        test = self._f_test(m.ms_condition, m.ms_condition_reader, df)

        def condition(i: int) -> tuple[float, float | None]:
            return float(m.ms_reader_within[i]) / r, float(r - 1) or None

        conditions = self._conditions(FIXED_CASES, condition)
        return self._analysis(FIXED_CASES, test, conditions, 2 * m.ms_condition_reader / r, df, r > 1)

    def _analysis(
        self,
        name: str,
        test: Test | None,
        conditions: tuple[ConditionEstimate, ...],
        variance: float,
        df: float | None,
        enough_readers: bool,
    ) -> Analysis:
        notes: tuple[str, ...] = () if enough_readers else (_ONE_READER,)
        if test is None:
            notes += ("one condition: no test between conditions",)
        elif test.statistic is None and enough_readers:
            notes += (_NO_VARIATION if np.isfinite(self.m.estimates).all() else _UNDEFINED,)
        pairs = combinations(range(self.m.conditions), 2)
        differences = tuple(self._difference(name, a, b, variance, df) for a, b in pairs)
        return Analysis(name, test, conditions, differences, notes)

    def _conditions(
        self, name: str, variance_of: Callable[[int], tuple[float, float | None]]
    ) -> tuple[ConditionEstimate, ...]:
        return tuple(self._condition(name, i, *variance_of(i)) for i in range(self.m.conditions))

    def _condition(self, name: str, i: int, variance: float, df: float | None) -> ConditionEstimate:
        condition, r = self.cells.conditions[i], self.m.readers
        mean, cases = float(self.m.means[i]), self.cells.cases[i]
        if np.isnan(mean):
            return ConditionEstimate(condition, None, None, None, None, r, cases, name, (_UNDEFINED,))
        if r == 1 and name != FIXED_READERS:
            return ConditionEstimate(condition, mean, None, None, None, r, cases, name, (_ONE_READER,))
        got = spread(mean, variance, df, self.level, self.cells.bounds)
        return ConditionEstimate(
            condition, mean, got.se, got.df, got.interval, r, cases, name, _told(name, got)
        )

    def _difference(self, name: str, a: int, b: int, variance: float, df: float | None) -> Difference:
        between = (self.cells.conditions[a], self.cells.conditions[b])
        r, cases = self.m.readers, self.cells.all_cases
        estimate = float(self.m.means[a] - self.m.means[b])
        if np.isnan(estimate):
            return Difference(between, None, None, None, None, None, None, r, cases, name, (_UNDEFINED,))
        if r == 1 and name != FIXED_READERS:
            note = (_ONE_READER,)
            return Difference(between, estimate, None, None, None, None, None, r, cases, name, note)
        got = spread(estimate, variance, df, self.level, self.cells.range_of_difference)
        t = estimate / got.se if got.se else None
        p = None if t is None else two_sided_p(t, df)
        return Difference(
            between, estimate, got.se, got.df, t, p, got.interval, r, cases, name, _told(name, got)
        )

    def _f_test(self, ms: float, error: float, df2: float | None) -> Test | None:
        from scipy.special import chdtrc, fdtrc

        df1 = self.m.conditions - 1
        if df1 == 0:
            return None
        if not np.isfinite(error) or error <= 0:
            return Test(None, df1, None, None)
        f = ms / error
        p = float(chdtrc(df1, df1 * f)) if df2 is None else float(fdtrc(df1, df2, f))
        return Test(f, df1, df2, p)

    def _chi_squared(self, ms: float, error: float) -> Test | None:
        from scipy.special import chdtrc

        df1 = self.m.conditions - 1
        if df1 == 0:
            return None
        if not np.isfinite(error) or error <= 0:
            return Test(None, df1, None, None)
        return Test(df1 * ms / error, df1, None, float(chdtrc(df1, df1 * ms / error)))


def _notes(m: Moments) -> tuple[str, ...]:
    notes = []
    if not np.isfinite(m.estimates).all():
        notes.append(_UNDEFINED)
    if m.conditions == 1:
        notes.append("one condition: cov1 and cov3 are undefined")
    if m.readers == 1:
        notes.append("one reader: cov2 and cov3 are undefined")
    return tuple(notes)


def _told(name: str, got: Spread) -> tuple[str, ...]:
    normal = name != FIXED_READERS and got.df is None and got.interval is not None
    return (*got.notes, _NO_READER_VARIATION) if normal else got.notes


def _hillis(error: float, mean_square: float, df: int) -> float | None:
    """(error / mean square)^2 df; None, meaning the normal distribution, where readers do not differ."""
    if df < 1 or not np.isfinite(error) or mean_square == 0:
        return None
    return (error / mean_square) ** 2 * df
