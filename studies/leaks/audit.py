"""Makes leak audits and keeps them, and says what they mean for opening."""

from __future__ import annotations

import functools
import json
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from studies import audit
from studies.digests import leak_audit_digest
from studies.leaks.cases import audited, files_digest
from studies.leaks.document import as_document, at_gate, set_words
from studies.leaks.features import GATING, KINDS
from studies.leaks.report import LeakReport
from studies.models import LeakAudit, Study


@dataclass(frozen=True)
class Standing:
    """What the files that readers get tell now. kept: the audit that says so, if one was kept."""

    refusals: tuple[str, ...]
    too_few: tuple[str, ...]
    kept: LeakAudit | None

    @property
    def meaning(self) -> str:
        """Of a case set that is told, what that is."""
        return set_words(self.refusals)

    @property
    def detail(self) -> str:
        """For the checklist: names features and how often they are right, no case and no threshold."""
        if self.refusals:
            said = [f"{'; '.join(self.refusals)}.", *filter(None, [self.meaning])]
            said.append("Mend the files and load them again, or override (--override leaks=REASON)")
            return " ".join(said)
        if self.too_few:
            return f"nothing found, but {'; '.join(self.too_few)}, which is not to say that nothing leaks"
        return "no file that readers get tells truth or case set"


def make(study: Study, actor: str, gate_alone: bool = False, alpha: float | None = None) -> LeakAudit:
    """Audits a study's files and keeps the result with an event; `gate_alone`: the readers' files only;
    alpha: another level than the gate's, for the whole report, which decides nothing about opening.

    Files are read before the transaction; the digest is taken before them, so that a change meanwhile makes
    the audit stale, not wrong."""
    digest = files_digest(study)
    report = _looked_at(study, digest) if gate_alone else audited(study, KINDS, alpha=alpha)
    # The nonce keeps who may not know truth from trying its few possible words against the event's digest.
    document = json.dumps({**as_document(report), "nonce": secrets.token_hex(16)}, ensure_ascii=False)
    now = timezone.now()
    with transaction.atomic():
        kept = LeakAudit.objects.create(
            study=study,
            made_utc=now,
            actor=actor,
            files_sha256=digest,
            whole=not gate_alone,
            document=document,
        )
        data = {
            "files_sha256": digest,
            "refuses": bool(report.refusals),
            "whole": kept.whole,
            "audit_sha256": leak_audit_digest(kept),
        }
        if alpha is not None:
            data["alpha"] = alpha
        audit.record(study, "leaks.audited", actor=actor, data=data, utc=now)
    return kept


def current(study: Study) -> LeakAudit | None:
    """The newest audit of the files as they are at the gate's level, a whole one before one of the readers'
    files alone."""
    rows = study.leak_audits.filter(files_sha256=files_digest(study)).order_by("-whole", "-made_utc", "-pk")
    return next((kept for kept in rows if at_gate(kept.result)), None)


def newest(study: Study) -> LeakAudit | None:
    """What a person wants to see: the newest whole audit of the files as they are, at whatever level; without
    one, the newest."""
    rows = study.leak_audits.order_by("-made_utc", "-pk")
    whole = rows.filter(files_sha256=files_digest(study)).order_by("-whole", "-made_utc", "-pk")
    return whole.first() or rows.first()


def standing(study: Study) -> Standing:
    """By the current audit, or, while there is none, by a look at the readers' files that is not kept."""
    kept = current(study)
    if kept:
        return Standing(tuple(kept.result["refusals"]), tuple(kept.result["too_few"]), kept)
    report = _looked_at(study, files_digest(study))
    return Standing(report.refusals, report.too_few, None)


@functools.lru_cache(maxsize=8)
def _looked_at(study: Study, digest: str) -> LeakReport:
    return audited(study, GATING, quick=True)
