"""Agreement in a table of readings: condition by condition, of calls and of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.agreement.coefficients import all_of
from analysis.agreement.icc import IntraclassCorrelation, icc
from analysis.agreement.judgements import Judgements, judgements
from analysis.agreement.limits import LimitsOfAgreement, limits_between_readers
from analysis.agreement.pairs import PairAgreement, each_pair, extreme
from analysis.agreement.repeats import WithSelf, with_self
from analysis.agreement.variance import Coefficient
from analysis.agreement.weights import METRICS, MOST_CATEGORIES, Metric, Weights
from analysis.errors import ScoreMissing, UnknownChoice, ValueRefused
from analysis.frames import Framed, Row, flat
from analysis.grid import Grid, grid_of
from analysis.intervals import check_level
from analysis.table import Numbers, ReadingTable

Of = Literal["call", "rating"]
_COEFFICIENTS = ("percent", "fleiss", "conger", "gwet", "brennan-prediger")
_LARGEST = 1e100
_COARSE = 20  # on finer scales two readers hardly ever give the very same rating
_MANY = f"more than {MOST_CATEGORIES} different ratings: see icc and limits, not coefficients of categories"


@dataclass(frozen=True)
class ConditionAgreement(Framed):
    """Agreement of calls or of ratings under one condition.

    missing: judgements that readers x cases lack. categories, shares: the scale and how often each of it
    was given. coefficients: of all readers. pairs: every two readers; mean_of_pairs over readers and cases.
    icc and limits (of any two readers) for ratings. with_self: from second showings, None where there are
    none.
    """

    condition: str
    of: str
    readers: tuple[str, ...]
    cases: int
    judgements: int
    missing: int
    categories: tuple[float, ...]
    shares: tuple[float, ...]
    coefficients: tuple[Coefficient, ...]
    pairs: tuple[PairAgreement, ...]
    mean_of_pairs: tuple[Coefficient, ...]
    icc: tuple[IntraclassCorrelation, ...]
    limits: LimitsOfAgreement | None
    with_self: WithSelf | None
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A row per coefficient, mean of pairs and form of icc."""
        first = {"condition": self.condition, "of": self.of}
        found = (*self.coefficients, *self.mean_of_pairs, *self.icc)
        return [flat(one, **first) for one in found]


@dataclass(frozen=True)
class AgreementResult(Framed):
    """Agreement of readers with each other and with themselves; conditions are never mixed."""

    method: str
    readers: int
    cases: int
    level: float
    conditions: tuple[ConditionAgreement, ...]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        return [row for one in self.conditions for row in one.rows()]


def reader_agreement(
    table: ReadingTable,
    of: Sequence[Of] | None = None,
    weights: Weights | None = None,
    level: float = 0.95,
    again: ReadingTable | None = None,
) -> AgreementResult:
    """Agreement of the table's readers under each condition.

    of: "call", "rating" or both; default what the table has. weights: for ratings, default linear and
    quadratic, and identity on scales of up to 20 categories; calls have two categories and need none.
    again: second showings of the same cases (`read_csv` with repeats=True), for readers with themselves.
    Truth is not used. Readers need not have judged the same cases. Categories of calls are 0 and 1, those
    of ratings what occurs anywhere in the table. Krippendorff's alpha of ratings is ordinal and interval.
    Undefined numbers are None with a note: one reader, one case, one category. Raises ScoreMissing where no
    reading has what is asked for, UnknownChoice, ValueRefused.
    """
    check_level(level)
    _check_size(table, of)
    found = [
        _condition(table, again, condition, column, weights, level)
        for column in _columns(table, of)
        for condition in table.conditions[0]
        if np.isfinite(_scores(table, column)[table.condition == condition]).any()
    ]
    return AgreementResult(
        method="agreement between readers, condition by condition",
        readers=len(np.unique(table.reader)),
        cases=len(np.unique(table.case)),
        level=level,
        conditions=tuple(found),
        notes=(*table.remarks, *(note for one in found for note in _gathered(one))),
    )


def _check_size(table: ReadingTable, of: Sequence[Of] | None) -> None:
    if "rating" in _columns(table, of) and np.nanmax(np.abs(_scores(table, "rating"))) > _LARGEST:
        raise ValueRefused(
            table.source,
            f"ratings beyond {_LARGEST:g} have no squared differences",
            "put the ratings on a smaller scale, or ask for calls alone",
        )


def _gathered(one: ConditionAgreement) -> list[str]:
    """All notes of one condition, each said once, with what they are about."""
    told = list(one.notes)
    for part in (*one.coefficients, *one.mean_of_pairs):
        told += [f"{part.name}, {part.weights}: {note}" for note in part.notes]
    for form in one.icc:
        told += [f"{form.name}: {note}" for note in form.notes]
    for pair in one.pairs:
        about = " - ".join(pair.between)
        told += [f"{about}: {note}" for note in (*pair.notes, *pair.percent.notes)]
    told += [f"limits: {note}" for note in (one.limits.notes if one.limits else ())]
    for own in one.with_self.readers if one.with_self else ():
        told += [f"reader {own.reader} with oneself: {note}" for note in own.agreement.notes]
    return [f"condition {one.condition}, {one.of}s: {note}" for note in dict.fromkeys(told)]


def _columns(table: ReadingTable, of: Sequence[Of] | None) -> list[Of]:
    known: tuple[Of, ...] = ("call", "rating")
    for column in of or ():
        if column not in known:
            raise UnknownChoice(f"agreement of '{column}'", "it is not known", "choose call or rating")
    there = [column for column in known if np.isfinite(_scores(table, column)).any()]
    lacking = [column for column in of or () if column not in there]
    if lacking:
        raise ScoreMissing(
            table.source, f"no reading has a {lacking[0]}", "give the column, or ask for another"
        )
    return [column for column in there if of is None or column in of]


def _scores(table: ReadingTable, column: Of) -> Numbers:
    found = table.call if column == "call" else table.rating
    return np.full(len(table), np.nan) if found is None else found


def _condition(
    table: ReadingTable,
    again: ReadingTable | None,
    condition: str,
    of: Of,
    weights: Weights | None,
    level: float,
) -> ConditionAgreement:
    scale = (0.0, 1.0) if of == "call" else _scale(table, again)
    grid = judged(table, condition, of)
    scores = grid.scores[0].T
    kept = np.isfinite(scores)
    fine = len(scale) > MOST_CATEGORIES
    chosen = ("identity",) if of == "call" else _chosen(weights, len(scale))
    j = None if fine else judgements(scores, scale, grid.patient)
    pairs, means = ((), ()) if j is None else each_pair(j, grid.readers, chosen, level)
    rated = of == "rating"
    return ConditionAgreement(
        condition=condition,
        of=of,
        readers=grid.readers,
        cases=len(kept),
        judgements=int(kept.sum()),
        missing=int((~kept).sum()),
        categories=() if fine else scale,
        shares=() if j is None else tuple(float(share) for share in j.shares),
        coefficients=() if j is None else _coefficients(j, rated, chosen, level),
        pairs=pairs,
        mean_of_pairs=means,
        icc=icc(scores, level, grid.patient) if rated else (),
        limits=limits_between_readers(scores, level, grid.patient) if rated else None,
        with_self=None if again is None else _with_self(table, again, condition, of, chosen, scale, level),
        notes=(_MANY,) if j is None else _remarks(j),
    )


def _chosen(weights: Weights | None, categories: int) -> tuple[Weights, ...]:
    if weights is not None:
        return (weights,)
    return ("identity", "linear", "quadratic") if categories <= _COARSE else ("linear", "quadratic")


def _remarks(j: Judgements) -> tuple[str, ...]:
    if not j.missing:
        return extreme(j)
    once = int((~j.twice).sum())
    note = f"{j.missing} of {j.readers * j.cases} judgements are missing"
    alone = f"; {once} cases with one judgement tell of categories, not of agreement" if once else ""
    return (note + alone, *extreme(j))


def _coefficients(
    j: Judgements, rated: bool, chosen: Sequence[Weights], level: float
) -> tuple[Coefficient, ...]:
    metrics: tuple[Metric, ...] = METRICS[1:3] if rated else METRICS[:1]
    return all_of(j, _COEFFICIENTS, chosen, metrics, level)


def _with_self(
    table: ReadingTable,
    again: ReadingTable,
    condition: str,
    of: Of,
    chosen: Sequence[Weights],
    scale: tuple[float, ...],
    level: float,
) -> WithSelf | None:
    if not (np.isfinite(_scores(again, of)) & (again.condition == condition)).any():
        return None
    first, second = judged(table, condition, of), judged(again, condition, of)
    scores, repeated = first.scores[0].T, _laid_out(second, first)
    if not (np.isfinite(repeated) & np.isfinite(scores)).any():
        return None
    fine = len(scale) > MOST_CATEGORIES
    return with_self(
        scores,
        repeated,
        first.readers,
        () if fine else chosen,
        level,
        None if fine else scale,
        first.patient,
        scale=of == "rating",
    )


def _scale(table: ReadingTable, again: ReadingTable | None) -> tuple[float, ...]:
    both = [_scores(some, "rating") for some in (table, again) if some is not None]
    values = np.unique(np.concatenate(both))
    return tuple(float(value) for value in values[np.isfinite(values)])


def judged(table: ReadingTable, condition: str, of: Of) -> Grid:
    """The scores of those readers and cases that have any under one condition."""
    some = table.rows((table.condition == condition) & np.isfinite(_scores(table, of)))
    return grid_of(some, _scores(some, of))


def _laid_out(grid: Grid, other: Grid) -> Numbers:
    """The grid's scores (cases, readers) at the other's cases and readers; nan where there is none."""
    found = np.full((len(other.cases), len(other.readers)), np.nan)
    cases, ours = np.intersect1d(other.cases, grid.cases, return_indices=True)[1:]
    readers, whose = np.intersect1d(other.readers, grid.readers, return_indices=True)[1:]
    found[np.ix_(cases, readers)] = grid.scores[0].T[np.ix_(ours, whose)]
    return found
