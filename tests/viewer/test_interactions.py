"""The log of a reading over HTTP: no log, however odd, costs the answer that comes with it."""

import json
import uuid

import pytest

from studies.models import InteractionLog, Reading

ANSWERS = {"quality": 2, "diagnosis": "pneumonia"}
LOG = {"events": [[12, "frame", 0, 0], [30, "do", "invert"]], "truncated": 0}


def test_log_times_and_display_come_with_the_answer(browser):
    page = browser.next()
    display = {"renderer": "webgl2", "gl": "software", "color_depth": 24, "refresh_ms": 16.7}
    times = {"focused_ms": 900, "event_timing_ms": 224}
    reply = browser.send(page["reading"], ANSWERS, interactions=LOG, times=times, display=display)
    assert reply.status_code == 200
    reading = Reading.objects.get(address=page["reading"])
    assert (reading.focused_ms, reading.event_timing_ms, reading.display_facts) == (900, 224, display)
    assert reading.interactions.events == 2


@pytest.mark.parametrize(
    "log", ["7", "[]", '{"events": [[1e999, "shown"]], "truncated": 0}', "[" * 90 + "]" * 90]
)
def test_a_log_that_does_not_fit_costs_no_answer(browser, log):
    page, number = browser.next(), str(uuid.uuid4())
    body = f'{{"submission_id": "{number}", "answers": {json.dumps(ANSWERS)}, "interactions": {log}}}'
    path = f"/api/v1/readings/{page['reading']}/"
    for _ in range(2):
        assert browser.client.post(path, body, content_type="application/json").status_code == 200
    assert InteractionLog.objects.get().fault
    assert Reading.objects.get(address=page["reading"]).status == "done"


def test_no_log_at_all_is_no_fault(browser):
    assert browser.send(browser.next()["reading"], ANSWERS, interactions=None).status_code == 200
    assert not InteractionLog.objects.exists()
