"""Reading a tidy CSV, one reading a row, into a ReadingTable; a study's readings.csv is such a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.errors import ColumnMissing, FileUnreadable, NothingToAnalyse, TruthMissing, ValueRefused
from analysis.table import Numbers, ReadingTable

CONDITION_COLUMNS = ("condition", "modality", "treatment", "test")
_ABSENT = {"", "na", "nan", "null", "none"}


def read_csv(
    path: str | Path,
    *,
    condition_column: str | None = None,
    leave_out_algorithms: bool = False,
    but_for: str = "",
    rating_column: str = "rating",
    repeats: bool = False,
    truth_needed: bool = True,
) -> ReadingTable:
    """Read the columns reader, case, condition (or modality, treatment, test), truth, rating and call.

    condition_column names another column to take as the condition, for example case_set. rating may be absent
    where call is there, and the other way round; patient, position and read_ms are read when present; further
    columns are ignored. A column status marks an exported file: rows not 'done', and rows that hold neither
    rating nor call (a session which asked for none), are left out and counted in the table's notes, as are
    rows with repeat = 1, and, on request, rows whose reader_kind is algorithm, but for the algorithm of one
    name.
    rating_column names another column to take as the rating, for example confidence. repeats: the rows with
    repeat = 1, a reader's second showing of a case, and not the others. truth_needed=False, for agreement:
    truth may be absent, is not read, and is 0 throughout the table.
    Raises FileUnreadable, ColumnMissing, ValueRefused, TruthMissing, NothingToAnalyse, and what ReadingTable
    raises.
    """
    roles = {"condition": condition_column, "rating": rating_column}
    rows = _Rows(Path(path), leave_out_algorithms, but_for, repeats, truth_needed)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            rows.collect(csv.reader(stream), roles)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise FileUnreadable(
            str(path), f"the file cannot be read ({problem})", "give a UTF-8 CSV file"
        ) from None
    return rows.table()


@dataclass
class _Rows:
    """The columns under construction; `left_out` counts rows by reason."""

    path: Path
    leave_out_algorithms: bool
    but_for: str
    repeats: bool
    truth_needed: bool
    columns: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    simulated: set[str] = field(default_factory=set)
    sessions: dict[str, set[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=lambda: {"reader": [], "case": [], "condition": []})
    patient: list[str] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    rating: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)
    position: list[float] = field(default_factory=list)
    read_ms: list[float] = field(default_factory=list)

    def collect(self, lines: Iterator[list[str]], roles: Mapping[str, str | None]) -> None:
        header = next(lines, None)
        if not header:
            raise FileUnreadable(str(self.path), "the file is empty", "give a CSV file with a header line")
        self.columns = _columns(str(self.path), header, roles, self.truth_needed)
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                self._take(number, cells)

    def table(self) -> ReadingTable:
        if not self.lines:
            told = f" ({self._told()})" if self.left_out else ""
            raise NothingToAnalyse(
                str(self.path), f"no reading is left{told}", "give a file with finished readings"
            )
        return ReadingTable(
            reader=np.array(self.names["reader"]),
            case=np.array(self.names["case"]),
            condition=np.array(self.names["condition"]),
            truth=np.array(self.truth, dtype=np.int8),
            rating=_known(self.rating),
            call=_known(self.call),
            patient=np.array(self.patient) if any(self.patient) else None,
            position=_known(self.position),
            read_ms=_known(self.read_ms),
            source=str(self.path),
            lines=np.array(self.lines, dtype=np.int64),
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        notes = [f"left out: {self._told()}"] if self.left_out else []
        if self.simulated:
            notes.append(simulated_note(len(self.simulated)))
        for condition, sessions in sorted(self.sessions.items()):
            if len(sessions) > 1:
                told = ", ".join(sorted(sessions))
                notes.append(
                    f"condition {condition} holds the sessions {told}; --condition-column session parts them"
                )
        return tuple(notes)

    def _told(self) -> str:
        return ", ".join(
            f"{count} {'row' if count == 1 else 'rows'} {reason}"
            for reason, count in sorted(self.left_out.items())
        )

    def _take(self, line: int, cells: list[str]) -> None:
        row = {
            name: cells[place].strip() if place < len(cells) else "" for name, place in self.columns.items()
        }
        reason = self._reason_to_leave_out(row)
        if reason:
            self.left_out[reason] += 1
            return
        where = f"{self.path}, line {line}"
        rating, call = _number(where, "rating", row), _number(where, "call", row)
        if np.isnan(rating) and np.isnan(call):
            if "status" not in self.columns:
                raise ValueRefused(
                    where, "a reading holds a rating or a call", "fill one of them or drop the row"
                )
            self.left_out["without rating and call"] += 1
            return
        for name, column in self.names.items():
            if not row[name]:
                raise ValueRefused(where, f"{name} is empty", f"give every reading a {name}")
            column.append(row[name])
        self.sessions.setdefault(row["condition"], set()).add(row.get("session", ""))
        if row.get("reader_kind", "") == "simulated":
            self.simulated.add(row["reader"])
        self.truth.append(_truth(where, row["truth"]) if self.truth_needed else 0)
        self.rating.append(rating)
        self.call.append(call)
        self.patient.append(row.get("patient", ""))
        self.position.append(_number(where, "position", row))
        self.read_ms.append(_number(where, "read_ms", row))
        self.lines.append(line)

    def _reason_to_leave_out(self, row: dict[str, str]) -> str:
        if row.get("status", "done") != "done":
            return f"with status {row['status'] or 'empty'}"
        again = row.get("repeat", "") not in ("", "0")
        if again != self.repeats:
            return "with repeat = 1" if again else "with repeat = 0"
        algorithm = row.get("reader_kind", "") == "algorithm" and row["reader"] != self.but_for
        if self.leave_out_algorithms and algorithm:
            return "of algorithms"
        return ""


def simulated_note(count: int) -> str:
    """The note that goes with every result that such readers are part of."""
    return f"SIMULATED: {count} of the readers are simulated, not people"


def _columns(
    path: str, header: list[str], roles: Mapping[str, str | None], truth_needed: bool
) -> dict[str, int]:
    names = [name.strip().casefold() for name in header]
    chosen, rating = roles["condition"], str(roles["rating"]).casefold()
    wanted = [chosen.casefold()] if chosen else list(CONDITION_COLUMNS)
    found = [name for name in wanted if name in names]
    needed = {"reader": "reader", "case": "case", "condition": found[0] if found else ""}
    needed |= {"truth": "truth"} if truth_needed else {}
    needed |= {"rating": rating} if rating != "rating" else {}
    for role, name in needed.items():
        if name not in names:
            given = " or ".join(wanted) if role == "condition" else name
            raise ColumnMissing(f"{path}, line 1", f"there is no column {given}", f"name one column {given}")
    optional = (
        "rating",
        "call",
        "patient",
        "position",
        "read_ms",
        "status",
        "repeat",
        "reader_kind",
        "session",
    )
    needed = {name: name for name in optional if name in names} | needed
    for name in needed.values():
        if names.count(name) > 1:
            raise ColumnMissing(f"{path}, line 1", f"column {name} stands there twice", "keep one of them")
    if "rating" not in needed and "call" not in needed:
        raise ColumnMissing(
            f"{path}, line 1", "there is no column rating and none call", "give one of the two"
        )
    return {role: names.index(name) for role, name in needed.items()}


def _known(values: list[float]) -> Numbers | None:
    column = np.array(values)
    return None if np.isnan(column).all() else column


def _number(where: str, name: str, row: dict[str, str]) -> float:
    text = row.get(name, "")
    if text.casefold() in _ABSENT:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise ValueRefused(
            where, f"{name} '{text}' is not a number", f"write the {name} as a number"
        ) from None


def _truth(where: str, text: str) -> int:
    if text.casefold() in _ABSENT:
        raise TruthMissing(
            where,
            "truth is empty, and no accuracy exists without it",
            "export the study again after it is locked and unblinded, or fill the column with 0 and 1",
        )
    if text not in ("0", "1", "0.0", "1.0"):
        raise ValueRefused(where, f"truth '{text}' is not 0 or 1", "write 0 for absent, 1 for present")
    return int(float(text))
