"""`python -m analysis reader`: every reader alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from analysis.commands import options as shared

if TYPE_CHECKING:
    from analysis.commands.options import Subparsers
    from analysis.table import ReadingTable


def add(commands: Subparsers) -> None:
    told = "every reader alone: accuracy, sensitivity, specificity, d', AUC, ROC points"
    command = shared.add_command(commands, "reader", told, run)
    shared.add_readings(command)
    command.add_argument(
        "--fits", action="store_true", help="with --json: binormal and proper binormal curves too"
    )
    command.add_argument(
        "--scale",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="with --json: Brier score and calibration, the ratings LOW and HIGH meaning probability 0 and 1",
    )


def run(options: argparse.Namespace) -> str:
    from analysis.accuracy import each_reader
    from analysis.as_json import readers_as_json
    from analysis.as_text import readers_as_text

    table = shared.readings(options, leave_out_algorithms=False)
    found = each_reader(table, options.level)
    if not options.json:
        return readers_as_text(found, options.level, table.remarks)
    value: Any = readers_as_json(found, options.level, table.remarks)
    curves = _curves(table, options)
    for entry in value["readers"]:
        entry |= curves.get((entry["reader"], entry["condition"]), {"roc": None})
    return shared.dump(value)


def _curves(table: ReadingTable, options: argparse.Namespace) -> dict[tuple[str, str], dict[str, Any]]:
    """By reader and condition: points as [threshold, false positive rate, true positive rate]."""
    from analysis.curves.readers import each_curve
    from analysis.frames import plain

    if table.rating is None:
        return {}
    scale = tuple(options.scale) if options.scale else None
    found = {}
    for curve in each_curve(table, options.level, options.fits, scale):
        points = [
            [row["threshold"], row["false_positive_rate"], row["true_positive_rate"]] for row in curve.rows()
        ]
        told = {"roc": plain(points)}
        asked = (("binormal", options.fits), ("proper", options.fits), ("calibration", scale is not None))
        told |= {name: plain(getattr(curve, name)) for name, wanted in asked if wanted}
        found[curve.reader, curve.condition] = told
    return found
