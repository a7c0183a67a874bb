"""The scale that simulated readers judge on; pure, no database.

A reading's evidence for the right answer is normal with mean `reader + case` and variance 1; evidence above
zero gives the right call, its size the confidence. Readers' expected accuracies have the asked mean; their
standard deviation is what the chance of so many readings leaves of the asked one, so that the accuracies
observed spread about as asked. They become latent means by the probit; cases' effects are centred per truth
value, so that they move no mean.
After Roe CA, Metz CE, Acad Radiol 1997; 4: 298-303, in one condition.
Every number comes from SHA-256 streams named by seed, reader and case: the order of asking changes nothing.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pstdev

CASE_SD = 0.6
CRITERION_SD = 0.15
# The share of one reading's chance that comes again when the reader sees the case on another occasion.
SAME_AGAIN = 0.6
NORMAL = NormalDist()


def stream(*names: object) -> random.Random:
    """A generator of its own for those names."""
    text = "\x1f".join(map(str, names))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()))


@dataclass(frozen=True)
class Panel:
    """Latent means and criteria of the readers, latent effects of the cases."""

    seed: int
    accuracy: Mapping[str, float]
    mean: Mapping[str, float]
    criterion: Mapping[str, float]
    case: Mapping[str, float]

    def evidence(self, reader: str, case: str, truth: int, occasion: str) -> float:
        """Evidence for a positive call, in standard deviations of one reading's chance."""
        same = stream(self.seed, "same", reader, case).gauss(0, 1)
        own = stream(self.seed, "own", reader, case, occasion).gauss(0, 1)
        chance = math.sqrt(SAME_AGAIN) * same + math.sqrt(1 - SAME_AGAIN) * own
        right = self.mean[reader] + self.case[case] + chance
        return (right if truth else -right) + self.criterion[reader]


def panel(
    seed: int,
    lifts: Mapping[str, float],
    truths: Mapping[str, int],
    readings: int,
    skill: float,
    spread: float,
) -> Panel:
    """Readers whose accuracies over `readings` cases have mean `skill` and standard deviation `spread`.

    lifts: by reader, how many standard deviations better than the others on average (0 for most).
    """
    own = _own_spread(skill, spread, readings)
    raw = _lifted({reader: stream(seed, "skill", reader).gauss(0, 1) for reader in lifts}, lifts)
    accuracy = {reader: min(max(skill + own * score, 0.02), 0.98) for reader, score in _standard(raw).items()}
    scale = math.sqrt(1 + CASE_SD**2 + CRITERION_SD**2)
    cases = {case: stream(seed, "case", case).gauss(0, CASE_SD) for case in truths}
    centres = {
        value: fmean([cases[case] for case in truths if truths[case] == value] or [0.0]) for value in (0, 1)
    }
    return Panel(
        seed=seed,
        accuracy=accuracy,
        mean={reader: NORMAL.inv_cdf(share) * scale for reader, share in accuracy.items()},
        criterion={reader: stream(seed, "criterion", reader).gauss(0, CRITERION_SD) for reader in lifts},
        case={case: effect - centres[truths[case]] for case, effect in cases.items()},
    )


def confidence(evidence: float, steps: int) -> int:
    """How sure: a step from 1 to `steps`, further from zero meaning surer."""
    share = 2 * NORMAL.cdf(abs(evidence) / 1.3) - 1
    return 1 + min(int(steps * share), steps - 1)


def shuffled(items: Sequence[str], count: int, *names: object) -> list[str]:
    """`count` items, dealt from whole rounds of the list, in a drawn order."""
    rounds = [items[place % len(items)] for place in range(count)]
    stream(*names).shuffle(rounds)
    return rounds


def _own_spread(skill: float, spread: float, readings: int) -> float:
    """The readers' own standard deviation: the asked one less the chance of so many cases."""
    mean = NORMAL.inv_cdf(skill) * math.sqrt(1 + CASE_SD**2)
    shares = [NORMAL.cdf(mean + CASE_SD * NORMAL.inv_cdf((place + 0.5) / 99)) for place in range(99)]
    chance = fmean(share * (1 - share) for share in shares) / readings
    return math.sqrt(max(spread**2 - chance, spread**2 / 9))


def _lifted(raw: Mapping[str, float], lifts: Mapping[str, float]) -> dict[str, float]:
    """Scores centred among readers of one lift, so that a lift is not lost to chance in a small panel."""
    groups = {lift: fmean(raw[who] for who in lifts if lifts[who] == lift) for lift in set(lifts.values())}
    return {reader: raw[reader] - groups[lift] + lift for reader, lift in lifts.items()}


def _standard(raw: Mapping[str, float]) -> dict[str, float]:
    """Scores with mean 0 and standard deviation 1; a single one becomes 0."""
    centre, deviation = fmean(raw.values()), pstdev(raw.values())
    return {name: (value - centre) / deviation if deviation else 0.0 for name, value in raw.items()}
