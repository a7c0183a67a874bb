"""The command line from outside: what it prints, where, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.builders import DATA

ROOT = Path(__file__).parents[2]
VAN_DYKE = str(DATA / "VanDyke.csv")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "analysis", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def parsed(*arguments: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    done = run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout, parse_constant=refuse)


def written(folder: Path, *rows: str) -> str:
    path = folder / "readings.csv"
    path.write_text("\n".join(["reader,case,condition,truth,rating,call", *rows]), encoding="utf-8")
    return str(path)


def test_mrmc_prints_the_contracted_shape() -> None:
    found = parsed("mrmc", VAN_DYKE)
    assert (found["method"], found["figure_of_merit"], found["covariance"]) == (
        "obuchowski-rockette",
        "auc",
        "delong",
    )
    assert (found["readers"], found["cases"], found["conditions"]) == (
        5,
        {"negative": 69, "positive": 45},
        ["1", "2"],
    )
    assert found["per_reader"][0]["estimate"] == pytest.approx(0.9196457326892109)
    assert set(found["covariances"]) == {"variance", "cov1", "cov2", "cov3"}
    assert len(found["analyses"]) == 3
    (difference,) = found["ustatistics"]["differences"]
    assert set(difference) >= {
        "between",
        "estimate",
        "variance",
        "df",
        "mle_variance",
        "mle_df",
        "ci",
        "pairs",
    }
    assert difference["variance"] == pytest.approx(4.27312517e-4, rel=1e-8)


def test_mrmc_prints_full_precision() -> None:
    analysis = parsed("mrmc", VAN_DYKE)["analyses"]["random_readers_random_cases"]
    assert analysis["test"] == pytest.approx(
        {"statistic": 4.484854321820782, "df1": 1, "df2": 15.066107938873072, "p": 0.05123303082481012}
    )
    difference = analysis["differences"][0]
    assert difference["between"] == ["1", "2"]
    assert difference["ci"] == pytest.approx([-0.08786719602008602, 0.0002665518977029227])
    assert difference["t"] ** 2 == pytest.approx(analysis["test"]["statistic"])


def test_fixed_readers_have_chi_squared_without_second_degrees_of_freedom() -> None:
    test = parsed("mrmc", VAN_DYKE, "--covariance", "jackknife")["analyses"]["fixed_readers_random_cases"][
        "test"
    ]
    assert test == pytest.approx({"statistic": 5.475953242, "df1": 1, "df2": None, "p": 0.01927984307})


def test_sensitivity_at_a_threshold() -> None:
    found = parsed("mrmc", VAN_DYKE, "--fom", "sensitivity", "--call-at-least", "3")
    test = found["analyses"]["random_readers_random_cases"]["test"]
    assert (test["p"], test["df2"]) == pytest.approx((0.0200882201, 15.7173244), rel=1e-8)
    assert "call = 1 where rating >= 3" in found["notes"]


def test_reader_prints_every_reader() -> None:
    found = parsed("reader", VAN_DYKE, "--call-at-least", "3")
    first = found["readers"][0]
    assert len(found["readers"]) == 10 and first["n"] == 114
    assert first["sensitivity"]["estimate"] == pytest.approx(40 / 45)
    assert first["sensitivity"]["wilson"] == pytest.approx([0.7650090300, 0.9515952821])
    assert first["auc"]["se"] == pytest.approx(0.02993528094626386)


def test_undefined_numbers_are_null_with_a_reason(tmp_path: Path) -> None:
    rows = [f"A,{case},x,1,{case},1" for case in range(4)]
    found = parsed("mrmc", written(tmp_path, *rows))
    assert found["per_reader"][0]["estimate"] is None
    assert any("undefined" in note for note in found["notes"])
    alone = parsed("reader", written(tmp_path, *rows))
    assert alone["readers"][0]["specificity"]["wilson"] is None
    assert any("specificity" in note for note in alone["notes"])


def test_plain_text_is_a_table() -> None:
    for command in ("mrmc", "reader"):
        done = run(command, VAN_DYKE)
        assert (done.returncode, done.stderr) == (0, "")
        assert "0.9196 (0.8610, 0.9783)" in done.stdout


def test_refusals_exit_with_1_and_say_why_on_stderr(tmp_path: Path) -> None:
    for arguments in (
        ["mrmc", str(tmp_path / "absent.csv")],
        ["mrmc", VAN_DYKE, "--fom", "accuracy"],
        ["reader", written(tmp_path, "A,1,x,,1,1")],
    ):
        done = run(*arguments, "--json")
        assert (done.returncode, done.stdout) == (1, "")
        assert "Remedy:" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mrmc"],
        ["divine", VAN_DYKE],
        ["mrmc", VAN_DYKE, "--fom", "luck"],
        ["mrmc", VAN_DYKE, "--fom", "accuracy", "--covariance", "delong"],
        ["reader", VAN_DYKE, "--level", "95"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_gaps_are_used_refused_or_dropped_as_asked(tmp_path: Path) -> None:
    rows = [f"{reader},{case},x,{case % 2},{case},{case % 2}" for reader in "ABC" for case in range(8)]
    path = written(tmp_path, *rows[:-1])
    used = run("mrmc", path)
    assert used.returncode == 0 and "1 of 24 readings" in used.stdout and "with gaps" in used.stdout
    refused = run("mrmc", path, "--incomplete", "refuse")
    assert refused.returncode == 1 and "reader C under condition x lacks 1 (7)" in refused.stderr
    assert parsed("mrmc", path, "--incomplete", "drop-readers")["readers"] == 2
    kept = parsed("mrmc", path, "--incomplete", "drop-cases")
    assert kept["cases"] == {"negative": 4, "positive": 3}
    assert "dropped 1 of 8 cases that some reader lacks" in kept["notes"]
