"""Differences that are understood: which numbers, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.validation.compared import Compared, Record


@dataclass(frozen=True)
class Known:
    """Numbers whose record and quantity the patterns find.

    within None: the other program's rule must give its number from our parts. Otherwise the relative
    difference up to which the explanation holds, of ours or of what its rule makes of ours. undefined: ours
    has no number at all.
    """

    names: str
    quantity: str
    explanation: str
    within: float | None = None
    undefined: bool = False

    def explains(self, record: Record, number: Compared) -> bool:
        if not (re.search(self.names, record.name) and re.search(self.quantity, number.quantity)):
            return False
        if self.undefined and number.ours is not None:
            return False
        return self.reproduced(number) or (self.within is not None and number.difference <= self.within)

    def reproduced(self, number: Compared) -> bool:
        """Whether our parts give the other program's number by its rule."""
        return number.proved or number.difference_by_rule <= (self.within or 0.0)


KNOWN = (
    Known(
        r"mrmcaov|perReader|doIMRMC_binary|AUCperReader",
        r"^reader .* (error|variance|lower limit|upper limit)$",
        "Nothing varies: ours have no error and no interval, and a note; the other program has an error of 0 "
        "and an interval without width.",
        undefined=True,
    ),
    Known(
        r"doIMRMC_binary",
        r" (p|bot limit|top limit)$",
        "iMRMC cuts degrees of freedom down to whole numbers, takes the normal distribution from 50 on, and "
        "lets limits leave the range of the figure; ours are exact and cut off.",
    ),
    Known(
        r"imrmc_java\w+: sizing",
        r" power$",
        "iMRMC takes the cutoff on whole degrees of freedom and the power on one less, and from 50 on the "
        "upper tail of the normal alone. Noncentrality and degrees of freedom are equal.",
    ),
    Known(
        r"mrmcaov_dataset(08|12): .*FRRC",
        r"^reader \d+, .* (error|t|p|lower limit|upper limit)$",
        "With more than two conditions MRMCaov deals the readers' standard errors out along the rows of its "
        "table in turn, so row k has the error of reader k modulo the number of readers, whosever row it is.",
    ),
    Known(
        r"mrmcaov_VanDyke: empirical_auc\(.*sensitivity",
        r".",
        "MRMCaov's area over sensitivities takes a false positive rate of 1 at sensitivity 1, so it loses "
        "the triangle from the last point to the corner (reader 3 of condition 1: (8/45)(1 - 48/69)/2 = "
        "0.0271).",
    ),
    Known(
        r"mrmcaov_VanDyke: empirical_spec\(",
        r".",
        "MRMCaov draws the line to the far end of a horizontal step. With one positive case of reader 3 "
        "under condition 1 left out, sensitivity is 36/44 at 8/69 and at 13/69: specificity at 0.8 is "
        "1 - 8.6/69 there, 1 - 5.6/69 on the curve.",
    ),
    Known(
        r"mrmcaov_VanDyke: binormal_auc",
        r"^(covariance .*1\.4|reader 4 under 1|component|mean|test|1 - 2)",
        "One of reader 4's fits under condition 1 with a case left out rises to its maximum at b = 0, area "
        "42/44 = .95455; MRMCaov stops at .95458: this reader's standard error .02828, not .02830.",
        2e-3,
    ),
    Known(
        r"mrmcaov_VanDyke: binormal(LR)?_auc",
        r".",
        "Jackknife of fits: 114 cases multiply each climb's error by 113, so that areas equal to 1e-5 have "
        "errors equal to 1e-3.",
        2e-3,
    ),
    Known(
        r"mrmcaov_VanDyke: parameters\|binormalLR",
        r"^(d_a|c) of reader ",
        "The proper model's likelihood is flat along a ridge towards d_a = 0: the area of MRMCaov's d_a and "
        "c is ours to 1e-4, d_a itself is not determined there.",
        5.0,
    ),
    Known(
        r"St\|\w+\|DBM\|FRRC",
        r" (p|lower limit|upper limit)$",
        "Dorfman, Berbaum and Metz's test with fixed readers has an F and t on the cases' degrees of "
        "freedom, Obuchowski and Rockette's has chi-squared and the normal; statistics and errors are equal.",
    ),
    Known(
        r"St\|MaxNLF\|OR",
        r"^Var(T?R)$",
        "RJafroc's components of readers take max(cov2 - cov3, 0) for cov2 - cov3, which is negative here; "
        "ours are the unbiased ones and may be negative themselves.",
    ),
    Known(
        r"CadVsRad\|\w+\|1T-RRRC",
        r"^mean of the readers (lower|upper) limit$",
        "RJafroc gives the readers' mean the width of the interval of the difference; ours is that of the "
        "mean (as in its 2T-RRRC, which agrees).",
    ),
    Known(
        r"FitBinormalRoc\|2\|2",
        r"^b$",
        "RJafroc's climb stops early: b .44750 beside MRMCaov's .44732 and ours; the area is equal to 1e-4.",
        1e-3,
    ),
    Known(
        r"geepack\|reader",
        r" (error|Wald|p)$",
        "Five readers: ours are Mancl and DeRouen's errors, for the plain sandwich that geepack gives is too "
        "small below 40 clusters.",
    ),
    Known(
        r"geepack",
        r"^correlation",
        "geepack divides residual products by the numbers of readings and of pairs, ours by these less the "
        "number of coefficients.",
    ),
    Known(
        r"other_VanDyke: glmer",
        r"^(intercept|condition 2) (error|z|p)$",
        "lme4's two optimisers differ from each other as far as from ours: .35504 and .35501 beside .35509.",
        3e-4,
    ),
    Known(
        r"other_dataset08: glmer",
        r"^(intercept|condition [234]|condition 1 error|SD)",
        "lme4 stops before the mode of the random effects: at its own parameters Laplace's log-likelihood is "
        "-933.028, not -933.055, and ours is higher, -933.019.",
        0.15,
    ),
    Known(
        r"other_dataset08: glmer",
        r"^condition 1( z)?$",
        "Conditions 0 and 1 have equally many right calls: the effect is 0, and what stands there, below "
        "1e-4 of its error, is where the climb stopped.",
        1.1,
    ),
    Known(
        r"irrCAC",
        r"^krippen.* error$",
        "irrCAC's error of alpha lacks the factor (N - 1)/N that its alpha has.",
    ),
    Known(
        r"cohen_pairs",
        r" error$",
        "vcd divides the variance over cases by n, ours by n - 1.",
    ),
    Known(
        r"SsSampleSizeKGivenJ",
        r" cases$",
        "RJafroc looks at up to 2,000 cases and then returns 2001 with a power that misses the one asked "
        "for; ours says that there is none.",
    ),
    Known(
        r"mrmcaov|rjafroc|pROC",
        r" (lower|upper) limit$",
        "Limits outside the range of the figure are not cut off by the other program.",
    ),
)
