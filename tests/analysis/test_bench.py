"""The bench says what it measured: limits, ratios, and the peer they are to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.statistics.peers import Times
from bench.statistics.ratings import FORMS, SIZES, ratings, table
from bench.statistics.report import Study, tables

ROOT = Path(__file__).parents[2]


def study(seconds: float, peer: float | None = None) -> Study:
    """The largest study: ours and a peer's DeLong analysis took so long."""
    found = Study(SIZES[-1], FORMS[0], {"delong": Times([seconds], [seconds], 100, 0.5)})
    if peer is not None:
        found.peers["MRMCaov", "delong"] = Times([peer], [peer], 100, 0.5)
    return found


@pytest.mark.parametrize(("seconds", "said"), [(0.1, "0.2 s kept"), (0.3, "0.2 s **missed**")])
def test_a_limit_in_seconds_is_kept_or_missed(seconds: float, said: str) -> None:
    assert said in study(seconds).row("delong")


@pytest.mark.parametrize(("peer", "said"), [(40.0, "| 400 | 300x kept"), (20.0, "| 200 | 300x **missed**")])
def test_a_ratio_is_to_the_peer_of_the_same_run(peer: float, said: str) -> None:
    row = study(0.1, peer).row("delong").replace("500 MB kept, 0.2 s kept, ", "")
    assert "MRMCaov, delong: " in row and said in row


def test_where_no_peer_ran_the_ratio_is_to_a_time_taken_once_and_says_so() -> None:
    assert "MRMCaov, delong (once): 95 | 950 |" in study(0.1).row("delong")


def test_a_peer_that_could_not_run_says_why() -> None:
    found = study(0.1)
    found.peers["RJafroc", "jackknife"] = Times(problem="stopped after 600 s")
    assert "RJafroc, jackknife | - | - | - | stopped after 600 s" in tables([found], {})


def test_ratings_are_the_same_in_every_process_and_as_large_as_said() -> None:
    truth, found = ratings(SIZES[0], FORMS[1])
    assert (truth.sum(), found.shape) == (57, (2, 5, 114))
    assert set(found.ravel()) == {0, 1, 2, 3, 4}
    assert len(table(SIZES[0], FORMS[0])) == found.size


def test_ours_measures_one_analysis_and_gives_its_number() -> None:
    command = [sys.executable, "-m", "bench.statistics.ours", "0", "1", "delong", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = Times(**json.loads(done.stdout))
    assert len(found.wall) == 2 and found.peak > 20 and 0 < (found.number or 0) < 1
