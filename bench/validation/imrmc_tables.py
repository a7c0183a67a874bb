"""iMRMC's decompositions of the variance: moments, components, mean squares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from analysis.cells import Cells, cells_of
from analysis.figures import scored
from analysis.grid import grid_of
from analysis.mrmc_result import MrmcResult
from analysis.obuchowski_rockette import analyse
from analysis.score_products import ProductMoments, product_moments
from analysis.table import Numbers
from bench.validation.compared import Compared, Record, number, significant
from bench.validation.ratings import readings

MOMENTS = [f"M{place}" for place in range(1, 9)]
Moments = dict[tuple[str, str], ProductMoments]


@cache
def moments(dataset: str, figure: str) -> Moments:
    """Of every two conditions in order, by their names."""
    table, scores = scored(readings(dataset), figure)
    grid = grid_of(table, scores)
    found = product_moments(figure, grid.truth, grid.scores)
    return {(grid.conditions[i], grid.conditions[k]): one for (i, k), one in found.items()}


@cache
def unbiased(dataset: str, figure: str) -> tuple[Cells, MrmcResult]:
    cells = cells_of(readings(dataset), figure, "unbiased", "use")
    return cells, analyse(cells)


def named(name: str, names: Sequence[str]) -> str:
    """Ours of a name that iMRMC was given: m1 is 1."""
    return name if name in names else name[1:]


def components(found: Numbers) -> dict[str, float]:
    """The seven components of Barrett, Clarkson and Kundel from eight moments by reader, positive, negative
    case: what these factors share beyond what fewer of them do."""
    names = {(0, 0, 1): "N", (0, 1, 0): "D", (0, 1, 1): "ND", (1, 0, 0): "R", (1, 0, 1): "NR"}
    names |= {(1, 1, 0): "DR", (1, 1, 1): "RND"}
    parts = {}
    for place, name in names.items():
        below = [
            key for key in product((0, 1), repeat=3) if all(a <= b for a, b in zip(key, place, strict=True))
        ]
        parts[name] = sum((-1) ** (sum(place) - sum(key)) * float(found[key]) for key in below)
    return parts


def shares(counts: Numbers) -> dict[str, float]:
    """Of all pairs of scores, those that share at least these factors: the components' coefficients."""
    whole = float(counts[0, 0, 0])
    at = {"N": (0, 0, 1), "D": (0, 1, 0), "ND": (0, 1, 1), "R": (1, 0, 0), "NR": (1, 0, 1)}
    at |= {"DR": (1, 1, 0), "RND": (1, 1, 1)}
    return {name: float(counts[key]) / whole for name, key in at.items()}


def table_of(found: ProductMoments, kind: str, estimator: str, what: str) -> dict[str, float]:
    """M1 to M8, or the components, or their coefficients, of two conditions."""
    values = found.plugged_in if estimator == "MLE" else found.unbiased
    if kind == "BDG":
        chosen = values if what == "comp" else found.weights
        return dict(zip(MOMENTS, map(float, chosen.ravel()[::-1]), strict=True))
    return components(values) if what == "comp" else shares(found.counts)


def decomposition(record: Record) -> Iterator[Compared]:
    ours = moments(record.dataset, "auc")
    names = {name for pair in ours for name in pair}
    for kind, estimator, what in product(("BCK", "BDG"), ("MLE", "Ustat"), ("comp", "coeff")):
        for row in record.results[kind][estimator][what]:
            pair = tuple(named(row[f"modalityID.{place}"], tuple(names)) for place in (1, 2))
            mine = table_of(ours[pair], kind, estimator, what)  # type: ignore[index]
            for name, value in mine.items():
                quantity = f"{kind} {estimator} {what} {name} of {pair[0]} and {pair[1]}"
                yield Compared(quantity, value, number(row[name]))


def printed_tables(record: Record) -> Iterator[Compared]:
    """BDG and BCK of the Java program: each condition, the product of two, and the parts of the variance."""
    kind, label = record.key[:3], "compOrCoeff" if record.key.startswith("BDG") else "Moments"
    ours = moments(record.dataset, "auc")
    names = tuple({name for pair in ours for name in pair})
    for row in record.results:
        a, b = named(row["modalityA"], names), named(row["modalityB"], names)
        single = row["modalityB"] == "NO_MOD"
        what, _, of = row[label].partition("_")
        if of in ("B", "product") and single:
            continue
        pair = {"": (a, b), "A": (a, a), "B": (b, b), "product": (a, b)}[of]
        if what != "total":
            times = (
                2.0 if (what, of) == ("coeff", "product") else 1.0
            )  # in the variance the product counts twice
            found = table_of(ours[pair], kind, row["UstatOrMLE"], what)
            mine = {name: times * value for name, value in found.items()}
        else:
            mine = _total(ours, kind, row["UstatOrMLE"], a, None if single else b)
        for name, value in mine.items():
            theirs = float(row[name])
            quantity = f"{row['UstatOrMLE']} {row[label]} {name} of {a}" + ("" if single else f" and {b}")
            yield Compared(quantity, value, theirs, absolute=significant(theirs, 6))


def _total(ours: Moments, kind: str, estimator: str, a: str, b: str | None) -> dict[str, float]:
    """Moments (components) times coefficients: of one condition, or of a difference."""
    pairs = [((a, a), 1.0)] if b is None else [((a, a), 1.0), ((b, b), 1.0), ((a, b), -2.0)]
    whole: dict[str, float] = {}
    for pair, sign in pairs:
        comp = table_of(ours[pair], kind, estimator, "comp")
        coeff = table_of(ours[pair], kind, estimator, "coeff")
        for name in comp:
            whole[name] = whole.get(name, 0.0) + sign * comp[name] * coeff[name]
    return whole


def variance_components(record: Record) -> Iterator[Compared]:
    """Tables OR, DBM and MS of one and two conditions, from components of Barrett, Clarkson and Kundel."""
    kind, found = record.key[:2], moments(record.dataset, "auc")
    names = tuple({name for pair in found for name in pair})
    cells, _ = unbiased(record.dataset, "auc")
    n, r = cells.all_cases, len(cells.readers)
    for row in record.results:
        if row["Components"] != "components":
            continue  # coefficients and products are sums of the design, not of the readings
        a, b = named(row["modalityA"], names), named(row["modalityB"], names)
        single = row["modalityB"] == "NO_MOD"
        parts = _parts(found, row["UstatOrMLE"], a, None if single else b)
        ours = {"OR": _or, "DB": _dbm, "MS": _squares}[kind](parts, n, r, 1 if single else 2)
        for name, value in ours.items():
            theirs = float(row[name])
            quantity = f"{row['UstatOrMLE']} {name} of {a}" + ("" if single else f" and {b}")
            yield Compared(quantity, value, theirs, absolute=significant(theirs, 6))


def _parts(found: Moments, estimator: str, a: str, b: str | None) -> dict[str, float]:
    """Readers, error and covariances: what readers share beside cases, and cases beside readers."""

    def of(pair: tuple[str, str]) -> tuple[float, float, float]:
        comp = table_of(found[pair], "BCK", estimator, "comp")
        coeff = shares(found[pair].counts)
        readers = coeff["R"]
        cases = sum(comp[name] * coeff[name] for name in ("N", "D", "ND"))
        both = sum(comp[name] * coeff[name] / readers for name in ("NR", "DR", "RND"))
        return comp["R"], cases, cases + both

    own = [of((name, name)) for name in (a, b or a)]
    reader, cov2, error = (sum(values) / 2 for values in zip(*own, strict=True))
    if b is None:
        return {"R": reader, "COV2": cov2, "ERROR": error, "TR": 0.0, "COV1": 0.0, "COV3": 0.0}
    shared, cov3, cov1 = of((a, b))
    return {"R": shared, "TR": reader - shared, "COV1": cov1, "COV2": cov2, "COV3": cov3, "ERROR": error}


def _or(p: dict[str, float], n: int, r: int, t: int) -> dict[str, float]:
    return p if t == 2 else {name: p[name] for name in ("R", "COV2", "ERROR")}


def _dbm(p: dict[str, float], n: int, r: int, t: int) -> dict[str, float]:
    if t == 1:
        return {"R": p["R"], "C": n * p["COV2"], "RC": n * (p["ERROR"] - p["COV2"])}
    return {
        "R": p["R"],
        "TR": p["TR"],
        "C": n * p["COV3"],
        "RC": n * (p["COV1"] - p["COV3"]),
        "TC": n * (p["COV2"] - p["COV3"]),
        "TRC": n * (p["ERROR"] - p["COV1"] - p["COV2"] + p["COV3"]),
    }


def _squares(p: dict[str, float], n: int, r: int, t: int) -> dict[str, float]:
    d = _dbm(p, n, r, t)
    if t == 1:
        return {"R": n * d["R"] + d["RC"], "C": r * d["C"] + d["RC"], "RC": d["RC"]}
    rest = d["TRC"]
    return {
        "R": t * n * d["R"] + n * d["TR"] + t * d["RC"] + rest,
        "C": t * r * d["C"] + r * d["TC"] + t * d["RC"] + rest,
        "RC": t * d["RC"] + rest,
        "MR": n * d["TR"] + rest,
        "MC": r * d["TC"] + rest,
        "MRC": rest,
    }
