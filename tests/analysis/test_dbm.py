"""Pseudovalues: against RJafroc, and as Obuchowski and Rockette's analysis with the jackknife."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import dbm, mrmc
from analysis.errors import NothingToAnalyse, PartlyPairedCases
from tests.analysis.builders import nested, random_table, ratings, table_of

# RJafroc 2.1.3, St(dataset02, FOM = "Wilcoxon", method = "DBM")$ANOVA$TRCanova, mean squares of T to TRC.
TRC = (
    0.5467634406092723,
    0.4373267987584315,
    0.3968698842388478,
    0.0628174908788225,
    0.09984808423271535,
    0.06450106037961237,
    0.03997160319053632,
)
# The same: F, df of the error, p with analysisOption "RRRC", "FRRC" and "RRFC".
TESTS = {
    "random_readers_random_cases": (4.45631869315727, 15.25967458914175, 0.05166568581929387),
    "fixed_readers_random_cases": (5.475953242477181, 113, 0.021034968604521476),
    "random_readers_fixed_cases": (8.704000000000018, 4, 0.04195875249463854),
}


def test_mean_squares_and_tests_agree_with_rjafroc() -> None:
    found = dbm(ratings())
    assert tuple(vars(found.mean_squares).values()) == pytest.approx(TRC, rel=1e-9)
    for name, expected in TESTS.items():
        test = getattr(found, name)
        assert (test.statistic, test.df2, test.p) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity", "specificity", "pauc:0.4", "utility:1"])
@pytest.mark.parametrize("conditions", [2, 3])
def test_it_is_obuchowski_rockette_with_the_jackknife(figure: str, conditions: int) -> None:
    table = random_table(conditions, 4, 40, seed=conditions)
    ours = dbm(table, figure).random_readers_random_cases
    theirs = mrmc(table, figure, "jackknife").random_readers_random_cases.test
    assert theirs is not None
    assert (ours.df1, ours.p) == (theirs.df1, pytest.approx(theirs.p))
    assert (ours.statistic, ours.df2) == pytest.approx((theirs.statistic, theirs.df2))


def test_patients_are_left_out_whole() -> None:
    table: Any = random_table(2, 4, 40)
    patient = np.array([f"p{int(case[1:]) // 2}" for case in table.case])
    grouped = type(table)(
        table.reader, table.case, table.condition, table.truth, table.rating, table.call, patient
    )
    ours, theirs = dbm(grouped, "accuracy"), mrmc(grouped, "accuracy").random_readers_random_cases.test
    assert ours.cases == 20 and theirs is not None
    assert ours.random_readers_random_cases.statistic == pytest.approx(theirs.statistic)


def test_what_is_not_crossed_is_refused() -> None:
    with pytest.raises(PartlyPairedCases, match="every reader on every case"):
        dbm(nested(random_table()))
    for table in (random_table(1), random_table(2, 1)):
        with pytest.raises(NothingToAnalyse):
            dbm(table)


def test_no_variation_leaves_the_test_undefined() -> None:
    call = np.broadcast_to([0, 1] * 5, (2, 3, 10))
    found = dbm(table_of(None, [0, 1] * 5, call), "accuracy")
    assert found.random_readers_random_cases.p is None and "zero" in found.notes[0]
    assert found.to_frame().shape[0] == 1
