"""`power` from outside."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from analysis import Goal, components_from_pilot, power_curves
from analysis.__main__ import main
from analysis.planning.figure import draw
from tests.analysis.builders import ratings
from tests.analysis.test_command import VAN_DYKE, parsed, run

COMPONENTS = (
    "variance=8e-4,cov1=3.5e-4,cov2=3.4e-4,cov3=2.4e-4,condition_by_reader=2e-4,negatives=60,positives=40"
)


def test_cases_for_each_number_of_readers() -> None:
    found = parsed("power", VAN_DYKE, "--effect", "0.05", "--power", "0.8", "--readers", "3,4,5,6")
    assert [plan["cases"] for plan in found["plans"]] == [None, 361, 213, 170]
    assert (found["readers"], found["cases"]) == (5, {"negative": 69, "positive": 45})
    assert found["plans"][0]["power"] is None and "no number of cases" in found["notes"][-1]


def test_power_of_readers_and_cases_from_components() -> None:
    found = parsed(
        "power", "--components", COMPONENTS, "--effect", "0.05", "--readers", "6", "--cases", "100,200"
    )
    assert [plan["cases"] for plan in found["plans"]] == [100, 200]
    assert found["readers"] is None and 0 < found["plans"][0]["power"] < found["plans"][1]["power"] < 1


def test_readers_for_cases_of_a_split_plot_without_inferiority() -> None:
    asked = ("--design", "split-plot", "--groups", "2", "--cases", "200", "--margin", "0.05", "--effect", "0")
    found = parsed("power", VAN_DYKE, *asked)
    assert found["goal"]["hypothesis"] == "non-inferiority"
    assert found["plans"][0]["readers"] % 2 == 0 and found["plans"][0]["power"] >= 0.8


def test_the_table_reads_well_and_comes_in_a_second() -> None:
    begun = time.perf_counter()
    done = run("power", VAN_DYKE, "--effect", "0.05")
    assert time.perf_counter() - begun < 5  # one second on an idle machine
    header = " ".join(done.stdout.splitlines()[6].split())
    assert header == "readers cases negative positive readings power df2 se"
    assert max(len(line) for line in done.stdout.splitlines()) < 100


def test_simulated_power_stands_beside_the_formula(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["power", VAN_DYKE, "--effect", "0.05", "--readers", "3,6", "--simulate", "100", "--seed", "3"]
    assert main([*asked, "--json"]) == 0
    none, found = json.loads(capsys.readouterr().out)["simulated"]
    assert none is None and found["ci"][0] < found["power"] < found["ci"][1] and found["seed"] == 3
    assert main(asked) == 0
    assert f"{found['power']:.4f} ({found['ci'][0]:.4f}" in capsys.readouterr().out


def test_the_command_draws_curves(tmp_path: Path) -> None:
    to = tmp_path / "power.svg"
    done = run("power", VAN_DYKE, "--effect", "0.05", "--readers", "4,6", "--figure", str(to))
    assert (done.returncode, done.stderr) == (0, "")
    assert "random readers, random cases" in to.read_text()


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_a_figure_is_the_same_each_time(tmp_path: Path, kind: str) -> None:
    found = power_curves(components_from_pilot(ratings()), Goal(0.05), [4, 6], range(20, 200, 10))
    files = [tmp_path / f"{name}.{kind}" for name in "ab"]
    for file in files:
        draw(found, file, 0.8)
    assert files[0].read_bytes() == files[1].read_bytes() and files[0].stat().st_size > 5000


@pytest.mark.parametrize(
    "asked",
    [
        ("--effect", "0.05"),
        (VAN_DYKE, "--components", COMPONENTS, "--effect", "0.05"),
        (VAN_DYKE, "--effect", "0.05", "--figure", "power.bmp"),
        (VAN_DYKE, "--effect", "0.05", "--design", "split-plot"),
        ("--components", "variance=1", "--effect", "0.05"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *asked]) == 1
    assert "Remedy:" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [("--readers", "0"), ("--cases", "x"), ("--components", "a")])
def test_wrong_usage(asked: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["power", VAN_DYKE, "--effect", "0.05", *asked])
