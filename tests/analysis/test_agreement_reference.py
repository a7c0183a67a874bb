"""Agreement against what other programs computed from the same ratings (tests/analysis/data/README.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import analysis
from analysis.agreement.study import judged
from tests.analysis.builders import ratings, reference

RECORDS = reference("agreement.json")
IRRCAC = {
    "fleiss": analysis.fleiss_kappa,
    "conger": analysis.conger_kappa,
    "gwet": analysis.gwet_ac,
    "bp": analysis.brennan_prediger,
    "pa": analysis.percent_agreement,
}
METRIC = {"unweighted": "nominal", "identity": "nominal", "quadratic": "interval"}


def of(package: str) -> list[Any]:
    return [record for record in RECORDS if record["package"] == package]


def naming(record: dict[str, Any]) -> str:
    return f"{record.get('data', 'table')}-{record.get('condition', '')}-{record['scores']}"


def grid(record: dict[str, Any]) -> Any:
    if "table" in record:
        return np.array(record["table"], dtype=float)
    column = "call" if record["scores"] == "binary" else "rating"
    return judged(ratings(record["data"]), record["condition"], column).scores[0].T


def close(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("record", of("irr"), ids=naming)
def test_fleiss_and_light_agree_with_irr(record: dict[str, Any]) -> None:
    scores, expected = grid(record), record["results"]
    assert analysis.fleiss_kappa(scores).estimate == close(expected["fleiss"]["value"])
    r = scores.shape[1]
    pairs = [
        analysis.cohen_kappa(scores[:, a], scores[:, b]).estimate for a in range(r) for b in range(a + 1, r)
    ]
    assert np.mean(pairs) == close(expected["light"]["value"])


@pytest.mark.parametrize("record", [r for r in of("irr") if r["results"]["icc"]], ids=naming)
def test_icc_and_its_limits_agree_with_irr(record: dict[str, Any]) -> None:
    ours, expected = analysis.icc(grid(record))[1], record["results"]["icc"]
    assert (ours.mcgraw_wong, ours.estimate) == (expected["icc.name"], close(expected["value"]))
    assert ours.interval is not None
    assert ours.interval.low == close(expected["lbound"])
    assert ours.interval.high == close(expected["ubound"])


@pytest.mark.parametrize("record", of("irrCAC"), ids=naming)
def test_coefficients_agree_with_irrcac(record: dict[str, Any]) -> None:
    """irrCAC rounds; from its pa and pe the coefficient follows in full. Its alpha's error is that before the
    factor (N - 1) / N which it gives alpha."""
    scores = grid(record)
    for name, theirs in record["results"].items():
        family, weights = name.split(".")[0], theirs["w.name"].replace("unweighted", "identity")
        if family == "krippen" and weights not in METRIC:
            continue
        if family == "krippen":
            ours, shrink = analysis.krippendorff_alpha(scores, METRIC[weights]), 1 - 1 / scores.size  # type: ignore[arg-type]
        else:
            ours, shrink = IRRCAC[family](scores, weights), 1.0
        assert ours.estimate == close((theirs["pa"] - theirs["pe"]) / (1 - theirs["pe"])), name
        assert ours.cases_only.se == pytest.approx(theirs["coeff.se"] * shrink, abs=6e-6), name


@pytest.mark.parametrize("record", of("irrCAC (Python)"), ids=naming)
def test_coefficients_with_gaps_agree_with_irrcac(record: dict[str, Any]) -> None:
    for name, theirs in record["results"].items():
        family, weights = name.split(".")
        if family != "krippendorff":
            ours = IRRCAC[family](grid(record), weights)
            assert ours.estimate == close(theirs["coefficient"]), name
            assert (ours.observed, ours.expected) == (close(theirs["pa"]), close(theirs["pe"]))


@pytest.mark.parametrize("record", of("krippendorff"), ids=naming)
def test_alpha_with_gaps_agrees_with_krippendorff(record: dict[str, Any]) -> None:
    for metric, expected in record["results"].items():
        assert analysis.krippendorff_alpha(grid(record), metric).estimate == close(expected)


@pytest.mark.parametrize("record", of("vcd"), ids=naming)
def test_cohens_kappas_and_errors_agree_with_vcd(record: dict[str, Any]) -> None:
    """vcd divides by n where the sample variance divides by n - 1."""
    scores = grid(record)
    smaller = np.sqrt((len(scores) - 1) / len(scores))
    for theirs in record["results"]:
        a, b = int(theirs["r1"]) - 1, int(theirs["r2"]) - 1
        for weights, suffix in (("identity", ""), ("linear", "_linear"), ("quadratic", "_quad")):
            ours = analysis.cohen_kappa(scores[:, a], scores[:, b], weights)
            assert ours.estimate == close(theirs[f"kappa{suffix}"])
            assert ours.se is not None and ours.se * smaller == close(theirs[f"ase{suffix}"])


@pytest.mark.parametrize("record", of("pingouin"), ids=naming)
def test_six_forms_of_icc_agree_with_shrout_and_fleiss(record: dict[str, Any]) -> None:
    ours = {one.mcgraw_wong: one for one in analysis.icc(grid(record))}
    names = {"ICC(1,1)": "ICC(1)", "ICC(1,k)": "ICC(k)"}
    for name, theirs in record["results"].items():
        one = ours[names.get(name, name)]
        assert one.estimate == close(theirs["icc"])
        assert one.interval is not None
        assert (one.interval.low, one.interval.high) == pytest.approx(
            (theirs["low"], theirs["high"]), abs=0.005
        )
