from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import ReadingTable, mrmc
from analysis.figures import scored
from analysis.grid import grid_of
from analysis.layout import GridLayout, layout_of
from tests.analysis.builders import nested, random_table, renamed, shuffled, split_plot


def layout(table: ReadingTable) -> GridLayout:
    return layout_of(grid_of(*scored(table, "accuracy")))


def half_of_the_cases(table: ReadingTable) -> ReadingTable:
    """Each reader a window of half the cases, another one for each reader."""
    first = np.array([int(reader[1:]) * 5 for reader in table.reader])
    place = np.array([int(case[1:]) for case in table.case])
    return table.rows((place - first) % 20 < 10)


TABLE = random_table(2, 4, 20)
DESIGNS = {
    "crossed": TABLE,
    "cases nested in conditions": nested(TABLE),
    "cases nested in readers": renamed(TABLE, case=TABLE.reader),
    "cases nested in groups of readers": split_plot(TABLE, 2),
    "readers nested in conditions": renamed(TABLE, reader=TABLE.condition),
    "readers and cases nested in conditions": renamed(TABLE, reader=TABLE.condition, case=TABLE.condition),
    "cases nested in conditions, cases nested in groups of readers": nested(split_plot(TABLE, 2)),
    "crossed, with gaps": TABLE.rows(np.arange(len(TABLE)) != 7),
    "crossed, readers share some of their cases": half_of_the_cases(TABLE),
    "crossed, not every reader under every condition": TABLE.rows(
        ~((TABLE.reader == "r1") & (TABLE.condition == "c0"))
    ),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_are_named(name: str) -> None:
    assert layout(DESIGNS[name]).name == name
    assert layout(shuffled(DESIGNS[name])).name == name
    assert mrmc(DESIGNS[name], "accuracy").design == name


def test_one_condition_nests_nothing_in_it() -> None:
    one = TABLE.only(condition="c0")
    assert layout(one).name == "crossed"
    assert layout(split_plot(one, 2)).name == "cases nested in groups of readers"
    assert layout(one.only(readers=["r1"])).name == "crossed"


def test_groups_are_used_where_each_has_two_readers() -> None:
    assert layout(split_plot(TABLE, 2)).groups is not None
    lonely = layout(split_plot(random_table(2, 5, 20), 2).only(readers=["r0", "r1", "r3"]))
    assert lonely.groups is None and "one reader" in lonely.notes[0]


def test_gaps_are_counted() -> None:
    found = layout(TABLE.rows(np.arange(len(TABLE)) > 2))
    assert (found.missing, found.expected) == (3, 160)
    assert "3 of 160 readings" in found.notes[0]


def test_a_stray_reading_links_two_groups() -> None:
    groups: Any = split_plot(TABLE, 2)
    case = groups.case.copy()
    case[(groups.reader == "r0") & (groups.case == "k0/0")] = "k0/1"
    linked = ReadingTable(groups.reader, case, groups.condition, groups.truth, groups.rating, groups.call)
    assert layout(linked).name == "crossed, readers share some of their cases"


def test_patients_link_groups_as_cases_do() -> None:
    groups = split_plot(TABLE, 2)
    patient = np.array([case.split("/")[0] for case in groups.case])
    given = (groups.reader, groups.case, groups.condition, groups.truth, groups.rating, groups.call, patient)
    assert len(np.unique(layout(ReadingTable(*given)).sets)) == 1
