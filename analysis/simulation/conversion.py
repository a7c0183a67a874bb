"""From Roe and Metz's parameters to Obuchowski-Rockette components, and back.

A product of two kernels (of a pair of cases, or of one call) has the expectation of a bivariate normal
probability, so that every component is a sum of such probabilities less their product: with h and k the
normal deviates of the two conditions' figures and rho the correlation of what two kernels have in common,

    covariance = sum over ways of sharing cases of weight * (Phi2(h, k; rho) - Phi(h) Phi(k)).

The way back solves them one after the other, for each is monotone in its unknown.
Sources: Hillis SL, Stat Med 2018; 37: 2067-2093 (to components). Hillis SL, J Med Imaging 2022; 9: 045501
(back). Proportions are the same with calls for kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import asin, pi

import numpy as np

from analysis.errors import ValueRefused
from analysis.planning.components import PlanningComponents
from analysis.simulation.model import RoeMetz

_NODES = np.polynomial.legendre.leggauss(80)
_SLOPES = (0.05, 4.0)


@dataclass(frozen=True)
class Kernel:
    """How two estimates share what they were made of.

    weights and shares: how many pairs of kernels share cases so that they correlate by this share of the
    cases' correlation; the rest shares no case. spread: variance of one kernel over cases; readers: how many
    reader effects it holds.
    """

    weights: tuple[float, ...]
    shares: tuple[float, ...]
    spread: float
    readers: int

    def covariance(self, h: float, k: float, rho: float, base: float) -> float:
        """Of two estimates whose kernels correlate by base through readers, and by rho more on one case."""
        apart = excess(h, k, base)
        pairs = zip(self.weights, self.shares, strict=True)
        return sum(weight * (excess(h, k, share * rho + base) - apart) for weight, share in pairs)


def area_kernel(negatives: float, positives: float, slope: float) -> Kernel:
    """Pairs of a positive and a negative case: both shared, the negative alone, the positive alone."""
    pairs, b2 = negatives * positives, slope**2
    weights = (1 / pairs, (positives - 1) / pairs, (negatives - 1) / pairs)
    return Kernel(weights, (1.0, b2 / (1 + b2), 1 / (1 + b2)), 1 + 1 / b2, 2)


def call_kernel(cases: float) -> Kernel:
    """Calls of one class, right where the latent rating is above 0."""
    return Kernel((1 / cases,), (1.0,), 1.0, 1)


def excess(h: float, k: float, rho: float) -> float:
    """Phi2(h, k; rho) - Phi(h) Phi(k), without their difference's loss of digits (Plackett 1954)."""
    top = asin(min(max(rho, -1.0), 1.0))
    angles = top * (_NODES[0] + 1) / 2
    sines = np.sin(angles)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = (h * h + k * k - 2 * h * k * sines) / (2 * (1 - sines**2))
    return float((np.exp(-power) * _NODES[1]).sum() * top / (4 * pi))


def to_components(model: RoeMetz, negatives: int, positives: int) -> PlanningComponents:
    """Components of the empirical AUCs that the model's ratings of so many cases have (Hillis 2018).

    reader and condition_by_reader are those of the readers' expected areas; covariances are of errors.
    """
    return components_of(model, area_kernel(negatives, positives, model.slope), "auc", negatives, positives)


def components_of(
    model: RoeMetz, kernel: Kernel, figure: str, negatives: float, positives: float
) -> PlanningComponents:
    """The same for any kernel; separation is the mean latent score of a kernel."""
    from scipy.special import ndtr

    total = kernel.spread + kernel.readers * (model.reader + model.condition_by_reader)
    x1, x2 = (float(delta / total**0.5) for delta in model.separation)
    x3 = kernel.readers * model.reader / total
    x4 = kernel.readers * (model.reader + model.condition_by_reader) / total

    def same(rho: float, base: float) -> float:
        return (kernel.covariance(x1, x1, rho, base) + kernel.covariance(x2, x2, rho, base)) / 2

    reader = excess(x1, x2, x3)
    return PlanningComponents(
        figure,
        variance=same(1 - x4, x4),
        cov1=kernel.covariance(x1, x2, (model.case + model.reader_by_case) * (1 - x4), x3),
        cov2=same((model.case + model.condition_by_case) * (1 - x4), 0.0),
        cov3=kernel.covariance(x1, x2, model.case * (1 - x4), 0.0),
        condition_by_reader=(excess(x1, x1, x4) + excess(x2, x2, x4)) / 2 - reader,
        reader=reader,
        negatives=float(negatives),
        positives=float(positives),
        means=(float(ndtr(x1)), float(ndtr(x2))),
    )


@dataclass(frozen=True)
class Fitted:
    """A model whose studies have given components; notes say where they could not be met."""

    model: RoeMetz
    notes: tuple[str, ...] = ()


def to_model(found: PlanningComponents, figures: tuple[float, float], slope: float | None = None) -> Fitted:
    """The model whose figures of merit, and the components of whose studies, are these (Hillis 2022).

    Negative components and covariances below cov3 are raised to what a model can have (0, cov3). slope None:
    the one nearest 1 that gives the error variance, for auc; where there is none, 1 and a note, with the
    correlations of errors kept. Calls have no slope and keep correlations alone. Raises ValueRefused where
    no model has them: figures outside (0, 1), variances of readers too large, correlations above 1.
    """
    from scipy.special import ndtri

    if not all(0 < figure < 1 for figure in figures):
        raise ValueRefused(
            f"figures of merit {figures}", "they lie between 0 and 1", "choose a smaller effect"
        )
    x1, x2 = (float(ndtri(figure)) for figure in figures)
    reader, both = max(found.reader or 0.0, 0.0), max(found.condition_by_reader, 0.0)
    x3 = _solve(lambda x: excess(x1, x2, x) - reader, 0.0, 1.0, "reader")
    x4 = _solve(lambda x: (excess(x1, x1, x) + excess(x2, x2, x)) / 2 - reader - both, x3, 1.0, "reader")
    kernel, notes, slope = _kernel(found, slope, x1, x2, x4)

    def same(rho: float, base: float) -> float:
        return (kernel.covariance(x1, x1, rho, base) + kernel.covariance(x2, x2, rho, base)) / 2

    scale = same(1 - x4, x4) / found.variance
    cov3 = max(found.cov3, 0.0) * scale
    cov1, cov2 = (max(cov * scale, cov3) for cov in (found.cov1, found.cov2))
    case = _solve(lambda x: kernel.covariance(x1, x2, x * (1 - x4), 0.0) - cov3, 0.0, 1.0, "cov3")
    by_condition = _solve(lambda x: same(x * (1 - x4), 0.0) - cov2, case, 1.0, "cov2") - case
    by_reader = _solve(lambda x: kernel.covariance(x1, x2, x * (1 - x4), x3) - cov1, 0.0, 1.0, "cov1") - case
    by_reader = max(by_reader, 0.0)
    error = 1 - case - by_condition - by_reader
    if error < -1e-9:
        raise ValueRefused("components", "no model has so high correlations of errors", "lower cov1 or cov2")
    total = kernel.spread / (1 - x4)
    parts = np.maximum([case, by_condition, by_reader, error], 0.0)
    case, by_condition, by_reader, error = (float(part) for part in parts / parts.sum())
    separation = (x1 * total**0.5, x2 * total**0.5)
    between = (x3 * total / kernel.readers, (x4 - x3) * total / kernel.readers)
    return Fitted(RoeMetz(separation, *between, case, by_condition, by_reader, error, slope), notes)


def _kernel(
    found: PlanningComponents, slope: float | None, x1: float, x2: float, x4: float
) -> tuple[Kernel, tuple[str, ...], float]:
    if found.figure_of_merit != "auc":
        cases = {"sensitivity": found.positives, "specificity": found.negatives}
        return call_kernel(cases.get(found.figure_of_merit, found.cases)), (), 1.0

    def of(b: float) -> Kernel:
        return area_kernel(found.negatives, found.positives, b)

    if slope is not None:
        return of(slope), (), slope

    def gap(b: float) -> float:
        return sum(of(b).covariance(x, x, 1 - x4, x4) for x in (x1, x2)) / 2 - found.variance

    for end in _SLOPES:
        steps = np.geomspace(1.0, end, 60)
        gaps = [gap(float(b)) for b in steps]
        for place in range(len(steps) - 1):
            if gaps[place] * gaps[place + 1] <= 0:
                low, high = sorted((float(steps[place]), float(steps[place + 1])))
                b = _solve(gap, low, high, "variance")
                return of(b), (), b
    note = "no slope gives this error variance: 1 is taken, and the correlations of errors are kept"
    return of(1.0), (note,), 1.0


def _solve(gap: Callable[[float], float], low: float, high: float, name: str) -> float:
    """The root of a gap that changes sign between low and high; low where it is not below 0 there."""
    from scipy.optimize import brentq

    at_low, at_high = gap(low), gap(high)
    if abs(at_low) < 1e-15 or (at_low > 0 and name != "variance"):
        return low
    if at_low * at_high > 0:
        raise ValueRefused("components", f"no model has so large a {name}", f"lower {name}")
    return float(brentq(gap, low, high, xtol=1e-14, rtol=1e-14))


def in_two_conditions(model: RoeMetz, cases: bool, readers: bool) -> RoeMetz:
    """The model where conditions have cases, or readers, of their own: what they shared is drawn anew."""
    if cases:
        model = replace(
            model,
            case=0.0,
            condition_by_case=model.case + model.condition_by_case,
            reader_by_case=0.0,
            error=model.reader_by_case + model.error,
        )
    if readers:
        model = replace(
            model,
            reader=0.0,
            condition_by_reader=model.reader + model.condition_by_reader,
            reader_by_case=0.0,
            error=model.reader_by_case + model.error,
        )
    return model
