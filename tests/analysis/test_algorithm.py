"""An algorithm against a panel: against RJafroc, and where it ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import against_panel, mrmc
from analysis.__main__ import main
from analysis.errors import NothingToAnalyse, UnknownChoice
from tests.analysis.builders import DATA, random_table, ratings, table_of


def test_single_treatment_agrees_with_rjafroc() -> None:
    """RJafroc 2.1.3, StCadVsRad(dataset09, FOM = "Wilcoxon", method = "1T-RRRC"); readers less CAD there."""
    found = against_panel(ratings("dataset09.csv"), "1", "auc", "jackknife")
    gap = found.difference
    assert (found.estimate, found.panel) == pytest.approx((0.8169270833333333, 0.8486631944444445), rel=1e-9)
    assert gap.estimate is not None and gap.t is not None and gap.interval is not None
    assert (-gap.estimate, -gap.t) == pytest.approx((0.03173611111111114, 0.9928688833840893), rel=1e-9)
    assert (gap.df, gap.p) == pytest.approx((877.886378333107, 0.3210474342573218), rel=1e-9)
    limits = (-gap.interval.high, -gap.interval.low)
    assert limits == pytest.approx((-0.03099876877455298, 0.09447099099677525), rel=1e-9)


def test_the_panel_is_the_mean_of_the_others() -> None:
    table = random_table(1, 4, 40)
    others = mrmc(table.only(readers=["r1", "r2", "r3"]), "accuracy").random_readers_random_cases
    assert against_panel(table, "r0").panel == pytest.approx(others.conditions[0].estimate)


def test_readers_alike_leave_the_interval_over_cases() -> None:
    own, call = random_table(1, 2, 40).call, np.zeros((1, 4, 40))
    assert own is not None
    call[0, 0], call[0, 1:] = own[:40], own[40:]
    gap = against_panel(table_of(None, [0, 1] * 20, call), "r0").difference
    assert gap.interval is not None and gap.df is None
    right = call[0] == np.array([0, 1] * 20)
    se = float((right[0].astype(float) - right[1]).std(ddof=1)) / 40**0.5
    assert gap.se == pytest.approx(se)


def test_one_reader_leaves_no_error() -> None:
    gap = against_panel(random_table(1, 2, 40), "r0").difference
    assert gap.estimate is not None and gap.interval is None and "one reader" in gap.notes[0]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UnknownChoice, match="one condition"):
        against_panel(random_table(2), "r0")
    with pytest.raises(UnknownChoice, match="no reader"):
        against_panel(random_table(1), "stranger")
    with pytest.raises(NothingToAnalyse, match="beside"):
        against_panel(random_table(1, 1, 20), "r0")


def test_other_algorithms_stay_out_of_the_panel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (DATA / "dataset09.csv").read_text().splitlines()
    kinds = [
        "reader_kind",
        *("algorithm" if line.startswith(("1,", "2,")) else "person" for line in lines[1:]),
    ]
    file = tmp_path / "readings.csv"
    file.write_text("\n".join(f"{line},{kind}" for line, kind in zip(lines, kinds, strict=True)))
    assert main(["algorithm", str(file), "--algorithm", "1", "--json"]) == 0
    assert '"readers": 8' in capsys.readouterr().out
