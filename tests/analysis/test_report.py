"""The report of a file of readings: numbers from the analysis, whole or not at all, loud if SIMULATED."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import each_reader, mrmc, read_csv, report_file, with_calls_from_rating
from analysis.errors import FolderTaken, Refusal
from tests.analysis.builders import DATA, random_table

VAN_DYKE = DATA / "VanDyke.csv"


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rich(folder: Path, name: str = "r", kind: str = "radiologist") -> Path:
    """Readings with everything that a report can tell: times, order, second showings, an algorithm."""
    table = random_table(conditions=2, readers=4, cases=30)
    assert table.rating is not None and table.call is not None
    rows = ["reader,case,condition,truth,rating,call,position,read_ms,repeat,reader_kind"]
    for row in range(len(table)):
        place = int(table.case[row][1:])
        who, rest = table.reader[row].replace("r", name), f"{table.rating[row]:g},{table.call[row]:g}"
        told = f"{table.case[row]},{table.condition[row]},{table.truth[row]},{rest},{place + 1}"
        rows.append(f"{who},{told},{4000 + 13 * place},0,{kind}")
        if place < 4:
            rows.append(f"{who},{told},3000,1,{kind}")
        if table.reader[row] == "r0":
            rows.append(f"machine,{told},10,0,algorithm")
    path = folder / "readings.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    given = [f"{name}{place},{'chest' if place < 2 else 'bone'},{3 + 4 * place}" for place in range(4)]
    (folder / "readers.csv").write_text("\n".join(["reader,specialty,years", *given]), encoding="utf-8")
    return path


def test_numbers_are_those_of_the_analysis(tmp_path: Path) -> None:
    report_file(VAN_DYKE, tmp_path / "report", call_at_least=3)
    table = with_calls_from_rating(read_csv(VAN_DYKE), 3)
    rows = lines(tmp_path / "report", "summary")
    for title, figure in (
        ("Accuracy, mean", "accuracy"),
        ("Area under", "auc"),
        ("Specificity", "specificity"),
    ):
        expected = mrmc(table, figure).conditions_to_report
        printed = [float(row["estimate"]) for row in rows if row["row"].startswith(title)]
        assert printed == pytest.approx([mean.estimate for mean in expected])
    gap = next(row for row in rows if row["row"].startswith("Area, difference") and row["estimate"])
    assert (float(gap["estimate"]), float(gap["p"])) == pytest.approx((0.0438003221, 0.05123303082))
    alone = lines(tmp_path / "report", "readers-1")
    assert [float(row["auc"]) for row in alone] == pytest.approx(
        [one.auc.estimate for one in each_reader(table)[:5] if one.auc]
    )


def test_every_section_is_there_that_the_file_can_fill(tmp_path: Path) -> None:
    made = report_file(rich(tmp_path), tmp_path / "report")
    printed = {row["row"] for row in lines(tmp_path / "report", "summary")}
    for wanted in (
        "By specialty",
        "By years",
        "Correlation",
        "Each algorithm",
        "Agreement",
        "Repeat",
        "Reading time",
    ):
        assert any(row.startswith(wanted) for row in printed), wanted
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    for file in (*made.tables, *made.figures):
        assert (tmp_path / "report" / file).stat().st_size > 100 and file in page
    assert {f"figures/{name}-c1.svg" for name in ("readers", "roc", "years")} <= set(made.figures)


def test_rows_that_the_file_cannot_fill_are_left_out(tmp_path: Path) -> None:
    report_file(VAN_DYKE, tmp_path / "report")
    printed = {row["row"] for row in lines(tmp_path / "report", "summary")}
    assert printed == {"Range of readers", "Area under the ROC curve (CI)", "Area, difference"}
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "AUC of each reader in condition 1" in page


def test_names_are_escaped_on_the_page_and_guarded_in_tables(tmp_path: Path) -> None:
    report_file(rich(tmp_path, name="=<b>"), tmp_path / "report")
    assert "<b>0" not in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert lines(tmp_path / "report", "readers-c0")[0]["reader"] == "'=<b>0"


def test_a_name_is_no_formula_in_a_figure(tmp_path: Path) -> None:
    file = rich(tmp_path)
    known = tmp_path / "readers.csv"
    known.write_text(known.read_text(encoding="utf-8").replace("chest", r"$\frac{$ at 5 $"), encoding="utf-8")
    assert r"$\frac{$" in known.read_text(encoding="utf-8")
    made = report_file(file, tmp_path / "report")
    assert any("readers" in name for name in made.figures)


def test_simulated_readers_are_told_on_every_part(tmp_path: Path) -> None:
    made = report_file(rich(tmp_path, kind="simulated"), tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count("SIMULATED") > len(made.tables) + len(made.figures)
    assert all(row["notice"] == "SIMULATED" for row in lines(tmp_path / "report", "comparisons"))


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderTaken, match="not empty"):
        report_file(VAN_DYKE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_refused_file_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("reader,case,condition,truth,rating\na,k,x,2,3\n")
    with pytest.raises(Refusal, match="line 2"):
        report_file(tmp_path / "bad.csv", tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "analysis", "report", str(VAN_DYKE), "--to"]
    done = subprocess.run(
        [*command, str(tmp_path / "new")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 tables, 4 figures" in done.stdout
