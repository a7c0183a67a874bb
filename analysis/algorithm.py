"""One algorithm against a panel of readers on the same cases.

Each reader's figure of merit less the algorithm's is analysed as a figure of merit of its own, under a single
condition: the readers are random, the algorithm is fixed, and the cases of both are the same random cases.
Source: Hillis SL, Obuchowski NA, Schartz KM, Berbaum KS, Stat Med 2005; 24: 1579-1607, for one treatment; the
procedure that RJafroc calls 1T-RRRC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.cells import Cells, cells_of
from analysis.errors import NothingToAnalyse, UnknownChoice
from analysis.figures import Covariance, Figure
from analysis.frames import Framed
from analysis.intervals import check_level, spread, two_sided_p
from analysis.moments import Moments, moments
from analysis.mrmc_result import Difference, never_narrower, told_near_end
from analysis.results import Spread
from analysis.table import ReadingTable

RANDOM_READERS = "random readers, random cases"
FIXED_READERS = "fixed readers, random cases"
_ONE = "one reader: nothing can be said of other readers"
_UNDEFINED = "the figure of merit is undefined: the cases needed for it are absent"


@dataclass(frozen=True)
class AgainstPanel(Framed):
    """An algorithm's figure of merit, the readers' mean, and the difference of the first less the second."""

    algorithm: str
    figure_of_merit: str
    covariance: str
    condition: str
    estimate: float | None
    panel: float | None
    difference: Difference
    level: float
    readers: int
    cases: int
    notes: tuple[str, ...] = ()
    method: str = "one algorithm against the readers, single treatment"


def against_panel(
    table: ReadingTable,
    algorithm: str,
    figure: Figure = "accuracy",
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> AgainstPanel:
    """The reader named `algorithm` against all other readers of the table, under its one condition.

    Where they did not read the same cases, each figure is over its own cases and errors hang together through
    the common ones; the notes count what is not there. One reader leaves the difference without an error. An
    interval is never narrower than over cases alone, with these very readers. Raises UnknownChoice for
    several conditions or an unknown name, NothingToAnalyse without readers, and what `mrmc` raises.
    """
    check_level(level)
    _check(table, algorithm)
    cells = cells_of(table, figure, covariance, "use")
    if algorithm not in cells.readers or len(cells.readers) == 1:
        left = "the algorithm or every reader lacks the cases that the figure of merit needs"
        raise NothingToAnalyse(table.source, left, "choose another figure of merit, or complete the readings")
    own = cells.readers.index(algorithm)
    others = np.array([place for place in range(len(cells.readers)) if place != own])
    theta, errors = cells.estimates[0], cells.covariance[0, :, 0, :]
    gaps = theta[others] - theta[own]
    with_own = errors[others, own][:, None]
    gap_errors = errors[np.ix_(others, others)] - with_own - with_own.T + errors[own, own]
    m = moments(gaps[None, :], gap_errors[None, :, None, :])
    names = (algorithm, "readers")
    estimate, panel = _defined(float(theta[own])), _defined(float(theta[others].mean()))
    difference = _difference(m, names, cells, level)
    return AgainstPanel(
        algorithm=algorithm,
        figure_of_merit=figure,
        covariance=cells.method,
        condition=cells.conditions[0],
        estimate=estimate,
        panel=panel,
        difference=told_near_end(difference, (estimate, panel), figure, cells.bounds),
        level=level,
        readers=len(others),
        cases=cells.all_cases,
        notes=cells.notes,
    )


def _difference(m: Moments, names: tuple[str, str], cells: Cells, level: float) -> Difference:
    """The algorithm less the readers, from moments of each reader less the algorithm."""
    mean, r = 0.0 - float(m.estimates.mean()), m.readers
    cases, bounds = cells.all_cases, cells.range_of_difference
    if np.isnan(mean):
        return Difference(names, None, None, None, None, None, None, r, cases, RANDOM_READERS, (_UNDEFINED,))
    if r == 1:
        return Difference(names, mean, None, None, None, None, None, r, cases, RANDOM_READERS, (_ONE,))
    shared = max(m.cov2, 0.0)
    error = m.ms_reader + r * shared
    df = (error / m.ms_reader) ** 2 * (r - 1) if m.ms_reader > 0 else None
    found = [
        (RANDOM_READERS, spread(mean, error / r, df, level, bounds)),
        (FIXED_READERS, spread(mean, (m.variance - shared) / r + shared, None, level, bounds)),
    ]
    both, fixed = (_of(names, mean, got, r, cases, method) for method, got in found)
    return never_narrower(both, fixed)


def _of(
    names: tuple[str, str], mean: float, got: Spread, readers: int, cases: int, method: str
) -> Difference:
    t = mean / got.se if got.se else None
    p = None if t is None else two_sided_p(t, got.df)
    return Difference(names, mean, got.se, got.df, t, p, got.interval, readers, cases, method, got.notes)


def _check(table: ReadingTable, algorithm: str) -> None:
    names, conditions = table.readers[0], table.conditions[0]
    if algorithm not in names:
        raise UnknownChoice(
            f"algorithm '{algorithm}'",
            f"no reader of {table.source} has this name",
            "name one as it stands there",
        )
    if len(names) == 1:
        raise NothingToAnalyse(table.source, "there is no reader beside the algorithm", "add the readers")
    if len(conditions) > 1:
        raise UnknownChoice(
            table.source,
            f"an algorithm is compared under one condition, and there are {', '.join(conditions)}",
            "select one (table.only, --condition)",
        )


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
