"""Truth and lesions per case, from cases.csv's column or from truth.csv, never from both."""

from __future__ import annotations

from studies.protocol import Protocol
from studies.refusals import Refusal
from studies.tables import Table, read_table
from studies.truth import LesionEntry, TruthEntry

TRUTH_COLUMNS = ("case", "truth")
TRUTH_EXTRAS = ("diagnosis", "explanation", "image", "frame", "x", "y", "radius", "weight")


def read_truth(
    protocol: Protocol, cases: Table, apart: str | None, refusals: list[Refusal], warnings: list[str]
) -> dict[str, TruthEntry]:
    """Truth by case; `apart` is truth.csv's text where there is one. Further rows add lesions."""
    if apart is None:
        return _entries(protocol, cases, False, refusals)
    if "truth" in cases.columns:
        rule, remedy = "Truth stands here and in cases.csv.", "Keep one: remove cases.csv's column."
        refusals.append(Refusal("truth.csv", rule, remedy))
        return {}
    table = read_table(apart, "truth.csv", TRUTH_COLUMNS, TRUTH_EXTRAS, refusals, warnings)
    found = _entries(protocol, table, True, refusals)
    known = {row["case"] for row in cases.rows}
    for code in sorted(known - {row["case"] for row in table.rows}):
        refusals.append(Refusal("truth.csv", f"Case {code} is not there.", "Add a row with its truth."))
    for code in sorted(set(found) - known):
        refusals.append(Refusal("truth.csv", f"Case {code} is not in cases.csv.", "Remove or mend the row."))
    return found


def _entries(
    protocol: Protocol, table: Table, with_lesions: bool, refusals: list[Refusal]
) -> dict[str, TruthEntry]:
    found: dict[str, TruthEntry] = {}
    for index, row in enumerate(table.rows):
        code, before = row["case"], found.get(row["case"])
        value = _value(protocol, table, index, before, refusals)
        if value is None:
            continue
        if before and before.value != value:
            rule = f"Case {code} has two values of truth."
            refusals.append(table.refusal(index, rule, "Make its rows agree."))
        found[code] = TruthEntry(
            value,
            row["diagnosis"] or (before.diagnosis if before else ""),
            row["explanation"] or (before.explanation if before else ""),
            (before.lesions if before else ()) + (_lesion(table, index, refusals) if with_lesions else ()),
        )
    return found


def _value(
    protocol: Protocol, table: Table, index: int, before: TruthEntry | None, refusals: list[Refusal]
) -> int | None:
    terms = {protocol.truth.positive: 1, protocol.truth.negative: 0}
    row = table.rows[index]
    if row["truth"] == "" and before:
        return before.value
    if row["truth"] not in terms:
        rule = f"Case {row['case']}: the truth {row['truth']!r} is not known."
        refusals.append(table.refusal(index, rule, f"Write {' or '.join(terms)}, as study.yaml says."))
        return None
    return terms[row["truth"]]


def _lesion(table: Table, index: int, refusals: list[Refusal]) -> tuple[LesionEntry, ...]:
    row = table.rows[index]
    if not row["x"] and not row["y"]:
        return ()
    names = ("x", "y", "radius", "weight", "image", "frame")
    numbers = {name: table.number(index, name, refusals) for name in names}
    x, y, weight = numbers["x"], numbers["y"], numbers["weight"]
    if x is None or y is None:
        refusals.append(table.refusal(index, "A lesion needs both x and y.", "Give both, in pixels."))
        return ()
    counts = {name: numbers[name] or 0.0 for name in ("image", "frame")}
    for name, count in counts.items():
        if count < 0 or count != int(count):
            refusals.append(table.refusal(index, f"{name}: {row[name]} is no count.", "Count from 0, whole."))
            return ()
    return (
        LesionEntry(
            x,
            y,
            image_position=int(counts["image"]),
            frame_number=int(counts["frame"]),
            radius=numbers["radius"],
            weight=1.0 if weight is None else weight,
        ),
    )
