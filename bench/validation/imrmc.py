"""iMRMC: U-statistics in R, and the tables of its Java program, which prints 5 to 9 digits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from analysis import u_statistics
from analysis.cells import Cells
from analysis.intervals import two_sided_p
from analysis.ustatistics import UDifference, UMean, UStatistics
from bench.validation import analyses
from bench.validation.compared import CLOSED, Compared, Entry, Record, number, significant
from bench.validation.imrmc_tables import (
    decomposition,
    moments,
    named,
    printed_tables,
    unbiased,
    variance_components,
)
from bench.validation.ratings import readings

FIGURES = {"correct": "accuracy", "sens": "sensitivity", "spec": "specificity"}
NORMAL_FROM = 50  # iMRMC takes the normal distribution from so many degrees of freedom on


@cache
def means(dataset: str, figure: str) -> UStatistics:
    return u_statistics(readings(dataset), figure)


def each_reader(record: Record) -> Iterator[Compared]:
    yield from _readers(record.dataset, "auc", record.results, (0.0, 0.0))


def each_reader_printed(record: Record) -> Iterator[Compared]:
    yield from _readers(record.dataset, "auc", record.results, (5.1e-10, 5.1e-9))


def _readers(
    dataset: str, figure: str, rows: list[dict[str, Any]], printed: tuple[float, float]
) -> Iterator[Compared]:
    """printed: half a unit of what is printed of areas, and of their variances."""
    cells, result = unbiased(dataset, figure)
    ours = {(one.condition, one.reader): one for one in result.per_reader}
    for row in rows:
        reader = named(row["readerID"], cells.readers)
        between = [named(row[key], cells.conditions) for key in ("modalityA", "modalityB")]
        if row["modalityB"] == "NO_MOD":
            own = ours.get((between[0], reader))
            name = f"reader {reader} under {between[0]}"
            estimate, se = (own.estimate, own.se) if own else (None, None)
            theirs = number(row["AUCA"]), number(row["varAUCA"])
        elif row["AUCAminusAUCB"] is None:
            continue
        else:
            name = f"reader {reader}, {between[0]} less {between[1]}"
            found = analyses.alone(cells, cells.readers.index(reader)).differences
            (gap,) = (one for one in found if list(one.between) == between)
            estimate, se = gap.estimate, _error(cells, reader, between)
            theirs = number(row["AUCAminusAUCB"]), number(row["varAUCAminusAUCB"])
        if estimate is None and theirs[0] is None:
            continue  # a reader who lacks the condition
        variance, still = (None, 0.0) if se is None else (se**2, None)
        yield Compared(name, estimate, theirs[0], absolute=printed[0])
        yield Compared(f"{name} variance", variance, theirs[1], CLOSED, printed[1], still)


def _error(cells: Cells, reader: str, between: list[str]) -> float | None:
    """Of one reader's difference of two conditions, from these two conditions alone."""
    j, (i, k) = cells.readers.index(reader), (cells.conditions.index(name) for name in between)
    own = cells.covariance[:, j, :, j]
    variance = float(own[i, i] + own[k, k] - own[i, k] - own[k, i])
    return math.sqrt(variance) if variance > 0 else None


def reader_pairs(record: Record) -> Iterator[Compared]:
    cells, _ = unbiased(record.dataset, "auc")
    ours = analyses.covariances(cells)
    for row in record.results:
        one, two = ((row[f"modalityID.{place}"], row[f"readerID.{place}"]) for place in (1, 2))
        key = tuple(
            named(name, names)
            for name, names in zip((*one, *two), (cells.conditions, cells.readers) * 2, strict=True)
        )
        yield Compared("covariance " + " ".join(key), ours[key], number(row["covAUC"]))  # type: ignore[index]


def reader_covariance(record: Record) -> Iterator[Compared]:
    cells, _ = unbiased(record.dataset, "auc")
    ours = analyses.covariances(cells)
    for title, matrix in record.results.items():
        one, two = (named(name, cells.conditions) for name in title.split(" VS "))
        for row, values in zip(matrix["rows"], matrix["values"], strict=True):
            for column, value in zip(matrix["cols"], values, strict=True):
                key = (one, named(row, cells.readers), two, named(column, cells.readers))
                yield Compared(
                    "covariance " + " ".join(key), ours[key], value, absolute=significant(value, 9)
                )


def one_shot(record: Record) -> Iterator[Compared]:
    _, group, *between = record.key.split("|")
    figure, theirs = FIGURES[group], record.results
    found = moments(record.dataset, figure)
    one, two = (named(name, tuple({name for pair in found for name in pair})) for name in between)
    ours = means(record.dataset, figure)
    entries: list[UMean | UDifference] = [
        next(m for m in ours.conditions if m.condition == c) for c in (one, two)
    ]
    entries.append(next(gap for gap in ours.differences if gap.between == (one, two)))
    for entry, label in zip(entries, ("A", "B", "AminusB"), strict=True):
        yield Compared(f"mean {label}", entry.estimate, theirs["mean"][label])
        yield Compared(f"variance {label}", entry.variance, theirs["var"][label])
    yield Compared("readers", entries[2].readers, theirs["nR"])
    yield Compared("cases", entries[2].cases, theirs["nC"])
    per_reader = {(e.condition, e.reader): e for e in unbiased(record.dataset, figure)[1].per_reader}
    for row in theirs["meanPerR"]:
        for label, condition in (("A", one), ("B", two)):
            reader = named(row["_row"], [name for _, name in per_reader])
            yield Compared(f"reader {reader}, {label}", per_reader[condition, reader].estimate, row[label])
    for row, weight, pair in zip(
        theirs["moments"], theirs["coeff"], ((one, one), (two, two), (one, two)), strict=True
    ):
        for case, member in product((0, 1), repeat=2):
            place, name = (member, case), f"c{case}r{member} of {pair}"
            yield Compared(f"moment {name}", float(found[pair].unbiased[place]), row[name[:4]])
            yield Compared(f"coefficient {name}", float(found[pair].weights[place]), weight[name[:4]])


def proportions(record: Record) -> Iterator[Compared]:
    """doIMRMC on calls as scores, against five made-up negative cases: variances are those of proportions."""
    figure = FIGURES[record.key.split("|")[1]]
    found = means(record.dataset, figure)
    names = [one.condition for one in found.conditions]
    singles = {one.condition: one for one in found.conditions}
    pairs = {one.between: one for one in found.differences}
    for estimator in ("Ustat", "MLEstat"):
        for row in record.results[estimator]:
            a, b = named(row["modalityA"], names), named(row["modalityB"], names)
            if row["modalityB"] == "NO_MOD":
                yield from _estimate(singles[a], estimator, f"{estimator} {a}", row, "A")
            else:
                yield from _estimate(pairs[a, b], estimator, f"{estimator} {a} less {b}", row, "AminusAUCB")
    yield from _readers(record.dataset, figure, record.results["perReader"], (0.0, 0.0))


def _estimate(
    ours: UMean | UDifference, estimator: str, name: str, row: dict[str, Any], label: str
) -> Iterator[Compared]:
    """By their rule degrees of freedom are whole, and normal from 50 on; limits are not cut off."""
    u = estimator == "Ustat"
    variance, df = (ours.variance, ours.df) if u else (ours.mle_variance, ours.mle_df)
    yield Compared(name, ours.estimate, number(row[f"AUC{label}"]))
    yield Compared(f"{name} variance", variance, number(row[f"varAUC{label}"]))
    yield Compared(f"{name} df", df, number(row["dfBDG"]))
    if not u or not variance or variance <= 0 or ours.interval is None or ours.estimate is None:
        return
    whole = None if df is None or df >= NORMAL_FROM else float(math.floor(df))
    low, high = analyses.limits(ours.estimate, math.sqrt(variance), whole)
    for side, own, rule in (("bot", ours.interval.low, low), ("top", ours.interval.high, high)):
        theirs = number(row[f"{side}CIBDG"])
        yield Compared(f"{name} {side} limit", own, theirs, by_their_rule=rule)
    if isinstance(ours, UDifference):
        rule = two_sided_p(ours.estimate / math.sqrt(variance), whole)
        yield Compared(f"{name} p", ours.p, number(row["pValueBDG"]), by_their_rule=rule)


ENTRIES = (
    Entry(r"imrmc_R\w+: doIMRMC\|perReader$", "areas of one reader", each_reader),
    Entry(r"perReaderPairs_covAUC", "covariances of readers, unbiased", reader_pairs),
    Entry(r"doIMRMC\|varDecomp", "moments and components", decomposition),
    Entry(r"uStat11", "U-statistics of proportions, in one go", one_shot),
    Entry(r"doIMRMC_binary", "U-statistics of proportions", proportions),
    Entry(r"imrmc_java\w+: AUCperReader", "areas of one reader", each_reader_printed),
    Entry(r"imrmc_java\w+: (BDG|BCK)table", "moments and components", printed_tables),
    Entry(r"imrmc_java\w+: (OR|DBM|MS)table", "variance components and mean squares", variance_components),
    Entry(r"imrmc_java\w+: readerCovariance", "covariances of readers, unbiased", reader_covariance),
)
