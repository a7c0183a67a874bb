"""A long look at the database is of one moment, and holds up nobody who writes."""

import threading

import pytest
from django.db import connection

from studies import audit
from studies.models import AuditEvent
from studies.snapshot import standing_still
from tests.studies.builders import make_study


@pytest.mark.usefixtures("transactional_db")
def test_an_answer_may_be_written_meanwhile_and_is_not_half_seen():
    study = make_study()
    written = threading.Event()

    def write() -> None:
        audit.record(study, "study.looked_at", actor="operator")
        connection.close()
        written.set()

    with standing_still():
        before = AuditEvent.objects.count()
        threading.Thread(target=write, daemon=True).start()
        assert written.wait(timeout=10)
        assert AuditEvent.objects.count() == before
    assert AuditEvent.objects.count() == before + 1
