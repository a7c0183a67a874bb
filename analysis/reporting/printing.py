"""Printed numbers: each with its unit, its denominator and, where it is undefined, the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from analysis.results import Interval, Proportion

DASH = "—"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Cell:
    """One printed result. `text` is what stands there, `basis` of what it is, `note` what to know about it.

    The numbers behind the text go to the CSV tables at full precision.
    """

    text: str
    basis: str = ""
    note: str = ""
    label: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    readers: int | None = None
    cases: int | None = None

    def labelled(self, label: str) -> Cell:
        """The same cell as one of several lines."""
        return replace(self, label=label)


Lines = tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """One row of the main table: a title, its unit, and the lines of each column."""

    title: str
    unit: str
    columns: tuple[tuple[Cell, ...], ...]


Value = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table of plain texts for the page, with the full numbers for its CSV file."""

    key: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    csv_header: tuple[str, ...]
    csv_rows: tuple[tuple[Value, ...], ...]
    footnotes: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its CSV file within the report."""
        return f"tables/{self.key}.csv"


def absent(reason: str) -> Cell:
    """A cell without data, which says why."""
    return Cell(DASH, note=reason)


def percent(share: float | None, digits: int = 0) -> str:
    """75% for 0.75; > 99% and < 1% where rounding would say all or none."""
    return DASH if share is None else f"{_short_of(100 * share, digits, 100)}%"


def _short_of(value: float, digits: int, top: float) -> str:
    """A number from 0 to top that shows neither end unless it is there."""
    step = 10.0**-digits
    printed = number(value, digits)
    if 0 < value < top and printed == number(top, digits):
        return f"> {number(top - step, digits)}"
    if 0 < value < top and printed == number(0, digits):
        return f"< {number(step, digits)}"
    return printed


def number(value: float | None, digits: int) -> str:
    """A number with halves rounded away from zero, a true minus sign and no negative zero."""
    if value is None:
        return DASH
    # Ten digits first: 100 x 0.575 is 57.49999999999999, and means 57.5.
    exact = Decimal(f"{value:.10f}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{abs(exact) if exact == 0 else exact}".replace("-", MINUS)


def in_brackets(interval: Interval | None, digits: int, scale: float = 1.0) -> str:
    """(68, 81), or nothing where there is no interval."""
    if interval is None:
        return ""
    return f" ({number(scale * interval.low, digits)}, {number(scale * interval.high, digits)})"


def share_with_interval(estimate: float | None, interval: Interval | None, digits: int = 0) -> str:
    """75% (68, 81)."""
    if estimate is None:
        return DASH
    return percent(estimate, digits) + in_brackets(interval, digits, 100)


def area_with_interval(estimate: float | None, interval: Interval | None) -> str:
    """0.83 (0.76, 0.89) for an area from 0 to 1; > 0.99 where rounding would say 1."""
    return DASH if estimate is None else _short_of(estimate, 2, 1) + in_brackets(interval, 2)


def says_nothing(interval: Interval | None) -> bool:
    """An interval of a proportion from 0 to 1, which two or three readers can leave."""
    return interval is not None and interval.low <= 0 and interval.high >= 1


def told(notes: Iterable[str]) -> str:
    """Notes in one line, without those on limits cut off at 0 and 1, which the methods tell once."""
    return "; ".join(note for note in notes if " clipped to " not in note)


def value_with_interval(estimate: float | None, interval: Interval | None, digits: int = 2) -> str:
    """0.83 (0.76, 0.89)."""
    return DASH if estimate is None else number(estimate, digits) + in_brackets(interval, digits)


def p_value(p: float | None) -> str:
    """P = .07 with spaces that do not break, or nothing."""
    if p is None:
        return ""
    text = p_number(p)
    return (f"P {text}" if text.startswith(("<", ">")) else f"P = {text}").replace(" ", "\N{NO-BREAK SPACE}")


def p_number(p: float | None) -> str:
    """.07, without a leading zero; three digits below .01, and as many as tell a value apart from .05."""
    if p is None:
        return DASH
    if p < 0.001:
        return "< .001"
    if p > 0.99:
        return "> .99"
    enough = (digits for digits in (2, 3, 4) if float(f"{p:.{digits}f}") != 0.05)
    digits = 3 if p < 0.01 else next(enough, 2)
    return f"{p:.{digits}f}".removeprefix("0")


def counted(count: int, noun: str) -> str:
    """1 reader, 2 readers."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def proportion(found: Proportion, of: str) -> Cell:
    """A proportion of things with its interval: 41% (22, 64), 7 of 17 readers."""
    if found.estimate is None:
        return absent(f"no {of}")
    return Cell(
        share_with_interval(found.estimate, found.interval),
        basis=f"{found.successes} of {found.n} {of}",
        estimate=found.estimate,
        low=found.interval.low if found.interval else None,
        high=found.interval.high if found.interval else None,
        numerator=found.successes,
        denominator=found.n,
    )


@dataclass(frozen=True)
class Unit:
    """How a figure of merit is printed: shares in whole percent, areas with two decimals."""

    area: bool

    def value(self, estimate: float | None, interval: Interval | None = None) -> str:
        """75% (68, 81) or 0.83 (0.76, 0.89)."""
        return (area_with_interval if self.area else share_with_interval)(estimate, interval)

    def limits(self, interval: Interval | None) -> str:
        """(68, 81) or (0.76, 0.89); a dash where there is none."""
        return (in_brackets(interval, 2) if self.area else in_brackets(interval, 0, 100)).strip() or DASH

    def gap(self, estimate: float, interval: Interval | None) -> str:
        """A difference: 5 (-2, 12), in percentage points, or 0.05 (-0.02, 0.12)."""
        if self.area:
            return number(estimate, 2) + in_brackets(interval, 2)
        return number(100 * estimate, 0) + in_brackets(interval, 0, 100)

    def told_gap(self, estimate: float, interval: Interval | None) -> str:
        """A difference in a sentence: 5 points (-2, 12)."""
        if self.area:
            return self.gap(estimate, interval)
        return f"{number(100 * estimate, 0)} points{in_brackets(interval, 0, 100)}"


def unit_of(figure: str) -> Unit:
    """The unit of a figure of merit."""
    return Unit(area=figure not in ("accuracy", "sensitivity", "specificity"))
