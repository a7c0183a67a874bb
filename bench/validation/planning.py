"""RJafroc's and iMRMC's powers and sizes, planned from VanDyke."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from scipy.special import ncfdtr, ndtr

from analysis import Goal, PlanningComponents, cases_needed, components_from_pilot, power
from analysis.intervals import normal_quantile, t_quantile
from bench.validation.compared import Compared, Entry, Record, number
from bench.validation.ratings import readings

RANDOM: dict[str, Any] = {"RRRC": "both", "FRRC": "cases", "RRFC": "readers"}
LIMIT = 2000  # RJafroc looks no further
NORMAL_FROM = 50
SERIES = 1e-9  # R sums noncentral distributions up to this


@cache
def pilot(covariance: str) -> PlanningComponents:
    return components_from_pilot(readings("VanDyke"), covariance=covariance)  # type: ignore[arg-type]


def powers(record: Record) -> Iterator[Compared]:
    """By DBM's rule fixed readers have an F on as many df as cases less one, where OR's has chi-squared."""
    *_, method, random = record.key.split("|")
    for row in record.results:
        plan = power(pilot("jackknife"), Goal(row["effectSize"], random=RANDOM[random]), row["J"], row["K"])
        name = f"{row['J']} readers, {row['K']} cases, effect {row['effectSize']}"
        yield Compared(f"{name} noncentrality", plan.noncentrality, row[f"ncp{random}"])
        df2 = number(row.get(f"df2{random}"))
        yield Compared(f"{name} power", plan.power, row[f"power{random}"], absolute=SERIES)
        yield Compared(f"{name} df2", plan.df2, df2)


def sizes(record: Record) -> Iterator[Compared]:
    """2001 cases are its way to say that it found none: by its rule that is one more than it looked at."""
    random = record.key.split("|")[-1]
    for row in record.results:
        goal = Goal(row["effectSize"], random=RANDOM[random])
        plan = cases_needed(pilot("jackknife"), goal, row["J"], limit=LIMIT)
        name, cases = f"{row['J']} readers, effect {row['effectSize']}", row[f"K{random}"]
        yield Compared(f"{name} cases", plan.cases, cases, by_their_rule=plan.cases or LIMIT + 1)
        at = power(pilot("jackknife"), goal, row["J"], cases)
        yield Compared(f"{name} power at these", at.power, row[f"power{random}"], absolute=SERIES)


def tables(record: Record) -> Iterator[Compared]:
    random = record.key.split("|")[-1]
    rows = record.results[f"powerTable{random}"]
    for row in rows[::2]:  # it prints every row twice
        readers, cases = int(row["numReaders"]), str(row["numCases"])
        goal = Goal(0.05, random=RANDOM[random])
        plan = cases_needed(pilot("jackknife"), goal, readers, limit=LIMIT)
        yield Compared(f"{readers} readers cases", plan.cases, None if cases.startswith(">") else int(cases))
        if row["power"] is not None:
            yield Compared(f"{readers} readers power", plan.power, float(row["power"]), absolute=5.1e-4)


def sizing(record: Record) -> Iterator[Compared]:
    """Crossed studies by Obuchowski-Rockette. By their rule as in `_whole`."""
    for row in record.results:
        if row["DF_Hillis"] is None:
            continue  # by moments of U-statistics alone
        readers, cases = int(row["NR"]), int(row["N0"] + row["N1"])
        plan = power(pilot("unbiased"), Goal(row["effSize"]), readers, cases)
        name = f"{readers} readers, {row['N0']:g} + {row['N1']:g} cases, effect {row['effSize']}"
        yield Compared(f"{name} noncentrality", plan.noncentrality, row["lambdaHillis"])
        yield Compared(f"{name} df", plan.df2, row["DF_Hillis"])
        rule = _whole(plan.noncentrality, plan.df2)
        yield Compared(f"{name} power", plan.power, row["powerHillis"], absolute=1e-6, by_their_rule=rule)


def _whole(noncentrality: float | None, df: float | None) -> float | None:
    """A cutoff on whole df, power on one less; from 50 on the upper tail of the normal alone."""
    if noncentrality is None or df is None:
        return None
    if df >= NORMAL_FROM:
        return float(ndtr(math.sqrt(noncentrality) - normal_quantile(0.95)))
    whole = math.floor(df)
    return float(1 - ncfdtr(1, whole - 1, noncentrality, t_quantile(whole, 0.95) ** 2))


ENTRIES = (
    Entry(r"SsPowerGivenJK", "power", powers),
    Entry(r"SsSampleSizeKGivenJ", "numbers of cases", sizes),
    Entry(r"SsPowerTable", "numbers of cases", tables),
    Entry(r"imrmc_java\w+: sizing", "power of crossed studies", sizing),
)
