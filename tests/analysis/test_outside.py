"""What an outsider may hand in: separated calls, disjoint readers, huge ratings, differences of nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import (
    against_panel,
    all_claims,
    crossed_model,
    each_reader_paired,
    limits_between_readers,
    marginal_model,
    mrmc,
    proper_curve,
    reader_agreement,
)
from analysis.__main__ import main
from analysis.commands.options import figure
from analysis.errors import ValueRefused
from analysis.frames import plain
from tests.analysis.builders import random_table, table_of

TRUTH = np.arange(30) % 2


def calls(right_under_first: float, seed: int = 1) -> Any:
    """Calls of two conditions and three readers; the second condition is right in 7 of 10."""
    draw = np.random.default_rng(seed).random((2, 3, 30))
    right = draw < np.array([right_under_first, 0.7])[:, None, None]
    return table_of(None, TRUTH, np.where(right, TRUTH, 1 - TRUTH))


def test_separated_calls_have_no_odds() -> None:
    for model in (marginal_model, crossed_model):
        found = model(calls(right_under_first=1.0))
        assert all(each.estimate is None and each.interval is None for each in found.coefficients)
        assert "almost perfectly" in " ".join(found.notes)


def test_readers_who_are_always_right_have_no_odds() -> None:
    call = np.broadcast_to(TRUTH, (2, 3, 30))
    found = marginal_model(table_of(None, TRUTH, call))
    assert [each.p for each in found.coefficients] == [None, None]
    assert found.to_frame()["odds_interval_level"].isna().all()


def test_one_reading_has_no_model() -> None:
    found = marginal_model(table_of(None, [1], np.ones((1, 1, 1))))
    assert found.coefficients[0].estimate is None and "undefined" in found.notes[-1]


def test_readers_without_a_common_case_have_no_agreement() -> None:
    table = random_table(conditions=1, readers=4, cases=40)
    own = [int(case[1:]) % 4 == int(who[1:]) for case, who in zip(table.case, table.reader, strict=True)]
    (found, _) = reader_agreement(table.rows(np.array(own))).conditions
    assert not found.pairs and all(mean.estimate is None for mean in found.mean_of_pairs)


def test_ratings_too_large_to_square_are_refused() -> None:
    ratings = np.random.default_rng(1).normal(size=(1, 3, 30)) * 1e200
    with pytest.raises(ValueRefused, match="squared"):
        reader_agreement(table_of(ratings, TRUTH))


def test_a_difference_of_nothing_has_no_sign() -> None:
    table = table_of(np.broadcast_to(TRUTH * 1.0, (2, 3, 30)), TRUTH)
    told = against_panel(table.only(condition="c0"), "r0", "auc").difference
    turned = all_claims(mrmc(table).differences_to_report, 0.05)[1]
    lower = limits_between_readers(np.ones((5, 3))).lower
    signless = (told.estimate, turned.estimate, lower, plain(-0.0))
    assert [str(value) for value in signless] == ["0.0"] * 4


def test_a_difference_from_readers_is_cut_off_at_the_figures_own_range() -> None:
    table = random_table(conditions=1, readers=3, cases=12, seed=5)
    found = against_panel(table, "r0", "pauc:0.2", level=0.999).difference.interval
    assert found is not None and found.low >= -0.2 and found.high <= 0.2


def test_undefined_intervals_are_columns_too() -> None:
    table = random_table(conditions=2, readers=1)
    frame = mrmc(table).to_frame()
    assert "interval" not in frame and {"low", "high", "level"} <= set(frame)
    assert "interval_low" not in each_reader_paired(table)[0].to_frame()


def test_a_proper_curve_warns_of_nothing_on_the_way() -> None:
    draw = np.random.default_rng(5)
    truth = np.arange(35) >= 20
    for _ in range(3):
        assert proper_curve(truth, draw.normal(size=35) + 1.2 * truth).estimate is not None


@pytest.mark.parametrize("name", ["PAUC:0.2", "pauc:0, 0.2", "pauc:0-2e-1", "pauc:specificity,0.8,1", "AUC"])
def test_figures_are_known_in_several_spellings(name: str) -> None:
    assert figure(name)


def test_tables_in_a_terminal_have_a_dash_for_nothing(tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "readings.csv"
    rows = [f"r{j},k{k},c{i},{k % 2},3" for i in range(2) for j in range(3) for k in range(12)]
    path.write_text("\n".join(["reader,case,condition,truth,rating", *rows]), encoding="utf-8")
    assert main(["mrmc", str(path), "--bootstrap", "100"]) == 0
    told = capsys.readouterr().out
    assert "None" not in told and "nan" not in told.casefold()


@pytest.mark.parametrize(("separation", "told"), [(3.0, True), (1.0, False)])
def test_differences_of_areas_near_one_carry_a_caution(separation: float, told: bool) -> None:
    ratings = np.random.default_rng(3).normal(size=(2, 3, 60)) + separation * (np.arange(60) % 2)
    table = table_of(ratings, np.arange(60) % 2)
    gaps = (
        mrmc(table).differences_to_report[0],
        against_panel(table.only(condition="c0"), "r0", "auc").difference,
    )
    assert [any("within 5 %" in note for note in gap.notes) for gap in gaps] == [told, told]
