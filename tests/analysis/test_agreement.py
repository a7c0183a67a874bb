"""Agreement: gaps, undefined numbers, repeats, and the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import analysis
from analysis.agreement.weights import weight_matrix
from analysis.errors import NothingToAnalyse, Refusal, ScoreMissing, UnknownChoice, ValueRefused
from tests.analysis.builders import DATA, random_table, ratings, shuffled, table_of

ALL = (analysis.fleiss_kappa, analysis.conger_kappa, analysis.gwet_ac, analysis.krippendorff_alpha)
VAN_DYKE = str(DATA / "VanDyke.csv")
HEADER = "reader,case,condition,repeat,truth,call,rating,confidence\n"


def calls(*columns: str) -> Any:
    """Scores (cases, readers) from a text a reader: 0, 1, and . where nothing was said."""
    return np.array([[np.nan if x == "." else float(x) for x in text] for text in columns]).T


def written(folder: Path, *rows: str, header: str = HEADER) -> str:
    path = folder / "readings.csv"
    path.write_text(header + "\n".join(rows), encoding="utf-8")
    return str(path)


def shown_twice(folder: Path) -> str:
    """Three readers, eight cases; cases 0-5 shown again, when every reader changes one call."""
    rows = []
    for place, reader in enumerate("ABC"):
        for case in range(8):
            call = int(case % 2 == 0 or case == place + 1)
            again = 1 - call if case == place else call
            rows.append(f"{reader},{case},x,0,,{call},{4 * call + case % 3 + 1},{case % 3 + 1}")
            rows += [f"{reader},{case},x,1,,{again},{4 * again + 2},2"] if case < 6 else []
    return written(folder, *rows)


def test_two_readers_have_an_interval_for_themselves_alone() -> None:
    found = analysis.fleiss_kappa(calls("00110101", "01110100"))
    assert found.estimate is not None and found.interval is None
    assert found.cases_only.interval is not None
    assert "fewer than three readers" in found.notes[0]


def test_one_reader_agrees_with_nobody() -> None:
    for function in ALL:
        found = function(calls("0011"))
        assert (found.estimate, found.interval, found.cases_only.interval) == (None, None, None)
        assert found.notes == ("no case has two judgements: agreement is undefined",)


def test_one_category_leaves_kappas_undefined_and_percent_agreement_full() -> None:
    for function in ALL:
        assert function(calls("000", "000", "000")).estimate is None
    assert analysis.percent_agreement(calls("000", "000", "000")).estimate == 1
    assert analysis.gwet_ac(calls("000", "000", "000"), categories=[0, 1]).estimate == 1


def test_one_case_has_an_estimate_and_no_error() -> None:
    found = analysis.fleiss_kappa(calls("0", "0", "1"))
    assert found.estimate == pytest.approx(-0.5)
    assert (found.se, found.cases_only.se) == (None, None) and found.notes


def test_full_agreement_has_no_interval() -> None:
    found = analysis.conger_kappa(calls("0011", "0011", "0011"))
    assert (found.estimate, found.interval) == (1.0, None)
    assert "degenerate" in found.notes[0]


def test_a_case_judged_once_tells_of_categories_alone() -> None:
    with_one, without = calls("0011.", "01110", "0011."), calls("0011", "0111", "0011")
    assert analysis.percent_agreement(with_one).estimate == analysis.percent_agreement(without).estimate
    assert analysis.fleiss_kappa(with_one).expected != analysis.fleiss_kappa(without).expected
    alphas = [analysis.krippendorff_alpha(some) for some in (with_one, without)]
    assert (alphas[0].estimate, alphas[0].se) == (alphas[1].estimate, alphas[1].se)


def test_own_weights_are_a_matrix_of_weights() -> None:
    scores = np.array([[1, 2, 3], [1, 1, 2], [3, 3, 3], [2, 2, 1]], dtype=float)
    own = weight_matrix(np.array([1.0, 2.0, 3.0]), "linear")
    ours, linear = (analysis.gwet_ac(scores, weights) for weights in (own, "linear"))
    assert (ours.estimate, ours.se, ours.weights) == (linear.estimate, linear.se, "own")
    for wrong in (np.eye(2), np.zeros((3, 3)), np.triu(np.ones((3, 3)))):
        with pytest.raises(ValueRefused):
            analysis.gwet_ac(scores, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: analysis.fleiss_kappa(calls("01", "10"), "cubic"),
        lambda: analysis.krippendorff_alpha(calls("01", "10"), "metric"),  # type: ignore[arg-type]
        lambda: analysis.krippendorff_alpha(-calls("01", "10"), "ratio"),
        lambda: analysis.fleiss_kappa(calls("..", "..")),
        lambda: analysis.fleiss_kappa(calls("02", "10"), categories=[0, 1]),
        lambda: analysis.fleiss_kappa(np.arange(1200.0).reshape(400, 3)),
        lambda: analysis.cohen_kappa([0, 1], [0, 1, 1]),
        lambda: analysis.icc(np.array([[1.0, np.inf]])),
        lambda: analysis.limits_of_agreement([1, 2], [1]),
        lambda: analysis.limits_of_repeats([[1.0]], [[np.nan]]),
        lambda: analysis.fleiss_kappa(calls("01", "10"), level=95),
    ],
)
def test_wrong_input_is_refused(wrong: Any) -> None:
    with pytest.raises(Refusal):
        wrong()


def test_icc_leaves_out_gaps_and_says_what_is_undefined() -> None:
    scores = np.array([[1.0, 2, 2], [4, 5, 3], [2, 2, np.nan], [3, 3, 4]])
    (first, *_), (whole, *_) = analysis.icc(scores), analysis.icc(scores[[0, 1, 3]])
    assert (first.estimate, first.interval, first.cases) == (whole.estimate, whole.interval, 3)
    assert first.notes == ("1 cases without a score of every reader are left out",)
    assert {one.estimate for one in analysis.icc(np.ones((4, 3)))} == {None}
    assert {one.estimate for one in analysis.icc(np.array([[1.0, np.nan], [np.nan, 1.0]]))} == {None}


def test_icc_of_patients_with_several_cases_has_no_interval() -> None:
    found = analysis.icc(np.array([[1.0, 2], [4, 5], [3, 3], [2, 1]]), patient=["a", "a", "b", "c"])
    assert all(one.interval is None and "patients" in one.notes[0] for one in found)


def test_limits_over_patients_are_wider_where_a_patients_cases_are_alike() -> None:
    first, second = np.repeat([1.0, 5, 2, 4, 3, 1], 4), np.repeat([2.0, 4, 2, 2, 3, 3], 4)
    cases = analysis.limits_of_agreement(first, second).upper_interval
    patients = analysis.limits_of_agreement(first, second, patient=np.repeat(range(6), 4)).upper_interval
    assert cases is not None and patients is not None
    assert patients.high - patients.low > cases.high - cases.low


def test_conditions_are_never_mixed() -> None:
    table = random_table()
    both, alone = analysis.reader_agreement(table), analysis.reader_agreement(table.only("c1"))
    assert [(one.condition, one.of) for one in both.conditions] == [
        ("c0", "call"),
        ("c1", "call"),
        ("c0", "rating"),
        ("c1", "rating"),
    ]
    assert both.conditions[1] == alone.conditions[0]


def test_the_order_of_rows_does_not_matter() -> None:
    table = random_table()
    assert analysis.reader_agreement(shuffled(table)) == analysis.reader_agreement(table)


def test_pairs_have_cohens_kappa_and_their_mean_is_lights() -> None:
    found = analysis.reader_agreement(ratings(), ["call"]).conditions[0]
    assert len(found.pairs) == 10 and found.pairs[0].between == ("1", "2")
    kappas = [pair.coefficients[0].estimate for pair in found.pairs]
    light = found.mean_of_pairs[0]
    assert light.estimate == pytest.approx(np.mean(kappas)) == pytest.approx(0.5983881415118311)  # type: ignore[arg-type]
    assert light.se is not None and light.cases_only.se is not None and light.se > light.cases_only.se


def test_rare_calls_are_pointed_out_with_their_indices() -> None:
    call = np.zeros((1, 3, 40))
    call[0, 0, 0] = call[0, 1, 1] = call[0, 2, 0] = 1
    found = analysis.reader_agreement(table_of(None, np.arange(40) % 2, call)).conditions[0]
    assert "98% of judgements are 0" in found.notes[0]
    pair = found.pairs[0]
    assert (pair.prevalence_index, pair.bias_index) == (pytest.approx(38 / 40), 0.0)
    kappa, ac = (one.estimate for one in pair.coefficients)
    assert kappa is not None and ac is not None and kappa < 0 < 0.9 < ac


def test_readers_need_not_have_judged_the_same_cases() -> None:
    table = random_table()
    some = table.rows(~((table.reader == "r0") & (table.case < "k2")))
    found = analysis.reader_agreement(some, ["call"]).conditions[0]
    assert found.missing == 30 - len(some.only("c0", ["r0"]))
    assert f"{found.missing} of 120 judgements are missing" in found.notes[0]


def test_every_reason_is_told_with_what_it_is_about() -> None:
    found = analysis.reader_agreement(table_of(None, [0, 1], [[[0, 0], [0, 0], [0, 0]]]))
    assert {one.estimate for one in found.conditions[0].mean_of_pairs if "cohen" in one.name} == {None}
    reason = "all judgements are of one category: agreement beyond chance is undefined"
    assert f"condition c0, calls: fleiss, identity: {reason}" in found.notes


def test_one_reader_has_nobody_to_agree_with() -> None:
    found = analysis.reader_agreement(random_table(conditions=1, readers=1)).conditions[1]
    assert found.pairs == () and {one.estimate for one in found.mean_of_pairs} == {None}
    assert {one.estimate for one in (*found.coefficients, *found.icc)} == {None}
    assert found.limits is not None and found.limits.upper is None


def test_readers_without_a_case_in_common_are_no_pair() -> None:
    table = random_table(conditions=1)
    blocks = (table.reader < "r2") == (table.case < "k2")
    found = analysis.reader_agreement(table.rows(blocks), ["call"]).conditions[0]
    assert [pair.between for pair in found.pairs] == [("r0", "r1"), ("r2", "r3")]
    assert found.coefficients[1].estimate is not None and found.coefficients[1].interval is not None


def test_finer_scales_are_weighted() -> None:
    rating = np.random.default_rng(0).integers(0, 100, size=(1, 3, 40))
    found = analysis.reader_agreement(table_of(rating, np.arange(40) % 2)).conditions[0]
    assert {one.weights for one in found.mean_of_pairs} == {"linear", "quadratic"}


def test_fine_ratings_have_correlations_and_limits_alone() -> None:
    rating = np.random.default_rng(0).normal(size=(1, 4, 200))
    found = analysis.reader_agreement(table_of(rating, np.arange(200) % 2)).conditions[0]
    assert (found.coefficients, found.pairs) == ((), ()) and "512" in found.notes[0]
    assert found.icc[0].estimate is not None and found.limits is not None
    own = analysis.with_self(rating[0].T, rating[0].T + 1, list("abcd"), ())
    assert own.limits is not None and own.limits.bias == pytest.approx(-1)


def test_readers_with_themselves_come_from_second_showings(tmp_path: Path, parsed: Any) -> None:
    (found,) = parsed("agreement", shown_twice(tmp_path), "--of", "call")["conditions"]
    own = found["with_self"]
    assert [one["agreement"]["percent"]["successes"] for one in own["readers"]] == [5, 5, 5]
    assert {one["agreement"]["cases"] for one in own["readers"]} == {6}
    kappas = [one["agreement"]["coefficients"][0]["estimate"] for one in own["readers"]]
    assert own["means"][0]["estimate"] == pytest.approx(np.mean(kappas))
    assert (found["cases"], found["judgements"]) == (8, 24)


def test_ratings_shown_twice_have_limits(tmp_path: Path, parsed: Any) -> None:
    (found,) = parsed("agreement", shown_twice(tmp_path), "--of", "rating")["conditions"]
    own = found["with_self"]
    assert own["limits"]["upper_interval"][0] < own["limits"]["upper"] < own["limits"]["upper_interval"][1]
    assert own["readers"][0]["icc"]["name"] == "ICC(1,1)"


def test_second_showings_are_read_alone(tmp_path: Path) -> None:
    path = shown_twice(tmp_path)
    again = analysis.read_csv(path, repeats=True, truth_needed=False)
    assert (len(again), len(analysis.read_csv(path, truth_needed=False))) == (18, 24)
    with pytest.raises(NothingToAnalyse):
        analysis.read_csv(written(tmp_path, "A,1,x,0,1,1,5,1"), repeats=True)


def test_confidence_can_stand_for_the_rating(tmp_path: Path, parsed: Any) -> None:
    (found,) = parsed("agreement", shown_twice(tmp_path), "--of", "confidence")["conditions"]
    assert found["categories"] == [1, 2, 3]
    with pytest.raises(Refusal, match="no column confidence"):
        analysis.read_csv(VAN_DYKE, rating_column="confidence")


def test_the_command_tells_all_of_every_condition(parsed: Any) -> None:
    found = parsed("agreement", VAN_DYKE, "--call-at-least", "3", "--level", "0.9")
    assert {"method", "readers", "cases", "level", "conditions", "notes"} == set(found)
    assert (found["readers"], found["cases"], found["level"]) == (5, 114, 0.9)
    first = found["conditions"][0]
    assert (first["condition"], first["of"], first["categories"]) == ("1", "call", [0, 1])
    fleiss = first["coefficients"][1]
    assert (fleiss["name"], fleiss["estimate"]) == ("fleiss", pytest.approx(0.5981581454429977))
    assert fleiss["ci"][0] < fleiss["cases_only"]["ci"][0] < fleiss["cases_only"]["ci"][1] < fleiss["ci"][1]


def test_the_command_chooses_condition_and_weights(parsed: Any) -> None:
    found = parsed("agreement", VAN_DYKE, "--condition", "2", "--weights", "ordinal")["conditions"]
    assert [(one["condition"], one["of"]) for one in found] == [("2", "rating")]
    assert {c["weights"] for c in found[0]["coefficients"]} == {"ordinal", "interval"}


def test_the_command_prints_tables(tmp_path: Path, printed: Any) -> None:
    for arguments in ([VAN_DYKE, "--call-at-least", "3"], [shown_twice(tmp_path)]):
        told = printed("agreement", *arguments)
        assert "mean of pairs: cohen" in told
    assert "with oneself" in told


def test_what_is_not_there_is_refused() -> None:
    table = random_table()
    with pytest.raises(UnknownChoice):
        analysis.reader_agreement(table, ["mark"])  # type: ignore[list-item]
    with pytest.raises(ScoreMissing):
        analysis.reader_agreement(table_of(None, [0, 1], [[[0, 1], [1, 1]]]), ["rating"])


def test_results_are_tables() -> None:
    frame = analysis.reader_agreement(random_table()).to_frame()
    assert {"condition", "of", "name", "weights", "estimate", "low", "high", "cases_only_low"} <= set(frame)
    assert len(analysis.fleiss_kappa(calls("01", "11", "00")).to_frame()) == 1
