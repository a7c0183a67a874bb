"""All features of a family together: a shallow tree, for what no single rule tells but two together do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studies.leaks.chance import Labels, exchanged, folds
from studies.leaks.features import Column, Floats
from studies.leaks.findings import Share, accuracy, area
from studies.leaks.level import ALPHA, exchanges
from studies.leaks.strength import membership
from studies.leaks.targets import Target

DEPTH = 3
SMALLEST_LEAF = 2
FOLDS = 5
FEWEST_PERMUTATIONS = 199
ENOUGH_HITS = 4  # more than a tree that tells may have, at any level


@dataclass(frozen=True)
class Combined:
    """A tree of depth 3 over all features of a family. used: those that the tree on all cases asks.

    accuracy and auc: out of fold. p: by exchanged labels, times the tests of its kind."""

    used: tuple[str, ...]
    cases: int
    correct: int
    accuracy: Share
    auc: Share
    p: float
    tells: bool


def combined(
    target: Target, columns: Sequence[Column], tests: float, seed: int, alpha: float = ALPHA
) -> Combined | None:
    """None where fewer than two columns vary: then a single rule says it all.

    tests: by how much p is multiplied; permutations are as many as let p become small enough in spite of it.
    The statistic is Youden's J of the out-of-fold calls. Permutations stop at the fourth that reaches it, for
    then p is known well enough: p = 4 / permutations made (Besag J, Clifford P, Biometrika 1991; 78)."""
    varying = [column for column in columns if not column.constant]
    if len(varying) < 2:
        return None
    matrix, names = _matrix(varying)
    scores = _out_of_fold(matrix, target, target.labels, seed)
    permutations = max(FEWEST_PERMUTATIONS, exchanges(tests, alpha))
    p = min(1.0, tests * _p(matrix, target, _youden(scores, target.labels), permutations, seed))
    right = (scores > 0.5) == (target.labels == 1)
    tree = _tree(matrix, target.labels, seed)
    used = dict.fromkeys(names[feature] for feature in tree.tree_.feature if feature >= 0)
    return Combined(
        used=tuple(used),
        cases=len(right),
        correct=int(right.sum()),
        accuracy=accuracy(right, target.patients),
        auc=area(target, scores, np.ones(len(scores), dtype=bool), turn=False),
        p=p,
        tells=p <= alpha,
    )


def _p(matrix: Floats, target: Target, found: float, permutations: int, seed: int) -> float:
    random = np.random.default_rng([seed, 2])
    hits = 0
    for made, labels in enumerate(exchanged(target.labels, target.patients, permutations, random)[1:], 1):
        hits += _youden(_out_of_fold(matrix, target, labels, seed), labels) >= found - 1e-12
        if hits == ENOUGH_HITS:
            return hits / made
    return (hits + 1) / (permutations + 1)


def _out_of_fold(matrix: Floats, target: Target, labels: Labels, seed: int) -> Floats:
    fold = folds(labels, target.patients, seed, FOLDS)
    scores = np.empty(len(labels))
    for number in np.unique(fold):
        held = fold == number
        tree = _tree(matrix[~held], labels[~held], seed)
        scores[held] = tree.predict_proba(matrix[held])[:, -1] if len(tree.classes_) == 2 else 0.5
    return scores


def _tree(matrix: Floats, labels: Labels, seed: int):  # type: ignore[no-untyped-def]  # scikit-learn is untyped
    from sklearn.tree import DecisionTreeClassifier  # takes a second to import

    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=SMALLEST_LEAF, random_state=seed % 2**32)
    counts = np.bincount(labels, minlength=2)
    return tree.fit(matrix, labels, len(labels) / (2 * counts[labels]))  # both classes weigh the same


def _youden(scores: Floats, labels: Labels) -> float:
    called = scores > 0.5
    return float(called[labels == 1].mean() - called[labels == 0].mean())


def _matrix(columns: Sequence[Column]) -> tuple[Floats, list[str]]:
    """(n, features): numbers as they are (nan where missing), words as one column per value that recurs."""
    parts, names = [], []
    for column in columns:
        part = membership(column) if column.numbers is None else column.numbers[:, None]
        parts.append(part)
        names += [column.name] * part.shape[1]
    return np.concatenate(parts, axis=1), names
