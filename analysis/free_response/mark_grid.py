"""From marks to grids: the highest false mark of every case and the rating of every lesion, for all cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.design import CROSSED, Block, Design, arrange
from analysis.free_response.table import FreeResponseTable
from analysis.table import Codes, Names, Numbers, ReadingTable, levels


@dataclass(frozen=True, eq=False)
class MarkGrid:
    """m cells (reader under condition) on the same K cases with L lesions; -inf means not marked.

    truth (K,); cluster (K,): codes from 0 of the patients; lesion_case (L,): the lesion's place among the
    cases; weight (L,), summing to 1 in a case. false (m, K): rating of the highest false mark of a case;
    hits (m, L): rating of a lesion. The F false marks one by one: false_cell, false_case, false_rating (F,).
    """

    truth: NDArray[np.int8]
    cluster: Codes
    lesion_case: Codes
    weight: Numbers
    false: Numbers
    hits: Numbers
    false_cell: Codes
    false_case: Codes
    false_rating: Numbers

    @property
    def cells(self) -> int:
        return len(self.false)

    @property
    def clusters(self) -> int:
        return int(self.cluster.max()) + 1


@dataclass(frozen=True, eq=False)
class Arranged:
    """The design, and one grid for all conditions where they share all cases, else one for each."""

    design: Design
    grids: tuple[MarkGrid, ...]


def arranged(table: FreeResponseTable) -> Arranged:
    """The grids of a complete design, in natural order of names.

    Raises IncompleteDesign and PartlyPairedCases as `design.arrange`.
    """
    design = _design(table)
    if design.kind == CROSSED:
        return Arranged(design, (_grid(table, design, design.blocks),))
    return Arranged(design, tuple(_grid(table, design, (block,)) for block in design.blocks))


def _design(table: FreeResponseTable) -> Design:
    truth, patient = _per_case(table)
    readings = table.readings
    if readings is not None:
        place = {name: row for row, name in enumerate(levels(table.lesions.case)[0])}
        case = np.array([place[str(name)] for name in readings.case])
        rows = ReadingTable(
            reader=readings.reader,
            case=readings.case,
            condition=readings.condition,
            truth=truth[case],
            rating=np.zeros(len(case)),
            patient=None if patient is None else patient[case],
            source=readings.source,
            lines=readings.lines,
        )
        return arrange(rows, np.zeros(len(case)))
    readers, conditions = levels(table.marks.reader)[0], levels(table.marks.condition)[0]
    cases = levels(table.lesions.case)[0]
    codes = None if patient is None else levels(patient)[1]
    scores = np.zeros((len(readers), len(cases)))
    blocks = tuple(Block(name, np.array(cases), truth, scores, codes) for name in conditions)
    return Design(CROSSED, readers, blocks)


def _per_case(table: FreeResponseTable) -> tuple[NDArray[np.int8], Names | None]:
    """Truth and patient of each case of the lesions, in natural order of the cases' names."""
    lesions = table.lesions
    first = np.unique(levels(lesions.case)[1], return_index=True)[1]
    if lesions.patient is None:
        return lesions.truth[first], None
    named = np.where(lesions.patient == "", np.char.add("\x1f", lesions.case), lesions.patient)
    return lesions.truth[first], named[first]


def _grid(table: FreeResponseTable, design: Design, blocks: tuple[Block, ...]) -> MarkGrid:
    block, marks, lesions = blocks[0], table.marks, table.lesions
    cases = {str(name): place for place, name in enumerate(block.cases)}
    cells = {
        (each.condition, reader): i * len(design.readers) + j
        for i, each in enumerate(blocks)
        for j, reader in enumerate(design.readers)
    }
    rows = [
        row
        for row in np.lexsort((levels(lesions.lesion)[1], levels(lesions.case)[1]))
        if lesions.truth[row] == 1 and str(lesions.case[row]) in cases
    ]
    named = {(str(lesions.case[row]), str(lesions.lesion[row])): place for place, row in enumerate(rows)}
    of_cell = zip(marks.condition.tolist(), marks.reader.tolist(), strict=True)
    of_lesion = zip(marks.case.tolist(), marks.lesion.tolist(), strict=True)
    cell = np.array([cells.get(names, -1) for names in of_cell], dtype=np.int64)
    case = np.array([cases.get(name, -1) for name in marks.case.tolist()], dtype=np.int64)
    lesion = np.array([named.get(names, -1) for names in of_lesion], dtype=np.int64)
    hit, alone = np.flatnonzero((cell >= 0) & (lesion >= 0)), np.flatnonzero((cell >= 0) & (lesion < 0))
    alone = alone[np.lexsort((marks.rating[alone], case[alone], cell[alone]))]
    hits = np.full((len(cells), len(rows)), -np.inf)
    hits[cell[hit], lesion[hit]] = marks.rating[hit]
    false = np.full((len(cells), len(cases)), -np.inf)
    np.maximum.at(false, (cell[alone], case[alone]), marks.rating[alone])
    patient = np.arange(len(cases)) if block.patient is None else block.patient
    return MarkGrid(
        truth=block.truth,
        cluster=np.unique(patient, return_inverse=True)[1],
        lesion_case=np.array([cases[str(lesions.case[row])] for row in rows], dtype=np.int64),
        weight=lesions.weight[rows],
        false=false,
        hits=hits,
        false_cell=cell[alone],
        false_case=case[alone],
        false_rating=marks.rating[alone],
    )
