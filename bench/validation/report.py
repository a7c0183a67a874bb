"""The outcome as Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
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
DIFFERENT = """By its rule: how many come out as the other's when our parts are put together by its rule.
Limit: how far, relatively, the reason reaches where they do not.

| numbers | by its rule | limit | why |
|---|---|---|---|"""
WRONG = """They are no part of the counts above. Their sound numbers are equal, and the wrong ones come out
when the error that is said of them is made on purpose with our parts.

| records | numbers | equal | by the error | the error |
|---|---|---|---|---|"""
TABLE = """
| program | what | records | numbers | equal | explained | worst of the equal | digits |
|---|---|---|---|---|---|---|---|
"""


def markdown(found: Validation, when: str = "") -> str:
    return "\n".join([HEAD.format(when=when), totals(found), table(found), *_sections(found)]) + "\n"


def totals(found: Validation) -> str:
    compared, wrong = found.total("records"), sum(len(known) for known, _ in found.suspects.values())
    lines = [
        f"- {found.records} records: {compared} compared, {wrong} set aside as wrong, {len(found.without)} "
        "of methods that are not here.",
        f"- {found.total('compared'):,} numbers: {found.total('equal'):,} equal, "
        f"{found.total('explained'):,} different and explained, {len(found.unexplained):,} unexplained.",
        f"- The {compared} records hold {found.total('there'):,} numbers. The others are sizes and inputs, "
        "repetitions, and tests and intervals that have no counterpart here.",
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
    lines = ["\n## Differences, and why\n", DIFFERENT]
    for known, count in found.explained.items():
        limit = "" if known.within is None else f"{known.within:g}"
        lines.append(f"| {count} | {found.proved[known]} | {limit} | {known.explanation} |")
    lines += [f"| 1 | 0 | | unexplained: {_said(*pair)} |" for pair in found.unexplained]
    lines += ["\n## Set aside as wrong\n", WRONG]
    for why, (wrong, tally) in found.suspects.items():
        counts = f"{tally.compared} | {tally.equal} | {tally.explained}"
        lines.append(f"| {_names(wrong)} | {counts} | {_plain(why)} |")
    lines += ["\n## No method here\n", "| records | why |", "|---|---|"]
    return lines + _grouped(found.without)


def _grouped(pairs: list[tuple[Record, str]]) -> list[str]:
    """Records with one reason in one row; the vertical bars of their keys would end a column."""
    reasons = dict.fromkeys(reason for _, reason in pairs)
    return [f"| {_names([one for one, why in pairs if why == reason])} | {reason} |" for reason in reasons]


def _names(known: Sequence[Record]) -> str:
    """By file."""
    keys: dict[str, list[str]] = {}
    for record in known:
        keys.setdefault(record.file, []).append(f"`{_plain(record.key)}`")
    return "; ".join(f"{file}: {', '.join(found)}" for file, found in keys.items())


def _plain(text: str) -> str:
    return text.replace("|", " ")


def _said(record: Record, number: Compared) -> str:
    return f"{_plain(record.name)}: {number.quantity} ours {number.ours}, theirs {number.theirs}"


def as_json(found: Validation) -> dict[str, Any]:
    return {
        "method": "validation beside other programs",
        "records": found.records,
        "compared_records": found.total("records"),
        "suspect": [
            {"records": [one.name for one in known], "why": why, **vars(tally)}
            for why, (known, tally) in found.suspects.items()
        ],
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
