"""What must not change a free-response analysis, and what it must equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis import FreeResponseTable, Lesions, Refusal, froc, froc_curves, mrmc
from analysis.commands import froc as commands
from analysis.free_response.analyse import cells
from analysis.free_response.choice import FIGURES, Choice
from tests.analysis.builders import table_of as readings_of
from tests.analysis.marked import Study, dataset, random_study, table_of


def numbers(table: FreeResponseTable, figure: Any) -> Any:
    result = froc(table, figure)
    return [
        *(entry.estimate for entry in result.per_reader),
        *vars(result.covariances).values(),
        result.random_readers_random_cases.differences[0].se,
    ]


def shuffled(table: FreeResponseTable) -> FreeResponseTable:
    order = np.random.default_rng(1).permutation(len(table.marks))
    back = np.arange(len(table.lesions.case))[::-1]
    columns = {name: getattr(table.lesions, name)[back] for name in ("case", "truth", "lesion", "weight")}
    marks = table.marks
    moved = {n: getattr(marks, n)[order] for n in ("reader", "condition", "case", "lesion", "rating")}
    return FreeResponseTable(replace(marks, **moved, lines=None), Lesions(**columns), table.readings)


@pytest.mark.parametrize("figure", FIGURES)
def test_the_order_of_rows_changes_nothing(figure: Any) -> None:
    table = table_of(random_study())
    assert numbers(shuffled(table), figure) == numbers(table, figure)


@pytest.mark.parametrize("figure", FIGURES)
def test_only_the_order_of_ratings_counts(figure: Any) -> None:
    table = table_of(random_study())
    marks = replace(table.marks, rating=np.exp(table.marks.rating) - 100)
    assert numbers(replace(table, marks=marks), figure) == pytest.approx(numbers(table, figure), rel=1e-12)


@pytest.mark.parametrize("figure", FIGURES)
def test_names_change_nothing(figure: Any) -> None:
    table = table_of(random_study())
    marks = replace(table.marks, reader=np.char.add("x-", table.marks.reader))
    assert table.readings is not None
    read = replace(table.readings, reader=np.char.add("x-", table.readings.reader))
    assert numbers(replace(table, marks=marks, readings=read), figure) == numbers(table, figure)


@pytest.mark.parametrize("covariance", ["jackknife", "delong"])
def test_one_mark_on_every_case_is_an_roc_study(covariance: Any) -> None:
    """The single lesion hit on cases with one, a false mark on others: every area is the AUC."""
    truth, draw = np.arange(20) % 2, np.random.default_rng(4)
    rating = draw.integers(1, 6, size=(2, 3, 20)).astype(float)
    places = [(i, j, k) for i in range(2) for j in range(3) for k in range(20)]
    false = {(i, j, k): (rating[i, j, k],) for i, j, k in places if not truth[k]}
    hits = {(i, j, k, 0): rating[i, j, k] for i, j, k in places if truth[k]}
    study = Study(tuple((1.0,) if value else () for value in truth), false, hits, 2, 3)
    expected = mrmc(readings_of(rating, truth), "auc", covariance)
    for figure in ("wafroc", "afroc", "hrauc", "lroc", "roi"):
        found = froc(table_of(study), figure, covariance)  # type: ignore[arg-type]
        assert vars(found.covariances) == pytest.approx(vars(expected.covariances), rel=1e-12)
        assert [e.estimate for e in found.per_reader] == pytest.approx(
            [e.estimate for e in expected.per_reader], rel=1e-12
        )


def test_equal_weights_of_single_lesions_make_wafroc_afroc() -> None:
    study = random_study()
    single = tuple(own[:1] and (1.0,) for own in study.weights)
    hits = {place: mark for place, mark in study.hits.items() if place[3] == 0}
    table = table_of(Study(single, study.false, hits, 2, 3))
    assert numbers(table, "wafroc") == pytest.approx(numbers(table, "afroc"), rel=1e-12)


@pytest.mark.parametrize("kind", ["afroc", "wafroc", "froc"])
def test_the_area_below_a_curve_is_the_figure(kind: Any) -> None:
    table = dataset()
    found = cells(table, Choice(kind)).estimates
    curves = froc_curves(table, kind)
    areas = [np.trapezoid(curve.y, curve.x) for curve in curves if curve.reader != "mean of readers"]
    assert areas == pytest.approx(found.ravel(), rel=1e-12)
    if kind != "froc":
        means = [np.trapezoid(curve.y, curve.x) for curve in curves if curve.reader == "mean of readers"]
        assert means == pytest.approx(found.mean(axis=1), rel=1e-12)


def test_a_curve_is_a_frame_of_points() -> None:
    frame = froc_curves(dataset(), "froc")[0].to_frame()
    assert list(frame) == ["kind", "condition", "reader", "threshold", "x", "y"]
    assert (frame["x"].diff().dropna() >= 0).all() and frame["y"].iloc[0] == 0


def test_cases_of_their_own_leave_conditions_uncorrelated() -> None:
    table = table_of(random_study())
    lesions, marks, readings = table.lesions, table.marks, table.readings
    assert readings is not None
    both = {"case": [], "truth": [], "lesion": [], "weight": []}
    for name in ("c0", "c1"):
        both["case"].append(np.char.add(lesions.case, name))
        for column in ("truth", "lesion", "weight"):
            both[column].append(getattr(lesions, column))
    own = FreeResponseTable(
        replace(marks, case=np.char.add(marks.case, marks.condition)),
        Lesions(**{name: np.concatenate(parts) for name, parts in both.items()}),
        replace(readings, case=np.char.add(readings.case, readings.condition)),
    )
    crossed, nested = froc(table), froc(own)
    assert nested.design == "cases nested in conditions"
    assert [e.estimate for e in nested.per_reader] == [e.estimate for e in crossed.per_reader]
    assert (nested.covariances.cov1, nested.covariances.cov3) == (0, 0)
    assert nested.covariances.variance == pytest.approx(crossed.covariances.variance)


def test_an_empty_class_is_undefined_with_a_note() -> None:
    study = Study(((1.0,), (1.0,)), hits={(0, 0, 0, 0): 2.0})
    result = froc(table_of(study), "wafroc")
    assert result.per_reader[0].estimate is None
    assert any("undefined" in note for note in result.notes)
    assert froc(table_of(study), "maxllf").per_reader[0].estimate == 0.5


@pytest.mark.parametrize(
    ("figure", "covariance", "limit"),
    [
        ("auc", "jackknife", None),
        ("froc", "delong", None),
        ("lroc", "delong", 0.2),
        ("wafroc", "jackknife", 1),
    ],
)
def test_what_does_not_go_together_is_refused(figure: Any, covariance: Any, limit: Any) -> None:
    with pytest.raises(Refusal, match="Remedy"):
        froc(dataset(), figure, covariance, limit=limit)


def test_the_command_offers_every_figure() -> None:
    assert commands.FIGURES == FIGURES


def test_columns_of_different_length_are_refused() -> None:
    marks = table_of(random_study()).marks
    with pytest.raises(Refusal, match="one length"):
        replace(marks, rating=marks.rating[1:])


def test_a_curve_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refusal, match="curve 'roc'"):
        froc_curves(dataset(), "roc")  # type: ignore[arg-type]
