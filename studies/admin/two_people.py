"""The rule of two: what makes readings final takes two people, and each proves to be there by a password."""

from __future__ import annotations

from django.db import transaction

from studies import audit
from studies.models import AuditEvent, Study
from studies.refusals import NotReady

ASKED = "study.lock_asked"


def first_person(study: Study) -> AuditEvent | None:
    """The first one's request to lock a study, if there is one."""
    return AuditEvent.objects.filter(chain=audit.study_chain(study), action=ASKED).order_by("number").first()


@transaction.atomic
def agreed(study: Study, actor: str, reason: str) -> bool:
    """Whether this person is the second; the first one's request is put on record instead."""
    Study.objects.select_for_update().get(pk=study.pk)
    asked = first_person(study)
    if asked is None:
        audit.record(study, ASKED, actor=actor, reason=reason)
        return False
    if asked.actor == actor:
        raise NotReady(["You have asked for this already; a second person has to agree."])
    return True
