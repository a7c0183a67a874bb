"""Coefficients of agreement from scores, each with its intervals.

scores (cases, readers): numbers, nan where a reader did not judge a case. weights: identity, linear,
quadratic, ordinal or a matrix (module weights). categories: the scale, where not all of it need occur;
default the values that occur. patient (cases,): names, where a patient gave several cases; then patients
are random, not cases. Estimates are at most 1 (full agreement); 0 is chance, but for percent agreement.
Undefined, None with a note: no case with two judgements; and for all but percent agreement, judgements of
one category alone (a scale of one category for `gwet_ac` and `brennan_prediger`). Each raises ValueRefused
and UnknownChoice for wrong input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.agreement.chance import Found, alpha, beyond_chance
from analysis.agreement.judgements import Judgements, judgements
from analysis.agreement.variance import CASES, Coefficient, coefficients
from analysis.agreement.weights import Metric, Weights, name_of, weight_matrix
from analysis.errors import ValueRefused
from analysis.intervals import check_level

Scale = Sequence[float] | None


def percent_agreement(
    scores: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """The share of pairs of judgements of one case that agree, or their mean weight; not corrected for
    chance.

    Arguments, shapes and undefined cases: see the module. Source: Gwet 2014, chapter 2.
    """
    return weighted("percent", judgements(scores, categories, patient), weights, level)


def fleiss_kappa(
    scores: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """Fleiss's kappa: chance by the shares that all readers have in common; Scott's pi for two readers.

    Arguments, shapes and undefined cases: see the module. Sources: Fleiss JL, Psychol Bull 1971; 76: 378-382;
    variance, weights and gaps: Gwet 2008.
    """
    return weighted("fleiss", judgements(scores, categories, patient), weights, level)


def conger_kappa(
    scores: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """Conger's kappa: chance by every reader's own shares; Cohen's kappa for two readers.

    Arguments, shapes and undefined cases: see the module. Sources: Conger AJ, Psychol Bull 1980; 88: 322-328;
    variance, weights and gaps: Gwet 2008, 2014.
    """
    return weighted("conger", judgements(scores, categories, patient), weights, level)


def gwet_ac(
    scores: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """Gwet's AC1, and AC2 with weights: hardly moved by how common a category is.

    Arguments, shapes and undefined cases: see the module. Source: Gwet 2008.
    """
    return weighted("gwet", judgements(scores, categories, patient), weights, level)


def brennan_prediger(
    scores: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """Chance by categories equally likely; for two categories the prevalence- and bias-adjusted kappa.

    Arguments, shapes and undefined cases: see the module. Sources: Brennan RL, Prediger DJ, Educ Psychol Meas
    1981; 41: 687-699; Byrt T et al., J Clin Epidemiol 1993; 46: 423-429.
    """
    return weighted("brennan-prediger", judgements(scores, categories, patient), weights, level)


def krippendorff_alpha(
    scores: ArrayLike, metric: Metric = "nominal", level: float = 0.95, patient: ArrayLike | None = None
) -> Coefficient:
    """Krippendorff's alpha for a nominal, ordinal, interval or ratio scale; cases judged once do not count.

    Arguments, shapes and undefined cases: see the module; the scale is the values that occur. Sources:
    Krippendorff K, Content Analysis, 3rd ed., 2013, chapter 12; variance by linearisation as in module
    chance.
    """
    return all_of(judgements(scores, None, patient), (), (), (metric,), level)[0]


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    weights: Weights = "identity",
    level: float = 0.95,
    categories: Scale = None,
    patient: ArrayLike | None = None,
) -> Coefficient:
    """Cohen's kappa of two readers, weighted or not, over the cases that both judged; these readers are
    fixed.

    first, second (cases,); the rest as in the module. se is that of Fleiss, Cohen and Everitt times
    sqrt(n / (n - 1)), with t quantiles on n - 1 degrees of freedom. Sources: Cohen J, Educ Psychol Meas 1960;
    20: 37-46, and Psychol Bull 1968; 70: 213-220; Fleiss JL et al., Psychol Bull 1969; 72: 323-327.
    """
    if np.ndim(first) != 1 or np.shape(first) != np.shape(second):
        raise ValueRefused(
            "scores", "two readers have scores of the same cases", "give two 1-D arrays of one length"
        )
    both = judgements(np.stack([np.asarray(first), np.asarray(second)], axis=1), categories, patient)
    return these_readers(weighted("conger", both.paired, weights, level), "cohen")


def all_of(
    j: Judgements,
    names: Sequence[str],
    weights: Sequence[Weights],
    metrics: Sequence[Metric],
    level: float,
) -> tuple[Coefficient, ...]:
    """The coefficients of chance.CHANCE with each of the weights, and alpha with each metric."""
    check_level(level)
    matrices = [weight_matrix(j.values, chosen) for chosen in weights]

    def evaluate(some: Judgements) -> list[Found]:
        found = [one for matrix in matrices for one in beyond_chance(some, matrix, names)]
        return found + [alpha(some, metric) for metric in metrics]

    called = [(name, name_of(chosen)) for chosen in weights for name in names]
    return coefficients([*called, *(("krippendorff", metric) for metric in metrics)], j, evaluate, level)


def weighted(name: str, j: Judgements, weights: Weights, level: float) -> Coefficient:
    """One of chance.CHANCE from judgements."""
    return all_of(j, (name,), (weights,), (), level)[0]


def these_readers(found: Coefficient, name: str) -> Coefficient:
    """The coefficient with these readers fixed as its only interval."""
    alone = found.cases_only
    notes = alone.notes if found.estimate is not None else found.notes
    return replace(
        found, name=name, se=alone.se, df=alone.df, interval=alone.interval, method=CASES, notes=notes
    )
