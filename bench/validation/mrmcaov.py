"""MRMCaov: Obuchowski-Rockette analyses, fitted curves, single readers, Roe and Metz's model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from analysis import ReadingTable, binormal_curve, make_table, proper_curve, roc_points
from analysis.cells import Cells, cells_of
from analysis.curves.proper import area_of
from analysis.intervals import two_sided_p
from analysis.mrmc_result import Analysis, Difference, MrmcResult
from analysis.obuchowski_rockette import analyse, errors_of
from analysis.planning.components import PlanningComponents
from analysis.simulation.conversion import to_components, to_model
from analysis.simulation.model import RoeMetz
from bench.validation import analyses, curves
from bench.validation.compared import CLOSED, ITERATED, Compared, Entry, Record, number
from bench.validation.ratings import readings

FIGURES = {
    "empirical_auc": "auc",
    "binary_sens": "sensitivity",
    "binary_spec": "specificity",
    "binormal_auc": "binormal",
    "binormalLR_auc": "proper",
    "empirical_sens(truth, rating, spec = 0.8)": "sensitivity@0.8",
    "empirical_spec(truth, rating, sens = 0.8)": "specificity@0.8",
    "empirical_eu(truth, rating, slope = 1)": "utility:1",
}
PART = 'empirical_auc(truth, rating, partial = "{}", min = 0.7, max = 1{})'
FIGURES |= {
    PART.format("specificity", ""): "pauc:specificity=0.7,1",
    PART.format("specificity", ", normalize = TRUE"): "mean-pauc:0.3",
    PART.format("sensitivity", ""): "pauc:sensitivity=0.7,1",
}
FITTED = ("binormal", "proper")


@cache
def analysed(dataset: str, figure: str, covariance: str) -> tuple[Cells, MrmcResult]:
    table = readings_nested_in_conditions() if dataset == "nested" else readings(dataset)
    cells = cells_of(table, figure, covariance.lower(), "use")  # type: ignore[arg-type]
    return cells, analyse(cells, analyses.LEVEL)


def readings_nested_in_conditions() -> ReadingTable:
    """VanDyke's readings as if each condition had readers of its own."""
    table = readings("VanDyke")
    return make_table(
        [f"{one}.{other}" for one, other in zip(table.condition, table.reader, strict=True)],
        list(table.case),
        list(table.condition),
        list(table.truth),
        rating=None if table.rating is None else list(table.rating),
    )


def crossed(record: Record) -> Iterator[Compared]:
    metric, covariance, random = record.key.rsplit("|", 2)
    figure = FIGURES[metric]
    ours = _analysis(record, *analysed(record.dataset, figure, covariance), random)
    if figure not in curves.RULES:
        yield from ours
        return
    theirs = _analysis(record, *curves.analysed(record.dataset, figure), random)
    for own, rule in zip(ours, theirs, strict=True):
        yield replace(own, by_their_rule=own.by_their_rule if rule.ours is None else rule.ours)


def nested(record: Record) -> Iterator[Compared]:
    design, covariance, random = record.key.split("|")
    dataset = design if design in ("case2", "case3") else "nested"
    yield from _analysis(record, *analysed(dataset, "auc", covariance), random)


def _analysis(record: Record, cells: Cells, result: MrmcResult, random: str) -> Iterator[Compared]:
    found, theirs = analyses.analysis(result, random), record.results
    tolerance = ITERATED if cells.figure_of_merit in FITTED else CLOSED
    yield from _readers(cells, result, theirs, tolerance)
    yield from _errors(cells, result, theirs, tolerance)
    yield from _squares(cells, theirs, tolerance)
    yield from _test(cells, found, theirs["test_equality"][0], random, tolerance)
    for own, other in zip(found.differences, theirs["test_diffs"], strict=True):
        yield from _difference(" - ".join(own.between), own, other, tolerance)
    for mean, other in zip(found.conditions, theirs["test_means"] or [], strict=False):
        name = f"mean {mean.condition}"
        yield Compared(name, mean.estimate, other["Estimate"], tolerance)
        yield Compared(f"{name} error", mean.se, other["StdErr"], tolerance)
        if "df" in other:
            yield Compared(f"{name} df", mean.df, analyses.degrees(other["df"]), tolerance)
        yield from analyses.interval(name, mean, other["CI.Lower"], other["CI.Upper"], tolerance)
    yield from _each_reader_s_differences(cells, theirs["reader_test_diffs"] or [], tolerance)


def _readers(
    cells: Cells, result: MrmcResult, theirs: dict[str, Any], tolerance: float
) -> Iterator[Compared]:
    """Each reader's figure of merit, and its error where that is printed."""
    ours = {(one.condition, one.reader): one for one in result.per_reader}
    for row in [*theirs["per_reader"], *(theirs["reader_means"] or [])]:
        metric, condition, reader, *_ = row
        own = ours[row[condition], row[reader]]
        name = f"reader {own.reader} under {own.condition}"
        yield Compared(name, own.estimate, number(row[metric]), tolerance)
        if "StdErr" in row:
            still = 0.0 if own.se is None else None
            yield Compared(f"{name} error", own.se, number(row["StdErr"]), tolerance, by_their_rule=still)
            yield from analyses.interval(name, own, row["CI.Lower"], row["CI.Upper"], tolerance)


def _errors(cells: Cells, result: MrmcResult, theirs: dict[str, Any], tolerance: float) -> Iterator[Compared]:
    if matrix := theirs["error_cov_matrix"]:
        ours = analyses.covariances(cells)
        for row, values in zip(matrix["rows"], matrix["values"], strict=True):
            for column, value in zip(matrix["cols"], values, strict=True):
                key = (*row.split(".", 1), *column.split(".", 1))
                yield Compared(f"covariance {row} {column}", ours[key], number(value), tolerance)
    c, parts = result.covariances, result.components
    names = {"Error": c.variance, "Cov1": c.cov1, "Cov2": c.cov2, "Cov3": c.cov3}
    for row in theirs["vcov_comps"] or []:
        name, value = row["_row"], number(row["Estimate"])
        own = names.get(name, parts.condition_by_reader if ":" in name else parts.reader)
        if own is not None or value:
            yield Compared(f"component {name}", own, value, tolerance)


def _squares(cells: Cells, theirs: dict[str, Any], tolerance: float) -> Iterator[Compared]:
    if cells.lacking:
        return
    m = analyses.moments_of(cells)
    ours = {"T": m.ms_condition, "R": m.ms_reader, "T:R": m.ms_condition_reader}
    for name, value in theirs["aov_meansq"].items():
        yield Compared(f"mean square {name}", ours[name], number(value), tolerance)


def _test(
    cells: Cells, found: Analysis, theirs: dict[str, Any], random: str, tolerance: float
) -> Iterator[Compared]:
    test = found.test
    assert test is not None
    if random != "FRRC":
        yield Compared("test df2", test.df2, analyses.degrees(theirs["df2"]), tolerance)
    if not cells.lacking:
        error = errors_of(cells).test(found.name)[1]
        yield Compared("test denominator", error, _denominator(theirs), tolerance)
    yield Compared("test df1", test.df1, number(theirs.get("df1", theirs.get("df"))), tolerance)
    yield Compared("test statistic", test.statistic, number(theirs.get("F", theirs.get("X2"))), tolerance)
    yield Compared("test p", test.p, number(theirs["p-value"]), tolerance)


def _denominator(theirs: dict[str, Any]) -> float | None:
    return number(theirs.get("Denominator", theirs.get("MS(T:R)")))


def _difference(
    name: str, own: Difference, theirs: dict[str, Any], tolerance: float, se: float | None = None
) -> Iterator[Compared]:
    """se: the standard error of one reader's difference by their rule."""
    z = own.estimate / se if se and own.estimate is not None else None
    p = None if z is None else two_sided_p(z, None)
    rule = analyses.limits(own.estimate, se, None) if se and own.estimate is not None else None
    yield Compared(name, own.estimate, theirs["Estimate"], tolerance)
    still = 0.0 if own.se is None else None
    yield Compared(f"{name} error", own.se, number(theirs["StdErr"]), tolerance, by_their_rule=se or still)
    if "df" in theirs:
        yield Compared(f"{name} df", own.df, analyses.degrees(theirs["df"]), tolerance)
    statistic = number(theirs.get("t", theirs.get("z")))
    yield Compared(f"{name} t", own.t, statistic, tolerance, by_their_rule=z)
    yield Compared(f"{name} p", own.p, number(theirs["p-value"]), tolerance, by_their_rule=p)
    yield from analyses.interval(name, own, theirs["CI.Lower"], theirs["CI.Upper"], tolerance, rule)


def _each_reader_s_differences(
    cells: Cells, rows: list[dict[str, Any]], tolerance: float
) -> Iterator[Compared]:
    """By their rule the errors of the readers are dealt out along the rows in turn, whosever row it is."""
    found = {reader: analyses.alone(cells, place) for place, reader in enumerate(cells.readers)}
    dealt = [found[reader].differences[0].se for reader in cells.readers]
    for place, row in enumerate(rows):
        ours = {" - ".join(one.between): one for one in found[row["Reader"]].differences}
        name, own = f"reader {row['Reader']}, {row['Comparison']}", ours[row["Comparison"]]
        yield from _difference(name, own, row, tolerance, dealt[place % len(dealt)])


def single_readers(record: Record) -> Iterator[Compared]:
    for row in record.results:
        ours = analysed(record.dataset, "auc", row["cov"])[1].per_reader
        (own,) = (one for one in ours if (one.condition, one.reader) == (row["modality"], row["reader"]))
        name = f"reader {own.reader} under {own.condition}, {row['cov']}"
        yield Compared(name, own.estimate, row["empirical_auc"])
        yield Compared(f"{name} error", own.se, row["StdErr"])
        yield from analyses.interval(name, own, row["CI.Lower"], row["CI.Upper"])


def _of_reader(dataset: str, condition: str, reader: str) -> tuple[Any, Any]:
    one = readings(dataset).only(condition, [reader])
    return one.truth, one.rating


def parameters(record: Record) -> Iterator[Compared]:
    model = record.key.split("|")[1]
    names = {"a": "X..i..", "b": "X..i...1"} if model == "binormal" else {"d_a": "Metz.d_a", "c": "Metz.c"}
    fit = binormal_curve if model == "binormal" else proper_curve
    for row in record.results:
        condition, reader = row["Group.modality"], row["Group.reader"]
        ours = dict(fit(*_of_reader(record.dataset, condition, reader)).parameters)
        for name, key in names.items():
            theirs = number(row[key])
            if "Inf" in map(str, row.values()) and not ours:
                continue  # all points on the axes: an area in the limit, without parameters
            yield Compared(f"{name} of reader {reader} under {condition}", ours.get(name), theirs, ITERATED)
        if model == "binormalLR" and ours:
            own, area = area_of(ours["d_a"], ours["c"]), area_of(row["Metz.d_a"], row["Metz.c"])
            yield Compared(
                f"their area of reader {reader} under {condition}", float(own), float(area), ITERATED
            )


def points(record: Record) -> Iterator[Compared]:
    for row in record.results:
        who = row["Group"][0]
        found = roc_points(*_of_reader(record.dataset, who["modality"], who["reader"]))
        for name, ours in (("FPR", found.false_positive_rate), ("TPR", found.true_positive_rate)):
            assert ours is not None
            for place, (own, theirs) in enumerate(zip(ours[::-1], row[name][0], strict=True)):
                what = f"{name}[{place}] of reader {who['reader']} under {who['modality']}"
                yield Compared(what, float(own), theirs)


def components(record: Record) -> Iterator[Compared]:
    """The call names the model: n0, n1 = 50, delta 0.75, variances .0055, .0055, .3, .3, .2, .2, b = 1."""
    (theirs,) = record.results
    found = to_components(RoeMetz((0.75, 0.75), 0.0055, 0.0055, 0.3, 0.3, 0.2, 0.2), 50, 50)
    names = {"var_error": "variance", "cov1": "cov1", "cov2": "cov2", "cov3": "cov3"}
    names |= {"var_TR": "condition_by_reader", "var_R": "reader"}
    for key, name in names.items():
        yield Compared(key, float(getattr(found, name)), theirs[key])
    for place, area in enumerate(found.means or ()):
        yield Compared(f"AUC{place + 1}", float(area), theirs[f"AUC{place + 1}"])


def model(record: Record) -> Iterator[Compared]:
    """The call names the components: 69 and 45 cases, areas .897, .941, correlations .433, .430, .299."""
    (theirs,), v = record.results, 0.000788
    asked = PlanningComponents("auc", v, 0.433 * v, 0.43 * v, 0.299 * v, 0.000208, 0.00154, 69, 45)
    found = to_model(asked, (0.897, 0.941)).model
    names = {"var_R": "reader", "var_TR": "condition_by_reader", "var_C": "case", "b": "slope"}
    names |= {"var_TC": "condition_by_case", "var_RC": "reader_by_case", "var_error": "error"}
    for key, name in names.items():
        yield Compared(key, float(getattr(found, name)), theirs[key], ITERATED)
    for place, separation in enumerate(found.separation):
        yield Compared(f"delta{place + 1}", float(separation), theirs[f"delta{place + 1}"], ITERATED)


_OR = "Obuchowski-Rockette, {}"
ENTRIES = (
    Entry(r"_nested: (case|readers_)", _OR.format("nested designs"), nested),
    Entry(r"_nested: RMH_to_OR", "components of Roe and Metz's model", components),
    Entry(r"_nested: OR_to_RMH", "Roe and Metz's model of components", model),
    Entry(r"mrmcaov_\w+: empirical_auc\|", _OR.format("AUC"), crossed),
    Entry(r"mrmcaov_\w+: binary_", _OR.format("sensitivity, specificity"), crossed),
    Entry(r"mrmcaov_\w+: binormal(LR)?_auc", _OR.format("fitted areas"), crossed),
    Entry(r"mrmcaov_\w+: empirical_(sens|spec|eu)", _OR.format("points of the curve, utility"), crossed),
    Entry(r"mrmcaov_\w+: empirical_auc\(", _OR.format("partial areas"), crossed),
    Entry(r"mrmcaov_\w+: parameters", "parameters of fitted curves", parameters),
    Entry(r"mrmcaov_\w+: roc_points", "points of the ROC curve", points),
    Entry(r"mrmcaov_\w+: stmc", "AUC of one reader", single_readers),
)
