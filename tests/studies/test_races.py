"""Nothing is kept after the door has closed, not even what was half-way through it; in threads."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from studies import audit, enrolment, evidence, lifecycle, participation, submission
from studies.models import Invitation, Reader, Reading, Study
from studies.participation import OutOfTurn
from tests.studies.builders import invite, make_study, read_until

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time: no two are ever half-way"
)


class Side(threading.Thread):
    """Something done in a thread and on a connection of its own; `raised` is what it ended with."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act, self.raised = act, None
        self.start()

    def run(self) -> None:
        try:
            self.act()
        except Exception as error:
            self.raised = error
        finally:
            connection.close()

    def result(self) -> Exception | None:
        self.join(20)
        assert not self.is_alive()
        return self.raised

    def waits(self) -> bool:
        """Whether it is still under way after a while that it does not need."""
        self.join(0.4)
        return self.is_alive()


@contextmanager
def paused(place: str, function: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Stops the first call of a function before it begins: (reached, go on)."""
    reached, onward = threading.Event(), threading.Event()
    modules = {"submission": submission, "participation": participation, "lifecycle": lifecycle}
    module, before = modules[place], getattr(modules[place], function)

    def slow(*args: Any, **kwargs: Any) -> Any:
        if not reached.is_set():
            reached.set()
            assert onward.wait(20)
        return before(*args, **kwargs)

    with patch.object(module, function, slow):
        yield reached, onward
        onward.set()


@pytest.fixture
def study(transactional_db: None) -> Study:
    """Open; both readers are at their first case."""
    study = make_study(opened=True)
    for reader in study.readers.all():
        read_until(reader, "cases")
    return study


def answer(reader: Reader) -> None:
    slot = Reading.objects.waiting().filter(assignment__reader=reader, assignment__number=1)[0]
    submission.submit(slot, submission.Submission(uuid.uuid4(), {"quality": 1}), f"reader:{reader.pk}")


def close_and_lock(study: Study) -> None:
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)


def verified(study: Study) -> None:
    for _ in range(5):
        assert evidence.verify_study(study) is None


def counted(study: Study) -> str:
    return audit.AuditEvent.objects.get(action="study.locked").data


def test_the_lock_waits_for_an_answer_under_way_and_counts_it(study):
    with paused("submission", "_keep") as (reached, onward):
        answering = Side(lambda: answer(study.readers.first()))
        assert reached.wait(20)
        locking = Side(lambda: close_and_lock(study))
        assert locking.waits()
        onward.set()
        assert (answering.result(), locking.result()) == (None, None)
    locked = Study.objects.get()
    assert Reading.objects.read().get().submitted_utc < locked.closed_utc
    assert '"read":1,' in counted(study)
    assert evidence.verify_study(locked) is None


def test_an_answer_that_comes_while_the_study_is_closed_is_refused(study):
    with paused("lifecycle", "_counts") as (reached, onward):
        closing = Side(lambda: lifecycle.close_study(study, audit.OPERATOR))
        assert reached.wait(20)
        answering = Side(lambda: answer(study.readers.first()))
        assert answering.waits()
        onward.set()
        assert closing.result() is None
        assert isinstance(answering.result(), OutOfTurn)
    assert not Reading.objects.read().exists()


def test_readers_of_a_study_do_not_wait_for_each_other(study):
    first, second = study.readers.all()
    with paused("submission", "_keep") as (reached, onward):
        slow = Side(lambda: answer(first))
        assert reached.wait(20)
        assert Side(lambda: answer(second)).result() is None
        assert slow.is_alive()
        onward.set()
        assert slow.result() is None


def test_two_devices_of_a_reader_keep_one_answer(study):
    reader = study.readers.first()
    slot = Reading.objects.waiting().filter(assignment__reader=reader, assignment__number=1)[0]

    def send() -> None:
        submission.submit(slot, submission.Submission(uuid.uuid4(), {"quality": 1}), "t")

    with paused("submission", "_keep") as (reached, onward):
        one = Side(send)
        assert reached.wait(20)
        other = Side(send)
        assert other.waits()
        onward.set()
        assert one.result() is None
        assert isinstance(other.result(), submission.AlreadyKept)


def test_a_withdrawal_under_way_is_counted_by_the_lock_and_none_comes_later(study):
    first, second = study.readers.all()
    for reader in (first, second):
        read_until(reader, "debrief")
    with paused("participation", "_record") as (reached, onward):
        leaving = Side(lambda: participation.debrief(first, withdraw=True))
        assert reached.wait(20)
        locking = Side(lambda: close_and_lock(study))
        assert locking.waits()
        onward.set()
        assert (leaving.result(), locking.result()) == (None, None)
    with pytest.raises(OutOfTurn):
        participation.debrief(second, withdraw=True)
    locked = Study.objects.get()
    assert Reader.objects.get(pk=first.pk).withdrew_utc < locked.locked_utc
    assert evidence.verify_study(locked) is None


def test_a_link_is_begun_and_renewed_at_once_without_a_deadlock(study):
    reader = study.readers.first()
    for _ in range(5):
        link = enrolment.find_invitation(invite(reader))
        sides = [
            Side(lambda link=link: enrolment.begin(link)),
            Side(lambda link=link: enrolment.revoke(link, audit.OPERATOR, "lost")),
            Side(lambda: enrolment.invite(reader, audit.OPERATOR)),
        ]
        assert [side.result() for side in sides] == [None] * 3
    assert Invitation.objects.filter(revoked_utc=None).count() == 5
    assert evidence.verify_study(study) is None


def test_everything_at_once_leaves_chains_that_hold(study):
    def read_on(reader: Reader) -> None:
        for _ in range(4):
            answer(reader)

    sides = [Side(lambda reader=reader: read_on(reader)) for reader in study.readers.all()]
    sides += [Side(lambda: verified(study)) for _ in range(3)]
    sides += [Side(lambda reader=reader: enrolment.invite(reader, "x")) for reader in study.readers.all()]
    time.sleep(0.01)
    sides.append(Side(lambda: lifecycle.close_study(study, audit.OPERATOR)))
    ended = [side.result() for side in sides]
    assert {type(error) for error in ended} <= {type(None), OutOfTurn}
    assert evidence.verify_study(Study.objects.get()) is None
