"""Figures of merit of an ROC curve by name: parts of its area, points on it, fitted areas.

    pauc:0.2                  area for false positive rates from 0 to 0.2; pauc:0.1,0.3 from 0.1 to 0.3
    pauc:specificity=0.8,1    the same range told as specificities
    pauc:sensitivity=0.8,1    area right of the curve for sensitivities from 0.8 to 1
    sensitivity@0.9           sensitivity at specificity 0.9
    specificity@0.9           specificity at sensitivity 0.9
    utility:1                 greatest sensitivity less 1 x false positive rate (Youden's index)
    binormal, proper          area under the fitted binormal or proper binormal curve

A partial area divided by the width of its range, which makes it a mean, is `mean-pauc:...`. Their error
covariance is the jackknife's over cases, or over patients where some gave several.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.curves import parts
from analysis.curves.counts import Counts, counted, left_out
from analysis.errors import UnknownChoice
from analysis.table import Codes, Numbers

Curve = Callable[[Counts], Numbers]
_PART = re.compile(r"(mean-)?pauc:(?:(fpr|specificity|sensitivity)[=:,])?(.+)")
_POINT = re.compile(r"(sensitivity|specificity)@(.+)")


@dataclass(frozen=True)
class Merit:
    """A figure of merit of ratings: its name as asked, the range it can take, and its value of counts."""

    name: str
    bounds: tuple[float, float]
    of: Curve


def merit(name: str) -> Merit:
    """The figure of merit of this name; raises UnknownChoice where it is none of the module's docstring."""
    if name in ("binormal", "proper"):
        return Merit(name, (0.0, 1.0), _fitted(name))
    if found := _PART.fullmatch(name):
        return _part(name, bool(found[1]), found[2] or "fpr", _numbers(name, found[3]))
    if found := _POINT.fullmatch(name):
        (at,) = _within(name, _numbers(name, found[2]), 1)
        point = parts.sensitivity_at if found[1] == "sensitivity" else parts.specificity_at
        return Merit(name, (0.0, 1.0), lambda counts: point(*counts.points, at))
    if name.startswith("utility:"):
        slope = _numbers(name, name.removeprefix("utility:"))
        if len(slope) != 1 or slope[0] <= 0:
            raise _unknown(name)
        return Merit(name, (-slope[0], 1.0), lambda counts: parts.expected_utility(*counts.points, slope[0]))
    raise _unknown(name)


def evaluate(
    found: Merit, truth: NDArray[np.int8], ratings: Numbers, patient: Codes | None
) -> tuple[Numbers, Numbers]:
    """Estimates (m,) and jackknife covariance (m, m) of ratings (m, n) on truth (n,).

    patient (n,): codes, where a patient and not a case is left out at a time. nan where undefined, as where
    leaving out the only case of a class undoes the curve.
    """
    estimates = np.array([float(found.of(counted(truth, row))[0]) for row in ratings])
    unit = _units(len(truth), patient)
    kept = []
    for row in ratings:
        counts, kind = left_out(truth, row, unit)
        kept.append(found.of(counts)[kind])
    return estimates, _jackknife(np.array(kept))


def along(
    truth: NDArray[np.int8], ratings: Numbers, patient: Codes | None, rates: Numbers
) -> tuple[Numbers, Numbers]:
    """Sensitivities (k, m) at false positive rates (k,), and the jackknife covariance (k, m, m) of each."""
    unit, points = _units(len(truth), patient), []
    kept = []
    for row in ratings:
        points.append([float(parts.sensitivity_at(*counted(truth, row).points, 1 - x)[0]) for x in rates])
        counts, kind = left_out(truth, row, unit)
        kept.append([parts.sensitivity_at(*counts.points, 1 - x)[kind] for x in rates])
    left = np.array(kept).transpose(1, 0, 2)
    return np.array(points).T, np.array([_jackknife(each) for each in left])


def _units(count: int, patient: Codes | None) -> Codes:
    if patient is None:
        return np.arange(count)
    return np.asarray(np.unique(patient, return_inverse=True)[1], dtype=np.int64)


def _jackknife(left: Numbers) -> Numbers:
    moved = left - left.mean(axis=1, keepdims=True)
    covariance: Numbers = (left.shape[1] - 1) / left.shape[1] * (moved @ moved.T)
    return covariance


def _part(name: str, mean: bool, axis: str, given: tuple[float, ...]) -> Merit:
    if len(given) == 1:
        given = (0.0, given[0]) if axis == "fpr" else (given[0], 1.0)
    low, high = _within(name, given, 2)
    if not low < high:
        raise _unknown(name)
    if axis == "specificity":
        low, high = 1 - high, 1 - low
    over = parts.area_over_sensitivities if axis == "sensitivity" else parts.area_over_rates
    width = high - low

    def value(counts: Counts) -> Numbers:
        return over(*counts.points, low, high) / (width if mean else 1.0)

    return Merit(name, (0.0, 1.0 if mean else width), value)


def _fitted(name: str) -> Curve:
    def value(counts: Counts) -> Numbers:
        from analysis.curves import binormal, proper

        return binormal.areas(counts) if name == "binormal" else proper.areas(counts)

    return value


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in re.split(r"[,:;]|(?<![eE])-", text))
    except ValueError:
        raise _unknown(name) from None


def _within(name: str, given: tuple[float, ...], count: int) -> tuple[float, ...]:
    if len(given) != count or not all(0 <= each <= 1 for each in given):
        raise _unknown(name)
    return given


def _unknown(name: str) -> UnknownChoice:
    return UnknownChoice(
        f"figure of merit '{name}'",
        "it is not known, or its range does not lie within 0 and 1",
        "choose auc, accuracy, sensitivity, specificity, pauc:0.2, pauc:specificity=0.8,1, mean-pauc:0.2, "
        "pauc:sensitivity=0.8,1, sensitivity@0.9, specificity@0.9, utility:1, binormal or proper",
    )
