"""The log of a reading: what is taken, what is left out, how it is kept, verified and exported."""

import copy
import csv
import json
import math
import uuid
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from studies import digests, evidence, interactions, participation, submission, triggers
from studies.export import export
from studies.interactions import KINDS, MOST_EVENTS, Interactions, checked, events_of, packed, summary
from studies.models import InteractionLog, Reading, Study
from studies.submission import Submission, Times
from tests.studies.builders import answer_to, make_study, read_until

EVENTS = [
    [0, "size", 1280, 800],
    [400, "frame", 0, 0],
    [0, "window", 0, 0, 4095.5, 0],
    [0, "view", 0, 0.31, 512, 640.5],
    [600, "window", 0, 100, 3000, 0],
    [1000, "frame", 0, 1],
    [500, "hidden"],
    [9000, "shown"],
    [500, "frame", 0, 0],
    [100, "view", 0, 0.62, 500, 600],
    [0, "do", "zoom"],
    [100, "answer", "call"],
]
NO_TIMES = Times()
LOG = {"events": EVENTS, "truncated": 0}


def with_row(row: object) -> dict[str, object]:
    return {"events": [*EVENTS, row], "truncated": 0}


def nested(depth: int) -> list[object]:
    made: list[object] = []
    for _ in range(depth):
        made = [made]
    return made


def test_a_log_is_taken_as_it_is() -> None:
    log = checked(LOG)
    assert (log.fault, json.loads(log.text)) == ("", EVENTS)


def test_packing_gives_the_events_back_with_their_times_added_up() -> None:
    events = list(events_of(packed(checked(LOG))))
    assert [event.ms for event in events][-2:] == [12100, 12200]
    assert events[3].values == {"image": 0, "scale": 0.31, "x": 512, "y": 640.5}


@pytest.mark.parametrize(
    "sent",
    [
        *(None, 7, "text", [], {}, {"events": []}, {**LOG, "more": 1}, {"events": {}, "truncated": 0}),
        *({**LOG, "truncated": value} for value in (-1, 1.5, True, None, 2**31)),
        *(with_row(row) for row in (7, None, [], [5], ["frame", 5], [5, ["frame"]], [5, "unknown"])),
        *(with_row([since, "shown"]) for since in (-1, 0.5, math.nan, math.inf, None, "1", True, 2**31)),
        *(with_row([1, "window", 0, value, 9, 0]) for value in (math.nan, math.inf, 1e300, "5", None, [5])),
        *(with_row([1, "window", 0, 1, 9, value]) for value in (True, 2, -1, 0.5)),
        *(with_row([1, "do", value]) for value in ("", "two words", "<b>", "a" * 65, "a\n", 5, None)),
        *(with_row(row) for row in ([1, "frame", 0], [1, "frame", 0, 1, 2], [1, "frame", -1, 0])),
        with_row([1, "frame", 0, 10**400]),
        with_row([1, "do", nested(500)]),
        with_row(nested(500)),
        {"events": [[0, "shown"]] * (MOST_EVENTS + 1), "truncated": 0},
        {"events": [[2**30, "shown"]] * 3, "truncated": 0},
    ],
)
def test_a_hostile_log_is_left_out_with_a_reason(sent: object) -> None:
    log = checked(sent)
    assert log.rows == () and 0 < len(log.fault) <= 200


def test_the_largest_log_that_is_taken_stays_small() -> None:
    rows = [[50, "view", 9, 12.345, 10240.5, 10240.5 + at] for at in range(MOST_EVENTS)]
    log = checked({"events": rows, "truncated": 5})
    assert (log.fault, log.truncated, len(log.rows)) == ("", 5, MOST_EVENTS)
    assert len(log.text) < interactions.LONGEST_TEXT and len(packed(log)) < 100_000


def test_frames_get_the_time_that_they_were_seen() -> None:
    said = summary(events_of(packed(checked(LOG))))
    assert said.frames == {(0, 0): 1600 + 200, (0, 1): 500 + 500}
    assert (said.windows, said.views) == (1, 1)


def test_sleep_and_reloads_count_for_no_frame() -> None:
    rows = [[0, "frame", 0, 0], [1000, "do", "x"], [61000, "slept", 60000], [5000, "reload"]]
    rows += [[10, "frame", 0, 0], [90, "do", "x"]]
    said = summary(events_of(packed(checked({"events": rows, "truncated": 0}))))
    assert said.frames == {(0, 0): 1000 + 1000 + 90}


def test_a_covered_page_counts_for_no_frame_whether_hidden_or_not() -> None:
    rows = [[0, "frame", 0, 0], [100, "covered"], [1000, "hidden"], [1000, "uncovered"], [1000, "shown"]]
    said = summary(events_of(packed(checked({"events": [*rows, [50, "blur"]], "truncated": 0}))))
    assert said.frames == {(0, 0): 100 + 50}


@pytest.fixture
def study(db: None) -> Study:
    study = make_study(opened=True)
    read_until(study.readers.first(), "cases")
    return study


def send(study: Study, log: Interactions | None, times: Times = NO_TIMES) -> tuple[Reading, Submission]:
    assignment = study.readers.first().assignments.first()
    slot = participation.current_reading(assignment)
    assert slot
    definition = study.definition
    keys = definition.session(assignment.session.key).questions
    answers = {key: answer_to(definition.question(key)) for key in keys}
    sent = Submission(uuid.uuid4(), answers, times=times, interactions=log)
    return submission.submit_within(slot, sent, "reader:1"), sent


def test_the_log_is_kept_with_the_answer_and_verified(study: Study) -> None:
    slot, _ = send(study, checked(LOG), Times(focused_ms=5, event_timing_ms=224))
    log = InteractionLog.objects.get(reading=slot)
    assert (log.events, log.truncated, log.fault) == (len(EVENTS), 0, "")
    assert log.sha256 == interactions.text_sha256(interactions.unpacked(log.blob))
    assert evidence.verify_study(study) is None


def test_a_log_that_was_left_out_leaves_its_reason(study: Study) -> None:
    slot, _ = send(study, checked({"events": [[-1, "shown"]], "truncated": 0}))
    log = InteractionLog.objects.get(reading=slot)
    assert slot.status == "done" and log.events == 0 and "row 1" in log.fault
    assert evidence.verify_study(study) is None


def test_no_log_makes_no_row_and_changes_no_digest(study: Study) -> None:
    slot, sent = send(study, None)
    assert not InteractionLog.objects.exists() and evidence.verify_study(study) is None
    older = Submission(sent.submission_id, sent.answers)
    assert older.digest() == sent.digest() == slot.submission_sha256
    assert len(digests._later(slot)) == 0


def test_sending_again_changes_nothing_and_another_log_is_another_answer(study: Study) -> None:
    slot, sent = send(study, checked(copy.deepcopy(LOG)))
    again = Submission(sent.submission_id, sent.answers, interactions=checked(LOG))
    assert submission.submit_within(slot, again, "reader:1").pk == slot.pk
    other = Submission(sent.submission_id, sent.answers, interactions=checked(with_row([1, "shown"])))
    with pytest.raises(submission.AlreadyKept):
        submission.submit_within(slot, other, "reader:1")
    assert InteractionLog.objects.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET truncated = 1", "DELETE FROM {}"])
def test_the_database_keeps_logs_as_they_are(study: Study, statement: str) -> None:
    send(study, checked(LOG))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement.format("studies_interactionlog"))


@pytest.fixture
def unguarded(study: Study) -> Iterator[Study]:
    send(study, checked(LOG))
    triggers.remove(connection)
    yield study
    triggers.install(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_interactionlog SET truncated = 1",
        "UPDATE studies_interactionlog SET events = 1",
        "UPDATE studies_interactionlog SET blob = substr(blob, 1, 20)",
        "UPDATE studies_interactionlog SET sha256 = ''",
        "DELETE FROM studies_interactionlog",
        "UPDATE studies_reading SET focused_ms = 1 WHERE status = 'done'",
    ],
)
def test_a_changed_log_is_told(unguarded: Study, statement: str) -> None:
    connection.cursor().execute(statement)
    assert "answers or times" in str(evidence.verify_study(unguarded))


def exported(study: Study, tmp_path, name: str) -> list[dict[str, str]]:
    with (tmp_path / "out" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_export_gives_every_event_back(study: Study, tmp_path) -> None:
    send(study, checked(LOG))
    said = export(study, tmp_path / "out", "operator")
    rows = exported(study, tmp_path, "interactions/interactions.csv")
    back, last = [], 0
    for row in rows:
        names = [name for name, _ in KINDS[row["event"]]]
        values = [json.loads(row[name]) if name != "name" else row[name] for name in names]
        shift = [1 if name in {"image", "frame"} else 0 for name in names]
        values = [value - by if by else value for value, by in zip(values, shift, strict=True)]
        back.append([int(row["ms"]) - last, row["event"], *values])
        last = int(row["ms"])
    assert back == EVENTS
    assert said.rows["interactions/interactions.csv"] == len(EVENTS)
    assert {row["reader"] for row in rows} == {"R01"}


def test_readings_say_how_much_was_logged_and_the_codebook_what_it_means(study: Study, tmp_path) -> None:
    slot, _ = send(study, checked({**LOG, "truncated": 3}), Times(focused_ms=70, event_timing_ms=48))
    export(study, tmp_path / "out", "operator")
    row = next(row for row in exported(study, tmp_path, "readings.csv") if row["status"] == "done")
    names = ("focused_ms", "event_timing_ms", "logged", "logged_truncated", "log_fault")
    assert [row[name] for name in names] == ["70", "48", str(len(EVENTS)), "3", ""]
    book = {(line["file"], line["column"]) for line in exported(study, tmp_path, "codebook.csv")}
    assert ("interactions/interactions.csv", "duration_ms") in book


def test_logs_of_a_reader_who_withdrew_stay_behind(study: Study, tmp_path) -> None:
    send(study, checked(LOG))
    reader = study.readers.first()
    read_until(reader, "debrief")
    reader.refresh_from_db()
    participation.debrief(reader, withdraw=True)
    export(study, tmp_path / "out", "operator")
    assert not (tmp_path / "out" / "interactions").exists()
    assert {row["logged"] for row in exported(study, tmp_path, "readings.csv")} == {""}
