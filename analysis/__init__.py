"""Reader-study statistics on arrays or a tidy CSV: readers alone, together, in subgroups, against years.

Readings share readers and cases, so intervals count both as random unless a result says which is held fixed.
Undefined numbers are None with a reason in `notes`. Names below load their module on first use, which keeps
the import of the package itself free of numpy and scipy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "Refusal": "errors",
    "IncompleteDesign": "errors",
    "PartlyPairedCases": "errors",
    "ScoreMissing": "errors",
    "Interval": "results",
    "Proportion": "results",
    "ReadingTable": "table",
    "make_table": "table",
    "with_calls_from_rating": "table",
    "read_csv": "tidy_csv",
    "read_readings": "formats.door",
    "read_imrmc": "formats.imrmc",
    "write_imrmc": "formats.imrmc",
    "read_rjafroc": "formats.rjafroc",
    "write_rjafroc": "formats.rjafroc",
    "read_mrmcaov": "formats.mrmcaov",
    "write_mrmcaov": "formats.mrmcaov",
    "restrict_to_complete": "design",
    "Restriction": "design",
    "wilson": "intervals",
    "clopper_pearson": "intervals",
    "each_reader": "accuracy",
    "ReaderAccuracy": "accuracy",
    "auc": "roc",
    "roc_points": "roc",
    "RocPoints": "roc",
    "delong_auc": "delong",
    "delong_covariance": "delong",
    "AucEstimate": "delong",
    "mrmc": "obuchowski_rockette",
    "MrmcResult": "mrmc_result",
    "u_statistics": "ustatistics",
    "UStatistics": "ustatistics",
    "product_moments": "product_moments",
    "ProductMoments": "product_moments",
    "against_panel": "algorithm",
    "AgainstPanel": "algorithm",
    "by_group": "subgroups",
    "SubgroupResult": "subgroups",
    "experience_bands": "subgroups",
    "correlate_with_years": "regression",
    "reader_figures": "regression",
    "froc": "free_response.analyse",
    "froc_curves": "free_response.curves",
    "Curve": "free_response.curves",
    "FreeResponseTable": "free_response.table",
    "Lesions": "free_response.table",
    "Marks": "free_response.table",
    "Readings": "free_response.table",
    "read_free_response": "free_response.read",
    "CorrelationResult": "regression",
    "PlanningComponents": "planning.components",
    "components_from_pilot": "planning.components",
    "components_from_values": "planning.components",
    "Layout": "planning.layout",
    "Goal": "planning.power",
    "Plan": "planning.power",
    "power": "planning.power",
    "cases_needed": "planning.sizes",
    "readers_needed": "planning.sizes",
    "power_curves": "planning.sizes",
    "PowerCurves": "planning.sizes",
}

__all__ = [
    "AgainstPanel",
    "AucEstimate",
    "CorrelationResult",
    "Curve",
    "FreeResponseTable",
    "Goal",
    "IncompleteDesign",
    "Interval",
    "Layout",
    "Lesions",
    "Marks",
    "MrmcResult",
    "PartlyPairedCases",
    "Plan",
    "PlanningComponents",
    "PowerCurves",
    "ProductMoments",
    "Proportion",
    "ReaderAccuracy",
    "ReadingTable",
    "Readings",
    "Refusal",
    "Restriction",
    "RocPoints",
    "ScoreMissing",
    "SubgroupResult",
    "UStatistics",
    "against_panel",
    "auc",
    "by_group",
    "cases_needed",
    "clopper_pearson",
    "components_from_pilot",
    "components_from_values",
    "correlate_with_years",
    "delong_auc",
    "delong_covariance",
    "each_reader",
    "experience_bands",
    "froc",
    "froc_curves",
    "make_table",
    "mrmc",
    "power",
    "power_curves",
    "product_moments",
    "read_csv",
    "read_free_response",
    "read_imrmc",
    "read_mrmcaov",
    "read_readings",
    "read_rjafroc",
    "reader_figures",
    "readers_needed",
    "restrict_to_complete",
    "roc_points",
    "u_statistics",
    "wilson",
    "with_calls_from_rating",
    "write_imrmc",
    "write_mrmcaov",
    "write_rjafroc",
]

if TYPE_CHECKING:
    from analysis.accuracy import ReaderAccuracy, each_reader
    from analysis.algorithm import AgainstPanel, against_panel
    from analysis.delong import AucEstimate, delong_auc, delong_covariance
    from analysis.design import Restriction, restrict_to_complete
    from analysis.errors import IncompleteDesign, PartlyPairedCases, Refusal, ScoreMissing
    from analysis.formats.door import read_readings
    from analysis.formats.imrmc import read_imrmc, write_imrmc
    from analysis.formats.mrmcaov import read_mrmcaov, write_mrmcaov
    from analysis.formats.rjafroc import read_rjafroc, write_rjafroc
    from analysis.free_response.analyse import froc
    from analysis.free_response.curves import Curve, froc_curves
    from analysis.free_response.read import read_free_response
    from analysis.free_response.table import FreeResponseTable, Lesions, Marks, Readings
    from analysis.intervals import clopper_pearson, wilson
    from analysis.mrmc_result import MrmcResult
    from analysis.obuchowski_rockette import mrmc
    from analysis.planning.components import (
        PlanningComponents,
        components_from_pilot,
        components_from_values,
    )
    from analysis.planning.layout import Layout
    from analysis.planning.power import Goal, Plan, power
    from analysis.planning.sizes import PowerCurves, cases_needed, power_curves, readers_needed
    from analysis.product_moments import ProductMoments, product_moments
    from analysis.regression import CorrelationResult, correlate_with_years, reader_figures
    from analysis.results import Interval, Proportion
    from analysis.roc import RocPoints, auc, roc_points
    from analysis.subgroups import SubgroupResult, by_group, experience_bands
    from analysis.table import ReadingTable, make_table, with_calls_from_rating
    from analysis.tidy_csv import read_csv
    from analysis.ustatistics import UStatistics, u_statistics


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(f"analysis.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
