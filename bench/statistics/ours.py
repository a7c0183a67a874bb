"""python -m bench.statistics.ours SIZE FORM METHOD ROUNDS: one analysis in a process of its own, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from analysis import bootstrap_of, delong_covariance, mrmc, u_statistics
from analysis.intervals import two_sided_p
from analysis.table import ReadingTable
from bench.statistics.ratings import FORMS, SIZES, Size, ratings, table

BOOTSTRAP = "10,000 bootstraps"


def analysis(method: str, size: Size, form: str) -> Callable[[], float | None]:
    """The call, and one number of its result to hold beside the peer's."""
    if method == "two curves":
        truth, found = ratings(size, form)
        return lambda: _two_curves(truth, found[:, 0])
    made = table(size, form)
    if method == BOOTSTRAP:
        return lambda: bootstrap_of(made, replicates=10_000).estimates[-1].se
    if method == "u-statistics":
        return lambda: u_statistics(made).differences[0].variance
    return lambda: _p(made, method)


def _p(made: ReadingTable, method: str) -> float | None:
    test = mrmc(made, covariance=method).random_readers_random_cases.test  # type: ignore[arg-type]
    return test.p if test else None


def _two_curves(truth: np.ndarray, rows: np.ndarray) -> float:
    from analysis import auc

    matrix = delong_covariance(truth, rows)
    one, two = auc(truth, rows[0]), auc(truth, rows[1])
    assert one is not None and two is not None
    return two_sided_p((one - two) / np.sqrt(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1]), None)


def main() -> None:
    size, form, method, rounds = sys.argv[1:]
    call = analysis(method, SIZES[int(size)], FORMS[int(form)])
    call()  # the imports of the first call are not the call's
    wall, cpu, number = [], [], None
    for _ in range(int(rounds)):
        started = time.perf_counter(), time.process_time()
        number = call()
        wall.append(time.perf_counter() - started[0])
        cpu.append(time.process_time() - started[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "number": number}))


if __name__ == "__main__":
    main()
