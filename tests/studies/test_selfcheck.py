"""The display self-check: what is shown, what counts as seen, and what is kept of it."""

import csv

import pytest
from django.db import DatabaseError, connection, transaction

from studies import audit, dataset, evidence, export, lifecycle, participation, selfcheck, triggers
from studies.models import Assignment, AuditEvent, DisplayCheck, Reader
from studies.participation import OutOfTurn, next_step
from studies.protocol import digest, parse, to_json
from studies.report import method
from studies.simulation import simulate
from tests.studies.builders import DISPLAY_SEEN, STUDY_YAML, answer_next, make_study, read_until

TEXT = STUDY_YAML.replace("seed: 7", "seed: 7\ndisplay: {check: true}")
FACTS = {"screen": [1920, 1080], "viewport": [1280, 800], "pixel_ratio": 1.0, "color_depth": 24}


@pytest.fixture
def study(db):
    return make_study(opened=True, text=TEXT)


@pytest.fixture
def reader(study) -> Reader:
    """At the first session's display step."""
    reader = study.readers.first()
    read_until(reader, "display")
    return reader


def attempt(reader: Reader, number: int = 1, **said: str) -> DisplayCheck:
    return participation.keep_display_check(reader, number, {**DISPLAY_SEEN, **said}, FACTS)


def all_right(reader: Reader, number: int) -> dict[str, str]:
    return selfcheck.symbols(next_step(reader).assignment.nonce, number)


# What is shown


def test_symbols_differ_by_attempt_and_stay_for_each():
    first, second = (selfcheck.symbols("secret", number) for number in (1, 2))
    assert first == selfcheck.symbols("secret", 1) != second
    assert all(len(set(shown)) == 4 and set(shown) <= set(selfcheck.GLYPHS) for shown in first.values())


def test_grounds_are_black_middle_and_white():
    levels = {ground.key: ground.levels for ground in selfcheck.GROUNDS}
    assert levels == {
        "black": (0, 8, 4, 2, 1),
        "grey": (128, 136, 132, 130, 129),
        "white": (255, 247, 251, 253, 254),
    }


def test_a_grid_holds_each_symbol_as_often_as_it_has_strokes():
    strokes = {symbol: sum(map(int.bit_count, rows)) for symbol, rows in selfcheck.GLYPHS.items()}
    grid = selfcheck.grid("HEX4")
    assert len(grid) == selfcheck.COLUMNS * selfcheck.ROWS
    assert [grid.count(str(number + 1)) for number in range(4)] == [strokes[symbol] for symbol in "HEX4"]


def test_no_two_symbols_look_alike():
    bits = {symbol: "".join(f"{row:05b}" for row in rows) for symbol, rows in selfcheck.GLYPHS.items()}
    apart = [
        sum(a != b for a, b in zip(bits[one], bits[two], strict=True))
        for one in bits
        for two in bits
        if one < two
    ]
    assert min(apart) >= 5


# What counts as seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hex4", "HEX4"),
        (" h e-4 ", "HE-4"),
        ("Nothing", ""),
        ("----", ""),
        ("K", "K"),
        ("hexen", None),
        ("", None),
    ],
)
def test_what_is_typed_is_made_plain(text, said):
    assert selfcheck.typed(text) == said


@pytest.mark.parametrize("text", ["<b>", "ÄÖ", "a;b", "٣", "x" * 4000])
def test_what_is_no_symbol_is_refused(text):
    assert selfcheck.typed(text) is None


@pytest.mark.parametrize(
    ("said", "smallest"), [("HEX4", 1), ("HEX", 2), ("HE-4", 4), ("HX", 8), ("-EX4", None), ("", None)]
)
def test_the_smallest_difference_counts_with_all_stronger_ones(said, smallest):
    assert selfcheck.smallest("HEX4", said) == smallest


def test_advice_fits_what_was_found():
    fine = {"black": 2, "grey": 1, "white": 1}
    assert selfcheck.advice(fine, {"lines": "even"}, 2.0) == []
    assert "dim the room" in selfcheck.advice({**fine, "black": None}, {"lines": "even"}, None)[0]
    assert "resolution" in selfcheck.advice(fine, {"lines": "uneven"}, 1.0)[0]
    assert "125 %" in selfcheck.advice(fine, {"lines": "even"}, 1.25)[0]


# The step


def test_a_protocol_without_a_check_keeps_its_hash():
    document = to_json(parse(STUDY_YAML))
    assert "display" not in document
    assert digest(to_json(parse(STUDY_YAML.replace("seed", "display: {check: false}\nseed")))) == digest(
        document
    )


def test_the_display_comes_before_every_briefing(reader):
    seen = []
    while (step := next_step(Reader.objects.get(pk=reader.pk))).name != "debrief":
        if step.name != "cases":
            seen.append(step.name)
        answer_next(reader)
    assert seen == ["display", "briefing", "exit"] * 2


def test_every_attempt_is_kept_and_the_reader_goes_on_when_they_like(reader, study):
    attempt(reader)
    assert next_step(reader).name == "display"
    second = attempt(reader, 2, **all_right(reader, 2))
    participation.leave_display(reader)
    assert next_step(reader).name == "briefing"
    assert second.results == {"black": 1, "grey": 1, "white": 1}
    assert [check.number for check in DisplayCheck.objects.all()] == [1, 2]
    assert evidence.verify_study(study) is None


@pytest.mark.parametrize("number", [0, 2, 99])
def test_an_attempt_that_is_not_the_next_is_refused(reader, number):
    with pytest.raises(OutOfTurn):
        attempt(reader, number)
    assert not DisplayCheck.objects.exists()


def test_attempts_have_an_end(reader):
    for number in range(1, selfcheck.MOST_ATTEMPTS + 1):
        attempt(reader, number)
    with pytest.raises(OutOfTurn):
        attempt(reader, selfcheck.MOST_ATTEMPTS + 1)


def test_nobody_goes_on_without_a_look(reader):
    with pytest.raises(OutOfTurn):
        participation.leave_display(reader)


def test_simulated_readers_and_algorithms_sit_before_no_display(db):
    study = make_study(readers=0, opened=True, text=TEXT)
    assert simulate(study, 3, 2, 0.75, 0.09).readings == 2 * 2 * 4
    assert not DisplayCheck.objects.exists() and evidence.verify_study(study) is None


# What is kept


def test_each_attempt_has_one_event_and_its_digest(reader):
    check = attempt(reader)
    event = AuditEvent.objects.get(action="display.kept")
    assert (event.subject, event.utc) == (f"display_check:{check.pk}", check.kept_utc)
    assert event.chain == audit.assignment_chain(check.assignment)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_displaycheck SET results = '{}'",
        "DELETE FROM studies_displaycheck",
        "UPDATE studies_assignment SET display_checked_utc = NULL WHERE display_checked_utc IS NOT NULL",
    ],
)
def test_the_database_refuses_a_rewrite(reader, statement):
    attempt(reader)
    participation.leave_display(reader)
    with pytest.raises(DatabaseError, match="studies_"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        lambda checks: checks.update(answers={"black": "HEX4"}),
        lambda checks: checks.update(results={}),
        lambda checks: checks.update(shown={}),
        lambda checks: checks.update(display_facts={}),
        lambda checks: checks.update(number=7),
        lambda checks: checks.delete(),
        lambda checks: Assignment.objects.filter(display_checks__in=checks).update(display_checked_utc=None),
    ],
)
def test_verify_finds_what_was_changed_behind_the_guards(reader, study, change):
    attempt(reader)
    participation.leave_display(reader)
    triggers.remove(connection)
    change(DisplayCheck.objects.all())
    found = evidence.verify_study(study)
    triggers.install(connection)
    assert found is not None and "what was kept" in found.problem or "display_checked_utc" in found.problem


def test_verify_finds_an_attempt_without_an_event(reader, study):
    DisplayCheck.objects.create(
        assignment=next_step(reader).assignment,
        number=1,
        kept_utc=study.opened_utc,
        shown={},
        answers={},
        results={},
    )
    assert evidence.verify_study(study) is not None


# What leaves


def rows(folder) -> list[dict[str, str]]:
    with (folder / "display_checks.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_attempts_are_exported_with_a_codebook(reader, study, tmp_path):
    attempt(reader, black="", **{"grey": all_right(reader, 1)["grey"][:3]})
    export.export(study, tmp_path / "out", audit.OPERATOR)
    row = rows(tmp_path / "out")[0]
    said = {
        name: row[name]
        for name in ("reader", "session", "attempt", "black_smallest", "grey_smallest", "room")
    }
    assert said == dict(zip(said, (reader.code, "first", "1", "", "2", "dim"), strict=True))
    assert (row["screen_width"], row["pixel_ratio"], row["color_depth"]) == ("1920", "1.0", "24")
    described = (tmp_path / "out" / "codebook.csv").read_text()
    assert all(f"display_checks.csv,{name}," in described for name in row)


def test_a_reader_who_withdrew_leaves_no_attempt(reader, study, tmp_path):
    while next_step(Reader.objects.get(pk=reader.pk)).name != "debrief":
        answer_next(reader)
    participation.debrief(reader, withdraw=True)
    export.export(study, tmp_path / "out", audit.OPERATOR)
    assert rows(tmp_path / "out") == [] and DisplayCheck.objects.count() == 2


def test_a_study_without_checks_exports_no_sheet(db, tmp_path):
    export.export(make_study(opened=True), tmp_path / "out", audit.OPERATOR)
    assert not (tmp_path / "out" / "display_checks.csv").exists()


def test_the_methods_tell_what_was_seen(study):
    for reader, right in zip(study.readers.all(), (4, 3), strict=True):
        read_until(reader, "display")
        attempt(reader)
        shown = all_right(reader, 2)
        attempt(reader, 2, black=shown["black"][:right], grey=shown["grey"])
        participation.leave_display(reader)
        participation.begin_session(reader)
    said = method.displays(dataset.read(study))
    assert said.startswith("2 of 2 sessions begun with a display self-check; ")
    assert said.endswith("near black 2, mid grey 1, near white more than 8.")
    assert method.displays(dataset.read(make_study("other", opened=True))) == ""


def test_a_closed_study_takes_no_attempt(reader, study):
    lifecycle.close_study(study, audit.OPERATOR)
    with pytest.raises(OutOfTurn):
        attempt(reader)
