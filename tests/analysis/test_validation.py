"""The command that holds our numbers against other programs', and the table that it writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bench.validation import ratings
from bench.validation.__main__ import main
from bench.validation.compared import Compared, Record, number, records, significant
from bench.validation.known import KNOWN, Known
from bench.validation.report import markdown
from bench.validation.run import Validation, entries, entry_of, validate

WRITTEN = Path(__file__).parents[2] / "docs" / "validation.md"
shared = pytest.mark.skipif(
    not (ratings.folder() / "results").is_dir(), reason="../shared with reference data is missing"
)
QUICK = r"imrmc_R_VanDyke|mrmcaov_VanDyke: empirical_auc\||rjafroc_dataset06|other_VanDyke: (pROC|irr|mc)"


def record(results: Any, key: str = "stmc|empirical_auc", **more: str) -> Record:
    return Record("mrmcaov_VanDyke", key, "MRMCaov", "0.3.0", "VanDyke", results, **more)


def undated(text: str) -> str:
    """The text without the day and the libraries of the run, with the digits of agreement left open."""
    return re.sub(r"\| 1e-\d+ \| \d+ \|", "| |", re.sub(r"validation.md`.*", "", text))


@shared
@pytest.mark.drill
def test_every_record_is_equal_explained_or_set_aside_and_the_page_says_so() -> None:
    found = validate(records(ratings.folder()))
    assert found.passed
    assert found.total("equal") + found.total("explained") == found.total("compared") > 60_000
    assert undated(markdown(found)) == undated(WRITTEN.read_text(encoding="utf-8"))


@shared
def test_some_records_of_each_package_agree() -> None:
    found = validate(one for one in records(ratings.folder()) if re.search(QUICK, one.name))
    assert not found.unexplained and found.total("compared") > 5_000
    assert {package for package, _ in found.tallies} > {"MRMCaov", "RJafroc", "iMRMC", "irrCAC", "pROC"}


@shared
def test_no_record_is_passed_over_in_silence() -> None:
    methods = entries()
    for one in records(ratings.folder()):
        entry = entry_of(one, methods)
        assert one.suspect or (entry and (entry.compare or entry.reason)), one.name


@shared
def test_a_number_that_nobody_explains_fails() -> None:
    row = {"modality": "1", "reader": "1", "cov": "DeLong", "empirical_auc": 0.9, "StdErr": 0.03}
    found = validate([record([row | {"CI.Lower": 0.8, "CI.Upper": 1.0}])], known=())
    assert not found.passed and len(found.unexplained) == 4
    assert "stmc empirical_auc: reader 1 under 1, DeLong ours 0.919" in markdown(found)


@shared
def test_every_suspect_is_proved_by_the_error_that_is_said_of_it() -> None:
    wrong = [one for one in records(ratings.folder()) if one.suspect]
    found = validate(wrong, known=())
    tallies = [tally for _, tally in found.suspects.values()]
    assert found.passed and sum(len(known) for known, _ in found.suspects.values()) == len(wrong)
    assert all(tally.compared == tally.equal + tally.explained and tally.explained for tally in tallies)


def test_an_explanation_of_nothing_fails() -> None:
    found = validate([], known=KNOWN[:1])
    assert found.stale == [KNOWN[0]] and not found.passed


def test_suspects_and_records_without_a_method_are_listed_with_their_reasons() -> None:
    found = validate([record(None, suspect="a peer's error"), record(None, key="unheard of")], known=())
    assert list(found.suspects) == ["a peer's error"]
    assert found.without[0][1] == "nothing of ours is compared with it" and found.passed
    assert "| mrmcaov_VanDyke: `stmc empirical_auc` | 0 | 0 | 0 | a peer's error |" in markdown(found)


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        (1.0, 1.0 + 9e-10, True),
        (1.0, 1.0 + 2e-9, False),
        (None, None, True),
        (None, 0.0, False),
        (0, 9e-16, True),
    ],
)
def test_equality_is_relative_to_the_other_number(ours: Any, theirs: Any, equal: bool) -> None:
    assert Compared("x", ours, theirs).equal == equal


def test_an_explanation_needs_the_other_programs_number_from_our_parts() -> None:
    known = Known("stmc", "^x$", "why")
    assert known.explains(record([]), Compared("x", 1.0, 2.0, by_their_rule=2.0))
    assert not known.explains(record([]), Compared("x", 1.0, 2.0, by_their_rule=2.1))
    assert not known.explains(record([]), Compared("x", 1.0, 2.0))


def test_a_limit_bounds_what_an_explanation_covers() -> None:
    known = Known("stmc", "^x$", "why", within=0.01)
    assert known.explains(record([]), Compared("x", 1.005, 1.0))
    assert not known.explains(record([]), Compared("x", 1.02, 1.0))


def test_what_is_undefined_here_explains_nothing_that_is_defined() -> None:
    known = Known("stmc", "^x$", "nothing varies", undefined=True)
    assert known.explains(record([]), Compared("x", None, 0.0, by_their_rule=0.0))
    assert not known.explains(record([]), Compared("x", 0.1, 0.0, by_their_rule=0.0))


def test_a_page_of_some_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratings, "_FOLDER", [ratings.folder()])
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "iMRMC", "--write", str(tmp_path / "page.md")])
    assert main(["--reference", str(tmp_path)]) == 2


def test_numbers_of_r_and_printed_digits() -> None:
    assert [number(x) for x in ("NA", "NaN", None, "-Inf", 2)] == [None, None, None, float("-inf"), 2.0]
    assert significant(0.0012345, 5) == pytest.approx(5.01e-8) and significant(0.0, 5) == 0


def test_nothing_compared_is_nothing_passed_as_equal() -> None:
    assert Validation().total("equal") == 0 and "0 records: 0 compared" in markdown(Validation())
