"""Files of iMRMC, RJafroc and MRMCaov: there and back, what they hold, and what is refused."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import (
    FreeResponseTable,
    ReadingTable,
    Refusal,
    froc,
    mrmc,
    read_csv,
    read_imrmc,
    read_mrmcaov,
    read_readings,
    read_rjafroc,
    write_imrmc,
    write_mrmcaov,
    write_rjafroc,
)
from analysis.__main__ import main
from analysis.formats import rjafroc
from tests.analysis.builders import DATA, random_table, table_of
from tests.analysis.marked import dataset, random_study
from tests.analysis.marked import table_of as marks_of

VAN_DYKE = str(DATA / "VanDyke.csv")
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "reference" / "data"


def rows(table: ReadingTable) -> list[tuple[Any, ...]]:
    columns = (table.reader, table.case, table.condition, table.truth, table.rating)
    return sorted(zip(*(np.asarray(column).tolist() for column in columns), strict=True))


def there_and_back(table: ReadingTable, path: Path, kind: str) -> ReadingTable:
    write = {"imrmc": write_imrmc, "rjafroc": write_rjafroc, "mrmcaov": write_mrmcaov}[kind]
    write(table, path)  # type: ignore[operator]
    read = {"imrmc": read_imrmc, "rjafroc": read_rjafroc, "mrmcaov": read_mrmcaov}[kind]
    found = read(path)  # type: ignore[operator]
    assert isinstance(found, ReadingTable)
    return found


@pytest.mark.parametrize(("kind", "ending"), [("imrmc", "imrmc"), ("rjafroc", "xlsx"), ("mrmcaov", "csv")])
def test_ratings_come_back_as_they_went(tmp_path: Path, kind: str, ending: str) -> None:
    table = read_csv(VAN_DYKE)
    assert rows(there_and_back(table, tmp_path / f"ratings.{ending}", kind)) == rows(table)


@settings(max_examples=10)
@given(ratings=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=12, max_size=12))
def test_every_digit_of_a_rating_is_kept(ratings: list[float], tmp_path_factory: Any) -> None:
    table = table_of(np.reshape(ratings, (1, 3, 4)), (0, 1, 0, 1))
    path = tmp_path_factory.mktemp("digits")
    for kind in ("imrmc", "mrmcaov"):
        assert rows(there_and_back(table, path / kind, kind)) == rows(table)


def test_rjafroc_cases_are_numbered_and_named_in_the_key(tmp_path: Path) -> None:
    table = random_table(cases=12)
    key = write_rjafroc(table, tmp_path / "roc.xlsx")
    assert (key["k0"], key["k2"], key["k10"], len(key)) == (1, 3, 11, 12)
    found = read_rjafroc(tmp_path / "roc.xlsx")
    assert isinstance(found, ReadingTable)
    assert mrmc(found).per_reader == mrmc(table).per_reader


def test_marks_and_lesions_come_back_as_they_went(tmp_path: Path) -> None:
    table = marks_of(random_study())
    write_rjafroc(table, tmp_path / "froc.xlsx")
    found = read_rjafroc(tmp_path / "froc.xlsx")
    assert isinstance(found, FreeResponseTable)
    assert (found.readings is not None, found.ignored) == (True, 0)
    for figure in ("wafroc", "afroc1", "lroc", "roi"):
        back, went = froc(found, figure), froc(table, figure)  # type: ignore[arg-type]
        assert [e.estimate for e in back.per_reader] == [e.estimate for e in went.per_reader]
        assert back.covariances == went.covariances


def test_a_workbook_keeps_the_reference_data(tmp_path: Path) -> None:
    write_rjafroc(dataset(), tmp_path / "froc.xlsx")
    found = read_rjafroc(tmp_path / "froc.xlsx")
    assert isinstance(found, FreeResponseTable)
    assert froc(found).covariances == froc(dataset()).covariances


@pytest.mark.parametrize("numbered", [False, True])
def test_both_dialects_of_imrmc_read_alike(tmp_path: Path, numbered: bool) -> None:
    table = random_table(readers=3, cases=12)
    key = write_imrmc(table, tmp_path / "a.imrmc", numbered)
    text = (tmp_path / "a.imrmc").read_text()
    assert ("\n-1,1,truth,0\n" in text) == numbered
    assert (key.readers["r2"], key.cases["k10"]) == (("3", "11") if numbered else ("r2", "k10"))
    assert mrmc(read_imrmc(tmp_path / "a.imrmc")).covariances == mrmc(table).covariances


def test_a_file_as_imrmc_has_it_holds_the_same_ratings() -> None:
    """Its readers are r1 on, its cases c1 on, its modalities m1 and m2."""
    found, expected = read_imrmc(DATA / "VanDyke.imrmc"), read_csv(VAN_DYKE)
    assert [(r[1:], c[1:], m[1:], *rest) for r, c, m, *rest in rows(found)] == rows(expected)


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with reference data is missing")
@pytest.mark.parametrize("name", ["imrmc_testR1", "imrmc_testR3", "imrmc_dfMRMC_example"])
def test_files_of_imrmc_hold_what_their_tables_hold(name: str) -> None:
    found, expected = rows(read_imrmc(SHARED / f"{name}.imrmc")), rows(read_csv(SHARED / f"{name}.csv"))
    assert [row[:4] for row in found] == [row[:4] for row in expected]
    assert [row[4] for row in found] == pytest.approx([row[4] for row in expected], rel=1e-12)


def test_the_higher_level_of_truth_is_positive(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("reader,treatment,case,truth,rating\n1,a,1,neg,1\n1,a,2,pos,2\n", encoding="utf-8")
    found = read_mrmcaov(path)
    assert found.truth.tolist() == [0, 1]
    assert found.notes == ("truth 'pos' is taken as present",)


@pytest.mark.parametrize("newer", [False, True])
def test_names_of_older_and_newer_sheets_are_read(tmp_path: Path, newer: bool) -> None:
    """RJafroc's own writer says NL and LL, and gives no readers, modalities and paradigm."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = {
        "Truth": [("CaseID", "LesionID", "Weight"), (1, 0, 0), (2, 1, 1)],
        "NL" if newer else "FP": [
            ("ReaderID", "ModalityID", "CaseID", "NLRating" if newer else "FP_Rating"),
            (1, "a", 1, 2.5),
        ],
        "LL" if newer else "TP": [
            ("ReaderID", "ModalityID", "CaseID", "LesionID", "LLRating" if newer else "TP_Rating"),
            (1, "a", 2, 1, 3),
        ],
    }
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(tmp_path / "a.xlsx")
    assert rows(read_readings(tmp_path / "a.xlsx")) == [("1", "1", "a", 0, 2.5), ("1", "2", "a", 1, 3.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reader,case\n1,2\n", r"a\.imrmc: there is no line BEGIN DATA:"),
        ("x\nBEGIN DATA:\n1,2,3\n", r"a\.imrmc, line 3: a row has four cells, and this one has 3"),
        ("x\nBEGIN DATA:\n1,c1,a,3\n", r"a\.imrmc, line 3: case c1 has no row of truth"),
        ("BEGIN DATA:\ntruth,c1,truth,2\n", r"a\.imrmc, line 2: truth '2' is not 0 or 1"),
        ("BEGIN DATA:\ntruth,c,truth,0\n-1,c,truth,1\n", r"a\.imrmc, line 3: case c has truth 0 and 1"),
        ("BEGIN DATA:\ntruth,c,truth,0\n1,c,a,x\n", r"a\.imrmc, line 3: score 'x' is not a finite number"),
        ("BEGIN DATA:\ntruth,c,truth,0\n1,c,a,1\n1,c,a,2\n", r"a\.imrmc, line 4: reader 1 read case c twice"),
    ],
)
def test_bad_text_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.imrmc"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match=message):
        read_imrmc(path)


def test_bad_workbooks_are_refused_by_sheet(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK no workbook")
    with pytest.raises(Refusal, match="cannot be read"):
        read_rjafroc(path)
    write_rjafroc(table_of(np.ones((1, 1, 2)), (0, 1)), path)
    book = load_workbook(path)
    book["FP"]["C2"] = 2
    book.save(path)
    with pytest.raises(Refusal, match=r"sheet FP, line 2: case 2 has truth 1, and ROC data keep"):
        read_rjafroc(path)


def test_a_damaged_workbook_is_refused_wherever_it_fails(tmp_path: Path) -> None:
    path, draw = tmp_path / "a.xlsx", np.random.default_rng(5)
    write_rjafroc(table_of(np.ones((2, 2, 4)), (0, 1, 0, 1)), path)
    whole, refused = path.read_bytes(), 0
    for _ in range(40):
        data = bytearray(whole)
        for place in draw.integers(0, len(data), size=20):
            data[place] = draw.integers(0, 256)
        path.write_bytes(data)
        try:
            read_rjafroc(path)
        except Refusal:
            refused += 1
    assert refused > 20


ROWS = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 3000))


@pytest.mark.parametrize(
    "hostile",
    [
        '<sheetData><row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData>',
        f'<dimension ref="A1:XFD1048576"/><sheetData>{ROWS}</sheetData>',
    ],
    ids=["far", "wide"],
)
def test_a_small_workbook_cannot_take_all_memory_or_time(
    hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rjafroc, "_MOST_ROWS", 5000)
    plain, path = tmp_path / "plain.xlsx", tmp_path / "a.xlsx"
    write_rjafroc(table_of(np.ones((1, 1, 2)), (0, 1)), plain)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with ZipFile(plain) as before, ZipFile(path, "w") as after:
        for name in before.namelist():
            text = f'<worksheet xmlns="{space}">{hostile}</worksheet>'
            after.writestr(name, text if name.endswith("sheet1.xml") else before.read(name))
    tracemalloc.start()
    with pytest.raises(Refusal, match="no column"):
        read_rjafroc(path)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_workbook_is_not_unpacked_beyond_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rjafroc(table_of(np.ones((1, 1, 2)), (0, 1)), tmp_path / "a.xlsx")
    monkeypatch.setattr(rjafroc, "_MOST_BYTES", 1000)
    with pytest.raises(Refusal, match="more than 1,000 bytes when unpacked"):
        read_rjafroc(tmp_path / "a.xlsx")


def test_names_that_would_become_one_are_refused(tmp_path: Path) -> None:
    table = table_of(np.ones((2, 1, 2)), (0, 1))
    alike = ReadingTable(
        table.reader,
        table.case,
        np.where(table.condition == "c0", "a,b", "a;b"),
        table.truth,
        table.rating,
    )
    with pytest.raises(Refusal, match="differ in separators only"):
        write_imrmc(alike, tmp_path / "a.imrmc")


def test_columns_are_chosen_in_csv_files_alone() -> None:
    with pytest.raises(Refusal, match="CSV files alone"):
        read_readings(DATA / "VanDyke.imrmc", condition_column="site")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_commands_take_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rjafroc(read_csv(VAN_DYKE), tmp_path / "a.xlsx")
    write_imrmc(read_csv(VAN_DYKE), tmp_path / "a.txt")
    for command in ("mrmc", "reader", "agreement"):
        expected = printed(capsys, command, VAN_DYKE)
        for name in ("a.xlsx", "a.txt"):
            assert printed(capsys, command, str(tmp_path / name)) == expected


def test_the_command_froc_takes_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, ratings = str(tmp_path / "a.xlsx"), str(tmp_path / "b.xlsx")
    write_rjafroc(dataset(), marks)
    write_rjafroc(read_csv(VAN_DYKE), ratings)
    found = printed(capsys, "froc", marks)
    assert (found["lesions"], found["marks"]["false"]) == (132, 653)
    for command, file, other in (("mrmc", marks, "froc"), ("froc", ratings, "mrmc")):
        assert main([command, file]) == 1
        assert f"use the command {other}" in capsys.readouterr().err
