"""Confidence intervals of proportions, and the t or normal interval of an estimate with a known variance."""

from __future__ import annotations

import math

from analysis.errors import ValueRefused
from analysis.results import Interval, Proportion, Spread

STOOD_IN = "readers differ less than their cases make them: the interval counts cases only, which is wider"
_NO_TRIALS = "no readings: the proportion and its interval are undefined"


def wilson(successes: int, n: int, level: float = 0.95, effective_n: float | None = None) -> Proportion:
    """Wilson's score interval of a binomial proportion, without continuity correction.

    successes, n: counts, 0 <= successes <= n. Estimate and limits are proportions in [0, 1]. The limits at 0
    and at n successes are exactly 0 and 1. n = 0: estimate and interval are None, with a note. Trials are
    taken as independent; for several readers of the same cases use `mrmc`. effective_n: the number of
    independent trials that would be as informative, where these are not (clusters.effective_cases); the
    interval is that of the same share of so many.
    Raises ValueRefused for counts or levels outside their range.
    Source: Wilson EB, J Am Stat Assoc 1927; 22: 209-212.
    """
    _check(successes, n, level)
    if n == 0:
        return Proportion(None, None, 0, 0, "wilson", (_NO_TRIALS,))
    z = normal_quantile(level)
    p, telling = successes / n, n if effective_n is None else effective_n
    scale = 1 + z * z / telling
    centre = (p + z * z / (2 * telling)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / telling + z * z / (4 * telling * telling))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return Proportion(p, Interval(low, high, level), successes, n, "wilson", effective_n=effective_n)


def clopper_pearson(
    successes: int, n: int, level: float = 0.95, effective_n: float | None = None
) -> Proportion:
    """The exact binomial interval from beta quantiles; never below its nominal coverage.

    Shapes, units, undefined cases and errors as for `wilson`.
    Source: Clopper CJ, Pearson ES, Biometrika 1934; 26: 404-413.
    """
    from scipy.special import betaincinv

    _check(successes, n, level)
    if n == 0:
        return Proportion(None, None, 0, 0, "clopper-pearson", (_NO_TRIALS,))
    tail = (1 - level) / 2
    telling = n if effective_n is None else effective_n
    k, rest = successes * telling / n, (n - successes) * telling / n
    low = 0.0 if successes == 0 else float(betaincinv(k, rest + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(k + 1, rest, 1 - tail))
    interval = Interval(low, high, level)
    return Proportion(successes / n, interval, successes, n, "clopper-pearson", effective_n=effective_n)


def normal_quantile(level: float) -> float:
    """The half-width, in standard errors, of a two-sided normal interval of this level."""
    from scipy.special import ndtri

    return -float(ndtri((1 - level) / 2))


def t_quantile(df: float, level: float) -> float:
    """The half-width, in standard errors, of a two-sided t interval; `df` may be any positive real."""
    from scipy.special import stdtrit

    return -float(stdtrit(df, (1 - level) / 2))


def two_sided_p(statistic: float, df: float | None) -> float:
    """Two-sided p-value from the lower tail, so that tiny values do not round to 0; df None means normal."""
    from scipy.special import ndtr, stdtr

    tail = ndtr(-abs(statistic)) if df is None else stdtr(df, -abs(statistic))
    return 2 * float(tail)


def check_level(level: float) -> None:
    """Refuse a confidence level outside the open interval (0, 1)."""
    if not 0 < level < 1:
        raise ValueRefused(
            f"level {level}", "a confidence level lies between 0 and 1", "give for example 0.95"
        )


def spread(
    estimate: float, variance: float, df: float | None, level: float, bounds: tuple[float, float]
) -> Spread:
    """Standard error and symmetric interval of an estimate, clipped to the range it can take.

    df None: normal quantiles. A variance of 0 gives no interval: scores that do not vary, or vary so that it
    cancels out, say nothing of how far off they are. A negative variance (an unbiased estimator can be
    negative) gives no standard error either. Every clipped limit is told in the notes with its unclipped
    value.
    """
    if not math.isfinite(variance) or variance < 0:
        return Spread(None, None, None, ("the variance estimate is negative or undefined: no interval",))
    se = math.sqrt(variance)
    if se == 0:
        return Spread(
            0.0, None, None, ("degenerate: the estimated error is zero, so the interval is undefined",)
        )
    half = se * (normal_quantile(level) if df is None else t_quantile(df, level))
    low, high = estimate - half, estimate + half
    notes = []
    if low < bounds[0]:
        notes.append(f"lower limit {low:.6g} clipped to {bounds[0]:g}")
    if high > bounds[1]:
        notes.append(f"upper limit {high:.6g} clipped to {bounds[1]:g}")
    return Spread(se, df, Interval(max(low, bounds[0]), min(high, bounds[1]), level), tuple(notes))


def on_log_odds(estimate: float, got: Spread, level: float, bounds: tuple[float, float]) -> Interval | None:
    """The interval of a mean between bounds that is symmetric on the scale of log odds; None as for `spread`.

    Half its width there is that of the plain interval times the slope of the log odds at the estimate (delta
    method), so it never leaves the bounds, and near them it holds the truth as often as it says, where the
    plain one is too short. Where the plain one reaches both bounds so does this one: it says nothing.
    Source: Pepe MS, The statistical evaluation of medical tests, 2003, section 5.2.
    """
    low, high = bounds
    if got.interval is None or not got.se or not low < estimate < high or math.isinf(high - low):
        return got.interval
    half = got.se * (normal_quantile(level) if got.df is None else t_quantile(got.df, level))
    if estimate - half <= low and estimate + half >= high:
        return got.interval
    odds = (estimate - low) / (high - estimate)
    factor = math.exp(min(half * (high - low) / ((estimate - low) * (high - estimate)), 700.0))
    ends = (odds / factor, odds * factor)
    first, last = (low + (high - low) * end / (1 + end) for end in ends)
    return Interval(first, last, level)


def wider(both: Interval | None, cases_only: Interval | None) -> tuple[Interval | None, tuple[str, ...]]:
    """The interval over readers and cases, or the wider one over cases alone, with a note.

    Readers and cases together leave more to chance than cases alone; an estimate that says otherwise has a
    negative variance between readers, and would claim more than these very readers allow.
    """
    if cases_only is None or (both and both.high - both.low >= cases_only.high - cases_only.low):
        return both, ()
    return cases_only, (STOOD_IN,)


def _check(successes: int, n: int, level: float) -> None:
    check_level(level)
    if not 0 <= successes <= n:
        raise ValueRefused(
            f"{successes} of {n}", "successes lie between 0 and the number of trials", "check the two counts"
        )
