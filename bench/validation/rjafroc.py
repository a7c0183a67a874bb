"""RJafroc: figures of merit, OR and DBM analyses, an algorithm against readers, binormal fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scipy.special import fdtrc

from analysis import binormal_curve, dbm
from analysis.cells import Cells
from analysis.intervals import two_sided_p
from analysis.moments import Moments
from analysis.mrmc_result import Analysis, Difference, MrmcResult
from analysis.obuchowski_rockette import errors_of
from bench.validation import analyses
from bench.validation.compared import ITERATED, Compared, Entry, Record, number
from bench.validation.ratings import readings
from bench.validation.rjafroc_algorithm import algorithm
from bench.validation.rjafroc_cells import Row, analysed, mean


def foms(record: Record) -> Iterator[Compared]:
    cells, _ = analysed(record.dataset, record.key.split("|")[1])
    yield from _grid(cells, record.results)


def _grid(cells: Cells, theirs: Row) -> Iterator[Compared]:
    for i, row in enumerate(theirs["values"]):
        for j, value in enumerate(row):
            name = f"reader {cells.readers[j]} under {cells.conditions[i]}"
            yield Compared(name, float(cells.estimates[i, j]), number(value))


def tests(record: Record) -> Iterator[Compared]:
    """St: what is printed beside the test, the test, differences and means."""
    _, figure, method, random = record.key.split("|")
    cells, result = analysed(record.dataset, figure)
    found, theirs = analyses.analysis(result, random), record.results
    m = analyses.moments_of(cells)
    scale = _counted(cells, theirs) if method == "DBM" else 1.0
    yield from _figures(cells, found, theirs["FOMs"])
    yield from (
        _dbm(cells, m, scale, theirs["ANOVA"]) if method == "DBM" else _or(cells, result, theirs["ANOVA"])
    )
    free = (len(cells.conditions) - 1) * (scale - 1) if method == "DBM" and random == "FRRC" else None
    if method == "DBM" and figure == "Wilcoxon":
        yield from _pseudovalues(record, random)
    yield from _test(cells, found, scale, theirs[random]["FTests"], free)
    for own, row in zip(found.differences, theirs[random]["ciDiffTrt"], strict=True):
        yield from _difference(" - ".join(own.between), own, row, free)
    for average, row in zip(found.conditions, theirs[random]["ciAvgRdrEachTrt"], strict=True):
        yield from mean(average, row, scale if method == "DBM" else None, random)
    rows = theirs[random].get("ciDiffTrtEachRdr", [])
    yield from _each_reader(cells, rows, None if free is None else scale - 1)
    if "IndividualRdrVarCov1" in theirs[random]:
        yield from _of_readers(cells, theirs[random]["IndividualRdrVarCov1"])


def _pseudovalues(record: Record, random: str) -> Iterator[Compared]:
    """By `dbm`, which takes the analysis of variance of the pseudovalues themselves."""
    found, theirs = dbm(readings(record.dataset)), record.results
    s = found.mean_squares
    squares = {"T": s.condition, "R": s.reader, "C": s.case, "TR": s.condition_reader}
    squares |= {"TC": s.condition_case, "RC": s.reader_case, "TRC": s.condition_reader_case}
    for row in theirs["ANOVA"]["TRCanova"]:
        if row["_row"] in squares:
            yield Compared(f"dbm mean square {row['_row']}", squares[row["_row"]], number(row["MS"]))
    test, (row, error) = getattr(found, analyses.ANALYSES[random]), theirs[random]["FTests"]
    for name, own, other in (
        ("F", test.statistic, row["FStat"]),
        ("df2", test.df2, error["DF"]),
        ("p value", test.p, row["p"]),
    ):
        yield Compared(f"dbm {name}", own, number(other))


def _counted(cells: Cells, theirs: Row) -> float:
    """How many cases' pseudovalues there are: from the degrees of freedom of cases."""
    (row,) = (row for row in theirs["ANOVA"]["TRCanova"] if row["_row"] == "C")
    return float(row["DF"] + 1)


def _figures(cells: Cells, found: Analysis, theirs: Row) -> Iterator[Compared]:
    yield from _grid(cells, theirs["foms"])
    for average, row in zip(found.conditions, theirs["trtMeans"], strict=True):
        yield Compared(f"mean {average.condition}", average.estimate, number(row["Estimate"]))
    for gap, row in zip(found.differences, theirs["trtMeanDiffs"], strict=True):
        yield Compared(" - ".join(gap.between), gap.estimate, number(row["Estimate"]))


def _or(cells: Cells, result: MrmcResult, theirs: Row) -> Iterator[Compared]:
    m, c, parts = analyses.moments_of(cells), result.covariances, result.components
    t, r = cells.estimates.shape
    squares = {"T": (m.ms_condition, t - 1), "R": (m.ms_reader, r - 1)}
    squares["TR"] = (m.ms_condition_reader, (t - 1) * (r - 1))
    for row in theirs["TRanova"]:
        ms, df = squares[row["_row"]]
        yield Compared(f"mean square {row['_row']}", ms, number(row["MS"]))
        yield Compared(f"sum of squares {row['_row']}", ms * df, number(row["SS"]))
        yield Compared(f"df of {row['_row']}", df, row["DF"])
    ours = {"VarR": parts.reader, "VarTR": parts.condition_by_reader, "Var": c.variance}
    ours |= {"Cov1": c.cov1, "Cov2": c.cov2, "Cov3": c.cov3}
    rule = _cut_off(m)
    for row in theirs["VarCom"]:
        name = row["_row"]
        yield Compared(name, ours[name], number(row["Estimates"]), by_their_rule=rule.get(name))
    for i, row in enumerate(theirs["IndividualTrt"]):
        name = f"condition {cells.conditions[i]}"
        yield Compared(f"{name} mean square of readers", float(m.ms_reader_within[i]), row["msREachTrt"])
        yield Compared(f"{name} variance", float(m.variance_within[i]), row["varEachTrt"])
        yield Compared(f"{name} cov2", float(m.cov2_within[i]), row["cov2EachTrt"])
    yield from _of_readers(cells, theirs["IndividualRdr"])


def _cut_off(m: Moments) -> dict[str, float]:
    """Components of readers with max(cov2 - cov3, 0) in place of cov2 - cov3."""
    both = m.ms_condition_reader - m.variance + m.cov1 + m.excess
    errors = m.variance - m.cov2 + (m.conditions - 1) * (m.cov1 - m.cov3)
    return {"VarTR": both, "VarR": (m.ms_reader - errors - both) / m.conditions}


def _of_readers(cells: Cells, rows: Sequence[Row]) -> Iterator[Compared]:
    for j, row in enumerate(rows):
        m, name = analyses.moments_of(analyses.one_reader(cells, j)), f"reader {cells.readers[j]}"
        if "msTEachRdr" in row:
            yield Compared(f"{name} mean square of conditions", m.ms_condition, row["msTEachRdr"])
        yield Compared(f"{name} variance", m.variance, row["varEachRdr"])
        yield Compared(f"{name} cov1", m.cov1, row["cov1EachRdr"])


def _dbm(cells: Cells, m: Moments, n: float, theirs: Row) -> Iterator[Compared]:
    """Mean squares of pseudovalues from mean squares and covariances of estimates (Hillis et al. 2005)."""
    t, r = cells.estimates.shape
    squares = {"T": n * m.ms_condition, "R": n * m.ms_reader, "TR": n * m.ms_condition_reader}
    squares |= _of_cases(m.variance, m.cov1, m.cov2, m.cov3, n, t, r)
    free = {"T": t - 1, "R": r - 1, "C": n - 1, "TR": (t - 1) * (r - 1), "TC": (t - 1) * (n - 1)}
    free |= {"RC": (r - 1) * (n - 1), "TRC": (t - 1) * (r - 1) * (n - 1)}
    for row in theirs["TRCanova"]:
        if (name := row["_row"]) in squares:
            yield Compared(f"mean square {name}", squares[name], number(row["MS"]))
            yield Compared(f"sum of squares {name}", squares[name] * free[name], number(row["SS"]))
            yield Compared(f"df of {name}", free[name], row["DF"])
    s, ours = squares, {"VarErr": squares["TRC"]}
    ours["VarTR"] = (s["TR"] - s["TRC"]) / n
    ours["VarTC"] = (s["TC"] - s["TRC"]) / r
    ours["VarRC"] = (s["RC"] - s["TRC"]) / t
    ours["VarR"] = (s["R"] - s["TR"] - s["RC"] + s["TRC"]) / (n * t)
    ours["VarC"] = (s["C"] - s["TC"] - s["RC"] + s["TRC"]) / (r * t)
    for row in theirs["VarCom"]:
        yield Compared(row["_row"], ours[row["_row"]], number(row["Estimates"]))
    yield from _dbm_of_each(cells, m, n, theirs)


def _of_cases(v: float, c1: float, c2: float, c3: float, n: float, t: int, r: int) -> dict[str, float]:
    return {
        "C": n * (v + (r - 1) * c2 + (t - 1) * c1 + (t - 1) * (r - 1) * c3),
        "TC": n * (v - c1 + (r - 1) * (c2 - c3)),
        "RC": n * (v - c2 + (t - 1) * (c1 - c3)),
        "TRC": n * (v - c1 - c2 + c3),
    }


def _dbm_of_each(cells: Cells, m: Moments, n: float, theirs: Row) -> Iterator[Compared]:
    """Mean squares within each condition, and of each reader."""
    r = len(cells.readers)
    for row in theirs["IndividualTrt"]:
        values = [value for key, value in row.items() if key not in ("_row", "DF")]
        for i, value in enumerate(values):
            v, c = float(m.variance_within[i]), float(m.cov2_within[i])
            ours = {
                "msR": n * float(m.ms_reader_within[i]),
                "msC": n * (v + (r - 1) * c),
                "msRC": n * (v - c),
            }
            yield Compared(f"{row['_row']} of {cells.conditions[i]}", ours[row["_row"]], number(value))
    t = len(cells.conditions)
    alone = [analyses.moments_of(analyses.one_reader(cells, j)) for j in range(r)]
    for row in theirs["IndividualRdr"]:
        values = [value for key, value in row.items() if key not in ("_row", "DF")]
        for j, (own, value) in enumerate(zip(alone, values, strict=True)):
            v, c = own.variance, own.cov1
            ours = {"msT": n * own.ms_condition, "msC": n * (v + (t - 1) * c), "msTC": n * (v - c)}
            yield Compared(f"{row['_row']} of {cells.readers[j]}", ours[row["_row"]], number(value))


def _test(
    cells: Cells, found: Analysis, n: float, rows: Sequence[Row], free: float | None
) -> Iterator[Compared]:
    """free: of DBM's F with fixed readers, where ours is chi-squared: F is that over its df1."""
    test, row, error = found.test, rows[0], rows[1]
    assert test is not None
    statistic = number(row.get("FStat", row.get("F", row.get("Chisq"))))
    own, rule = test.statistic, None
    if free is not None and own is not None:
        own, rule = own / test.df1, float(fdtrc(test.df1, free, own / test.df1))
    yield Compared("test statistic", own, statistic)
    yield Compared("test df1", test.df1, row["DF"])
    yield Compared("test p", test.p, number(row["p"]), by_their_rule=rule)
    yield Compared("test mean square", n * analyses.moments_of(cells).ms_condition, number(row["MS"]))
    yield Compared("test error", n * errors_of(cells).test(found.name)[1], number(error["MS"]))
    if free is None and "DF" in error and error["DF"] is not None:
        yield Compared("test df2", test.df2, analyses.degrees(error["DF"]))


def _difference(name: str, own: Difference, row: Row, free: float | None) -> Iterator[Compared]:
    rule = None if own.se is None or own.estimate is None else analyses.limits(own.estimate, own.se, own.df)
    p = None
    if free is not None and own.t is not None and own.se is not None and own.estimate is not None:
        rule, p = analyses.limits(own.estimate, own.se, free), two_sided_p(own.t, free)
    yield Compared(name, own.estimate, number(row["Estimate"]))
    yield Compared(f"{name} error", own.se, number(row["StdErr"]))
    yield Compared(f"{name} t", own.t, number(row.get("t", row.get("z"))))
    if free is None and "DF" in row:
        yield Compared(f"{name} df", own.df, analyses.degrees(row["DF"]))
    theirs = number(row.get("PrGTt", row.get("PrGTz")))
    yield Compared(f"{name} p", own.p, theirs, by_their_rule=p)
    yield from analyses.interval(name, own, row["CILower"], row["CIUpper"], rule=rule)


def _each_reader(cells: Cells, rows: Sequence[Row], free: float | None) -> Iterator[Compared]:
    pairs = [
        (name, own) for j, name in enumerate(cells.readers) for own in analyses.alone(cells, j).differences
    ]
    for (reader, own), row in zip(pairs, rows, strict=False):
        yield from _difference(f"reader {reader}, {' - '.join(own.between)}", own, row, free)


def components(record: Record) -> Iterator[Compared]:
    cells, result = analysed(record.dataset, "Wilcoxon")
    if "DBM" not in record.key:
        yield from _or(cells, result, record.results)
        return
    n = _counted(cells, {"ANOVA": record.results})
    yield from _dbm(cells, analyses.moments_of(cells), n, record.results)


def binormal(record: Record) -> Iterator[Compared]:
    """By condition and reader, counted from one."""
    _, i, j = record.key.split("|")
    table, theirs = readings(record.dataset), record.results
    condition, reader = table.conditions[0][int(i) - 1], table.readers[0][int(j) - 1]
    one = table.only(condition, [reader])
    assert one.rating is not None
    fit = binormal_curve(one.truth, one.rating)
    ours = dict(fit.parameters)
    for name in ("a", "b"):
        yield Compared(name, ours.get(name), number(theirs.get(name)), ITERATED)
    if theirs["AUC"] is not None:  # ours is the limit where all points are on the axes
        yield Compared("area", fit.estimate, theirs["AUC"], ITERATED)
        yield Compared("area's error", fit.se, theirs["StdAUC"]["values"][0][0], ITERATED)


_NO_CBM = "no contaminated binormal model here: `binormal` and `proper` are the fitted curves"
ENTRIES = (
    Entry(r"FitCbmRoc", "contaminated binormal curve", reason=_NO_CBM),
    Entry(r"FitBinormalRoc", "binormal curve", binormal),
    Entry(r"CadVsRad\|", "an algorithm against readers", algorithm),
    Entry(r"rjafroc_varcomp", "variance components", components),
    Entry(r"FOM\|Wilcoxon", "AUC", foms),
    Entry(r"FOM\|", "free-response figures of merit", foms),
    Entry(r"St\|Wilcoxon\|OR", "Obuchowski-Rockette, AUC", tests),
    Entry(r"St\|Wilcoxon\|DBM", "Dorfman-Berbaum-Metz, AUC", tests),
    Entry(r"St\|\w+\|OR", "Obuchowski-Rockette, free response", tests),
    Entry(r"St\|\w+\|DBM", "Dorfman-Berbaum-Metz, free response", tests),
)
