"""A study moves one way, and a reader's way follows it."""

import pytest

from studies import audit, enrolment, lifecycle, participation
from studies.models import Invitation, Reader, Study
from studies.refusals import NotReady
from tests.studies.builders import STUDY_YAML, make_study, read_until

pytestmark = pytest.mark.django_db
MOVES = {"open": lifecycle.open_study, "close": lifecycle.close_study, "lock": lifecycle.lock_study}


@pytest.mark.parametrize("done", [[], ["open"], ["open", "close"], ["open", "close", "lock"]])
@pytest.mark.parametrize("move", list(MOVES))
def test_only_the_next_move_is_taken(done, move):
    study = make_study()
    for name in done:
        MOVES[name](study, audit.OPERATOR)
    if list(MOVES)[: len(done) + 1] == [*done, move]:
        MOVES[move](study, audit.OPERATOR)
    else:
        with pytest.raises(NotReady, match="must be"):
            MOVES[move](study, audit.OPERATOR)


def test_opening_freezes_the_protocol():
    study = make_study(opened=True)
    assert study.protocol.frozen_utc and study.opened_utc


def test_readers_are_not_enrolled_before_opening():
    with pytest.raises(NotReady):
        enrolment.enrol(make_study().readers.first(), audit.OPERATOR)


def test_the_secret_of_a_link_is_stored_nowhere():
    reader = make_study(opened=True).readers.first()
    secret = enrolment.invite(reader, audit.OPERATOR)
    assert enrolment.find_invitation(secret).reader == reader
    assert secret not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize(
    "change", [{"expires_utc": "2020-01-01T00:00Z"}, {"revoked_utc": "2020-01-01T00:00Z"}]
)
def test_an_expired_or_revoked_link_opens_nothing(change):
    secret = enrolment.invite(make_study(opened=True).readers.first(), audit.OPERATOR)
    Invitation.objects.update(**change)
    with pytest.raises(enrolment.InvitationInvalid):
        enrolment.find_invitation(secret)


@pytest.mark.parametrize("step", ["consent", "profile", "briefing", "cases", "exit", "debrief", "done"])
def test_a_reader_comes_through_every_step(step):
    reader = make_study(opened=True).readers.first()
    read_until(reader, step)
    assert participation.next_step(Reader.objects.get(pk=reader.pk)).name == step


def test_a_washout_is_waited_for():
    text = STUDY_YAML.replace("reveal: true", "washout_days: 14, reveal: true")
    reader = make_study(opened=True, text=text).readers.first()
    read_until(reader, "wait")
    step = participation.next_step(Reader.objects.get(pk=reader.pk))
    first = step.assignment.reader.assignments.get(number=1)
    assert (step.not_before - first.finished_utc).days == 14


def test_a_reader_may_withdraw_at_the_debriefing():
    reader = make_study(opened=True).readers.first()
    read_until(reader, "debrief")
    participation.debrief(reader, withdraw=True)
    assert participation.next_step(Reader.objects.get(pk=reader.pk)).name == "withdrawn"


def test_nobody_reads_on_once_a_study_is_closed():
    study = make_study(opened=True)
    reader = study.readers.first()
    read_until(reader, "cases")
    lifecycle.close_study(study, audit.OPERATOR)
    assert participation.next_step(Reader.objects.get(pk=reader.pk)).name == "closed"
    assert Study.objects.get().state == "closed"
