"""What RJafroc's records share: cells with the jackknife's covariance, and a condition's mean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from analysis.cells import Cells, cells_of
from analysis.free_response.analyse import cells as free_response
from analysis.free_response.choice import Choice
from analysis.mrmc_result import ConditionEstimate, MrmcResult
from analysis.obuchowski_rockette import analyse
from bench.validation import analyses
from bench.validation.compared import Compared, number
from bench.validation.ratings import marks, readings

ALROC_LIMIT = 0.2
Row = dict[str, Any]


@cache
def analysed(dataset: str, figure: str) -> tuple[Cells, MrmcResult]:
    """Cells with the jackknife's covariance, of ratings or of marks."""
    localised = dataset == "datasetCadLroc"
    if figure == "Wilcoxon" and not localised:
        cells = cells_of(readings(dataset), "auc", "jackknife")
    else:
        name = {"Wilcoxon": "hrauc", "ALROC": "lroc"}.get(figure, figure.lower())
        limit = ALROC_LIMIT if figure == "ALROC" else None
        cells = free_response(marks(dataset), Choice(name, limit=limit))  # type: ignore[arg-type]
    return cells, analyse(cells)


def mean(own: ConditionEstimate, row: Row, n: float | None, random: str) -> Iterator[Compared]:
    name = f"mean {own.condition}"
    yield Compared(name, own.estimate, number(row["Estimate"]))
    yield Compared(f"{name} error", own.se, number(row["StdErr"]))
    df = analyses.degrees(row["DF"])
    rule = None
    if random == "FRRC" and n is not None and own.estimate is not None and own.se is not None:
        rule = analyses.limits(own.estimate, own.se, n - 1)
    elif random != "FRRC":
        yield Compared(f"{name} df", own.df, df)
    yield from analyses.interval(name, own, row["CILower"], row["CIUpper"], rule=rule)
