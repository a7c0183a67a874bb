"""RJafroc's StCadVsRad: an algorithm, reader 1, against the other readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from analysis import against_panel
from analysis.cells import Cells
from analysis.intervals import two_sided_p
from analysis.moments import Moments
from analysis.mrmc_result import ConditionEstimate
from analysis.obuchowski_rockette import analyse
from bench.validation import analyses
from bench.validation.compared import Compared, Record, number
from bench.validation.ratings import readings
from bench.validation.rjafroc_cells import Row, analysed, mean


def algorithm(record: Record) -> Iterator[Compared]:
    """StCadVsRad: reader 1 is the algorithm."""
    _, figure, method = record.key.split("|")
    cells, _ = analysed(record.dataset, figure)
    theirs = record.results
    own, panel = cells.estimates[0, 0], cells.estimates[0, 1:]
    yield Compared("algorithm", float(own), theirs["fomCAD"])
    others = theirs["fomRAD"].values() if isinstance(theirs["fomRAD"], dict) else theirs["fomRAD"]
    for name, mine, value in zip(cells.readers[1:], panel, others, strict=True):
        yield Compared(f"reader {name}", float(mine), value)
    yield Compared("mean of the readers", float(panel.mean()), theirs["avgRadFom"])
    gaps = _gaps(cells)
    m = analyses.moments_of(gaps)
    yield Compared(
        "variance of readers", float(m.ms_reader), number(theirs.get("varDiffFom", theirs["varR"]))
    )
    random = "RRFC" if method == "1T-RRFC" else "RRRC"
    (gap,) = analyses.analysis(analyse(gaps), random).conditions
    if method == "2T-RRRC":
        yield from _two_treatments(cells, gap, theirs)
    else:
        yield from _one_treatment(cells, gap, m, theirs)
    if figure == "Wilcoxon" and random == "RRRC" and record.dataset == "dataset09":
        found = against_panel(readings(record.dataset), cells.readers[0], "auc", "jackknife").difference
        yield Compared("against_panel df", found.df, gap.df)


def _gaps(cells: Cells) -> Cells:
    """Each reader less the algorithm, as a figure of merit of its own."""
    r = len(cells.readers) - 1
    contrast = np.hstack([-np.ones((r, 1)), np.eye(r)])
    return replace(
        cells,
        readers=cells.readers[1:],
        estimates=cells.estimates @ contrast.T,
        covariance=(contrast @ cells.covariance[0, :, 0, :] @ contrast.T)[None, :, None, :],
        bounds=(-1.0, 1.0),
    )


def _without(cells: Cells) -> Cells:
    """The readers without the algorithm."""
    return replace(
        cells,
        readers=cells.readers[1:],
        estimates=cells.estimates[:, 1:],
        covariance=cells.covariance[:, 1:][:, :, :, 1:],
    )


def _t_and_p(gap: ConditionEstimate) -> tuple[float | None, float | None]:
    if not gap.se or gap.estimate is None:
        return None, None
    t = gap.estimate / gap.se
    return t, two_sided_p(t, gap.df)


def _single(found: Any) -> float | None:
    return number(next(iter(found.values())) if isinstance(found, dict) else found)


def _one_treatment(cells: Cells, gap: ConditionEstimate, m: Moments, theirs: Row) -> Iterator[Compared]:
    t, p = _t_and_p(gap)
    yield Compared("difference", gap.estimate, theirs["avgDiffFom"])
    yield Compared("t", t, _single(theirs["Tstat"]))
    yield Compared("df", gap.df, _single(theirs["df"]))
    yield Compared("p", p, _single(theirs["pval"]))
    low, high = theirs["CIAvgDiffFom"]
    yield from analyses.interval("difference", gap, low, high)
    if "cov2" in theirs:
        yield Compared("variance of differences", m.variance, theirs["varError"])
        yield Compared("cov2 of differences", m.cov2, theirs["cov2"])
    random = "RRRC" if "cov2" in theirs else "RRFC"
    (panel,) = analyses.analysis(analyse(_without(cells)), random).conditions
    if gap.se is not None and panel.estimate is not None:
        rule = analyses.limits(panel.estimate, gap.se, gap.df)
        low, high = theirs["CIAvgRad" if random == "RRRC" else "CIAvgRadFom"]
        yield from analyses.interval("mean of the readers", panel, low, high, rule=rule)


def _two_treatments(cells: Cells, gap: ConditionEstimate, theirs: Row) -> Iterator[Compared]:
    row, (t, p) = theirs["ciDiffFom"][0], _t_and_p(gap)
    names = {"difference": (gap.estimate, "Estimate"), "error": (gap.se, "StdErr"), "df": (gap.df, "DF")}
    names |= {"t": (t, "t"), "p": (p, "PrGTt")}
    for name, (mine, key) in names.items():
        yield Compared(name, mine, analyses.degrees(row[key]))
    yield from analyses.interval("difference", gap, row["CILower"], row["CIUpper"])
    yield Compared("F", t**2 if t is not None else None, theirs["FStat"])
    (panel,) = analyses.analysis(analyse(_without(cells)), "RRRC").conditions
    yield from mean(panel, theirs["ciAvgRdrEachTrt"][1], None, "RRRC")
    alone = analyse(analyses.one_reader(cells, 0)).per_reader[0]
    first = theirs["ciAvgRdrEachTrt"][0]
    yield Compared("algorithm error", alone.se, first["StdErr"])
    yield from analyses.interval("algorithm", alone, first["CILower"], first["CIUpper"])
