"""`python -m analysis froc`: marks on lesions, readers and cases together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers
    from analysis.free_response.table import FreeResponseTable

FIGURES = (
    *("wafroc", "wafroc1", "afroc", "afroc1", "hrauc", "hrse", "hrsp"),
    *("lroc", "pcl", "froc", "roi", "maxllf", "maxnlf", "maxnlf-all"),
)


def add(commands: Subparsers) -> None:
    told = "free response: marks on lesions, readers and cases together"
    command = shared.add_command(commands, "froc", told, run)
    told = "CSV: reader, case, condition, lesion_id, rating; or RJafroc's .xlsx, with lesions in it"
    command.add_argument("marks", metavar="MARKS", help=told)
    command.add_argument("lesions", metavar="LESIONS", nargs="?", help="CSV: case, truth, lesion_id, weight")
    command.add_argument("--readings", metavar="FILE", help="CSV of who read what, marked or not")
    told = "figure of merit (default wafroc)"
    command.add_argument("--fom", type=str.casefold, choices=FIGURES, default="wafroc", help=told)
    command.add_argument(
        "--limit", type=float, metavar="X", help="how far along the abscissa: pcl (default 0.2), lroc, froc"
    )
    command.add_argument(
        "--covariance", choices=("jackknife", "delong"), default="jackknife", help="default jackknife"
    )
    command.add_argument("--condition-column", metavar="NAME", help="take this column as the condition")
    command.add_argument(
        "--radius", type=float, metavar="PIXELS", help="acceptance radius of lesions without one"
    )
    command.add_argument("--curves", choices=("froc", "afroc", "wafroc"), help="add operating points (JSON)")


def run(options: argparse.Namespace) -> str:
    from analysis.free_response.analyse import froc
    from analysis.free_response.curves import froc_curves
    from analysis.free_response.told import froc_as_json, froc_as_text

    table = _table(options)
    result = froc(table, options.fom, options.covariance, options.level, options.limit)
    if not options.json:
        return froc_as_text(result, table)
    curves = froc_curves(table, options.curves) if options.curves else ()
    return shared.dump(froc_as_json(result, table, curves))


def _table(options: argparse.Namespace) -> FreeResponseTable:
    from analysis.errors import UnknownChoice
    from analysis.formats.rjafroc import read_rjafroc
    from analysis.free_response.read import read_free_response
    from analysis.table import ReadingTable

    if options.lesions is not None:
        return read_free_response(
            options.marks,
            options.lesions,
            options.readings,
            condition_column=options.condition_column,
            radius=options.radius,
        )
    if not options.marks.casefold().endswith(".xlsx"):
        raise UnknownChoice(options.marks, "marks in a CSV need lesions", "give MARKS and LESIONS")
    table = read_rjafroc(options.marks)
    if isinstance(table, ReadingTable):
        raise UnknownChoice(options.marks, "the workbook holds ROC data", "use the command mrmc")
    return table
