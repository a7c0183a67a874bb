"""Roe and Metz's model of ratings, with Hillis's unequal variances, and its classical configurations.

A rating is the condition's separation for positive cases and 0 for negative ones, plus normal effects of
reader, condition by reader, case, condition by case, reader by case and an error, drawn for each truth apart.
The last four have variances that add up to 1 in negative and to 1 / slope^2 in positive cases; those of
readers are the same in both.
Sources: Roe CA, Metz CE, Acad Radiol 1997; 4: 298-303. Hillis SL, Acad Radiol 2012; 19: 1518-1528.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import UnknownChoice, ValueRefused


@dataclass(frozen=True)
class RoeMetz:
    """separation: of the two conditions, in SDs of negative cases; the others: variances, as above."""

    separation: tuple[float, float]
    reader: float
    condition_by_reader: float
    case: float
    condition_by_case: float
    reader_by_case: float
    error: float
    slope: float = 1.0

    def __post_init__(self) -> None:
        parts = (self.case, self.condition_by_case, self.reader_by_case, self.error)
        if min(self.reader, self.condition_by_reader, *parts) < 0 or abs(sum(parts) - 1) > 1e-9:
            raise ValueRefused(
                "Roe-Metz model",
                "variances are not negative, and those of cases and error add up to 1",
                "divide them by their sum",
            )
        if not np.isfinite(self.separation).all() or not 0 < self.slope < np.inf:
            raise ValueRefused(
                "Roe-Metz model", "separations are finite and the slope is above 0", "correct them"
            )

    @property
    def areas(self) -> tuple[float, float]:
        """The expected empirical AUC of each condition."""
        from scipy.special import ndtr

        spread = 1 + self.slope**-2 + 2 * (self.reader + self.condition_by_reader)
        first, second = (float(ndtr(delta / spread**0.5)) for delta in self.separation)
        return first, second

    def rates(self, threshold: float) -> tuple[tuple[float, float], float]:
        """Expected sensitivity of each condition, and specificity, of calls where a rating is above this."""
        from scipy.special import ndtr

        readers = self.reader + self.condition_by_reader
        found = [float(ndtr((d - threshold) / (self.slope**-2 + readers) ** 0.5)) for d in self.separation]
        return (found[0], found[1]), float(ndtr(threshold / (1 + readers) ** 0.5))

    def apart(self, separation: float) -> RoeMetz:
        """The same model whose second condition is this much further from the first."""
        first = self.separation[0]
        return replace(self, separation=(first, first + separation))


_CASES = {"H": (0.3, 0.3, 0.2, 0.2), "L": (0.1, 0.1, 0.2, 0.6)}
_READERS = {0.702: (0.011, 0.0055), 0.855: (0.03, 0.0055), 0.961: (0.056, 0.0055)}
_SEPARATIONS = {0.702: 0.75, 0.855: 1.5, 0.961: 2.5}


def _classical(structure: str, area: float) -> RoeMetz:
    between = _READERS[area]["HL".index(structure[1])]
    return RoeMetz((_SEPARATIONS[area],) * 2, between, between, *_CASES[structure[0]])


# Roe and Metz's null models by name: correlation of a case's ratings and variance of readers (H high, L low),
# then the AUC, in thousandths, of readers who do not vary.
CONFIGURATIONS = {
    f"{structure}.{round(1000 * area)}": _classical(structure, area)
    for structure in ("HL", "LL", "HH", "LH")
    for area in _SEPARATIONS
}


def configuration(name: str) -> RoeMetz:
    """One of Roe and Metz's twelve null models, such as HL.855."""
    if name not in CONFIGURATIONS:
        raise UnknownChoice(
            f"configuration '{name}'", "it is not known", f"choose of {', '.join(CONFIGURATIONS)}"
        )
    return CONFIGURATIONS[name]
