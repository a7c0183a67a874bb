"""Ratings in the formats of iMRMC, RJafroc and MRMCaov; there conditions are called modalities.

One file per case set, once the study is locked. iMRMC's free text ends its header with BEGIN DATA: and then
has reader,case,modality,score, truth's rows naming the reader `truth`; RJafroc reads the same with whole
numbers for names and -1 for truth; MRMCaov reads a long table, its highest truth level being positive.
Algorithms are no members of the panel and stay in readings.csv; these programs would take them for readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from studies.codebook import Column, Sheet
from studies.records import Dataset, Slot

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
HEADER = "Readers {readers}, cases {cases}, conditions: {conditions}.{notice}\nBEGIN DATA:\n"


def write_peers(folder: Path, dataset: Dataset, notice: str) -> list[Sheet]:
    """Writes imrmc/ and rjafroc/; returns the sheets of mrmcaov/ and of the numbers' key."""
    sheets = []
    case_sets = dict.fromkeys(session.case_set for session in dataset.protocol.sessions)
    for number, case_set in enumerate(case_sets, 1):
        slots = [slot for slot in dataset.slots if slot.case_set == case_set and _rated(slot)]
        if not slots:
            continue
        names, stem = _Names(slots), case_set if FILE_NAME.match(case_set) else f"set-{number}"
        _write(folder / "imrmc" / f"{stem}.imrmc", slots, names, notice, numbered=False)
        _write(folder / "rjafroc" / f"{stem}.imrmc", slots, names, notice, numbered=True)
        sheets += [_long(stem, slots), names.key(stem)]
    return sheets


def _rated(slot: Slot) -> bool:
    counted = slot.status == "done" and not slot.repeat and slot.reader_kind != "algorithm"
    return counted and slot.rating is not None and slot.truth is not None


class _Names:
    """Readers, cases and modalities as words without commas, and as numbers from 1."""

    def __init__(self, slots: list[Slot]) -> None:
        self.readers = _numbers(slot.reader for slot in slots)
        self.cases = _numbers(slot.case for slot in slots)
        self.modalities = _numbers(slot.session for slot in slots)

    def key(self, stem: str) -> Sheet:
        """What each number stands for."""
        kinds = {"reader": self.readers, "case": self.cases, "modality": self.modalities}
        rows = tuple(
            (kind, number, name) for kind, numbers in kinds.items() for name, number in numbers.items()
        )
        columns = (
            Column("kind", "text", "What is numbered.", lambda row: row[0], allowed="reader;case;modality"),
            Column("number", "integer", "Its number in the file beside.", lambda row: row[1]),
            Column("name", "text", "Its code, or the session's key.", lambda row: row[2]),
        )
        return Sheet(f"rjafroc/{stem}-key.csv", columns, rows)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)), 1)}


def _write(path: Path, slots: list[Slot], names: _Names, notice: str, numbered: bool) -> None:
    def name(numbers: dict[str, int], word: str) -> str:
        return str(numbers[word]) if numbered else word.replace(",", ";")

    truths = {slot.case: slot.truth for slot in slots}
    mark = "-1" if numbered else "truth"
    lines = [f"{mark},{name(names.cases, case)},truth,{truth}" for case, truth in sorted(truths.items())]
    lines += [
        f"{name(names.readers, slot.reader)},{name(names.cases, slot.case)},"
        f"{name(names.modalities, slot.session)},{slot.rating}"
        for slot in slots
    ]
    head = HEADER.format(
        readers=len(names.readers),
        cases=len(names.cases),
        conditions=", ".join(names.modalities),
        notice=f" {notice}" if notice else "",
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _long(stem: str, slots: list[Slot]) -> Sheet:
    columns = (
        Column("reader", "text", "The reader's code.", lambda slot: slot.reader),
        Column("case", "text", "The case's code.", lambda slot: slot.case),
        Column("modality", "text", "The session's key.", lambda slot: slot.session),
        Column("truth", "flag", "Reference standard.", lambda slot: slot.truth),
        Column("rating", "integer", "Ordered score, as in readings.csv.", lambda slot: slot.rating, "step"),
    )
    return Sheet(f"mrmcaov/{stem}.csv", columns, tuple(slots))
