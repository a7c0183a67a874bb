"""A reader does the demonstration's two sessions by keyboard alone, from the link to the debriefing."""

import pytest
from django.conf import settings as project_settings

from studies import audit, enrolment, lifecycle
from studies.evidence import verify_study
from studies.ingest import load
from studies.models import Answer, DisplayCheck, Mark, Reading, Study
from studies.phantoms import generate
from tests.browser.keyboard import begin, case_or_heading, check_display, go_on, heading, press
from tests.studies.builders import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def demonstration(transactional_db, tmp_path) -> Study:
    """The very study that scripts/demo serves."""
    generate(tmp_path / "study", seed=20260324)
    load(tmp_path / "study", audit.OPERATOR)
    study = Study.objects.get()
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    return study


def test_a_reader_does_both_sessions_by_keyboard(served, demonstration, screen):
    reader = demonstration.readers.first()
    link = f"{served}/read/{enrolment.invite(reader, audit.OPERATOR)}/"
    begin(screen, link)
    case = case_or_heading(screen)
    while case:
        answer_quality(screen)
        case = case_or_heading(screen, case)
    assert heading(screen) == "A last question about this session"
    go_on(screen, "Space", "Tab", "Tab", "Enter")
    check_display(screen)
    assert heading(screen) == "Authentic or synthetic"
    go_on(screen, "Enter")
    case = case_or_heading(screen)
    press(screen, "m", "ArrowLeft", "Escape")  # back to the questions, with a mark
    while case:
        press(screen, "2", "3", "Control+Enter")
        case = case_or_heading(screen, case)
    assert heading(screen) == "This session is done"
    go_on(screen, "Enter")
    assert heading(screen) == "What this study is about"
    go_on(screen, "Enter")
    assert heading(screen) == "Thank you"
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
    assert Answer.objects.filter(question="call", value="synthetic").count() == 26
    assert Mark.objects.count() == 1
    assert [check.display_facts["viewport"] for check in DisplayCheck.objects.all()] == [[1280, 800]] * 2
    assert verify_study(study) is None
    assert project_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'none'"]
