"""The outcome as Markdown, and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.validation.compared import Compared, Record
from bench.validation.run import Tally, Validation, power_of_ten

HEAD = """# Our numbers beside other programs'

Written by `python -m bench.validation --write docs/validation.md`{when}.

A record is one call of another program on ratings that both read, kept with package, version and call. Two
numbers are equal where they differ by at most 1e-9 of the other's, 1e-4 where the other program climbs to a
maximum (below 1e-6, of 1e-6), or half a unit of the last digit where it prints few. Every other number needs
an explanation, and every explanation a number: otherwise the command ends with 1.
"""
TABLE = """
| program | what | records | numbers | equal | explained | worst of the equal | digits |
|---|---|---|---|---|---|---|---|
"""


def markdown(found: Validation, when: str = "") -> str:
    return "\n".join([HEAD.format(when=when), totals(found), table(found), *_sections(found)]) + "\n"


def totals(found: Validation) -> str:
    compared = found.total("records")
    lines = [
        f"- {found.records} records: {compared} compared, {len(found.suspects)} set aside as "
        f"wrong, {len(found.without)} of methods that are not here.",
        f"- {found.total('compared'):,} numbers: {found.total('equal'):,} equal, "
        f"{found.total('explained'):,} different and explained, {len(found.unexplained):,} unexplained.",
        f"- Of the {found.total('explained'):,}, {sum(found.proved.values()):,} come out as the other's "
        "when our parts are put together by its rule; the others keep within a limit.",
        "- Versions: " + ", ".join(f"{name} {_short(v)}" for name, v in sorted(found.versions.items())) + ".",
    ]
    return "\n".join(lines)


def _short(version: str) -> str:
    return version.removeprefix("R version ").split(" ")[0]


def table(found: Validation) -> str:
    rows = [_row(*key, tally) for key, tally in sorted(found.tallies.items())]
    whole = Tally()
    for name in ("records", "compared", "equal", "explained"):
        setattr(whole, name, found.total(name))
    rows.append(f"| all | | {whole.records} | {whole.compared} | {whole.equal} | {whole.explained} | | |")
    return TABLE + "\n".join(rows)


def _row(package: str, method: str, tally: Tally) -> str:
    counts = f"{tally.records} | {tally.compared} | {tally.equal} | {tally.explained}"
    if tally.printed == tally.equal:
        return f"| {package} | {method} | {counts} | as printed | |"
    exponent = power_of_ten(tally.worst)
    return f"| {package} | {method} | {counts} | 1e{exponent} | {-exponent} |"


def _sections(found: Validation) -> list[str]:
    lines = ["\n## Differences, and why\n", "| numbers | by its rule | why |", "|---|---|---|"]
    for known, count in found.explained.items():
        proved = found.proved[known]
        lines.append(f"| {count} | {proved or 'no'} | {known.explanation} |")
    lines += [f"| 1 | no | unexplained: {_said(*pair)} |" for pair in found.unexplained]
    lines += ["\n## Set aside as wrong\n", "| records | why |", "|---|---|"]
    lines += _grouped([(record, record.suspect) for record in found.suspects])
    lines += ["\n## No method here\n", "| records | why |", "|---|---|"]
    return lines + _grouped(found.without)


def _grouped(pairs: list[tuple[Record, str]]) -> list[str]:
    """Records with one reason in one row; the vertical bars of their keys would end a column."""
    reasons = Counter(reason for _, reason in pairs)
    rows = []
    for reason in reasons:
        names = [f"`{record.name.replace('|', ' ')}`" for record, why in pairs if why == reason]
        rows.append(f"| {', '.join(names)} | {reason} |")
    return rows


def _said(record: Record, number: Compared) -> str:
    return f"{record.name.replace('|', ' ')}: {number.quantity} ours {number.ours}, theirs {number.theirs}"


def as_json(found: Validation) -> dict[str, Any]:
    return {
        "method": "validation beside other programs",
        "records": found.records,
        "compared_records": found.total("records"),
        "suspect": [{"record": one.name, "why": one.suspect} for one in found.suspects],
        "no_method": [{"record": record.name, "why": why} for record, why in found.without],
        "numbers": found.total("compared"),
        "equal": found.total("equal"),
        "explained": [
            {"numbers": count, "by_their_rule": found.proved[known], "why": known.explanation}
            for known, count in found.explained.items()
        ],
        "unexplained": [
            {"record": record.name, "quantity": one.quantity, "ours": one.ours, "theirs": one.theirs}
            for record, one in found.unexplained
        ],
        "stale": [one.explanation for one in found.stale],
        "versions": found.versions,
        "table": [
            {"package": package, "method": method, **vars(tally)}
            for (package, method), tally in sorted(found.tallies.items())
        ],
    }
