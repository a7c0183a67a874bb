"""What chance alone would give: labels exchanged between patients, and folds that keep patients whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.leaks.targets import Labels

FOLDS = 10


def exchanged(
    labels: Labels, patients: NDArray[np.intp], times: int, random: np.random.Generator
) -> NDArray[np.int8]:
    """(times + 1, n): the labels as they are, then exchanged at random between patients with equally many
    cases, whole: a patient's labels stay together. Under 'the files tell nothing' all rows are equally
    likely, which is all that the tests here assume."""
    order = np.argsort(patients, kind="stable")
    starts = np.unique(patients[order], return_index=True)[1]
    sizes = np.diff(np.append(starts, len(labels)))
    sorted_labels = labels[order]
    rows = np.tile(sorted_labels, (times + 1, 1))
    for size in np.unique(sizes):
        places = starts[sizes == size][:, None] + np.arange(size)
        blocks = sorted_labels[places]
        shuffled = np.argsort(random.random((times, len(blocks))), axis=1)
        rows[1:, places.reshape(-1)] = blocks[shuffled].reshape(times, -1)
    back = np.empty_like(rows)
    back[:, order] = rows
    return back


def folds(labels: Labels, patients: NDArray[np.intp], seed: int, most: int = FOLDS) -> NDArray[np.intp]:
    """(n,): a fold per case. Patients are shuffled within the class of their first case and dealt out in
    turn, so that folds have both classes alike and no patient is in two. As many folds as `most`, or as the
    smaller class has patients."""
    random = np.random.default_rng(seed)
    names, first = np.unique(patients, return_index=True)
    shuffled = random.permutation(len(names))
    ordered = shuffled[np.argsort(labels[first][shuffled], kind="stable")]
    ones = int(labels[first].sum())
    count = max(2, min(most, ones, len(names) - ones))
    fold_of = np.empty(len(names), dtype=np.intp)
    fold_of[ordered] = np.arange(len(names)) % count
    return fold_of[np.searchsorted(names, patients)]
