"""Estimates of every reader under every condition, and their covariance over cases."""

from __future__ import annotations

import numpy as np

from analysis.design import CROSSED, Design
from analysis.figures import Covariance, Figure, evaluate
from analysis.table import Numbers


def cells(design: Design, figure: Figure, method: Covariance) -> tuple[Numbers, Numbers]:
    """Estimates (t, r) and covariance (t, r, t, r) of t conditions and r readers.

    Zero between conditions that have no case in common, even where they share patients; nan where undefined.
    """
    t, r = len(design.blocks), len(design.readers)
    if design.kind == CROSSED:
        scores = np.concatenate([block.scores for block in design.blocks])
        estimates, matrix = evaluate(figure, method, design.truth, scores, design.blocks[0].patient)
        return estimates.reshape(t, r), matrix.reshape(t, r, t, r)
    estimates, matrix = np.empty((t, r)), np.zeros((t, r, t, r))
    for i, block in enumerate(design.blocks):
        estimates[i], matrix[i, :, i, :] = evaluate(figure, method, block.truth, block.scores, block.patient)
    return estimates, matrix
