"""Ratings in the formats of iMRMC, RJafroc and MRMCaov; there conditions are called modalities.

One file per case set, once the study is locked. iMRMC's free text ends its header with BEGIN DATA: and then
has reader,case,modality,score, truth's rows naming the reader `truth`; RJafroc reads the same with whole
numbers for names and -1 for truth; MRMCaov reads a long table, its highest truth level being positive.
Algorithms are no members of the panel and stay in readings.csv; these programs would take them for readers.
"""

from __future__ import annotations

import re
from pathlib import Path

from analysis.formats.imrmc import Key, imrmc_text, key_of
from studies.codebook import Column, Sheet
from studies.records import Dataset, Slot

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
HEAD = "Readers {readers}, cases {cases}, conditions: {conditions}.{notice}"


def write_peers(folder: Path, dataset: Dataset, notice: str) -> list[Sheet]:
    """Writes imrmc/ and rjafroc/; returns the sheets of mrmcaov/ and of the numbers' key."""
    sheets = []
    case_sets = dict.fromkeys(session.case_set for session in dataset.protocol.sessions)
    for number, case_set in enumerate(case_sets, 1):
        slots = [slot for slot in dataset.slots if slot.case_set == case_set and _rated(slot)]
        if not slots:
            continue
        stem = case_set if FILE_NAME.match(case_set) else f"set-{number}"
        _write(folder / "imrmc" / f"{stem}.imrmc", slots, notice, numbered=False)
        key = _write(folder / "rjafroc" / f"{stem}.imrmc", slots, notice, numbered=True)
        sheets += [_long(stem, slots), _numbers(stem, key)]
    return sheets


def _rated(slot: Slot) -> bool:
    counted = slot.status == "done" and not slot.repeat and slot.reader_kind != "algorithm"
    return counted and slot.rating is not None and slot.truth is not None


def _write(path: Path, slots: list[Slot], notice: str, numbered: bool) -> Key:
    key = key_of(
        sorted(slot.reader for slot in slots),
        (slot.case for slot in slots),
        sorted(slot.session for slot in slots),
        numbered,
    )
    head = HEAD.format(
        readers=len(key.readers),
        cases=len(key.cases),
        conditions=", ".join(key.conditions),
        notice=f" {notice}" if notice else "",
    )
    truth = {slot.case: slot.truth for slot in slots if slot.truth is not None}
    scores = [
        (slot.reader, slot.case, slot.session, slot.rating) for slot in slots if slot.rating is not None
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text(imrmc_text(head, dict(sorted(truth.items())), scores, key, numbered), encoding="utf-8")
    return key


def _numbers(stem: str, key: Key) -> Sheet:
    """What each number stands for."""
    kinds = {"reader": key.readers, "case": key.cases, "modality": key.conditions}
    rows = tuple((kind, number, name) for kind, names in kinds.items() for name, number in names.items())
    columns = (
        Column("kind", "text", "What is numbered.", lambda row: row[0], allowed="reader;case;modality"),
        Column("number", "integer", "Its number in the file beside.", lambda row: row[1]),
        Column("name", "text", "Its code, or the session's key.", lambda row: row[2]),
    )
    return Sheet(f"rjafroc/{stem}-key.csv", columns, rows)


def _long(stem: str, slots: list[Slot]) -> Sheet:
    columns = (
        Column("reader", "text", "The reader's code.", lambda slot: slot.reader),
        Column("case", "text", "The case's code.", lambda slot: slot.case),
        Column("modality", "text", "The session's key.", lambda slot: slot.session),
        Column("truth", "flag", "Reference standard.", lambda slot: slot.truth),
        Column("rating", "integer", "Ordered score, as in readings.csv.", lambda slot: slot.rating, "step"),
    )
    return Sheet(f"mrmcaov/{stem}.csv", columns, tuple(slots))
