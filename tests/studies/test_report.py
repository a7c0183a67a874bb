"""The report: locked studies only, every row there, every number with its denominator, loud if SIMULATED."""

import csv
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from analysis.reporting.printing import area_with_interval, number, p_value, percent
from studies import dataset, lifecycle, participation
from studies.models import AuditEvent, Study
from studies.refusals import NotReady, Refused
from studies.report import make_report
from studies.report.column import columns
from studies.report.descriptive import repeat_agreement, session_flow
from studies.report.panel import panels
from studies.report.summary import rows
from studies.simulation import simulate
from tests.studies.builders import make_reader, make_study, read_until
from tests.studies.reading_study import EVERY_KIND, TWO_SETS, locked, simulated_study

pytestmark = pytest.mark.django_db

ROWS = (
    "Readers suspecting",
    "Accuracy, mean",
    "Range of readers",
    "Sensitivity",
    "Specificity",
    "Accuracy by specialty",
    "Correlation",
    "Each algorithm",
    "Diagnosis correct",
    "Scales",
    "Agreement between readers",
    "Repeat agreement",
    "Reading time, present",
    "Reading time, right",
    "Tells named",
    "Flow of readers",
    "Flow of readings",
)


def reported(study: Study, tmp_path: Path) -> Path:
    make_report(study, tmp_path / "report", "operator")
    return tmp_path / "report"


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def line(folder: Path, row: str) -> dict[str, str]:
    return next(each for each in table(folder, "summary") if each["row"].startswith(row))


def read_by_people(withdraw: bool = False) -> Study:
    study = make_study(cases=4, readers=2, opened=True, text=EVERY_KIND)
    for reader in study.readers.all():
        read_until(reader, "debrief")
    participation.debrief(study.readers.get(code="R01"), withdraw=withdraw)
    return locked(study)


def test_a_study_that_is_not_locked_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="lock it first"):
        reported(simulated_study(), tmp_path)


def test_every_row_of_the_motivating_table_is_printed(tmp_path: Path) -> None:
    printed = [each["row"] for each in table(reported(locked(simulated_study()), tmp_path), "summary")]
    for wanted in ROWS:
        assert any(row.startswith(wanted) for row in printed), wanted


def test_cells_without_data_stay_and_say_why(tmp_path: Path) -> None:
    folder = reported(locked(simulated_study(cases=4, readers=2)), tmp_path)
    assert line(folder, "Each algorithm")["note"] == "no algorithm has read this study"
    assert line(folder, "Diagnosis")["note"] == "not coded yet: 8 free-text answers"


def test_suspicion_counts_readers_not_images(tmp_path: Path) -> None:
    found = line(reported(locked(simulated_study(readers=5)), tmp_path), "Readers suspecting")
    assert (found["numerator"], found["denominator"]) == ("2", "5")
    assert found["basis"].startswith("2 of 5 readers")


def test_accuracy_is_the_mean_of_the_readers(tmp_path: Path) -> None:
    study = locked(simulated_study(cases=8, readers=4))
    slots = dataset.read(study).done("second")
    found = line(reported(study, tmp_path), "Accuracy, mean")
    right = sum(slot.correct or 0 for slot in slots)
    assert float(found["estimate"]) == pytest.approx(right / len(slots))
    assert (found["readers"], found["cases"]) == ("4", "8")


def test_the_page_is_loud_about_simulation(tmp_path: Path) -> None:
    folder = reported(locked(simulated_study()), tmp_path)
    page = (folder / "report.html").read_text()
    assert page.count("SIMULATED") >= page.count("<caption>") + page.count("<figcaption>")
    assert all(
        row["notice"] == "SIMULATED"
        for path in folder.glob("tables/*.csv")
        for row in table(folder, path.stem)
    )


def test_a_study_read_by_people_does_not_say_simulated(tmp_path: Path) -> None:
    assert "SIMULATED" not in (reported(read_by_people(), tmp_path) / "report.html").read_text()


def test_a_demonstration_says_so(tmp_path: Path) -> None:
    text = EVERY_KIND.replace("contact:", "demonstration: true\ncontact:")
    page = (reported(locked(simulated_study(text=text)), tmp_path) / "report.html").read_text()
    assert "SIMULATED · DEMONSTRATION" in page


def test_figures_are_files_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    folder = reported(locked(simulated_study()), tmp_path)
    page = (folder / "report.html").read_text()
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {link.split("/")[0] for link in links} == {"figures", "tables"}
    assert all((folder / link).is_file() for link in links)
    assert "<svg" not in page and "nan" not in page.casefold().replace("nance", "")


def test_an_undefined_interval_gives_its_reason(tmp_path: Path) -> None:
    folder = reported(read_by_people(withdraw=True), tmp_path)
    found = line(folder, "Accuracy, mean")
    assert (found["low"], found["readers"]) == ("", "1")
    assert "one reader" in found["note"]


def test_readers_who_are_always_right_have_a_bound_from_the_cases(tmp_path: Path) -> None:
    found = line(reported(read_by_people(), tmp_path), "Specificity")
    assert (found["printed"], found["low"], found["readers"]) == ("100%", "", "2")
    assert "exact interval of one reader of 2 cases: (16, 100)" in found["note"]


def test_readers_who_withdrew_are_counted_in_the_flow_alone(tmp_path: Path) -> None:
    folder = reported(read_by_people(withdraw=True), tmp_path)
    (first, second) = table(folder, "flow")
    assert (second["withdrew"], second["withdrawn"], second["done"]) == ("1", "5", "5")
    assert {row["reader"] for row in table(folder, "readers-second")} == {"R02"}
    assert first["slots"] == "8"


def test_the_flow_adds_up() -> None:
    study = make_study(cases=4, readers=2, opened=True)
    read_until(study.readers.get(code="R01"), "debrief")
    read_until(study.readers.get(code="R02"), "cases")
    data = dataset.read(study)
    for session in data.protocol.sessions:
        flow = session_flow(data, session.key)
        assert sum(flow.by_status.values()) == flow.slots


def test_one_reader_of_a_specialty_has_no_between_reader_interval() -> None:
    data = dataset.read(locked(simulated_study(readers=4)))
    (row,) = [
        row for row in rows(columns(data, panels(data))) if row.title.startswith("Accuracy by specialty")
    ]
    for cell in row.columns[0]:
        assert (cell.readers, cell.low, cell.note) == (1, None, "no between-reader interval")


def test_one_reader_of_a_specialty_is_compared_with_nobody(tmp_path: Path) -> None:
    folder = reported(locked(simulated_study(readers=4)), tmp_path)
    alone = [row for row in table(folder, "groups-second") if row["readers"] == "1"]
    assert alone and {(row["low"], row["difference"], row["p"]) for row in alone} == {("", "", "")}


def test_several_cases_of_a_patient_widen_intervals_and_are_told(tmp_path: Path) -> None:
    study = make_study(cases=8, readers=0, text=EVERY_KIND)
    for place, case in enumerate(study.cases.order_by("code")):
        study.cases.filter(pk=case.pk).update(patient=f"P{place // 4}")
    lifecycle.open_study(study, "operator")
    simulate(study, 3, 4, 0.75, 0.09)
    found = line(reported(locked(study), tmp_path), "Accuracy, mean")
    assert "8 cases of 2 patients: intervals count patients" in found["note"]


def test_an_algorithm_stands_beside_the_panel_and_not_in_it(tmp_path: Path) -> None:
    study = make_study(cases=4, readers=2, opened=True, text=EVERY_KIND)
    make_reader(study, "A01", kind="algorithm")
    for reader in study.readers.all():
        read_until(reader, "debrief")
    folder = reported(locked(study), tmp_path)
    found = line(folder, "Each algorithm")
    assert (found["line"], found["numerator"], found["denominator"]) == ("A01", "2", "4")
    assert "not compared: degenerate" in found["note"]
    assert line(folder, "Flow of readings")["note"] == "among them 4 read by algorithms"
    assert line(folder, "Accuracy, mean")["readers"] == "2"
    assert line(folder, "Readers suspecting")["denominator"] == "2"
    assert table(folder, "flow")[0]["finished"] == "2"


def test_an_algorithm_is_compared_with_the_mean_of_the_readers(tmp_path: Path) -> None:
    study = simulated_study(cases=8, readers=4)
    read_until(make_reader(study, "A01", kind="algorithm"), "debrief")
    found = line(reported(locked(study), tmp_path), "Each algorithm")
    assert (found["estimate"], found["numerator"]) == ("0.5", "4")
    assert "against the mean of 4 readers on 8 cases" in found["note"] and found["p"]


def test_two_sets_are_two_columns_with_their_difference() -> None:
    data = dataset.read(locked(simulated_study(readers=4, text=TWO_SETS)))
    printed = {row.title: row.columns for row in rows(columns(data, panels(data)))}
    first, second = printed["Accuracy, difference from the first set"]
    means = [cells[0].estimate for cells in printed["Accuracy, mean of readers (CI)"]]
    assert first[0].text == "reference"
    assert second[0].estimate == pytest.approx(means[1] - means[0])
    assert printed["Readers suspecting, unprompted"][1][0].note == "not asked"


def test_missing_readings_are_left_out_and_told(tmp_path: Path) -> None:
    study = make_study(cases=8, readers=3, opened=True, text=EVERY_KIND)
    for code in ("R01", "R02"):
        read_until(study.readers.get(code=code), "debrief")
    read_until(study.readers.get(code="R03"), "exit")
    folder = reported(locked(study), tmp_path)
    assert line(folder, "Accuracy, mean")["readers"] == "2"
    assert table(folder, "flow")[1]["not_reached"] == "10"


def test_agreements_are_counted_by_hand() -> None:
    data = dataset.read(locked(simulated_study(cases=8, readers=3)))
    slots = data.done("second", repeats=True)
    calls = {(slot.reader, slot.case, slot.repeat): slot.call for slot in slots}
    twice = [key for key in calls if key[2]]
    same = sum(calls[key] == calls[key[0], key[1], False] for key in twice)
    assert repeat_agreement(slots, 0.95)[1:] == (same, len(twice)) == (same, 6)


def test_agreement_between_readers_is_the_share_of_pairs_and_what_chance_leaves(tmp_path: Path) -> None:
    study = locked(simulated_study(cases=8, readers=3))
    calls = defaultdict(list)
    for slot in dataset.read(study).done("second"):
        calls[slot.case].append(slot.call)
    pairs = [one == other for made in calls.values() for one, other in combinations(made, 2)]
    found = [each for each in table(reported(study, tmp_path), "summary") if each["row"].startswith("Agreem")]
    assert [each["line"] for each in found] == ["Share alike", "Fleiss κ", "Gwet AC1"]
    assert float(found[0]["estimate"]) == pytest.approx(sum(pairs) / len(pairs))
    assert float(found[1]["low"]) < float(found[1]["estimate"]) < float(found[0]["estimate"])


def test_one_reader_agrees_with_nobody(tmp_path: Path) -> None:
    study = make_study(cases=4, readers=1, opened=True, text=EVERY_KIND)
    read_until(study.readers.get(), "debrief")
    found = line(reported(locked(study), tmp_path), "Agreement between")
    assert (found["printed"], found["note"]) == ("—", "no case has two judgements: agreement is undefined")


def test_a_report_is_audited_and_refuses_a_folder_in_use(tmp_path: Path) -> None:
    study = locked(simulated_study(cases=4, readers=2))
    reported(study, tmp_path)
    assert AuditEvent.objects.filter(action="study.reported").count() == 1
    with pytest.raises(Refused, match="not empty"):
        reported(study, tmp_path)


def test_a_study_without_calls_reports_its_flow(tmp_path: Path) -> None:
    text = EVERY_KIND.replace("questions: [call, sure, signs, spot]", "questions: [grade]")
    page = (reported(locked(simulated_study(text=text)), tmp_path) / "report.html").read_text()
    assert "nothing is compared with truth" in page


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.07, "P = .07"),
        (0.0004, "P < .001"),
        (0.004, "P = .004"),
        (0.0496, "P = .0496"),
        (0.048, "P = .048"),
        (0.05, "P = .05"),
        (0.995, "P > .99"),
        (None, ""),
    ],
)
def test_p_values_are_printed_as_the_journal_wants(p: float | None, text: str) -> None:
    assert p_value(p) == text.replace(" ", "\N{NO-BREAK SPACE}")


def test_numbers_have_a_true_minus_and_no_negative_zero() -> None:
    assert (number(-0.04, 1), number(-0.06, 1), number(0.5, 2)) == ("0.0", "\N{MINUS SIGN}0.1", "0.50")


def test_nothing_but_all_is_printed_as_all() -> None:
    assert [percent(share) for share in (0.996, 0.004, 1.0, 0.0)] == ["> 99%", "< 1%", "100%", "0%"]
    assert [area_with_interval(area, None) for area in (0.9975, 1.0, 0.99)] == ["> 0.99", "1.00", "0.99"]


def test_halves_are_rounded_up() -> None:
    assert [percent(share) for share in (0.575, 0.675, 0.725, 0.7249)] == ["58%", "68%", "73%", "72%"]
