from __future__ import annotations

import numpy as np
import pytest

from analysis import ReadingTable, mrmc, restrict_to_complete
from analysis.errors import IncompleteDesign, NothingToAnalyse, PartlyPairedCases
from tests.analysis.builders import nested, random_table


def without(table: ReadingTable, *gaps: tuple[str, str, str]) -> ReadingTable:
    """The table less some (reader, condition, case)."""
    keys = zip(table.reader, table.condition, table.case, strict=True)
    return table.rows(np.array([(str(a), str(b), str(c)) not in gaps for a, b, c in keys]))


def test_missing_readings_are_named_where_refused() -> None:
    table = without(random_table(), ("r1", "c0", "k3"), ("r1", "c0", "k5"), ("r2", "c1", "k3"))
    with pytest.raises(IncompleteDesign, match="reader r1 under condition c0 lacks 2") as caught:
        mrmc(table, "accuracy", incomplete="refuse")
    assert caught.value.missing == {("r1", "c0"): ("k3", "k5"), ("r2", "c1"): ("k3",)}


def test_an_unrated_reading_is_a_missing_one() -> None:
    table = random_table()
    assert table.rating is not None
    rating = table.rating.copy()
    rating[0] = np.nan
    gap = ReadingTable(table.reader, table.case, table.condition, table.truth, rating, table.call)
    with pytest.raises(IncompleteDesign, match="r0 under condition c0 lacks 1"):
        mrmc(gap, "auc", incomplete="refuse")
    assert mrmc(gap, "accuracy").readers == ("r0", "r1", "r2", "r3")


def test_partly_shared_cases_are_refused_where_asked() -> None:
    table = random_table()
    part = table.rows(~((table.condition == "c1") & np.isin(table.case, ["k0", "k1"])))
    with pytest.raises(PartlyPairedCases, match="share 28 of 30 cases"):
        mrmc(part, incomplete="refuse")
    assert mrmc(restrict_to_complete(part, "accuracy").table).cases == 28


def test_dropping_cases_keeps_readers() -> None:
    table = without(random_table(), ("r1", "c0", "k3"), ("r2", "c1", "k4"))
    found = restrict_to_complete(table, "accuracy", "cases")
    assert (found.dropped_readers, found.dropped_cases) == ((), 2)
    assert found.notes == ("dropped 2 of 30 cases that some reader lacks",)
    result = mrmc(found.table, "accuracy")
    assert result.cases == 28 and found.notes[0] in result.notes


def test_dropping_readers_keeps_cases() -> None:
    table = without(random_table(), ("r1", "c0", "k3"), ("r2", "c1", "k4"))
    found = restrict_to_complete(table, "accuracy", "readers")
    assert (found.dropped_readers, found.dropped_cases) == (("r1", "r2"), 0)
    assert mrmc(found.table, "accuracy").readers == ("r0", "r3")


def test_fewest_drops_a_reader_who_left_early_and_a_case_once_skipped() -> None:
    early = [("r3", "c1", f"k{place}") for place in range(5, 30)]
    table = without(random_table(), ("r1", "c0", "k3"), *early)
    found = restrict_to_complete(table, "accuracy")
    assert (found.dropped_readers, found.dropped_cases) == (("r3",), 1)


def test_a_complete_table_stays_as_it_is() -> None:
    for table in (random_table(), nested(random_table())):
        found = restrict_to_complete(table, "accuracy")
        assert (len(found.table), found.notes) == (len(table), ())


def test_case_sets_are_restricted_one_by_one() -> None:
    table = without(nested(random_table()), ("r1", "c0", "k3/c0"))
    found = restrict_to_complete(table, "accuracy", "cases")
    assert found.dropped_cases == 1
    conditions = mrmc(found.table, "accuracy").random_readers_random_cases.conditions
    assert [entry.cases for entry in conditions] == [29, 30]


def test_nothing_left_is_refused() -> None:
    table = random_table(1, 2, 6)
    apart = table.rows((table.reader == "r0") == np.isin(table.case, ["k0", "k1", "k2"]))
    with pytest.raises(NothingToAnalyse, match="dropping cases leaves no complete readings"):
        restrict_to_complete(apart, "accuracy", "cases")


def test_a_session_without_calls_is_left_out_with_a_note() -> None:
    table = random_table()
    assert table.call is not None
    blinded = ReadingTable(
        table.reader,
        table.case,
        table.condition,
        table.truth,
        table.rating,
        np.where(table.condition == "c0", np.nan, table.call),
    )
    result = mrmc(blinded, "accuracy")
    assert result.conditions == ("c1",)
    assert "condition c0 has no call and is left out" in result.notes


def test_several_cases_of_a_patient_are_cautioned_about() -> None:
    table = random_table()
    patient = np.array([f"p{int(case[1:]) // 2}" for case in table.case])
    result = mrmc(
        ReadingTable(table.reader, table.case, table.condition, table.truth, table.rating, None, patient)
    )
    assert result.notes == ("30 cases of 15 patients: intervals count patients, not cases, as independent",)
