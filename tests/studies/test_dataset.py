"""From rows to tidy slots: statuses, scores, truth only after the lock, no answer of those who withdrew."""

import uuid
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import dataset, participation
from studies.models import Reader, Study
from studies.submission import Submission, submit
from tests.studies.builders import answer_next, make_reader, make_study, read_until
from tests.studies.reading_study import locked, simulated_study

pytestmark = pytest.mark.django_db


def finished(study: Study, code: str) -> Reader:
    reader = study.readers.get(code=code)
    read_until(reader, "done")
    return reader


def test_every_slot_is_a_row_and_statuses_add_up() -> None:
    study = make_study(cases=4, readers=2, opened=True)
    finished(study, "R01")
    read_until(study.readers.get(code="R02"), "cases")
    slots = dataset.read(study).slots
    assert Counter(slot.status for slot in slots) == {"done": 8, "not_reached": 8}


def test_a_skipped_reading_keeps_its_reason_and_has_no_call() -> None:
    study = make_study(cases=4, readers=1, opened=True)
    reader = study.readers.get()
    read_until(reader, "cases")
    assignment = reader.assignments.get(number=1)
    slot = participation.current_reading(assignment)
    assert slot is not None
    submit(slot, Submission(uuid.uuid4(), {}, skip_reason="not_diagnostic"), f"reader:{reader.pk}")
    row = dataset.read(study).slots[0]
    assert (row.status, row.skip_reason, row.call) == ("skipped", "not_diagnostic", None)


@pytest.mark.parametrize(
    ("call", "sure", "rating"), [("present", 1, 4), ("present", 3, 6), ("absent", 1, 3), ("absent", 3, 1)]
)
def test_rating_orders_calls_by_confidence(call: str, sure: int, rating: int) -> None:
    study = make_study(cases=2, readers=1, opened=True)
    reader = study.readers.get()
    while not (step := participation.next_step(reader)).assignment or step.assignment.number == 1:
        read_until(reader, step.name)
        answer_next(reader)
    read_until(reader, "cases")
    answer_next(reader, call=call, confidence=sure)
    row = next(slot for slot in dataset.read(study).slots if slot.call is not None)
    assert (row.confidence, row.rating) == (sure, rating)


def test_truth_joins_only_after_the_lock() -> None:
    study = simulated_study()
    assert {slot.truth for slot in dataset.read(study).slots} == {None}
    rows = dataset.read(locked(study)).slots
    assert {slot.truth for slot in rows} == {0, 1}
    assert all(slot.correct == int(slot.call == slot.truth) for slot in rows if slot.call is not None)


def test_nothing_but_the_slots_is_left_of_a_reader_who_withdrew() -> None:
    study = make_study(cases=4, readers=1, opened=True)
    reader = study.readers.get()
    read_until(reader, "debrief")
    participation.debrief(reader, withdraw=True)
    data = dataset.read(study)
    assert {slot.status for slot in data.slots} == {"withdrawn"}
    assert not any(slot.answers or slot.call is not None or slot.read_ms for slot in data.slots)
    assert not any(sitting.exit_answers for sitting in data.sittings)


def test_readers_own_words_win_over_the_list() -> None:
    study = make_study(cases=2, readers=0, opened=True)
    reader = make_reader(study, "R09", specialty="general", years=3)
    read_until(reader, "profile")
    participation.keep_profile(reader, {"specialty": "breast", "years": 0})
    (record,) = dataset.read(study).readers
    assert (record.specialty, record.years) == ("breast", 0)


def test_the_number_of_queries_does_not_grow_with_the_study() -> None:
    counts = []
    for slug, cases, readers in (("small", 4, 2), ("large", 8, 5)):
        study = Study.objects.get(pk=simulated_study(slug, cases, readers).pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            dataset.read(study)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_repeats_stay_out_of_accuracy() -> None:
    data = dataset.read(locked(simulated_study(cases=8, readers=2)))
    assert len(data.done("second")) == 16
    assert len(data.done("second", repeats=True)) == 20
