"""Tokens of programs that send images: made for one study, shown once, kept as a hash, revocable."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studies import audit, locks
from studies.models import ImportToken, Study


class TooMany(Exception):
    """The token sent more requests in a minute than it may."""


def make(study: Study, name: str, days: int, actor: str) -> str:
    """A new token; its secret is answered this once."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        locks.alone(study.pk)
        token = ImportToken.objects.create(
            study=study,
            name=name,
            secret_sha256=_hashed(secret),
            created_by=actor,
            expires_utc=timezone.now() + timedelta(days=days),
        )
        _record(token, "token.made", actor, "")
    return secret


def revoke(token: ImportToken, actor: str, reason: str) -> bool:
    """Makes a token useless; False where it was already."""
    with transaction.atomic():
        locks.alone(token.study_id)
        revoked = ImportToken.objects.filter(pk=token.pk, revoked_utc=None).update(revoked_utc=timezone.now())
        if revoked:
            _record(token, "token.revoked", actor, reason)
    return bool(revoked)


def of(secret: str) -> ImportToken | None:
    """The token of a secret while it works; counts the request. TooMany where it sends too many."""
    now = timezone.now()
    rows = ImportToken.objects.filter(secret_sha256=_hashed(secret), revoked_utc=None, expires_utc__gt=now)
    token = rows.select_related("study").first()
    if token is None:
        return None
    minute = now.replace(second=0, microsecond=0)
    this_minute = ImportToken.objects.filter(pk=token.pk, minute_utc=minute)
    if not this_minute.filter(requests__lt=settings.STOW_PER_MINUTE).update(
        requests=F("requests") + 1, used_utc=now
    ):
        if this_minute.exists():
            raise TooMany
        ImportToken.objects.filter(pk=token.pk).update(minute_utc=minute, requests=1, used_utc=now)
    return token


def works(token: ImportToken) -> bool:
    """Whether a token may send now."""
    return token.revoked_utc is None and token.expires_utc > timezone.now()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(token: ImportToken, action: str, actor: str, reason: str) -> None:
    audit.record(token.study, action, actor=actor, subject=f"token:{token.pk}", reason=reason)
