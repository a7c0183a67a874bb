"""Agreement as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.agreement.limits import LimitsOfAgreement
from analysis.agreement.pairs import PairAgreement
from analysis.agreement.repeats import WithSelf
from analysis.agreement.study import AgreementResult, ConditionAgreement
from analysis.agreement.variance import Coefficient
from analysis.as_text import columns, notes_below, with_interval

_MOST_PAIRS = 45


def agreement_as_text(found: AgreementResult) -> str:
    """Each condition's coefficients, pairs and readers with themselves; all numbers are in the JSON."""
    lines = [f"Agreement of {found.readers} readers on {found.cases} cases, {found.level:.0%} intervals"]
    for one in found.conditions:
        lines += ["", *_condition(one)]
    return "\n".join([*lines, *notes_below(found.notes)])


def _condition(one: ConditionAgreement) -> list[str]:
    told = ", ".join(
        f"{share:.1%} {value:g}" for value, share in zip(one.categories, one.shares, strict=True)
    )
    lines = [
        f"Condition {one.condition}, {one.of}s: {len(one.readers)} readers, {one.cases} cases, "
        f"{one.missing} judgements missing" + (f"; {told}" if 0 < len(one.shares) <= 10 else "")
    ]
    header = ("coefficient", "weights", "readers and cases random", "cases random")
    rows = [_coefficient(part) for part in (*one.coefficients, *one.mean_of_pairs)]
    lines += columns(header, rows) if rows else []
    if one.icc:
        rows = [(part.name, with_interval(part.estimate, part.interval), part.method) for part in one.icc]
        lines += ["", *columns(("intraclass correlation", "estimate", "random"), rows)]
    if one.limits is not None:
        lines += ["", f"  Difference of any two readers: {_limits(one.limits)}"]
    if len(one.pairs) > _MOST_PAIRS:
        lines += ["", f"  {len(one.pairs)} pairs of readers: see --json"]
    elif one.pairs:
        lines += ["", *_pairs(one.pairs)]
    if one.with_self is not None:
        lines += ["", *_with_self(one.with_self)]
    return lines


def _pairs(pairs: Sequence[PairAgreement]) -> list[str]:
    header = ("pair", "cases", "alike", *(f"{c.name}, {c.weights}" for c in pairs[0].coefficients))
    rows = [
        (
            " - ".join(p.between),
            str(p.cases),
            with_interval(p.percent.estimate, p.percent.interval),
            *_values(p),
        )
        for p in pairs
    ]
    return columns(header, rows)


def _values(pair: PairAgreement) -> list[str]:
    return [with_interval(part.estimate, part.interval) for part in pair.coefficients]


def _with_self(found: WithSelf) -> list[str]:
    rows = [
        (one.reader, str(one.agreement.cases), _share(one.agreement), *_values(one.agreement))
        for one in found.readers
    ]
    names = [f"{c.name}, {c.weights}" for c in found.readers[0].agreement.coefficients]
    lines = columns(("with oneself", "cases", "alike", *names), rows)
    means = [_coefficient(part) for part in found.means]
    if means:
        header = ("with oneself", "weights", "readers and cases random", "cases random")
        lines += ["", *columns(header, means)]
    if found.limits is not None:
        lines += ["", f"  Difference of a reader's two showings: {_limits(found.limits)}"]
    return lines


def _share(pair: PairAgreement) -> str:
    return with_interval(pair.percent.estimate, pair.percent.interval)


def _coefficient(part: Coefficient) -> tuple[str, ...]:
    both, alone = (
        with_interval(part.estimate, interval) for interval in (part.interval, part.cases_only.interval)
    )
    return part.name, part.weights, both, alone


def _limits(found: LimitsOfAgreement) -> str:
    low, bias, high = (
        with_interval(value, interval)
        for value, interval in (
            (found.lower, found.lower_interval),
            (found.bias, found.bias_interval),
            (found.upper, found.upper_interval),
        )
    )
    return f"95 % from {low} to {high}, bias {bias}"
