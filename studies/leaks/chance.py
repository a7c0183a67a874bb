"""What chance alone would give: labels exchanged, and folds that keep patients whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Labels = NDArray[np.int8]
FOLDS = 10


def exchanged(
    labels: Labels, patients: NDArray[np.intp], times: int, random: np.random.Generator
) -> NDArray[np.int8]:
    """(times + 1, n): the labels as they are, then exchanged at random: between patients with equally many
    cases, a patient's labels together, and among the cases of each patient. Under 'the files tell nothing'
    all rows are equally likely, which is all that the tests here assume. The second exchange is what tests
    a set of pairs: each patient once authentic, once not."""
    order = np.argsort(patients, kind="stable")
    starts = np.unique(patients[order], return_index=True)[1]
    sizes = np.diff(np.append(starts, len(labels)))
    sorted_labels = labels[order]
    rows = np.tile(sorted_labels, (times + 1, 1))
    for size in np.unique(sizes):
        places = starts[sizes == size][:, None] + np.arange(size)
        blocks = sorted_labels[places]
        drawn = blocks[np.argsort(random.random((times, len(blocks))), axis=1)]
        if size > 1:
            drawn = np.take_along_axis(drawn, np.argsort(random.random(drawn.shape), axis=2), axis=2)
        rows[1:, places.reshape(-1)] = drawn.reshape(times, -1)
    back = np.empty_like(rows)
    back[:, order] = rows
    return back


def ways(labels: Labels, patients: NDArray[np.intp]) -> float:
    """Natural logarithm of how many different rows `exchanged` can draw."""
    code = np.unique(patients, return_inverse=True)[1]
    sizes, ones = np.bincount(code), np.bincount(code, weights=labels)
    within = gammaln(sizes + 1) - gammaln(ones + 1) - gammaln(sizes - ones + 1)
    between = 0.0
    for size in np.unique(sizes):
        alike = np.unique(ones[sizes == size], return_counts=True)[1]
        between += gammaln(alike.sum() + 1) - gammaln(alike + 1).sum()
    return float(within.sum() + between)


def folds(labels: Labels, patients: NDArray[np.intp], seed: int, most: int = FOLDS) -> NDArray[np.intp]:
    """(n,): a fold per case. Patients are shuffled, ordered by their share of ones and dealt out in turn, so
    that folds have both classes alike and no patient is in two. As many folds as `most`, or as the class
    with fewer patients has of them."""
    random = np.random.default_rng(seed)
    names, code = np.unique(patients, return_inverse=True)
    shares = np.bincount(code, weights=labels) / np.bincount(code)
    shuffled = random.permutation(len(names))
    ordered = shuffled[np.argsort(shares[shuffled], kind="stable")]
    count = max(2, min(most, int((shares > 0).sum()), int((shares < 1).sum())))
    fold_of = np.empty(len(names), dtype=np.intp)
    fold_of[ordered] = np.arange(len(names)) % count
    return fold_of[code]
