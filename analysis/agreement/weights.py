"""How far two categories agree (weights) or differ (Krippendorff's metrics)."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import UnknownChoice, ValueRefused
from analysis.table import Numbers

Weights: TypeAlias = str | ArrayLike
Metric = Literal["nominal", "ordinal", "interval", "ratio"]
MOST_CATEGORIES = 512  # a matrix of weights has this size; finer scales have the intraclass correlation
WEIGHTS = ("identity", "linear", "quadratic", "ordinal")
METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")


def weight_matrix(values: Numbers, weights: Weights) -> Numbers:
    """The weights (q, q) of categories with these values (q,): 1 full agreement, 0 none.

    identity: 1 for the same category alone. linear, quadratic: 1 less the distance of the values, or its
    square, over the largest. ordinal: by the number of pairs of categories between the two, whatever their
    values (Gwet KL, Handbook of Inter-Rater Reliability, 4th ed., 2014, chapter 3). Or a matrix of your
    own: symmetric, 1 on the diagonal, within [0, 1]. Raises UnknownChoice, ValueRefused.
    """
    q = _few(values)
    if not isinstance(weights, str):
        return _own(np.asarray(weights, dtype=np.float64), q)
    if weights not in WEIGHTS:
        raise UnknownChoice(
            f"weights '{weights}'", "they are not known", f"choose one of {', '.join(WEIGHTS)}"
        )
    if weights == "identity" or q == 1:
        return np.eye(q)
    apart = np.abs(values[:, None] - values)
    if weights == "ordinal":
        steps = np.abs(np.arange(q)[:, None] - np.arange(q)) + 1
        apart = steps * (steps - 1) / 2
    apart = apart / apart.max()
    return np.asarray(1 - (apart**2 if weights == "quadratic" else apart))


def name_of(weights: Weights) -> str:
    return weights if isinstance(weights, str) else "own"


def distances(values: Numbers, totals: Numbers, metric: Metric) -> Numbers:
    """Krippendorff's squared differences (q, q) of categories with these values and numbers of judgements.

    ordinal: squared difference of mid-ranks among all judgements. ratio: values must not be negative.
    Source: Krippendorff K, Content Analysis, 3rd ed., 2013, chapter 12. Raises UnknownChoice,
    ValueRefused.
    """
    if metric not in METRICS:
        raise UnknownChoice(f"metric '{metric}'", "it is not known", f"choose one of {', '.join(METRICS)}")
    if _few(values) and metric == "nominal":
        return np.asarray(1 - np.eye(len(values)))
    places = np.cumsum(totals) - totals / 2 if metric == "ordinal" else values
    apart = places[:, None] - places
    if metric != "ratio":
        return np.asarray(apart**2)
    if (values < 0).any():
        raise ValueRefused("scores", "a ratio scale has no negative values", "choose the interval metric")
    whole = values[:, None] + values
    return np.divide(apart, whole, out=np.zeros_like(apart), where=whole > 0) ** 2


def _few(values: Numbers) -> int:
    if len(values) > MOST_CATEGORIES:
        raise ValueRefused(
            "scores",
            f"{len(values)} different values are too many for coefficients of categories",
            "round them, or use icc and limits_of_agreement",
        )
    return len(values)


def _own(matrix: Numbers, q: int) -> Numbers:
    fits = matrix.shape == (q, q) and np.isfinite(matrix).all() and (matrix == matrix.T).all()
    if not fits or (np.diag(matrix) != 1).any() or matrix.min() < 0 or matrix.max() > 1:
        raise ValueRefused(
            "weights",
            f"own weights are a symmetric {q} by {q} matrix within [0, 1] with 1 on the diagonal",
            "give a row and a column for each category, in ascending order",
        )
    return matrix
