"""Obuchowski-Rockette analysis of a free-response figure of merit."""

from __future__ import annotations

import numpy as np

from analysis.cells import Cells
from analysis.free_response.choice import FROC_NOTE, Choice, Covariance, Figure
from analysis.free_response.figures import evaluate
from analysis.free_response.mark_grid import arranged
from analysis.free_response.table import FreeResponseTable
from analysis.mrmc_result import MrmcResult
from analysis.obuchowski_rockette import analyse


def froc(
    table: FreeResponseTable,
    figure: Figure = "wafroc",
    covariance: Covariance = "jackknife",
    level: float = 0.95,
    limit: float | None = None,
) -> MrmcResult:
    """Means of the readers, differences between conditions and tests, for a free-response figure of merit.

    figure: wafroc, afroc: the share of pairs of a lesion and a case without lesions in which the lesion's
    rating is above the case's highest false mark, lesions by weight within their case or all alike; wafroc1,
    afroc1: against the highest false marks of all cases; hrauc: the area under the ROC curve inferred from
    each case's highest mark; hrse, hrsp: its sensitivity and specificity, any mark being positive; lroc: area
    under the localisation ROC curve, a case counting by its highest mark; pcl: its height at a false positive
    fraction `limit` (0.2 by default); froc: area under the FROC curve (false marks per case against the share
    of lesions found); roi: area over rated regions; maxllf, maxnlf, maxnlf-all: lesions found, false marks
    per case without lesions, and per case. limit: how far along the abscissa an area goes, for lroc and froc.
    covariance: jackknife, leaving out one case (one patient, where patients have several) at a time; delong,
    structural components by case, for shares of pairs without a limit.
    Analyses, intervals and what is undefined are as for `mrmc`; an empty class leaves nan there, and a note.
    Raises UnknownChoice, IncompleteDesign, PartlyPairedCases.
    """
    return analyse(cells(table, Choice(figure, covariance, limit)), level)


def cells(table: FreeResponseTable, choice: Choice) -> Cells:
    """Estimates of every reader under every condition and their covariance over cases."""
    found = arranged(table)
    design, grids = found.design, found.grids
    t, r = len(design.blocks), len(design.readers)
    estimates, matrix = np.empty((t, r)), np.zeros((t, r, t, r))
    if len(grids) == 1:
        values, covariance = evaluate(grids[0], choice)
        estimates, matrix = values.reshape(t, r), covariance.reshape(t, r, t, r)
    else:
        for i, grid in enumerate(grids):
            estimates[i], matrix[i, :, i, :] = evaluate(grid, choice)
    patients = [grid.clusters < len(grid.truth) for grid in grids]
    notes = table.remarks
    if any(patients):
        notes += ("patients with several cases: intervals count patients, not cases, as independent",)
    if choice.figure == "froc" and choice.limit is None:
        notes += (FROC_NOTE,)
    return Cells(
        figure_of_merit=choice.name,
        method=choice.covariance,
        design=design.kind,
        readers=design.readers,
        conditions=design.conditions,
        cases=tuple(len(block.cases) for block in design.blocks),
        negatives=int((design.truth == 0).sum()),
        positives=int((design.truth == 1).sum()),
        estimates=estimates,
        covariance=matrix,
        bounds=choice.bounds,
        notes=notes,
    )
