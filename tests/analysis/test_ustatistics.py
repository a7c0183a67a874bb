"""U-statistics against iMRMC and against their identity with the unbiased Obuchowski-Rockette error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import mrmc, u_statistics
from tests.analysis.builders import nested, random_table, ratings, table_of

# iMRMC 2.1.2 (R), doIMRMC(df)$Ustat: varAUCA, dfBDG of both conditions, then of the difference.
VAN_DYKE = (
    (0.0010937044898799643, 11.757308109301997),
    (0.00046187159143613003, 11.523346226915294),
    (0.00042731251674496887, 12.81341100598166),
)
# iMRMC 2.1.2 (R), uStat11.jointD(df, kernelFlag=1)$var at rating >= 3: A, B, AminusB.
BINARY = {
    "accuracy": (0.0010136543034344, 0.0009618207916936086, 0.0006876724492492037),
    "sensitivity": (0.0034736251402918265, 0.0014000000000000653, 0.001429180695847414),
    "specificity": (0.0007780743047061814, 0.002503490369052524, 0.0010412419536183323),
}


def test_areas_agree_with_imrmc() -> None:
    found = u_statistics(ratings())
    numbers = [(entry.variance, entry.df) for entry in found.conditions]
    numbers += [(entry.variance, entry.df) for entry in found.differences]
    for ours, expected in zip(numbers, VAN_DYKE, strict=True):
        assert ours == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("figure", BINARY)
def test_proportions_agree_with_imrmc(figure: Any) -> None:
    found = u_statistics(ratings(), figure)
    variances = [entry.variance for entry in found.conditions]
    variances += [entry.variance for entry in found.differences]
    assert variances == pytest.approx(BINARY[figure], rel=1e-9)


@pytest.mark.parametrize("figure", ["auc", "accuracy", "sensitivity", "specificity"])
@pytest.mark.parametrize("seed", range(3))
def test_variance_is_the_unbiased_error_without_cutting_off(figure: Any, seed: int) -> None:
    table = random_table(2, 4, 30, seed)
    result = mrmc(table, figure, "unbiased" if figure == "auc" else "jackknife")
    c, found = result.covariances, u_statistics(table, figure)
    if c.cov2 is not None and c.cov3 is not None and c.cov2 > c.cov3:
        error = result.random_readers_random_cases.differences[0].se
        assert error is not None
        assert found.differences[0].variance == pytest.approx(error**2, rel=1e-9)


def test_the_estimate_is_the_mean_of_the_readers() -> None:
    table = random_table(2, 3, 24)
    means = [entry.estimate for entry in mrmc(table).random_readers_random_cases.conditions]
    assert [entry.estimate for entry in u_statistics(table).conditions] == pytest.approx(means)


def test_what_cannot_be_had_says_why() -> None:
    assert "cases of their own" in u_statistics(nested(random_table())).notes[0]
    assert "one reader" in u_statistics(random_table(1, 1, 20)).notes[0]
    perfect = u_statistics(table_of(None, [0, 1] * 5, np.broadcast_to([0, 1] * 5, (1, 3, 10))), "accuracy")
    assert (perfect.conditions[0].estimate, perfect.conditions[0].df) == (1.0, None)
