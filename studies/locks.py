"""Row locks, always in one order so that no two wait for each other: study, reader, assignment, reading."""

from __future__ import annotations

from django.db import connection

from studies.models import Study


def alone(study_id: int) -> Study:
    """The study as it stands now, for the one transaction that changes it or appends to its chain."""
    return Study.objects.select_for_update().get(pk=study_id)


def shared(study_id: int) -> None:
    """Holds the study's state still; readers share this lock, so answers do not queue behind each other.

    What is read after it is as it will stay until this transaction ends. SQLite has one writer at a time,
    who holds the whole database from the beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM studies_study WHERE id = %s FOR SHARE", [study_id])
