"""The audit's chains as an export has them: events.csv hashed anew, and held against heads.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from studies.audit import GENESIS, hash_of

HASHED = ("chain", "number", "utc", "actor", "action", "subject", "reason", "data", "previous_sha256")


def broken_chains(events: str, heads: str) -> Iterator[str]:
    """Sentences about what does not hold, in the order of the files."""
    last: dict[str, tuple[int, str]] = {}
    for row in _rows(events):
        chain, place = row["chain"], f"events.csv, {row['chain']} event {row['number']}"
        number, previous = last.get(chain, (0, GENESIS))
        if row["number"] != str(number + 1):
            yield f"{place}: event {number + 1} of this chain is missing."
        elif row["previous_sha256"] != previous:
            yield f"{place}: it does not continue the event before it."
        elif row["sha256"] != hash_of([_value(name, row[name]) for name in HASHED]):
            yield f"{place}: its content is not what was hashed."
        last[chain] = int(row["number"]), row["sha256"]
    ends = {row["chain"]: (int(row["number"]), row["sha256"]) for row in _rows(heads)}
    for chain in sorted(ends.keys() | last.keys()):
        if last.get(chain) != ends.get(chain):
            yield f"heads.csv, {chain}: its head is not the last event of events.csv; a tail is cut or added."


def _rows(text: str) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        yield {name: _undone(value) for name, value in row.items()}


def _undone(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running a cell."""
    return cell[1:] if cell.startswith("'") else cell


def _value(name: str, cell: str) -> str | int:
    return int(cell) if name == "number" else cell
