"""Making and revoking readers' links, a selection at a time; `studies.enrolment` does the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from studies import enrolment
from studies.models import Invitation, Reader
from studies.refusals import NotReady

REPLACED = "Replaced by a new link."


@dataclass(frozen=True)
class Link:
    """A new link: this object is the only place where it ever stands whole."""

    reader: Reader
    address: str


@dataclass(frozen=True)
class Made:
    """What came of a selection: links for some, reasons for the others."""

    links: tuple[Link, ...]
    refusals: tuple[str, ...]


def working(reader: Reader) -> list[Invitation]:
    """The links that open the study for this reader now."""
    return list(reader.invitations.filter(revoked_utc=None, expires_utc__gt=timezone.now()))


def make(readers: Iterable[Reader], actor: str) -> Made:
    """A new link for each; the older links of those readers stop working with it."""
    links, refusals = [], []
    for reader in readers:
        try:
            links.append(_renew(reader, actor))
        except NotReady as refusal:
            refusals += [f"{reader.code}: {reason}" for reason in refusal.reasons]
    return Made(tuple(links), tuple(refusals))


@transaction.atomic
def _renew(reader: Reader, actor: str) -> Link:
    older = working(reader)
    secret = enrolment.invite(reader, actor)
    for invitation in older:
        enrolment.revoke(invitation, actor, REPLACED)
    return Link(reader, settings.PUBLIC_URL + reverse("invitation", args=[secret]))


@transaction.atomic
def revoke(readers: Iterable[Reader], actor: str, reason: str) -> int:
    """Makes every working link of these readers useless; says how many there were."""
    found = [invitation for reader in readers for invitation in working(reader)]
    for invitation in found:
        enrolment.revoke(invitation, actor, reason)
    return len(found)
