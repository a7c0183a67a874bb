from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis import read_csv
from analysis.errors import (
    ColumnMissing,
    DuplicateReading,
    FileUnreadable,
    NothingToAnalyse,
    Refusal,
    TruthConflict,
    TruthMissing,
    ValueRefused,
)

EXPORT = "reader,reader_kind,condition,case_set,repeat,case,status,truth,call,rating,further\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "readings.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["condition", "modality", "treatment", "test"])
def test_the_condition_has_four_names(tmp_path: Path, name: str) -> None:
    table = read_csv(written(tmp_path, f"reader,case,{name},truth,rating\nA,1,x,0,2.5\n"))
    assert (table.condition[0], table.call) == ("x", None)
    assert table.rating is not None and table.rating[0] == 2.5


def test_calls_alone_are_enough(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, "case,reader,condition,call,truth\n1,A,x,1,0\n2,A,x,0,0\n"))
    assert table.rating is None and table.call is not None and list(table.call) == [1, 0]


def test_spreadsheet_marks_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, "\ufeffReader , Case,condition,truth,rating\n A ,1,x,0,1\n,,,,\n"))
    assert len(table) == 1 and table.reader[0] == "A"


def test_exported_readings_leave_out_and_count(tmp_path: Path) -> None:
    rows = [
        "A,person,informed,s,0,k1,done,1,1,9,x",
        "A,person,informed,s,1,k1,done,1,0,2,x",
        "A,person,informed,s,0,k2,skipped,,,,x",
        "A,person,informed,s,0,k3,not_reached,,,,x",
        "A,person,blinded,s,0,k1,done,1,,,x",
        "M,algorithm,informed,s,0,k1,done,1,1,8,x",
    ]
    table = read_csv(written(tmp_path, EXPORT + "\n".join(rows)), leave_out_algorithms=True)
    assert list(table.case) == ["k1"]
    assert table.notes == (
        "left out: 1 row of algorithms, 1 row with repeat = 1, 1 row with status not_reached, "
        "1 row with status skipped, 1 row without rating and call",
    )


def test_algorithms_stay_unless_asked(tmp_path: Path) -> None:
    path = written(tmp_path, EXPORT + "M,algorithm,informed,s,0,k1,done,1,1,8,x\n")
    assert list(read_csv(path).reader) == ["M"]
    with pytest.raises(NothingToAnalyse, match="1 row of algorithms"):
        read_csv(path, leave_out_algorithms=True)


def test_simulated_readers_are_called_simulated(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, EXPORT + "S,simulated,informed,s,0,k1,done,1,1,8,x\n"))
    assert table.notes == ("SIMULATED: 1 of the readers are simulated, not people",)


def test_another_column_can_be_the_condition(tmp_path: Path) -> None:
    path = written(tmp_path, EXPORT + "A,person,informed,chest,0,k1,done,1,1,8,x\n")
    assert list(read_csv(path, condition_column="case_set").condition) == ["chest"]


def test_patients_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "reader,case,condition,truth,rating,patient\nA,1,x,0,1,P7\n")
    patient = read_csv(path).patient
    assert patient is not None and list(patient) == ["P7"]


HEAD = "reader,case,condition,truth,rating,call\n"
REFUSALS: list[tuple[str, type[Refusal], str]] = [
    ("", FileUnreadable, "empty"),
    ("reader,case,truth,rating\nA,1,0,1\n", ColumnMissing, "condition or modality or treatment or test"),
    ("reader,case,condition,rating\nA,1,x,1\n", ColumnMissing, "truth"),
    ("reader,case,condition,truth\nA,1,x,1\n", ColumnMissing, "rating"),
    ("reader,reader,case,condition,truth,rating\n", ColumnMissing, "twice"),
    (HEAD, NothingToAnalyse, "no reading"),
    (HEAD + "A,1,x,,3,1\n", TruthMissing, "line 2: truth is empty"),
    (HEAD + "A,1,x,0,3,1\nA,2,x,2,3,1\n", ValueRefused, "line 3: truth '2'"),
    (HEAD + "A,1,x,0,much,1\n", ValueRefused, "line 2: rating 'much'"),
    (HEAD + "A,1,x,0,inf,1\n", ValueRefused, "line 2: a rating is a finite number"),
    (HEAD + "A,1,x,0,3,2\n", ValueRefused, "line 2: a call is 0 or 1"),
    (HEAD + "A,1,x,0,,\n", ValueRefused, "line 2: a reading holds a rating or a call"),
    (HEAD + ",1,x,0,3,1\n", ValueRefused, "line 2: reader is empty"),
    (HEAD + "A,1,x,0,3,1\nB,1,x,1,3,1\n", TruthConflict, "case 1 has truth 0 and 1"),
    (
        HEAD + "A,1,x,0,3,1\nB,1,x,0,3,1\nA,1,x,0,4,1\n",
        DuplicateReading,
        "line 4: reader A read case 1 twice",
    ),
]


@pytest.mark.parametrize(("text", "error", "words"), REFUSALS, ids=[words for _, _, words in REFUSALS])
def test_bad_files_are_refused_with_place_rule_and_remedy(
    tmp_path: Path, text: str, error: type[Refusal], words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(error, match="Remedy: ") as caught:
        read_csv(path)
    assert str(path) in str(caught.value) and words in str(caught.value)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_bytes(b"\xff\xfe\x00reader")])
def test_unreadable_files_are_refused(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "readings.csv"
    make(path)
    with pytest.raises(FileUnreadable, match="cannot be read"):
        read_csv(path)


def test_two_sessions_under_one_condition_are_told(tmp_path: Path) -> None:
    text = "reader,session,condition,case,truth,call\nA,second,informed,k1,1,1\nA,third,informed,k2,0,0\n"
    (note,) = read_csv(written(tmp_path, text)).notes
    assert (
        note == "condition informed holds the sessions second, third; --condition-column session parts them"
    )
    assert read_csv(written(tmp_path, text), condition_column="session").notes == ()
