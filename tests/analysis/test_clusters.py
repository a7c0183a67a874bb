"""Patients with several cases: against leaving out every patient, and by how often intervals cover."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis import ReadingTable, delong_auc, delong_covariance, each_reader, mrmc, u_statistics
from analysis.clusters import effective_cases
from analysis.errors import UnknownChoice, ValueRefused
from analysis.figures import Figure, evaluate
from tests.analysis.builders import random_table, table_of
from tests.analysis.test_brute_force import figure_of

Array = NDArray[np.float64]
FIGURES = ["auc", "accuracy", "sensitivity", "specificity"]


@st.composite
def clustered(draw: st.DrawFn) -> tuple[NDArray[np.int8], Array, NDArray[np.int64]]:
    """truth (n,), three rows of tied ratings, patients (n,); leaving out one patient empties no class."""
    n = draw(st.integers(8, 14))
    truth = [0, 0, 1, 1] + draw(st.lists(st.integers(0, 1), min_size=n - 4, max_size=n - 4))
    patient = [0, 1, 2, 3] + draw(st.lists(st.integers(0, 5), min_size=n - 4, max_size=n - 4))
    row = st.lists(st.integers(1, 4), min_size=n, max_size=n)
    rows = draw(st.lists(row, min_size=3, max_size=3))
    return np.array(truth, dtype=np.int8), np.array(rows, dtype=float), np.array(patient)


def without_every_patient(figure: str, truth: Any, rows: Array, patient: Any) -> Array:
    """The jackknife by definition: the figure of merit again and again, each time without one patient."""
    counted = {"sensitivity": truth == 1, "specificity": truth == 0}.get(figure, truth >= 0)
    left = np.array(
        [
            [
                figure_of(figure, truth[patient != one], row[patient != one])
                for one in np.unique(patient[counted])
            ]
            for row in rows
        ]
    )
    moved = left - left.mean(axis=1, keepdims=True)
    return np.asarray((left.shape[1] - 1) / left.shape[1] * moved @ moved.T)


def with_patients(table: ReadingTable, cases_each: int) -> ReadingTable:
    return replace(table, patient=np.array([f"p{int(case[1:]) // cases_each}" for case in table.case]))


@given(clustered(), st.sampled_from(FIGURES))
def test_jackknife_leaves_out_every_patient(data: Any, figure: Figure) -> None:
    truth, rows, patient = data
    scores = rows if figure == "auc" else (rows >= 3).astype(float)
    matrix = evaluate(figure, "jackknife", truth, scores, patient)[1]
    assert matrix == pytest.approx(without_every_patient(figure, truth, scores, patient), abs=1e-12)


@given(clustered())
def test_delong_over_patients_follows_obuchowski(data: Any) -> None:
    """Obuchowski 1997, equations for S10, S01 and S11, patient by patient."""
    truth, rows, patient = data
    x = rows[0]
    n1, n0 = (truth == 1).sum(), (truth == 0).sum()
    kernel = (x[truth == 1][:, None] > x[truth == 0]) + 0.5 * (x[truth == 1][:, None] == x[truth == 0])
    up, down, area = kernel.mean(axis=1), kernel.mean(axis=0), kernel.mean()
    s10 = s01 = s11 = 0.0
    for one in np.unique(patient):
        of1, of0 = patient[truth == 1] == one, patient[truth == 0] == one
        high, low = (up[of1] - area).sum(), (down[of0] - area).sum()
        s10, s01, s11 = s10 + high * high, s01 + low * low, s11 + high * low
    i10, i01 = (len(np.unique(patient[truth == value])) for value in (1, 0))
    i = len(np.unique(patient))
    expected = (
        s10 * i10 / (i10 - 1) / n1**2 + s01 * i01 / (i01 - 1) / n0**2 + 2 * s11 * i / (i - 1) / (n1 * n0)
    )
    assert evaluate("auc", "delong", truth, rows, patient)[1][0, 0] == pytest.approx(expected, abs=1e-12)
    assert delong_auc(truth, x, patient=patient).estimate == pytest.approx(area)


@pytest.mark.parametrize("figure", FIGURES)
def test_one_case_per_patient_changes_nothing(figure: Any) -> None:
    table = random_table()
    assert mrmc(with_patients(table, 1), figure) == mrmc(table, figure)
    assert each_reader(with_patients(table, 1)) == each_reader(table)


def test_delong_over_patients_of_one_case_is_delong() -> None:
    truth, ratings = np.array([0, 1] * 8, dtype=np.int8), np.arange(32.0).reshape(2, 16) % 7
    found = evaluate("auc", "delong", truth, ratings, np.arange(16))[1]
    assert found == pytest.approx(delong_covariance(truth, ratings))


@pytest.mark.parametrize("figure", FIGURES)
def test_cases_shown_under_two_names_add_no_certainty(figure: Any) -> None:
    """Every patient's cases doubled: the error over patients stays what it was."""
    table = random_table(1, 3, 30, seed=4)
    assert table.rating is not None and table.call is not None
    rating, call = (np.repeat(column.reshape(1, 3, 30), 2, axis=2) for column in (table.rating, table.call))
    doubled = with_patients(table_of(rating, np.repeat(table.truth[:30], 2), call), 2)
    once, twice = mrmc(table, figure, "jackknife"), mrmc(doubled, figure, "jackknife")
    assert twice.covariances.variance == pytest.approx(once.covariances.variance, rel=1e-9)
    assert twice.covariances.cov2 == pytest.approx(once.covariances.cov2, rel=1e-9)


def test_a_reader_with_doubled_cases_has_the_interval_of_half_as_many() -> None:
    right = np.array([1.0] * 30 + [0.0] * 10)
    patient = np.arange(40) // 2
    assert effective_cases(right, patient, 0.95) == pytest.approx(20 * 39 / 40 * 20 / 19 * 19 / 20, rel=0.1)
    assert effective_cases(np.ones(40), patient, 0.95) == 20
    assert effective_cases(right, np.arange(40), 0.95) == 40


def test_unbiased_covariance_and_u_statistics_want_independent_cases() -> None:
    table = with_patients(random_table(), 2)
    with pytest.raises(UnknownChoice, match="independent"):
        mrmc(table, "auc", "unbiased")
    assert "several cases" in u_statistics(table).notes[0]


def test_a_case_without_a_patient_is_a_patient_of_its_own() -> None:
    table = random_table()
    nameless = replace(table, patient=np.array([""] * len(table)))
    assert mrmc(nameless) == mrmc(table)


def test_a_case_of_two_patients_is_refused() -> None:
    table = random_table(1, 2, 10)
    with pytest.raises(ValueRefused, match="one patient"):
        replace(table, patient=np.array([f"p{place}" for place in range(20)]))


def test_one_patient_leaves_no_error() -> None:
    found = mrmc(replace(random_table(1, 3, 10), patient=np.array(["p"] * 30)), "accuracy")
    entry = found.fixed_readers_random_cases.conditions[0]
    assert entry.estimate is not None and entry.interval is None and entry.notes


def test_intervals_cover_where_patients_give_four_cases_each() -> None:
    """300 studies, 4 readers, 30 patients of 4 alike cases: counted as 120 cases they miss far too often."""
    draw, truth_value = np.random.default_rng(3), 0.7602499389065233  # the normal share below 1 / sqrt(2)
    missed = {1: 0, 4: 0}
    for _ in range(300):
        hard = np.repeat(draw.normal(size=30), 4)
        right = (draw.normal(size=(1, 4, 120)) < 1 + hard).astype(int)
        table = table_of(None, [1] * 120, right)
        for cases_each in missed:
            found = mrmc(with_patients(table, cases_each), "accuracy").conditions_to_report[0].interval
            assert found is not None
            missed[cases_each] += not found.low <= truth_value <= found.high
    assert missed[4] <= 27 < 60 < missed[1]
