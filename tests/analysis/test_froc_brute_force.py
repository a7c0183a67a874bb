"""Fast free-response formulas against slow twins by definition: every pair, every case left out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.free_response.analyse import cells
from analysis.free_response.choice import Choice, Figure
from tests.analysis.marked import Study, random_study, table_of

Slow = Callable[[Study, int, int], float]


def kernel(low: float, high: float) -> float:
    return 1.0 if high > low else 0.5 if high == low else 0.0


def false(study: Study, i: int, j: int, k: int) -> float:
    return max(study.false.get((i, j, k), ()), default=-math.inf)


def lesion(study: Study, i: int, j: int, k: int, n: int) -> float:
    return study.hits.get((i, j, k, n), -math.inf)


def highest(study: Study, i: int, j: int, k: int) -> float:
    return max([lesion(study, i, j, k, n) for n in range(len(study.weights[k]))], default=-math.inf)


def normal(study: Study) -> list[int]:
    return [k for k, own in enumerate(study.weights) if not own]


def diseased(study: Study) -> list[int]:
    return [k for k, own in enumerate(study.weights) if own]


def slow_afroc(study: Study, i: int, j: int, weighted: bool, all_cases: bool) -> float:
    noise = range(len(study.weights)) if all_cases else normal(study)
    total = weights = 0.0
    for k in diseased(study):
        for n, weight in enumerate(study.weights[k]):
            counts = weight / sum(study.weights[k]) if weighted else 1.0
            weights += counts
            scores = (kernel(false(study, i, j, m), lesion(study, i, j, k, n)) for m in noise)
            total += counts * sum(scores)
    return total / (weights * len(noise))


def slow_hrauc(study: Study, i: int, j: int) -> float:
    marks = {k: max(false(study, i, j, k), highest(study, i, j, k)) for k in range(len(study.weights))}
    pairs = [kernel(marks[m], marks[k]) for m in normal(study) for k in diseased(study)]
    return sum(pairs) / len(pairs)


def slow_lroc(study: Study, i: int, j: int) -> float:
    total = 0.0
    for k in diseased(study):
        located = highest(study, i, j, k)
        if located > false(study, i, j, k):
            total += sum(kernel(false(study, i, j, m), located) for m in normal(study))
    return total / (len(normal(study)) * len(diseased(study)))


def curve(study: Study, i: int, j: int, kind: str) -> list[tuple[float, float]]:
    """Operating points at every threshold, from (0, 0), counted one by one."""
    cases = range(len(study.weights))
    if kind == "lroc":
        noise = [false(study, i, j, m) for m in normal(study)]
        signal = [
            highest(study, i, j, k) if highest(study, i, j, k) > false(study, i, j, k) else -math.inf
            for k in diseased(study)
        ]
        of = len(noise)
    else:
        noise = [mark for k in cases for mark in study.false.get((i, j, k), ())]
        signal = [lesion(study, i, j, k, n) for k in cases for n in range(len(study.weights[k]))]
        of = len(study.weights)
    points = [(0.0, 0.0)]
    for threshold in sorted({mark for mark in noise + signal if mark > -math.inf}, reverse=True):
        found = sum(mark >= threshold for mark in signal) / len(signal)
        points.append((sum(mark >= threshold for mark in noise) / of, found))
    return points


def slow_area(study: Study, i: int, j: int, kind: str, limit: float) -> float:
    """Trapezia below a finely and exactly cut curve that stays level behind its end."""
    points = curve(study, i, j, kind)
    points.append((max(limit, points[-1][0]), points[-1][1]))
    area = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if x0 >= limit or x1 == x0:
            continue
        cut = min(x1, limit)
        area += (cut - x0) * (y0 + y0 + (y1 - y0) * (cut - x0) / (x1 - x0)) / 2
    return area


def slow_pcl(study: Study, i: int, j: int, limit: float) -> float:
    points = curve(study, i, j, "lroc")
    points.append((max(limit, points[-1][0]), points[-1][1]))
    (x1, y1) = next(point for point in points if point[0] >= limit)
    (x0, y0) = [point for point in points if point[0] < limit][-1]
    return y0 + (y1 - y0) * (limit - x0) / (x1 - x0)


def slow_froc(study: Study, i: int, j: int) -> float:
    return slow_area(study, i, j, "froc", curve(study, i, j, "froc")[-1][0] or 1e-300)


SLOW: dict[str, tuple[Choice, Slow]] = {
    "wafroc": (Choice("wafroc"), lambda s, i, j: slow_afroc(s, i, j, True, False)),
    "wafroc1": (Choice("wafroc1"), lambda s, i, j: slow_afroc(s, i, j, True, True)),
    "afroc": (Choice("afroc"), lambda s, i, j: slow_afroc(s, i, j, False, False)),
    "afroc1": (Choice("afroc1"), lambda s, i, j: slow_afroc(s, i, j, False, True)),
    "hrauc": (Choice("hrauc"), slow_hrauc),
    "lroc": (Choice("lroc"), slow_lroc),
    "lroc-0.3": (Choice("lroc", limit=0.3), lambda s, i, j: slow_area(s, i, j, "lroc", 0.3)),
    "pcl": (Choice("pcl"), lambda s, i, j: slow_pcl(s, i, j, 0.2)),
    "froc": (Choice("froc"), slow_froc),
    "froc-0.5": (Choice("froc", limit=0.5), lambda s, i, j: slow_area(s, i, j, "froc", 0.5)),
}


def estimates(study: Study, slow: Slow) -> NDArray[np.float64]:
    return np.array([[slow(study, i, j) for j in range(study.readers)] for i in range(study.conditions)])


def left_out(study: Study, slow: Slow, groups: list[set[int]]) -> NDArray[np.float64]:
    """The jackknife's definition: every estimate again without each group of cases."""
    again = np.array([estimates(study.without(group), slow).ravel() for group in groups])
    moved = again - again.mean(axis=0)
    shape = (study.conditions, study.readers)
    return ((len(groups) - 1) / len(groups) * moved.T @ moved).reshape(shape + shape)


@pytest.mark.parametrize("name", SLOW)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_estimates_and_jackknife_by_definition(name: str, seed: int) -> None:
    choice, slow = SLOW[name]
    study = random_study(seed, readers=2)
    found = cells(table_of(study), choice)
    assert found.estimates == pytest.approx(estimates(study, slow), abs=1e-12)
    each = [{case} for case in range(len(study.weights))]
    assert found.covariance == pytest.approx(left_out(study, slow, each), abs=1e-12)


@pytest.mark.parametrize("figure", ["wafroc", "afroc1", "hrauc", "lroc", "froc"])
def test_patients_are_left_out_with_all_their_cases(figure: Figure) -> None:
    base = random_study(3, readers=2)
    patients = tuple(k // 3 for k in range(len(base.weights)))
    study = Study(base.weights, base.false, base.hits, 2, 2, patients)
    groups = [{k for k in range(len(patients)) if patients[k] == p} for p in sorted(set(patients))]
    found = cells(table_of(study), Choice(figure))
    assert found.covariance == pytest.approx(left_out(base, SLOW[figure][1], groups), abs=1e-12)
    assert any("patients" in note for note in found.notes)


def test_components_of_wafroc_by_definition() -> None:
    """Sample covariances of what each case contributes, over the cases with lesions and those without."""
    study = random_study(7)
    cases, expected = [(i, j) for i in range(2) for j in range(3)], np.zeros((6, 6))
    for own in (diseased(study), normal(study)):
        alone = [study.without(set(own) - {case}) for case in own]
        shares = np.array([[slow_afroc(one, i, j, True, False) for i, j in cases] for one in alone])
        expected += np.cov(shares.T) / len(own)
    found = cells(table_of(study), Choice("wafroc", "delong")).covariance.reshape(6, 6)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("figure", ["wafroc", "wafroc1", "afroc", "hrauc", "lroc", "roi"])
def test_components_and_jackknife_come_together_in_many_cases(figure: Any) -> None:
    table = table_of(random_study(1, conditions=1, readers=2, cases=600))
    jackknife, components = (cells(table, Choice(figure, c)).covariance for c in ("jackknife", "delong"))
    assert components == pytest.approx(jackknife, rel=0.02, abs=2e-6)


def test_shares_of_cases_and_lesions_are_counted() -> None:
    study = Study(
        weights=((), (), (1.0,), (0.5, 0.5)),
        false={(0, 0, 0): (1.0, 2.0), (0, 0, 3): (4.0,)},
        hits={(0, 0, 3, 1): 3.0},
    )
    figures: tuple[Figure, ...] = ("hrse", "hrsp", "maxllf", "maxnlf", "maxnlf-all")
    found = [float(cells(table_of(study), Choice(figure)).estimates[0, 0]) for figure in figures]
    assert found == pytest.approx([1 / 2, 1 / 2, 1 / 3, 2 / 2, 3 / 4])
