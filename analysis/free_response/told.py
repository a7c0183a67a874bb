"""A free-response analysis as JSON's objects and as text: the analysis, and what it counts."""

from __future__ import annotations

from analysis.as_json import Json, mrmc_as_json
from analysis.as_text import mrmc_as_text
from analysis.frames import plain
from analysis.free_response.curves import Curve
from analysis.free_response.table import FreeResponseTable
from analysis.mrmc_result import MrmcResult


def froc_as_json(result: MrmcResult, table: FreeResponseTable, curves: tuple[Curve, ...] = ()) -> Json:
    """The `froc` command's object: as `mrmc`'s, with lesions, marks and weights."""
    found = mrmc_as_json(result)
    notes = found.pop("notes")
    false = table.false_marks
    found |= {
        "lesions": table.lesions.count,
        "weights": _weights(table),
        "marks": {"on_lesions": len(table.marks) - false, "false": false, "ignored": table.ignored},
        "unmatched": false,
    }
    if curves:
        found["curves"] = plain(curves)
    return {**found, "notes": notes}


def froc_as_text(result: MrmcResult, table: FreeResponseTable) -> str:
    """The analysis as text, below a line of what was marked."""
    false = table.false_marks
    head = (
        f"{len(table.marks)} marks: {len(table.marks) - false} on lesions, {false} false; "
        f"{table.lesions.count} lesions, {_weights(table)}"
    )
    return f"{head}\n{mrmc_as_text(result)}"


def _weights(table: FreeResponseTable) -> str:
    return "equal within each case" if table.lesions.equally_weighted else "as given for each case"
