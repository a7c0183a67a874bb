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
    "dbm": "pseudovalues",
    "DbmResult": "pseudovalues",
    "product_moments": "score_products",
    "ProductMoments": "score_products",
    "against_panel": "algorithm",
    "AgainstPanel": "algorithm",
    "by_group": "subgroups",
    "SubgroupResult": "subgroups",
    "experience_bands": "subgroups",
    "correlate_with_years": "regression",
    "reader_figures": "regression",
    "percent_agreement": "agreement.coefficients",
    "cohen_kappa": "agreement.coefficients",
    "fleiss_kappa": "agreement.coefficients",
    "conger_kappa": "agreement.coefficients",
    "gwet_ac": "agreement.coefficients",
    "brennan_prediger": "agreement.coefficients",
    "krippendorff_alpha": "agreement.coefficients",
    "Coefficient": "agreement.variance",
    "icc": "agreement.icc",
    "IntraclassCorrelation": "agreement.icc",
    "limits_of_agreement": "agreement.limits",
    "limits_between_readers": "agreement.limits",
    "LimitsOfAgreement": "agreement.limits",
    "limits_of_repeats": "agreement.repeat_limits",
    "with_self": "agreement.repeats",
    "WithSelf": "agreement.repeats",
    "reader_agreement": "agreement.study",
    "mcnemar": "paired_proportions",
    "PairedProportions": "paired_proportions",
    "tango_interval": "paired_proportions",
    "newcombe_interval": "paired_proportions",
    "each_reader_paired": "paired",
    "against_each": "paired",
    "PairedDifference": "paired",
    "holm": "multiplicity",
    "Family": "multiplicity",
    "AdjustedP": "multiplicity",
    "non_inferiority": "margins",
    "equivalence": "margins",
    "all_claims": "margins",
    "MarginTest": "margins",
    "AgreementResult": "agreement.study",
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
    "SimulatedPower": "planning.simulated",
    "simulate_power": "planning.simulated",
    "binormal_curve": "curves.binormal",
    "FittedCurve": "curves.binormal",
    "proper_curve": "curves.proper",
    "empirical_band": "curves.bands",
    "binormal_band": "curves.bands",
    "Band": "curves.bands",
    "mean_curves": "curves.average",
    "MeanCurve": "curves.average",
    "each_curve": "curves.readers",
    "ReaderCurve": "curves.readers",
    "Detection": "detection",
    "Calibration": "calibration",
    "calibration_of": "calibration",
    "detection_of": "detection",
    "BootstrapResult": "bootstrap",
    "bootstrap_of": "bootstrap",
    "permutation_test": "permutation",
    "PermutationResult": "permutation",
    "marginal_model": "logistic.marginal",
    "crossed_model": "logistic.crossed",
    "LogisticResult": "logistic.result",
    "over_order": "order",
    "OrderResult": "order",
    "read_readers": "readers_csv",
    "report_file": "reporting.of_file",
}

__all__ = [
    "AdjustedP",
    "AgainstPanel",
    "AgreementResult",
    "AucEstimate",
    "Band",
    "BootstrapResult",
    "Calibration",
    "Coefficient",
    "CorrelationResult",
    "Curve",
    "DbmResult",
    "Detection",
    "Family",
    "FittedCurve",
    "FreeResponseTable",
    "Goal",
    "IncompleteDesign",
    "Interval",
    "IntraclassCorrelation",
    "Layout",
    "Lesions",
    "LimitsOfAgreement",
    "LogisticResult",
    "MarginTest",
    "Marks",
    "MeanCurve",
    "MrmcResult",
    "OrderResult",
    "PairedDifference",
    "PairedProportions",
    "PartlyPairedCases",
    "PermutationResult",
    "Plan",
    "PlanningComponents",
    "PowerCurves",
    "ProductMoments",
    "Proportion",
    "ReaderAccuracy",
    "ReaderCurve",
    "ReadingTable",
    "Readings",
    "Refusal",
    "Restriction",
    "RocPoints",
    "ScoreMissing",
    "SimulatedPower",
    "SubgroupResult",
    "UStatistics",
    "WithSelf",
    "against_each",
    "against_panel",
    "all_claims",
    "auc",
    "binormal_band",
    "binormal_curve",
    "bootstrap_of",
    "brennan_prediger",
    "by_group",
    "calibration_of",
    "cases_needed",
    "clopper_pearson",
    "cohen_kappa",
    "components_from_pilot",
    "components_from_values",
    "conger_kappa",
    "correlate_with_years",
    "crossed_model",
    "dbm",
    "delong_auc",
    "delong_covariance",
    "detection_of",
    "each_curve",
    "each_reader",
    "each_reader_paired",
    "empirical_band",
    "equivalence",
    "experience_bands",
    "fleiss_kappa",
    "froc",
    "froc_curves",
    "gwet_ac",
    "holm",
    "icc",
    "krippendorff_alpha",
    "limits_between_readers",
    "limits_of_agreement",
    "limits_of_repeats",
    "make_table",
    "marginal_model",
    "mcnemar",
    "mean_curves",
    "mrmc",
    "newcombe_interval",
    "non_inferiority",
    "over_order",
    "percent_agreement",
    "permutation_test",
    "power",
    "power_curves",
    "product_moments",
    "proper_curve",
    "read_csv",
    "read_free_response",
    "read_imrmc",
    "read_mrmcaov",
    "read_readers",
    "read_readings",
    "read_rjafroc",
    "reader_agreement",
    "reader_figures",
    "readers_needed",
    "report_file",
    "restrict_to_complete",
    "roc_points",
    "simulate_power",
    "tango_interval",
    "u_statistics",
    "wilson",
    "with_calls_from_rating",
    "with_self",
    "write_imrmc",
    "write_mrmcaov",
    "write_rjafroc",
]

if TYPE_CHECKING:
    from analysis.accuracy import ReaderAccuracy, each_reader
    from analysis.agreement.coefficients import (
        brennan_prediger,
        cohen_kappa,
        conger_kappa,
        fleiss_kappa,
        gwet_ac,
        krippendorff_alpha,
        percent_agreement,
    )
    from analysis.agreement.icc import IntraclassCorrelation, icc
    from analysis.agreement.limits import LimitsOfAgreement, limits_between_readers, limits_of_agreement
    from analysis.agreement.repeat_limits import limits_of_repeats
    from analysis.agreement.repeats import WithSelf, with_self
    from analysis.agreement.study import AgreementResult, reader_agreement
    from analysis.agreement.variance import Coefficient
    from analysis.algorithm import AgainstPanel, against_panel
    from analysis.bootstrap import BootstrapResult, bootstrap_of
    from analysis.calibration import Calibration, calibration_of
    from analysis.curves.average import MeanCurve, mean_curves
    from analysis.curves.bands import Band, binormal_band, empirical_band
    from analysis.curves.binormal import FittedCurve, binormal_curve
    from analysis.curves.proper import proper_curve
    from analysis.curves.readers import ReaderCurve, each_curve
    from analysis.delong import AucEstimate, delong_auc, delong_covariance
    from analysis.design import Restriction, restrict_to_complete
    from analysis.detection import Detection, detection_of
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
    from analysis.logistic.crossed import crossed_model
    from analysis.logistic.marginal import marginal_model
    from analysis.logistic.result import LogisticResult
    from analysis.margins import MarginTest, all_claims, equivalence, non_inferiority
    from analysis.mrmc_result import MrmcResult
    from analysis.multiplicity import AdjustedP, Family, holm
    from analysis.obuchowski_rockette import mrmc
    from analysis.order import OrderResult, over_order
    from analysis.paired import PairedDifference, against_each, each_reader_paired
    from analysis.paired_proportions import PairedProportions, mcnemar, newcombe_interval, tango_interval
    from analysis.permutation import PermutationResult, permutation_test
    from analysis.planning.components import (
        PlanningComponents,
        components_from_pilot,
        components_from_values,
    )
    from analysis.planning.layout import Layout
    from analysis.planning.power import Goal, Plan, power
    from analysis.planning.simulated import SimulatedPower, simulate_power
    from analysis.planning.sizes import PowerCurves, cases_needed, power_curves, readers_needed
    from analysis.pseudovalues import DbmResult, dbm
    from analysis.readers_csv import read_readers
    from analysis.regression import CorrelationResult, correlate_with_years, reader_figures
    from analysis.reporting.of_file import report_file
    from analysis.results import Interval, Proportion
    from analysis.roc import RocPoints, auc, roc_points
    from analysis.score_products import ProductMoments, product_moments
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
