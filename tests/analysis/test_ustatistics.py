"""U-statistics and maximum likelihood against iMRMC, against the definition, and against their identities."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import ReadingTable, mrmc, u_statistics
from analysis.figures import scored
from analysis.frames import plain
from analysis.grid import grid_of
from analysis.score_products import product_moments
from analysis.ustatistics import UDifference, UMean, UStatistics
from tests.analysis.builders import (
    nested,
    random_table,
    ratings,
    reference,
    shuffled,
    table_of,
    with_gaps,
)

IMRMC = reference("imrmc.json")
ESTIMATORS = {"Ustat": ("variance", "df"), "MLEstat": ("mle_variance", "mle_df")}
COUNTED: dict[str, tuple[int, ...]] = {"auc": (0, 1), "accuracy": (0, 1), "sensitivity": (1,)}


def naming(record: dict[str, Any]) -> str:
    return "-".join([record["data"][:-4], record["figure"], record["estimator"], *record.get("between", [])])


def close(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-13)


def entries(found: UStatistics) -> tuple[UMean | UDifference, ...]:
    return (*found.conditions, *found.differences)


def records(*estimators: str) -> list[dict[str, Any]]:
    return [record for record in IMRMC if record["estimator"] in estimators]


@pytest.mark.parametrize("record", records("Ustat", "MLEstat"), ids=naming)
def test_means_and_differences_agree_with_imrmc(record: dict[str, Any]) -> None:
    found = u_statistics(ratings(record["data"]), record["figure"])
    variance = ESTIMATORS[record["estimator"]][0]
    for ours, theirs in zip(entries(found), record["results"], strict=True):
        assert ours.estimate == close(theirs.get("AUCAminusAUCB", theirs.get("AUCA")))
        assert getattr(ours, variance) == close(theirs.get("varAUCAminusAUCB", theirs.get("varAUCA")))
        cases = theirs["N1"] + (theirs["N0"] if record["figure"] == "auc" else 0)  # five made-up negatives
        assert (ours.readers, ours.cases) == (theirs["NR"], cases)


@pytest.mark.parametrize("record", records("Ustat", "MLEstat"), ids=naming)
def test_degrees_of_freedom_agree_where_imrmc_has_nothing_to_round(record: dict[str, Any]) -> None:
    """With gaps it rounds how many readers and cases there are, as if they were shared evenly."""
    found = u_statistics(ratings(record["data"]), record["figure"])
    rel = 0.02 if record["data"].startswith("testR") else 1e-9
    for ours, theirs in zip(entries(found), record["results"], strict=True):
        assert getattr(ours, ESTIMATORS[record["estimator"]][1]) == pytest.approx(theirs["dfBDG"], rel=rel)


@pytest.mark.parametrize("record", records("uStat11"), ids=naming)
def test_shares_agree_with_the_one_shot_estimates_of_imrmc(record: dict[str, Any]) -> None:
    table = ratings(record["data"])
    places = [name[1:] for name in record["between"]]
    found = u_statistics(table.rows(np.isin(table.condition, places)), record["figure"])
    ours = entries(found)
    assert [entry.estimate for entry in ours] == close(list(record["results"]["mean"].values()))
    assert [entry.variance for entry in ours] == close(list(record["results"]["var"].values()))


@pytest.mark.parametrize("record", records("BDG Ustat", "BDG MLE"), ids=naming)
def test_moments_of_a_study_with_gaps_agree_with_imrmc(record: dict[str, Any]) -> None:
    table, scores = scored(ratings(record["data"]), "auc")
    grid = grid_of(table, scores)
    found = product_moments("auc", grid.truth, grid.scores)
    for place, own in zip(((0, 0), (1, 1), (0, 1)), record["results"]["comp"], strict=True):
        moments = found[place].unbiased if "Ustat" in record["estimator"] else found[place].plugged_in
        assert list(moments.ravel()[::-1]) == close([own[f"M{m}"] for m in range(1, 9)])
    for place, own in zip(((0, 0), (1, 1), (0, 1)), record["results"]["coeff"], strict=True):
        assert list(found[place].weights.ravel()[::-1]) == close([own[f"M{m}"] for m in range(1, 9)])


def scores_by_definition(table: ReadingTable, figure: str, condition: str) -> list[tuple[Any, ...]]:
    """(reader, positive or the case, negative or None, kernel) of every score there is."""
    own = table.only(condition=condition)
    columns = (own.reader, own.case, own.condition, own.truth, own.rating, own.call)
    rows = list(zip(*(np.asarray(column) for column in columns), strict=True))
    if figure != "auc":
        return [(r, k, None, float(call == y)) for r, k, _, y, _, call in rows if y in COUNTED[figure]]
    pairs = product([row for row in rows if row[3]], [row for row in rows if not row[3]])
    return [(a[0], a[1], b[1], np.heaviside(a[4] - b[4], 0.5)) for a, b in pairs if a[0] == b[0]]


def covariance_by_definition(one: list[tuple[Any, ...]], two: list[tuple[Any, ...]]) -> tuple[float, float]:
    """Unbiased and plug-in covariance of the two means, by a look at every pair of scores."""
    exact: dict[Any, list[float]] = {}
    least: dict[Any, list[float]] = {key: [] for key in product((False, True), repeat=3)}
    for a, b in product(one, two):
        same = tuple(x == y for x, y in zip(a[:3], b[:3], strict=True))
        exact.setdefault(same, []).append(a[3] * b[3])
        for key, held in least.items():
            if all(s or not k for s, k in zip(same, key, strict=True)):
                held.append(a[3] * b[3])
    pairs = len(one) * len(two)
    apart = next(key for key in sorted(exact))
    unbiased = sum(sum(held) for held in exact.values()) / pairs - float(np.mean(exact[apart]))
    shares = {key: len(held) / pairs for key, held in exact.items()}
    plugged = sum(shares[key] * np.mean(least[key]) for key in exact) - np.mean(least[apart])
    return unbiased, float(plugged)


@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_pattern_of_gaps_agrees_with_the_definition(figure: Any, seed: int) -> None:
    table = with_gaps(random_table(2, 3, 10, seed), share=0.2, seed=seed)
    found = u_statistics(table, figure)
    one, two = (scores_by_definition(table, figure, name) for name in ("c0", "c1"))
    expected = [np.mean([s[3] for s in one]), *covariance_by_definition(one, one)]
    mean, gap = found.conditions[0], found.differences[0]
    assert [mean.estimate, mean.variance, mean.mle_variance] == pytest.approx(expected, abs=1e-12)
    three = [covariance_by_definition(a, b) for a, b in ((one, one), (two, two), (one, two))]
    variances = [a + b - 2 * c for a, b, c in zip(*three, strict=True)]
    assert [gap.variance, gap.mle_variance] == pytest.approx(variances, abs=1e-12)
    assert (mean.pairs, found.conditions[1].pairs) == (len(one), len(two))


@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity", "specificity"])
@pytest.mark.parametrize("seed", range(3))
def test_variance_is_the_unbiased_error_without_cutting_off(figure: Any, seed: int) -> None:
    table = random_table(2, 4, 30, seed)
    result = mrmc(table, figure, "unbiased" if figure == "auc" else "jackknife")
    c, found = result.covariances, u_statistics(table, figure)
    if c.cov2 is not None and c.cov3 is not None and c.cov2 > c.cov3:
        error = result.random_readers_random_cases.differences[0].se
        assert error is not None
        assert found.differences[0].variance == pytest.approx(error**2, rel=1e-9)


def test_the_estimate_is_the_mean_of_the_readers() -> None:
    table = random_table(2, 3, 24)
    means = [entry.estimate for entry in mrmc(table).random_readers_random_cases.conditions]
    assert [entry.estimate for entry in u_statistics(table).conditions] == pytest.approx(means)


def test_a_reader_weighs_by_the_pairs_that_the_reader_scored() -> None:
    table = random_table(1, 2, 20)
    part = table.rows(~((table.reader == "r1") & np.isin(table.case, [f"k{k}" for k in range(10)])))
    alone = [u_statistics(part.only(readers=[name])).conditions[0] for name in ("r0", "r1")]
    assert [one.pairs for one in alone] == [100, 25]
    expected = (100 * (alone[0].estimate or 0) + 25 * (alone[1].estimate or 0)) / 125
    assert u_statistics(part).conditions[0].estimate == pytest.approx(expected)


@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_order_and_names_do_not_matter(figure: Any) -> None:
    table = with_gaps(random_table(3, 4, 20), share=0.3)
    assert u_statistics(shuffled(table), figure) == u_statistics(table, figure)


def test_cases_of_their_own_leave_nothing_in_common() -> None:
    found = u_statistics(nested(random_table()))
    (gap,) = found.differences
    assert gap.variance is not None and gap.pairs == 0
    shared = u_statistics(random_table()).differences[0].variance
    assert shared is not None and gap.variance > shared
    assert json.loads(json.dumps(plain(found)))["differences"][0]["pairs"] == 0


def test_a_negative_variance_stands_there_beside_the_other() -> None:
    call = np.array([[[0, 1, 0, 1, 1, 0, 1, 0], [1, 0, 1, 0, 0, 1, 0, 1]]])  # one is right where one is not
    (mean,) = u_statistics(table_of(None, [0, 1] * 4, call), "accuracy").conditions
    assert mean.variance is not None and mean.variance < 0 and mean.df is None
    assert mean.mle_variance is not None and mean.mle_variance >= 0
    assert (mean.interval is None) == (mean.mle_variance == 0)


@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_maximum_likelihood_is_never_negative_where_readings_are_crossed(figure: Any) -> None:
    for seed in range(40):
        for entry in entries(u_statistics(random_table(2, 2 + seed % 3, 8, seed), figure)):
            assert entry.mle_variance is not None and entry.mle_variance >= 0


def test_two_negative_variances_leave_no_interval() -> None:
    tables = (with_gaps(random_table(2, 4, 16, seed), 0.5, seed) for seed in range(30))
    found = [entry for table in tables for entry in entries(u_statistics(table))]
    negative = [entry for entry in found if max(entry.variance or 0, entry.mle_variance or 0) < 0]
    assert negative and all(entry.interval is None and entry.notes for entry in negative)


def test_what_cannot_be_had_says_why() -> None:
    alone = u_statistics(random_table(1, 1, 20))
    assert "one reader" in alone.notes[0] and "one reader" in alone.conditions[0].notes[0]
    perfect = u_statistics(table_of(None, [0, 1] * 5, np.broadcast_to([0, 1] * 5, (1, 3, 10))), "accuracy")
    mean = perfect.conditions[0]
    assert (mean.estimate, mean.variance, mean.df, mean.interval) == (1.0, 0.0, None, None)
    one_class = table_of(np.arange(12.0).reshape(1, 2, 6), [1] * 6)
    assert u_statistics(one_class).conditions[0].estimate is None
