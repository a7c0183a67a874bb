"""The demonstration is made once and told every time."""

import re

import pytest
from django.contrib.auth import authenticate

from studies import demo, enrolment
from studies.models import AuditEvent, Invitation, Study
from tests.planted import write_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Any folder will do here; the phantoms have tests of their own."""
    monkeypatch.setattr(demo, "generate", lambda target, seed: write_folder(target))
    return tmp_path


def test_it_is_opened_with_log_ins_and_links(folder):
    text = demo.prepare()
    assert Study.objects.get().state == Study.State.OPEN
    secrets = re.findall(r"/read/(\S+)/", text)
    assert [enrolment.find_invitation(secret).reader.code for secret in secrets] == ["R01", "R02"]
    for name in demo.PEOPLE:
        (password,) = re.findall(rf"{name}\s+(\S+)", text)
        assert authenticate(username=name, password=password).is_staff


def test_run_twice_it_changes_nothing(folder):
    first = demo.prepare()
    events = AuditEvent.objects.count()
    assert demo.prepare() == first
    assert (AuditEvent.objects.count(), Invitation.objects.count()) == (events, 2)


def test_it_is_told_with_the_address_of_the_day(folder, settings):
    demo.prepare()
    settings.PUBLIC_URL = "http://127.0.0.1:9999"
    assert "http://127.0.0.1:9999/admin/" in demo.prepare()


def test_the_log_ins_are_for_the_owner_alone(folder, data_dir):
    demo.prepare()
    assert (data_dir / "demo-logins.txt").stat().st_mode & 0o777 == 0o600
