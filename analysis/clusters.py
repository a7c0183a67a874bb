"""Errors over patients who gave several cases: the patient is drawn, and all its cases with it.

With one case per patient every number equals that of independent cases.
Sources: Obuchowski NA, Biometrics 1997; 53: 567-578 (areas). Efron B, Stein C, Ann Stat 1981; 9: 586-596
(jackknife, here leaving out one patient). Korn EL, Graubard BI, Surv Methodol 1998; 24: 193-201 (proportions
of one reader, by the number of independent cases that would be as informative).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.delong import Components
from analysis.errors import UnknownChoice
from analysis.intervals import t_quantile
from analysis.table import Codes, Numbers


def repeated(patient: Codes | None) -> bool:
    """Whether a patient stands there twice; patient (n,): codes of the patients of n cases."""
    return patient is not None and len(np.unique(patient)) < len(patient)


def independence_needed() -> UnknownChoice:
    """The refusal of the unbiased covariance where patients gave several cases."""
    return UnknownChoice(
        "covariance 'unbiased'",
        "it takes cases as independent, and some patients gave several",
        "choose jackknife, or delong for auc",
    )


def proportion_jackknife(right: Numbers, patient: Codes) -> Numbers:
    """Leave-one-patient-out covariance (m, m) of the means of right (m, n); nan with one patient."""
    right_by_patient, cases = _sums(right, patient), np.bincount(_codes(patient))
    if len(cases) < 2:
        return np.full((len(right), len(right)), np.nan)
    left = (right_by_patient.sum(axis=1, keepdims=True) - right_by_patient) / (cases.sum() - cases)
    return jackknife(left)


def area_jackknife(truth: NDArray[np.int8], found: Components, kernels: Numbers, patient: Codes) -> Numbers:
    """Leave-one-patient-out covariance (m, m) of AUCs.

    kernels (m, p): sums of the kernel over the pairs within each of p patients, which a patient's positive
    and negative cases would else take away twice. nan where leaving out a patient empties a class.
    """
    code = _codes(patient)
    positive, negative = truth == 1, truth == 0
    n1, n0 = int(positive.sum()), int(negative.sum())
    gone1 = np.bincount(code, weights=positive, minlength=kernels.shape[1])
    gone0 = np.bincount(code, weights=negative, minlength=kernels.shape[1])
    if (gone1 == n1).any() or (gone0 == n0).any():
        return np.full((len(found.auc), len(found.auc)), np.nan)
    lost = n0 * _sums(found.positive, code[positive], len(gone1))
    lost += n1 * _sums(found.negative, code[negative], len(gone1))
    left = (n1 * n0 * found.auc[:, None] - lost + kernels) / ((n1 - gone1) * (n0 - gone0))
    return jackknife(left)


def kernels_within(truth: NDArray[np.int8], ratings: Numbers, patient: Codes) -> Numbers:
    """Sums (m, p) of the AUC's kernel over the pairs of one patient's own cases."""
    code = _codes(patient)
    total = np.zeros((len(ratings), int(code.max()) + 1))
    for place in range(total.shape[1]):
        own = code == place
        high, low = ratings[:, own & (truth == 1)], ratings[:, own & (truth == 0)]
        if high.size and low.size:
            above = high[:, :, None] - low[:, None, :]
            total[:, place] = ((above > 0) + 0.5 * (above == 0)).sum(axis=(1, 2))
    return total


def area_components(truth: NDArray[np.int8], found: Components, patient: Codes) -> Numbers:
    """Obuchowski's covariance (m, m) of AUCs over patients: DeLong's, with the cases of a patient summed.

    nan where fewer than two patients have positive cases, or negative ones.
    """
    code = _codes(patient)
    count = int(code.max()) + 1
    positive, negative = found.deviations
    n1, n0 = positive.shape[1], negative.shape[1]
    with1, with0 = len(np.unique(code[truth == 1])), len(np.unique(code[truth == 0]))
    if with1 < 2 or with0 < 2:
        return np.full((len(found.auc), len(found.auc)), np.nan)
    up, down = _sums(positive, code[truth == 1], count), _sums(negative, code[truth == 0], count)
    both = up @ down.T * (count / (count - 1) / (n1 * n0))
    matrix: Numbers = up @ up.T * (with1 / (with1 - 1) / n1**2)
    matrix = matrix + down @ down.T * (with0 / (with0 - 1) / n0**2) + both + both.T
    return matrix


def effective_cases(right: Numbers, patient: Codes, level: float) -> float:
    """How many independent cases would tell as much as right (n,), 0 or 1, of these patients; never above n.

    All right or all wrong: the number of patients. Otherwise n over the design effect, the jackknife variance
    over the binomial one, and less for few patients by the ratio of t quantiles.
    """
    n, patients = len(right), len(np.unique(patient))
    share = float(right.mean())
    if patients == n:
        return float(n)
    if patients < 2 or share in (0.0, 1.0):
        return float(patients)
    effect = float(proportion_jackknife(right[None, :], patient)[0, 0]) * (n - 1) / (share * (1 - share))
    few = (t_quantile(n - 1, level) / t_quantile(patients - 1, level)) ** 2
    return min(n / effect * few, n) if effect > 0 else n * few


def _codes(patient: Codes) -> Codes:
    return np.asarray(np.unique(patient, return_inverse=True)[1], dtype=np.int64)


def _sums(values: Numbers, patient: Codes, count: int | None = None) -> Numbers:
    """Sums (m, p) of values (m, n) by patient."""
    code = _codes(patient) if count is None else patient
    size = int(code.max()) + 1 if count is None else count
    return np.array([np.bincount(code, weights=row, minlength=size) for row in values])


def jackknife(left: Numbers) -> Numbers:
    """(p - 1) / p times the sum of products of leave-one-out estimates (m, p) about their mean."""
    moved = left - left.mean(axis=1, keepdims=True)
    count = left.shape[1]
    matrix: Numbers = (count - 1) / count * (moved @ moved.T)
    return matrix
