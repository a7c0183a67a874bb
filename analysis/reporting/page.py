"""A report's folder: report.html, tables/*.csv and figures/*.svg."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.reporting import figures
from analysis.reporting.panel import Panel
from analysis.reporting.printing import Row, Table, Value

PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Figure:
    """One figure of the page: its file, what it shows, and what a screen reader says."""

    file: str
    caption: str
    alternative: str
    wide: bool


@dataclass(frozen=True)
class Page:
    """What every report shows; pages that extend it add methods and record.

    flag: SIMULATED and the like, on every part; facts: terms and values below the title; heads: one for each
    column of the main table, whose numbers `flat` holds.
    """

    title: str
    flag: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    rows: Sequence[Row]
    flat: Table
    figures: Sequence[Figure]
    tables: Sequence[Table]
    level: str
    nothing: str


def write_page(folder: Path, page: Page, template: str, above: Sequence[Path] = (), **more: object) -> None:
    """report.html from a template of `above` or of this package, with everything escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    places = [str(place) for place in (*above, PAGES)]
    environment = Environment(
        loader=FileSystemLoader(places), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template(template).render(page=page, **more)
    (folder / "report.html").write_text(text, encoding="utf-8")


def write_tables(folder: Path, tables: Iterable[Table], flag: str, cell: Callable[[Value], object]) -> None:
    """The CSV files of tables, the flag in a last column of every row."""
    (folder / "tables").mkdir()
    for table in tables:
        with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*table.csv_header, "notice"])
            writer.writerows([*map(cell, row), flag] for row in table.csv_rows)


def draw_figures(folder: Path, panels: Iterable[Panel], flag: str) -> list[Figure]:
    """The figures of every panel that holds readings."""
    (folder / "figures").mkdir()
    drawn: list[Figure] = []
    for panel in panels:
        if not panel.alone:
            continue
        for name, caption, wide, plot in _plots(panel):
            file = f"figures/{name}-{panel.key}.svg"
            if plot(panel, folder / file, flag) is not False:
                drawn.append(Figure(file, caption, caption.split(".")[0] + ".", wide))
    return drawn


Plot = Callable[[Panel, Path, str], bool | None]


def _plots(panel: Panel) -> list[tuple[str, str, bool, Plot]]:
    figure, interval = figures.NAMES[panel.leading], "Wilson" if panel.leading == "accuracy" else "DeLong"
    readers = (
        f"{figure} of each reader in {panel.title}. Squares: readers, with {interval} intervals over cases. "
        "Grey diamonds: mean of a specialty with two readers or more. Blue diamond, dashed line: mean of "
        "all readers but those who lack cases. The diamonds’ intervals count readers and cases as random."
    )
    roc = (
        f"Empirical ROC curves in {panel.title}. Grey: each reader. Blue: their mean sensitivity "
        "at each false-positive rate; AUC with an interval that counts readers and cases as random."
    )
    years = (
        f"{figure} against years in practice in {panel.title}. One point per reader; Pearson’s r, its "
        "interval over readers."
    )
    return [
        ("readers", readers, True, figures.forest),
        ("roc", roc, False, figures.roc),
        ("years", years, False, figures.years),
    ]
