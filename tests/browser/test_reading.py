"""A reader does the demonstration's two sessions by keyboard alone, from the link to the debriefing."""

import pytest
from django.conf import settings as project_settings

from studies import audit, enrolment, lifecycle
from studies.evidence import verify_study
from studies.ingest import load
from studies.models import Answer, Mark, Reading, Study
from studies.phantoms import generate
from tests.browser.keyboard import after, begin, chromium, go_on, heading, press, ready_case

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def demonstration(transactional_db, tmp_path) -> Study:
    """The very study that scripts/demo serves."""
    generate(tmp_path / "study", seed=20260324)
    load(tmp_path / "study", audit.OPERATOR)
    study = Study.objects.get()
    lifecycle.open_study(study, audit.OPERATOR)
    return study


def test_a_reader_does_both_sessions_by_keyboard(served, demonstration):
    reader = demonstration.readers.first()
    link = f"{served}/read/{enrolment.invite(reader, audit.OPERATOR)}/"
    with chromium() as page:
        begin(page, link)
        position: str | None = ready_case(page)
        while position:
            answer_quality(page)
            position = after(page, position)
        assert heading(page) == "A last question about this session"
        go_on(page, "Tab", "Space", "Tab", "Tab", "Enter")
        assert heading(page) == "Authentic or synthetic"
        go_on(page, "Enter")
        position = ready_case(page)
        press(page, "1", "5", "Enter")  # where only a call and its confidence are wanted
        position = after(page, position)
        with_mark = True
        while position:
            press(page, "2", "3")
            if with_mark:
                press(page, "m", "ArrowLeft")
                with_mark = False
            press(page, "Control+Enter")
            position = after(page, position)
        go_on(page, "Enter")
        assert heading(page) == "What this study is about"
        go_on(page, "Enter")
        assert heading(page) == "Thank you"
    everything_is_kept(demonstration)


def answer_quality(page):
    press(page, "4", "ArrowRight", "Tab", "Tab")  # a scale, a slider, an optional number
    page.keyboard.type("Normal")
    press(page, "Control+Enter")


def everything_is_kept(study):
    slots = Reading.objects.filter(assignment__reader__code="R01")
    assert slots.filter(status="done").count() == slots.count() == 24 + 24 + 2
    times = slots.values_list("ready_ms", "first_input_ms", "read_ms", "visible_ms")
    assert all(
        0 <= ready <= read and first <= read and visible <= read for ready, first, read, visible in times
    )
    assert Answer.objects.filter(question="call", value="synthetic").count() == 25
    assert Mark.objects.count() == 1
    assert verify_study(study) is None
    assert project_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'none'"]
