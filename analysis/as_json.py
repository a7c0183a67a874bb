"""Results as plain objects for JSON. Undefined numbers are null; their reasons are gathered under `notes`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analysis.frames import plain

if TYPE_CHECKING:
    from analysis.accuracy import BothIntervals, ReaderAccuracy
    from analysis.algorithm import AgainstPanel
    from analysis.mrmc_result import Analysis, ConditionEstimate, Difference, MrmcResult, ReaderEstimate
    from analysis.results import Interval
    from analysis.ustatistics import UStatistics

Json = dict[str, object]


def readers_as_json(found: Iterable[ReaderAccuracy], level: float, notes: tuple[str, ...]) -> Json:
    """The `reader` command's object: one entry for each reader under each condition."""
    entries = list(found)
    told = list(notes)
    for entry in entries:
        told += [
            f"reader {entry.reader}, condition {entry.condition}: {note}" for note in _reader_notes(entry)
        ]
    return {
        "method": "each reader alone, cases random",
        "level": level,
        "readers": [_reader_accuracy(entry) for entry in entries],
        "notes": told,
    }


def mrmc_as_json(result: MrmcResult, beside: UStatistics | None = None) -> Json:
    """The `mrmc` command's object; without U-statistics where there are none beside it."""
    analyses = {
        "random_readers_random_cases": result.random_readers_random_cases,
        "fixed_readers_random_cases": result.fixed_readers_random_cases,
        "random_readers_fixed_cases": result.random_readers_fixed_cases,
    }
    return {
        "method": result.method,
        "figure_of_merit": result.figure_of_merit,
        "covariance": result.covariance,
        "design": result.design,
        "level": result.level,
        "readers": len(result.readers),
        "cases": {"negative": result.negatives, "positive": result.positives},
        "conditions": list(result.conditions),
        "per_reader": [_reader_estimate(entry) for entry in result.per_reader],
        "covariances": {
            "variance": result.covariances.variance,
            "cov1": result.covariances.cov1,
            "cov2": result.covariances.cov2,
            "cov3": result.covariances.cov3,
        },
        "components": {
            "reader": result.components.reader,
            "condition_by_reader": result.components.condition_by_reader,
        },
        "to_report": {
            "conditions": [_condition(entry) for entry in result.conditions_to_report],
            "differences": [_difference(entry) for entry in result.differences_to_report],
        },
        "analyses": {name: _analysis(analysis) for name, analysis in analyses.items()},
        **({} if beside is None else {"ustatistics": plain(beside)}),
        "notes": list(result.notes) + [note for name in analyses for note in _analysis_notes(analyses[name])],
    }


def algorithm_as_json(found: AgainstPanel) -> Json:
    """The `algorithm` command's object; the difference is the algorithm less the mean of the readers."""
    return {
        "method": "one algorithm against the readers, single treatment",
        "algorithm": found.algorithm,
        "figure_of_merit": found.figure_of_merit,
        "covariance": found.covariance,
        "level": found.level,
        "condition": found.condition,
        "readers": found.readers,
        "cases": found.cases,
        "estimate": found.estimate,
        "panel": found.panel,
        "difference": {**_difference(found.difference), "random": found.difference.method},
        "notes": [*found.notes, *found.difference.notes],
    }


def _reader_accuracy(entry: ReaderAccuracy) -> Json:
    auc = entry.auc
    return {
        "reader": entry.reader,
        "condition": entry.condition,
        "n": entry.n,
        "positive": entry.positive,
        "negative": entry.negative,
        "accuracy": _both(entry.accuracy),
        "sensitivity": _both(entry.sensitivity),
        "specificity": _both(entry.specificity),
        "auc": None
        if auc is None
        else {
            "estimate": auc.estimate,
            "se": auc.se,
            "ci": _ci(auc.interval),
            "n": auc.negatives + auc.positives,
            "method": auc.method,
        },
        "detection": plain(entry.detection),
        "median_read_ms": entry.median_read_ms,
        "notes": _reader_notes(entry),
    }


def _both(found: BothIntervals | None) -> Json | None:
    if found is None:
        return None
    return {
        "estimate": found.estimate,
        "correct": found.wilson.successes,
        "n": found.wilson.n,
        "effective_n": found.wilson.n if found.wilson.effective_n is None else found.wilson.effective_n,
        "wilson": _ci(found.wilson.interval),
        "clopper_pearson": _ci(found.clopper_pearson.interval),
    }


def _reader_notes(entry: ReaderAccuracy) -> list[str]:
    notes = list(entry.notes)
    parts = {"accuracy": entry.accuracy, "sensitivity": entry.sensitivity, "specificity": entry.specificity}
    for name, part in parts.items():
        notes += [f"{name}: {note}" for note in (part.wilson.notes if part else ())]
    notes += [f"detection: {note}" for note in (entry.detection.notes if entry.detection else ())]
    return notes + [f"auc: {note}" for note in (entry.auc.notes if entry.auc else ())]


def _reader_estimate(entry: ReaderEstimate) -> Json:
    return {
        "reader": entry.reader,
        "condition": entry.condition,
        "estimate": entry.estimate,
        "se": entry.se,
        "ci": _ci(entry.interval),
        "notes": list(entry.notes),
    }


def _analysis(analysis: Analysis) -> Json:
    test = analysis.test
    return {
        "test": None
        if test is None
        else {"statistic": test.statistic, "df1": test.df1, "df2": test.df2, "p": test.p},
        "conditions": [_condition(entry) for entry in analysis.conditions],
        "differences": [_difference(entry) for entry in analysis.differences],
        "notes": list(analysis.notes),
    }


def _condition(entry: ConditionEstimate) -> Json:
    return {
        "condition": entry.condition,
        "estimate": entry.estimate,
        "se": entry.se,
        "df": entry.df,
        "ci": _ci(entry.interval),
        "readers": entry.readers,
        "cases": entry.cases,
        "notes": list(entry.notes),
    }


def _difference(entry: Difference) -> Json:
    return {
        "between": list(entry.between),
        "estimate": entry.estimate,
        "se": entry.se,
        "df": entry.df,
        "t": entry.t,
        "p": entry.p,
        "ci": _ci(entry.interval),
        "readers": entry.readers,
        "cases": entry.cases,
        "notes": list(entry.notes),
    }


def _analysis_notes(analysis: Analysis) -> list[str]:
    notes = [f"{analysis.name}: {note}" for note in analysis.notes]
    for entry in analysis.conditions:
        notes += [f"{analysis.name}, condition {entry.condition}: {note}" for note in entry.notes]
    for pair in analysis.differences:
        notes += [f"{analysis.name}, {' - '.join(pair.between)}: {note}" for note in pair.notes]
    return notes


def _ci(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
