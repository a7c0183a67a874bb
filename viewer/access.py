"""The gate: this reader, this session, this case, now; or 404. What fetches is what refuses."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from studies.enrolment import InvitationInvalid, check_invitation
from studies.models import Frame, Invitation, Reader, Reading
from studies.participation import Step, next_step

SESSION_KEY = "invitation"
AHEAD = 2


@dataclass(frozen=True)
class Open:
    """The slot to be read now, and the next ones of the same session that may be fetched ahead."""

    reading: Reading
    ahead: tuple[Reading, ...]


def admit(request: HttpRequest, invitation: Invitation) -> None:
    """Binds this browser to an invitation, under a fresh session id."""
    request.session.flush()
    request.session[SESSION_KEY] = invitation.pk


def reader_of(request: HttpRequest) -> Reader | None:
    """The reader of this browser while the invitation holds, else None."""
    key = request.session.get(SESSION_KEY)
    if key is None:
        return None
    invitation = (
        Invitation.objects.select_related("reader__study__protocol", "reader__profile").filter(pk=key).first()
    )
    if invitation is None:
        return None
    try:
        check_invitation(invitation)
    except InvitationInvalid:
        return None
    return invitation.reader


def open_readings(step: Step) -> Open | None:
    """What may leave for the reader now: the current slot and the next two; None outside the cases step."""
    if step.name != "cases" or step.assignment is None:
        return None
    waiting = list(
        step.assignment.readings.waiting()
        .select_related("case")
        .prefetch_related("case__images__frames")[: 1 + AHEAD]
    )
    return Open(waiting[0], tuple(waiting[1:])) if waiting else None


def own_reading(reader: Reader, address: str) -> Reading:
    """A reading of this reader, whatever its state, in a session that has begun; else 404."""
    reading = (
        Reading.objects.select_related("assignment__session")
        .filter(address=address, assignment__reader=reader, assignment__briefed_utc__isnull=False)
        .first()
    )
    if reading is None:
        raise Http404
    return reading


def open_frame(reader: Reader, address: str, image: int, frame: int) -> Frame:
    """A frame of the current case or of the next two of the same session; else 404."""
    return _open_frame(next_step(reader), address, image, frame)


def open_overlay(reader: Reader, address: str, image: int, frame: int) -> Frame:
    """A frame whose overlay the protocol shows; else 404, as where there is none."""
    step = next_step(reader)
    found = _open_frame(step, address, image, frame)
    assert step.assignment is not None  # else there was no frame
    if not (found.overlay_sha256 and step.assignment.session.study.definition.viewer.overlays):
        raise Http404
    return found


def _open_frame(step: Step, address: str, image: int, frame: int) -> Frame:
    slots = (
        step.assignment.readings.waiting()[: 1 + AHEAD] if step.name == "cases" and step.assignment else ()
    )
    slot = next((slot for slot in slots if slot.address == address), None)
    place = {"image__case": slot.case_id, "image__position": image, "number": frame} if slot else {}
    found = Frame.objects.filter(**place).first() if slot else None
    if found is None:
        raise Http404
    return found
