"""What a plan starts from: how much estimates vary over readers and cases, and with how many cases.

Sources: Hillis SL, Obuchowski NA, Berbaum KS, Acad Radiol 2011; 18: 129-142 (components from a pilot, cases
of another mix). Obuchowski NA, AJR 2004; 182: 299-305 (components from published values). Obuchowski NA,
McClish DK, Stat Med 1997; 16: 1529-1542 (variance of a binormal area).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from analysis.cells import Cells, cells_of
from analysis.clusters import repeated
from analysis.delong import components as structural
from analysis.design import CROSSED, NESTED, arrange
from analysis.errors import UnknownChoice, ValueRefused
from analysis.figures import Covariance, Figure, scored
from analysis.frames import Framed
from analysis.layout import CASES_IN_GROUPS
from analysis.moments import Moments, moments
from analysis.table import Numbers, ReadingTable

if TYPE_CHECKING:
    from analysis.design import Design

Four = tuple[float, float, float, float]
_GIVEN = ("variance", "cov1", "cov2", "cov3", "condition_by_reader", "negatives", "positives")
_PUBLISHED = ("auc", "r1", "r2", "r3", "range", "rb", "negatives", "positives")


@dataclass(frozen=True)
class PlanningComponents(Framed):
    """Error covariances of one study (negatives, positives: its cases) and variances between readers.

    variance, cov1, cov2, cov3: as in `mrmc`, of one reader reading every case. condition_by_reader: Hillis's
    estimate, MS(TR) - variance + cov1 + max(cov2 - cov3, 0); reader: None where not estimated. Both may be
    negative estimates, taken as 0 in a plan. positive_share: how much of each covariance is due to the
    positive cases, the rest to the negative ones; None: unknown, so only the number of cases counts.
    readers: of the pilot, None where there was none. means (2,): of the two conditions, where known.
    """

    figure_of_merit: str
    variance: float
    cov1: float
    cov2: float
    cov3: float
    condition_by_reader: float
    reader: float | None
    negatives: float
    positives: float
    positive_share: Four | None = None
    means: tuple[float, float] | None = None
    covariance: str | None = None
    readers: int | None = None
    crossed: bool = True
    notes: tuple[str, ...] = ()

    @property
    def cases(self) -> float:
        return self.negatives + self.positives

    def at(self, negatives: Numbers | float, positives: Numbers | float) -> tuple[Numbers, ...]:
        """variance, cov1, cov2, cov3 with so many cases; an error of n cases is 1/n of that of one."""
        n0, n1 = np.asarray(negatives, dtype=np.float64), np.asarray(positives, dtype=np.float64)
        errors = (self.variance, self.cov1, self.cov2, self.cov3)
        if self.positive_share is None:
            return tuple(error * self.cases / (n0 + n1) for error in errors)
        with np.errstate(divide="ignore", invalid="ignore"):
            up = [share * self.positives / n1 if share else n1 * 0 for share in self.positive_share]
            down = [
                (1 - share) * self.negatives / n0 if share != 1 else n0 * 0 for share in self.positive_share
            ]
        return tuple(error * (a + b) for error, a, b in zip(errors, up, down, strict=True))


def components_from_pilot(
    table: ReadingTable, figure: Figure = "auc", covariance: Covariance | None = None
) -> PlanningComponents:
    """Components of a pilot study's readings, of two conditions or more and two readers or more.

    covariance: jackknife by default, as in Hillis's and Chakraborty's programs; delong or unbiased for auc.
    Of a split-plot, the cases are those of one group on average. What is due to positive and to negative
    cases is told apart by DeLong's components for auc, and is plain for sensitivity and specificity;
    accuracy, split-plots, and patients with several cases go by the number of cases.
    Raises UnknownChoice for one reader, one condition or gaps, and what `mrmc` raises.
    """
    cells = cells_of(table, figure, covariance or "jackknife", "use")
    _check_pilot(table, cells)
    found = moments(cells.estimates, cells.covariance, cells.groups)
    if not np.isfinite([found.variance, found.cov1, found.cov2, found.cov3]).all():
        raise UnknownChoice(
            table.source, f"the errors of {figure} are undefined in this pilot", "give it more cases"
        )
    own = found.ms_condition_reader - found.variance + found.cov1 + found.excess
    return PlanningComponents(
        figure,
        found.variance,
        found.cov1,
        found.cov2,
        found.cov3,
        own,
        found.components.reader,
        cells.negatives / found.groups,
        cells.positives / found.groups,
        _shares(table, figure, cells),
        (float(found.means[0]), float(found.means[1])),
        cells.method,
        len(cells.readers),
        cells.design != NESTED,
        (*cells.notes, *_told(found)),
    )


def _check_pilot(table: ReadingTable, cells: Cells) -> None:
    """Refuse a pilot that does not tell what readers and cases share."""
    if cells.design not in (CROSSED, NESTED, CASES_IN_GROUPS):
        raise UnknownChoice(
            table.source,
            f"a pilot is crossed, nested or split-plot, and this one is: {cells.design}",
            "complete the readings, or restrict to complete ones (--incomplete drop)",
        )
    if len(cells.readers) < 2 or len(cells.conditions) < 2:
        raise UnknownChoice(
            table.source,
            "a pilot has two readers and two conditions at least",
            "plan from components instead (--components)",
        )


def components_from_values(values: Mapping[str, float], figure: str = "auc") -> PlanningComponents:
    """Components given by name, or made from published values.

    Given: variance, cov1, cov2, cov3, condition_by_reader, negatives, positives, and optionally reader, auc.
    Published (Obuchowski 2004): auc, r1, r2, r3 (correlations of errors: one reader and two conditions, two
    readers and one condition, both different), range (of the readers' areas, four standard deviations), rb
    (correlation of the readers' areas under the two conditions), negatives, positives, and optionally se, the
    standard error of one reader's area with so many cases, else that of a binormal area. With auc the errors
    are split into those of positive and negative cases as for a binormal area; without it only the number of
    cases counts. Raises ValueRefused for names missing or unknown and for values outside their domain.
    """
    published = "r1" in values
    needed, optional = (_PUBLISHED, {"se"}) if published else (_GIVEN, {"reader", "auc"})
    refuse = partial(ValueRefused, "components")
    missing = [name for name in needed if name not in values]
    unknown = sorted(set(values) - set(needed) - optional)
    if missing or unknown:
        told = f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
        raise refuse(
            told, f"give {', '.join(needed)}, or {', '.join(_PUBLISHED if not published else _GIVEN)}"
        )
    n0, n1 = values["negatives"], values["positives"]
    if not all(math.isfinite(value) for value in values.values()) or n0 < 0 or n1 < 0 or n0 + n1 <= 0:
        raise refuse("values are finite numbers and cases are counts", "correct the values")
    area = values.get("auc")
    if area is not None and (not 0.5 < area < 1 or min(n0, n1) == 0):
        raise refuse("an auc lies between 0.5 and 1 and has cases of both classes", "correct the values")
    share = None if area is None else (_binormal_share(area, n0, n1),) * 4
    known = None if area is None else (area, area)
    given = _published(values) if published else values
    variance, cov1, cov2, cov3, both = (given[name] for name in _GIVEN[:5])
    if variance <= 0:
        raise refuse("the variance is above 0", "correct it")
    return PlanningComponents(
        figure, variance, cov1, cov2, cov3, both, given.get("reader"), n0, n1, share, known
    )


def _published(values: Mapping[str, float]) -> dict[str, float]:
    n0, n1 = values["negatives"], values["positives"]
    bad = [name for name in ("r1", "r2", "r3", "rb") if not -1 <= values[name] <= 1]
    if bad or values["range"] < 0:
        raise ValueRefused(
            "components", "correlations lie in [-1, 1] and a range is not negative", "correct them"
        )
    variance = values["se"] ** 2 if "se" in values else binormal_variance(values["auc"], n0, n1)
    between = (values["range"] / 4) ** 2
    return {
        "variance": variance,
        "cov1": values["r1"] * variance,
        "cov2": values["r2"] * variance,
        "cov3": values["r3"] * variance,
        "condition_by_reader": between * (1 - values["rb"]),
        "reader": between * values["rb"],
    }


def binormal_variance(area: float, negatives: float, positives: float) -> float:
    """Variance of an estimated binormal area of equal variances (Obuchowski, McClish 1997)."""
    from_positives, from_negatives = _binormal_parts(area, negatives, positives)
    return from_positives + from_negatives


def _binormal_share(area: float, negatives: float, positives: float) -> float:
    parts = _binormal_parts(area, negatives, positives)
    return parts[0] / sum(parts)


def _binormal_parts(area: float, negatives: float, positives: float) -> tuple[float, float]:
    from scipy.special import ndtri

    a = 1.414 * float(ndtri(area))
    common = 0.0099 * math.exp(-a * a / 2)
    return common * (5 * a * a + 8) / positives, common * (a * a + 8) / negatives


def _told(found: Moments) -> tuple[str, ...]:
    df = (found.conditions - 1) * (found.readers - found.groups)
    notes = [f"the variance of condition by reader is an estimate on {df} degrees of freedom"]
    if found.conditions > 2:
        notes.append(f"components are averages over {found.conditions} conditions; the plan compares two")
    if found.cov2 < found.cov3:
        notes.append("cov2 below cov3: their difference counts as 0")
    return tuple(notes)


def _shares(table: ReadingTable, figure: Figure, cells: Cells) -> Four | None:
    if figure in ("sensitivity", "specificity"):
        share = float(figure == "sensitivity")
        return (share, share, share, share)
    if figure != "auc" or cells.groups is not None:
        return None
    table, scores = scored(table, figure)
    design = arrange(table, scores)
    if any(repeated(block.patient) for block in design.blocks):
        return None
    positive, negative = (moments(cells.estimates, part) for part in _parts(design))
    names = ("variance", "cov1", "cov2", "cov3")
    pairs = [(getattr(positive, name), getattr(negative, name)) for name in names]
    shares = [up / (up + down) if up + down else 0.5 for up, down in pairs]
    return (shares[0], shares[1], shares[2], shares[3])


def _parts(design: Design) -> tuple[Numbers, Numbers]:
    """DeLong's covariances (t, r, t, r) due to positive cases and due to negative ones."""
    t, r = len(design.blocks), len(design.readers)
    parts = np.zeros((2, t, r, t, r))
    whole = design.kind == CROSSED
    for i, block in enumerate(design.blocks[:1] if whole else design.blocks):
        scores = np.concatenate([each.scores for each in design.blocks]) if whole else block.scores
        for part, moved in zip(parts, structural(block.truth, scores).deviations, strict=True):
            product = moved @ moved.T / (moved.shape[1] * (moved.shape[1] - 1))
            if whole:
                part[:] = product.reshape(t, r, t, r)
            else:
                part[i, :, i, :] = product
    return parts[0], parts[1]
