"""Enrolment: readers get their assignments with every reading slot in place, and links to begin with."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studies import audit, locks
from studies.digests import order_digest
from studies.models import Assignment, Case, Image, Invitation, Reader, Reading, Session, Study
from studies.randomization import Draw, Slot, case_order
from studies.refusals import NotReady


class InvitationInvalid(Exception):
    """A link that opens nothing; the message is for the reader."""


@transaction.atomic
def enrol(reader: Reader, actor: str) -> list[Assignment]:
    """Makes a reader's assignments and reading slots, once; later calls return what is there."""
    study = locks.alone(reader.study_id)
    there = list(reader.assignments.all())
    if there:
        return there
    if study.state not in {Study.State.OPEN, Study.State.PILOTING}:
        raise NotReady([f"Study {study.slug} is {study.state}; readers are enrolled while it is open."])
    assignments = [_assign(reader, session) for session in study.sessions.order_by("number")]
    data = {"assignments": [assignment.pk for assignment in assignments]}
    audit.record(study, "reader.enrolled", actor=actor, subject=f"reader:{reader.pk}", data=data)
    return assignments


def _assign(reader: Reader, session: Session) -> Assignment:
    assignment = Assignment.objects.create(reader=reader, session=session, number=session.number)
    cases = {case.code: case for case in Case.objects.filter(case_set=session.case_set).order_by("pk")}
    slots = planned_order(reader, session, list(cases))
    Reading.objects.bulk_create(
        Reading(assignment=assignment, case=cases[slot.case], position=position, repeat=slot.repeat)
        for position, slot in enumerate(slots, 1)
    )
    data = {"slots": len(slots), "order_sha256": order_digest(assignment)}
    subject = audit.study_chain(session.study)
    audit.record(assignment, audit.ORDER, actor="system", subject=subject, data=data)
    return assignment


def planned_order(reader: Reader, session: Session, codes: list[str]) -> tuple[Slot, ...]:
    """The order that the study's seed gives this reader in this session."""
    definition = session.definition
    draw = Draw(session.study.definition.seed, reader.code, session.key)
    return case_order(codes, draw, definition.order, definition.repeats, _pictures(session))


def _pictures(session: Session) -> dict[str, str]:
    """Cases of one image that hold the very same grey values, by what they hold."""
    rows = list(
        Image.objects.filter(case__case_set=session.case_set).values_list("case__code", "derivative_sha256")
    )
    images = Counter(code for code, _ in rows)
    return {code: digest for code, digest in rows if images[code] == 1}


@transaction.atomic
def invite(reader: Reader, actor: str) -> str:
    """Enrols a reader and makes a new link; returns its secret, which is stored nowhere."""
    if reader.kind != Reader.Kind.RADIOLOGIST:
        raise NotReady([f"Reader {reader.code} is {reader.kind}; only people are invited."])
    if locks.alone(reader.study_id).simulated:
        raise NotReady(
            [f"Study {reader.study} was read by simulated readers; people are invited to another one."]
        )
    enrol(reader, actor)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        reader=reader,
        secret_sha256=_hashed(secret),
        expires_utc=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    audit.record(
        reader.study,
        "reader.invited",
        actor=actor,
        subject=f"reader:{reader.pk}",
        data={"invitation": invitation.pk, "expires_utc": invitation.expires_utc.isoformat()},
    )
    return secret


def revoke(invitation: Invitation, actor: str, reason: str) -> None:
    """Makes a link useless from now on; sittings begun with it end at their next step."""
    with transaction.atomic():
        study, now = locks.alone(invitation.reader.study_id), timezone.now()
        if Invitation.objects.filter(pk=invitation.pk, revoked_utc=None).update(revoked_utc=now):
            subject = f"invitation:{invitation.pk}"
            audit.record(study, "invitation.revoked", actor=actor, subject=subject, reason=reason, utc=now)


def find_invitation(secret: str) -> Invitation:
    """The invitation of a link; raises InvitationInvalid with a sentence for the reader."""
    invitation = (
        Invitation.objects.select_related("reader__study__protocol")
        .filter(secret_sha256=_hashed(secret))
        .first()
    )
    if invitation is None:
        raise InvitationInvalid("This link is not known. Check that it was copied whole.")
    check_invitation(invitation)
    return invitation


def check_invitation(invitation: Invitation) -> None:
    """Raises InvitationInvalid when the link was revoked or has expired."""
    if invitation.revoked_utc:
        raise InvitationInvalid("This link was replaced or withdrawn.")
    if invitation.expires_utc <= timezone.now():
        raise InvitationInvalid("This link has expired.")


def begin(invitation: Invitation) -> None:
    """Notes the first time that a link was used by POST."""
    if invitation.first_used_utc:
        return
    reader = invitation.reader
    with transaction.atomic():
        study, now = locks.alone(reader.study_id), timezone.now()
        if Invitation.objects.filter(pk=invitation.pk, first_used_utc=None).update(first_used_utc=now):
            actor, subject = f"reader:{reader.pk}", f"invitation:{invitation.pk}"
            audit.record(study, "invitation.used", actor=actor, subject=subject, utc=now)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
