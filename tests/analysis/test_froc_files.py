"""Marks and lesions from files: scored ones, an export's, and what is refused with file, line and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import Refusal, froc, read_free_response
from tests.analysis.builders import DATA
from tests.analysis.test_command import parsed, run

MARKS = "reader,case,condition,lesion_id,rating"
LESIONS = "case,truth,lesion_id,weight"
PLACES = "reader,session,position,repeat,case,image,frame,kind,x,y,width,height,label"
CIRCLES = "case,lesion,image,frame,x,y,radius,weight"
READINGS = "reader,session,condition,position,repeat,case,patient,status,truth,rating"
READ = ["r1,s1,plain,1,0,a,,done,1,3", "r1,s1,plain,2,0,b,,done,0,1", "r1,s1,plain,3,0,c,,done,1,4"]
FOUND = ["a,1,1,1,50,50,10,1", "a,2,1,1,62,50,10,3", "c,1,1,2,20,20,5,1"]


def written(folder: Path, name: str, header: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def scored(folder: Path, marks: list[str], lesions: list[str]) -> tuple[Path, Path]:
    return written(folder, "marks.csv", MARKS, *marks), written(folder, "lesions.csv", LESIONS, *lesions)


def exported(folder: Path, *marks: str, lesions: list[str] = FOUND, readings: list[str] = READ) -> Any:
    """Marks given as case, image, frame, kind, x, y, width, height, label."""
    place = {"a": 1, "b": 2, "c": 3}
    rows = [f"r1,s1,{place[mark[0]]},0,{mark}" for mark in marks]
    written(folder, "readings.csv", READINGS, *readings)
    return written(folder, "marks.csv", PLACES, *rows), written(folder, "lesions.csv", CIRCLES, *lesions)


def hits(table: Any) -> list[tuple[str, str, float]]:
    marks = table.marks
    return list(zip(marks.case.tolist(), marks.lesion.tolist(), marks.rating.tolist(), strict=True))


@pytest.mark.parametrize(
    ("mark", "lesion"),
    [
        ("a,1,1,point,41,50,,,", "1"),
        ("a,1,1,point,40,50,,,", "1"),  # on the edge
        ("a,1,1,point,39.9,50,,,", ""),
        ("a,1,1,point,55,50,,,", "1"),  # inside both, nearer to the first
        ("a,1,1,point,57,50,,,", "2"),
        ("a,1,1,box,60,40,10,20,", "2"),  # its centre is at 65, 50
        ("a,1,1,ellipse,0,0,200,200,", ""),
        ("a,1,2,point,50,50,,,", ""),
        ("c,1,2,point,22,22,,,", "1"),
        ("b,1,1,point,50,50,,,", ""),
    ],
)
def test_a_mark_hits_the_nearest_lesion_that_holds_its_centre(tmp_path: Path, mark: str, lesion: str) -> None:
    assert hits(read_free_response(*exported(tmp_path, mark)))[0][1] == lesion


def test_a_lesion_counts_once_with_its_highest_mark(tmp_path: Path) -> None:
    table = read_free_response(*exported(tmp_path, "a,1,1,point,50,50,,,2", "a,1,1,point,51,50,,,4"))
    assert hits(table) == [("a", "1", 4.0)]
    assert (table.ignored, table.false_marks) == (1, 0)
    assert "1 further marks on a lesion already hit are ignored" in table.remarks


def test_labels_that_are_numbers_rate_the_marks(tmp_path: Path) -> None:
    table = read_free_response(*exported(tmp_path, "a,1,1,point,50,50,,,2", "b,1,1,point,1,1,,,'-1"))
    assert [mark[2] for mark in hits(table)] == [2.0, -1.0]


def test_else_the_reading_rates_its_marks(tmp_path: Path) -> None:
    table = read_free_response(*exported(tmp_path, "a,1,1,point,50,50,,,mass", "c,1,1,point,1,1,,,mass"))
    assert [mark[2] for mark in hits(table)] == [3.0, 4.0]
    assert any("reading's rating" in note for note in table.notes)


def test_relative_weights_become_shares(tmp_path: Path) -> None:
    lesions = read_free_response(*exported(tmp_path, "a,1,1,point,50,50,,,")).lesions
    assert lesions.weight[lesions.case == "a"].tolist() == [0.25, 0.75]
    assert not lesions.equally_weighted


def test_readings_that_do_not_count_take_their_marks_along(tmp_path: Path) -> None:
    more = [*READ, "r1,s1,plain,4,1,a,,done,1,5", "r2,s1,plain,1,0,a,,withdrawn,1,5"]
    marks, lesions = exported(tmp_path, "a,1,1,point,50,50,,,", readings=more)
    with marks.open("a", encoding="utf-8") as stream:
        stream.write("r1,s1,4,1,a,1,1,point,50,50,,,\n")
    table = read_free_response(marks, lesions)
    assert len(table.marks) == 1
    assert "readings left out: 1 with repeat = 1, 1 with status withdrawn" in table.notes
    assert "1 marks of readings left out" in table.notes


def test_a_session_without_marks_is_no_condition(tmp_path: Path) -> None:
    told = [f"r1,s2,told,{n},0,{case},,done,{truth},3" for n, (case, truth) in enumerate(["a1", "b0", "c1"])]
    result = froc(read_free_response(*exported(tmp_path, "a,1,1,point,50,50,,,", readings=[*READ, *told])))
    assert result.conditions == ("plain",)
    assert "condition told has no mark and is left out" in result.notes


def test_lesions_without_a_radius_need_one(tmp_path: Path) -> None:
    files = exported(tmp_path, "a,1,1,point,53,50,,,", lesions=["a,1,1,1,50,50,,1", "c,1,1,1,2,2,,1"])
    with pytest.raises(Refusal, match=r"lesions\.csv, line 2: .*no radius.*--radius"):
        read_free_response(*files)
    assert hits(read_free_response(*files, radius=3))[0][1] == "1"


def test_readers_without_any_mark_count_with_readings(tmp_path: Path) -> None:
    marks, lesions = scored(tmp_path, ["1,a,x,1,4"], ["a,1,1,1", "b,0,0,0"])
    read = [f"{reader},{case},x" for reader in "12" for case in "ab"]
    readings = written(tmp_path, "read.csv", "reader,case,condition", *read)
    assert froc(read_free_response(marks, lesions)).readers == ("1",)
    found = froc(read_free_response(marks, lesions, readings))
    assert [entry.estimate for entry in found.per_reader] == [1.0, 0.5]


@pytest.mark.parametrize(
    ("marks", "lesions", "message"),
    [
        (
            ["1,z,x,0,1"],
            ["a,1,1,1", "b,0,0,0"],
            r"marks\.csv, line 2: a mark lies on a case that .* \(case z\)",
        ),
        (["1,a,x,2,1"], ["a,1,1,1", "b,0,0,0"], r"marks\.csv, line 2: a mark names a lesion"),
        (["1,b,x,1,1"], ["a,1,1,1", "b,0,0,0"], r"marks\.csv, line 2: a mark names a lesion"),
        (["1,a,x,1,high"], ["a,1,1,1"], r"marks\.csv, line 2: rating 'high' is not a finite number"),
        (["1,a,x,1,inf"], ["a,1,1,1"], r"marks\.csv, line 2: rating 'inf' is not a finite number"),
        (["1,a,,1,2"], ["a,1,1,1"], r"marks\.csv, line 2: condition is empty"),
        ([], ["a,1,1,1"], r"marks\.csv: there is no mark"),
        (["1,a,x,1,2"], ["a,1,1,.5", "a,1,1,.5"], r"lesions\.csv, line 3: a lesion stands there twice"),
        (["1,a,x,1,2"], ["a,1,1,.5", "a,1,2,.4"], r"lesions\.csv, line 2: the weights .* do not sum to 1"),
        (["1,a,x,1,2"], ["a,1,1,1", "a,0,0,0"], r"lesions\.csv, line 3: a case has one truth"),
        (["1,a,x,1,2"], ["a,1,1,1", "b,1,0,0"], r"lesions\.csv, line 3: a case with truth 1 has a lesion"),
        (["1,a,x,1,2"], ["a,1,1,1", "b,0,1,1"], r"lesions\.csv, line 3: a case with truth 0 has no lesion"),
        (["1,a,x,1,2"], ["a,1,1,-1"], r"lesions\.csv, line 2: a weight is"),
        (["1,a,x,1,2"], ["a,,1,1"], r"lesions\.csv, line 2: truth is empty"),
        (["1,a,x,1,2"], ["a,2,1,1"], r"lesions\.csv, line 2: truth '2' is not 0 or 1"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, marks: list[str], lesions: list[str], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_free_response(*scored(tmp_path, marks, lesions))


def test_kinds_of_marks_must_fit_their_lesions(tmp_path: Path) -> None:
    lesions = written(tmp_path, "lesions.csv", LESIONS, "a,1,1,1", "b,0,0,0")
    for row, message in (
        ("LL,,", "names no lesion"),
        ("NL,1,", "names a lesion"),
        ("XX,,", "no kind of mark"),
    ):
        marks = written(tmp_path, "marks.csv", "reader,case,modality,mark,lesion_id,rating", f"1,a,x,{row}2")
        with pytest.raises(Refusal, match=message):
            read_free_response(marks, lesions)


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    lesions = written(tmp_path, "lesions.csv", LESIONS, "a,1,1,1")
    marks = written(tmp_path, "marks.csv", "reader,case,lesion_id,rating", "1,a,1,2")
    with pytest.raises(Refusal, match="there is no column condition or modality"):
        read_free_response(marks, lesions)


def test_an_export_without_its_readings_is_refused(tmp_path: Path) -> None:
    marks, lesions = exported(tmp_path, "a,1,1,point,50,50,,,")
    (tmp_path / "readings.csv").unlink()
    with pytest.raises(Refusal, match="--readings"):
        read_free_response(marks, lesions)


def test_truth_and_lesions_of_an_export_must_agree(tmp_path: Path) -> None:
    files = exported(tmp_path, "a,1,1,point,50,50,,,", lesions=FOUND[:2])
    with pytest.raises(Refusal, match=r"readings\.csv, line 4: case c has truth 1 and no lesion"):
        read_free_response(*files)


def test_the_command_prints_what_mrmc_prints_and_counts_marks() -> None:
    files = [str(DATA / f"dataset06_{name}.csv") for name in ("marks", "lesions")]
    found = parsed("froc", *files, "--fom", "afroc", "--curves", "afroc")
    assert (found["figure_of_merit"], found["covariance"]) == ("afroc", "jackknife")
    assert (found["readers"], found["cases"]) == (4, {"negative": 47, "positive": 42})
    assert found["marks"] == {"on_lesions": 379, "false": 653, "ignored": 0}
    assert (found["lesions"], found["unmatched"], found["weights"]) == (132, 653, "equal within each case")
    test = found["analyses"]["random_readers_random_cases"]["test"]
    assert test["statistic"] == pytest.approx(32.082044681940246, rel=1e-9)
    assert len(found["curves"]) == 2 * 5 and found["curves"][0]["x"][0] == 0
    assert "ustatistics" not in found


def test_the_command_tells_a_terminal_what_was_marked() -> None:
    files = [str(DATA / f"dataset06_{name}.csv") for name in ("marks", "lesions")]
    done = run("froc", *files, "--fom", "froc", "--limit", "0.5")
    assert done.returncode == 0
    assert "1032 marks: 379 on lesions, 653 false; 132 lesions" in done.stdout
    assert "analysis of froc up to 0.5" in done.stdout


def test_the_command_refuses_with_the_reason(tmp_path: Path) -> None:
    done = run("froc", *map(str, scored(tmp_path, ["1,z,x,0,1"], ["a,1,1,1"])))
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 2" in done.stderr and "Remedy" in done.stderr


def test_weights_written_with_few_digits_are_taken(tmp_path: Path) -> None:
    files = scored(tmp_path, ["1,a,x,1,2"], ["a,1,1,.33", "a,1,2,.33", "a,1,3,.33"])
    assert read_free_response(*files).lesions.weight == pytest.approx(np.full(3, 1 / 3))
