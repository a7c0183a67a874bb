"""Parts and points of empirical ROC curves, by straight lines between operating points.

Every function takes false and true positive rates (v, k + 1) of v curves, from (0, 0) to (1, 1), and gives
(v,) values. Where a curve is vertical or horizontal at the point asked for, the better end counts.
Sources: McClish DK, Med Decis Making 1989; 9: 190-195 (part of the area). Jiang Y et al., Radiology 1996;
201: 745-750 (area above a sensitivity). Abbey CK et al., Med Decis Making 2013; 33: 286-293 (utility).
"""

from __future__ import annotations

import numpy as np

from analysis.table import Numbers

_ROUNDING = 1e-12


def area_over_rates(x: Numbers, y: Numbers, low: float, high: float) -> Numbers:
    """The area under each curve for false positive rates from low to high; at most high - low."""
    start, end = x[:, :-1], x[:, 1:]
    left, right = np.clip(start, low, high), np.clip(end, low, high)
    middle = (left + right) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        along = np.where(end > start, (middle - start) / (end - start), 0.0)
    height = y[:, :-1] + along * np.diff(y, axis=1)
    found: Numbers = ((right - left) * height).sum(axis=1)
    return found


def area_over_sensitivities(x: Numbers, y: Numbers, low: float, high: float) -> Numbers:
    """The area right of each curve for true positive rates from low to high; at most high - low."""
    return area_over_rates(1 - y[:, ::-1], 1 - x[:, ::-1], 1 - high, 1 - low)


def sensitivity_at(x: Numbers, y: Numbers, specificity: float) -> Numbers:
    """The greatest true positive rate on each curve at this specificity."""
    wanted = 1 - specificity
    start, end = x[:, :-1], x[:, 1:]
    here = (start <= wanted + _ROUNDING) & (end >= wanted - _ROUNDING)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = np.where(end > start, np.clip((wanted - start) / (end - start), 0, 1), 1.0)
    height = y[:, :-1] + along * np.diff(y, axis=1)
    return _defined(np.where(here, height, -np.inf).max(axis=1), x, y)


def specificity_at(x: Numbers, y: Numbers, sensitivity: float) -> Numbers:
    """The greatest specificity on each curve at this sensitivity."""
    return sensitivity_at(1 - y[:, ::-1], 1 - x[:, ::-1], sensitivity)


def expected_utility(x: Numbers, y: Numbers, slope: float) -> Numbers:
    """The greatest true positive rate less slope times the false positive rate; Youden's index at slope 1."""
    found: Numbers = (y - slope * x).max(axis=1)
    return found


def _defined(found: Numbers, x: Numbers, y: Numbers) -> Numbers:
    return np.where(np.isnan(x[:, -1]) | np.isnan(y[:, -1]), np.nan, found)
