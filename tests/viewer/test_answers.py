"""The door for answers over HTTP: kept once, in turn, whole or not at all."""

import uuid

import pytest

from studies import audit, lifecycle
from studies.evidence import verify_study
from studies.models import Answer, AuditEvent, Mark, Reading

ANSWERS = {"quality": 2, "diagnosis": "pneumonia"}
ID = str(uuid.uuid4())


def kept() -> tuple[int, int, int]:
    return Reading.objects.read().count(), Answer.objects.count(), AuditEvent.objects.count()


def test_an_answer_is_kept_and_the_next_case_comes_with_the_reply(browser):
    page = browser.next()
    reply = browser.send(page["reading"], ANSWERS, times={"ready_ms": 400, "read_ms": 9000}).json()
    assert reply["kept"] and reply["next"]["position"] == 2
    reading = Reading.objects.get(address=page["reading"])
    assert (reading.status, reading.ready_ms, reading.read_ms) == ("done", 400, 9000)
    assert {answer.question: answer.value for answer in reading.answers.all()} == ANSWERS


def test_sending_it_again_changes_nothing(browser, study):
    page = browser.next()
    browser.send(page["reading"], ANSWERS, ID)
    before = kept()
    again = browser.send(page["reading"], ANSWERS, ID)
    assert (again.status_code, kept()) == (200, before)
    assert verify_study(study) is None


def test_another_answer_to_a_kept_reading_is_refused(browser):
    page = browser.next()
    browser.send(page["reading"], ANSWERS, ID)
    before = kept()
    for other in (str(uuid.uuid4()), ID):
        assert browser.send(page["reading"], {**ANSWERS, "quality": 3}, other).status_code == 409
    assert kept() == before


def test_a_case_out_of_turn_is_refused(browser):
    ahead = browser.next()["ahead"][0]["reading"]
    assert browser.send(ahead, ANSWERS).status_code == 409
    assert kept()[:2] == (0, 0)


def test_missing_and_unknown_answers_are_named(browser):
    page = browser.next()
    reply = browser.send(page["reading"], {"quality": 9, "colour": "red"})
    assert reply.status_code == 400
    assert set(reply.json()["fields"]) == {"quality", "diagnosis", "colour"}
    assert kept()[:2] == (0, 0)


def test_a_case_may_be_skipped_with_a_reason(browser):
    page = browser.next()
    assert browser.send(page["reading"], {}, skip_reason="not_diagnostic").status_code == 200
    reading = Reading.objects.get(address=page["reading"])
    assert (reading.status, reading.skip_reason) == ("skipped", "not_diagnostic")


@pytest.mark.parametrize("text", ["\ud800 x", "a\x00b", "x" * 4001, "  "])
def test_text_that_no_file_takes_is_refused(browser, text):
    page = browser.next()
    assert browser.send(page["reading"], {**ANSWERS, "diagnosis": text}).status_code == 400
    assert kept()[:2] == (0, 0)


def test_numbers_beyond_measure_and_deep_nests_are_refused(browser):
    page = browser.next()
    path = f"/api/v1/readings/{page['reading']}/"
    for body in ('{"submission_id": "x", "answers": {"quality": 1' + "0" * 400 + "}}", "[" * 100_000):
        assert browser.client.post(path, body, content_type="application/json").status_code == 400


def test_an_id_that_was_used_for_another_reading_is_refused(browser):
    browser.send(browser.next()["reading"], ANSWERS, ID)
    reply = browser.send(browser.next()["reading"], ANSWERS, ID)
    assert (reply.status_code, reply.json()["code"]) == (409, "not_kept")


def test_a_refusal_says_whether_an_answer_is_on_record(browser, study):
    page = browser.next()
    browser.send(page["reading"], ANSWERS)
    assert browser.send(page["reading"], ANSWERS).json()["code"] == "already_kept"
    lifecycle.close_study(study, audit.OPERATOR)
    assert browser.send(page["ahead"][0]["reading"], ANSWERS).json()["code"] == "not_kept"


def test_nonsense_is_refused_with_a_sentence(browser):
    page = browser.next()
    reply = browser.send(page["reading"], ANSWERS, "no-uuid", times={"read_ms": -1})
    assert reply.status_code == 400 and "submission_id" in reply.json()["error"]


def test_marks_are_kept_in_image_pixels(browser):
    browser.read_session(ANSWERS)
    browser.post("/reading/exit/", noticed="yes")
    browser.post("/reading/briefing/")
    page = browser.next()
    region = [{"image": 0, "frame": 0, "kind": "point", "x": 12.5, "y": 39.5}]
    browser.send(page["reading"], {"call": "synthetic", "confidence": 3, "region": region})
    mark = Mark.objects.get()
    assert (mark.x, mark.y, mark.kind, mark.number) == (12.5, 39.5, "point", 1)


def test_a_mark_outside_the_image_is_refused(browser):
    browser.read_session(ANSWERS)
    browser.post("/reading/exit/", noticed="yes")
    browser.post("/reading/briefing/")
    answers = {"call": "synthetic", "confidence": 3, "region": [{"x": 31, "y": 2}]}
    assert browser.send(browser.next()["reading"], answers).status_code == 400


def test_a_reader_goes_the_whole_way(browser, study):
    browser.read_session(ANSWERS)
    browser.post("/reading/exit/", noticed="yes")
    browser.post("/reading/briefing/")
    browser.read_session({"call": "authentic", "confidence": 2})
    browser.post("/reading/exit/")
    browser.post("/reading/debrief/")
    assert "Thank you" in browser.get("/reading/").content.decode()
    assert Reading.objects.read().count() == 8 + 10
    assert verify_study(study) is None
