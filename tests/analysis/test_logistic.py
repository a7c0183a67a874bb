"""Logistic models against geepack and lme4, and against slow twins; order of reading by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import crossed_model, make_table, marginal_model, over_order, read_csv, read_readers
from analysis.errors import ColumnMissing, DuplicateReading, ScoreMissing, UnknownChoice
from analysis.logistic.crossed import _Laplace
from analysis.logistic.terms import terms
from tests.analysis.builders import random_table, ratings, reference, shuffled

RECORDS = reference("logistic.json")


def naming(record: dict[str, Any]) -> str:
    return "-".join([record["data"][:-4], record["model"], record.get("cluster", "crossed")])


@pytest.mark.parametrize("record", [each for each in RECORDS if each["model"] == "gee"], ids=naming)
def test_marginal_models_agree_with_geepack(record: dict[str, Any]) -> None:
    found = marginal_model(ratings(record["data"]), cluster=record["cluster"])
    expected = [estimate for estimate, _ in record["coef"]]
    assert [each.estimate for each in found.coefficients] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    errors = np.array([each.se for each in found.coefficients]) / [se for _, se in record["coef"]]
    if record["cluster"] == "case":
        assert errors == pytest.approx(1, rel=1e-9)
    else:  # few readers: Mancl and DeRouen's are wider than the plain sandwich
        assert (errors > 1.2).all() and "clusters" in found.notes[-1]


def test_crossed_models_agree_with_lme4() -> None:
    (record,) = [each for each in RECORDS if each["model"] == "glmer" and each["data"] == "VanDyke.csv"]
    found = crossed_model(ratings())
    ours = [(each.estimate, each.se) for each in found.coefficients]
    assert ours == [pytest.approx(each, rel=3e-4) for each in record["coef"]]
    assert (found.reader_sd, found.case_sd) == pytest.approx(
        (record["reader_var"] ** 0.5, record["case_var"] ** 0.5), rel=1e-4
    )
    assert found.log_likelihood == pytest.approx(record["log_likelihood"], abs=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_likelihood_is_laplaces_by_a_general_optimiser(seed: int) -> None:
    from scipy.optimize import minimize

    data = terms(random_table(conditions=1, readers=3, cases=12, seed=seed))
    at = np.array([-0.4, 0.3, 0.8])
    sd, fixed = np.exp(at[:2]), data.columns @ at[2:]
    effects = np.concatenate([sd[0] * np.eye(3)[data.reader], sd[1] * np.eye(12)[data.cluster]], axis=1)

    def fall(u: Any) -> float:
        eta = fixed + effects @ u
        return float(np.logaddexp(0, eta).sum() - data.outcome @ eta + u @ u / 2)

    mode = minimize(fall, np.zeros(15), method="BFGS", options={"gtol": 1e-9})
    mu = 1 / (1 + np.exp(-(fixed + effects @ mode.x)))
    curvature = effects.T @ (effects * (mu * (1 - mu))[:, None]) + np.eye(15)
    assert _Laplace(data)(at) == pytest.approx(mode.fun + np.linalg.slogdet(curvature)[1] / 2, abs=2e-6)


def test_covariates_of_readers_are_predictors_and_readers_without_are_named() -> None:
    table = random_table(readers=4, cases=40)
    years = {"r0": 3.0, "r1": 12.0, "r2": 20.0, "r3": None}
    found = marginal_model(
        table, covariates={"years": years, "specialty": dict.fromkeys(years, "chest") | {"r1": "bone"}}
    )
    assert [each.name for each in found.coefficients] == [
        "intercept",
        "condition c1",
        "years",
        "specialty chest",
    ]
    assert "readers without years are left out: r3" in found.notes


def test_rows_in_another_order_give_the_same_model() -> None:
    table = random_table()
    one, two = crossed_model(table), crossed_model(shuffled(table))
    assert [each.estimate for each in one.coefficients] == pytest.approx(
        [each.estimate for each in two.coefficients], abs=1e-6
    )


def test_calls_that_are_always_right_leave_the_model_undefined() -> None:
    truth = [0, 1, 0, 1]
    table = make_table(["a"] * 4, list("wxyz"), ["x"] * 4, truth, call=truth)
    found = crossed_model(table)
    assert found.coefficients[0].estimate is None and "does not vary" in found.notes[-1]


def test_a_predictor_that_repeats_another_is_refused() -> None:
    table = random_table(readers=2)
    same = {"r0": 1.0, "r1": 2.0}
    with pytest.raises(UnknownChoice, match="repeats another"):
        marginal_model(table, covariates={"years": same, "again": same})


def in_order(slopes: list[float], conditions: int = 1) -> Any:
    """Readers whose log seconds rise by a slope per reading, over 20 readings."""
    table = random_table(conditions=conditions, readers=len(slopes), cases=20)
    place = np.array([int(case[1:]) + 1.0 for case in table.case])
    slope = np.array([slopes[int(who[1:])] for who in table.reader])
    return replace(table, position=place, read_ms=1000 * np.exp(2 + slope * place))


def test_reading_time_over_the_order_by_hand() -> None:
    found = over_order(in_order([-0.02, -0.01, -0.03])).trends[1]
    assert found.estimate == pytest.approx(np.exp(-0.2))
    assert (found.se, found.df) == pytest.approx((0.1 / 3**0.5, 2))
    half = 4.302652729911275 * 0.1 / 3**0.5
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (np.exp(-0.2 - half), np.exp(-0.2 + half))
    )


def test_one_reader_has_a_trend_and_no_interval() -> None:
    found = over_order(in_order([0.01])).trends[1]
    assert found.estimate == pytest.approx(np.exp(0.1)) and found.interval is None
    assert "one reader" in found.notes[0]


def test_order_needs_positions() -> None:
    with pytest.raises(ScoreMissing, match="give a column position"):
        over_order(random_table())


def test_position_and_time_come_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("reader,case,condition,truth,call,position,read_ms\na,k,x,1,1,3,1500\na,l,x,0,1,4,\n")
    table = read_csv(path)
    assert table.position is not None and list(table.position) == [3, 4]
    assert table.read_ms is not None and table.read_ms[0] == 1500 and np.isnan(table.read_ms[1])


def test_readers_files_hold_numbers_texts_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("reader,specialty,years\na,chest,7\nb,,\n")
    assert read_readers(path) == {"specialty": {"a": "chest", "b": None}, "years": {"a": 7.0, "b": None}}
    path.write_text("name,years\na,7\n")
    with pytest.raises(ColumnMissing, match="no column reader"):
        read_readers(path)
    path.write_text("reader,years\na,7\na,8\n")
    with pytest.raises(DuplicateReading, match="line 3"):
        read_readers(path)
