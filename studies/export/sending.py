"""Sends the DICOM copies of a locked study to a DICOMweb server that the operator has named."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pydicom import dcmread

from studies import audit
from studies.export.dicom import Leaving, leaving
from studies.export.folder import notice
from studies.export.receiver import Fate, Fault, Receiver, Unavailable
from studies.imports.dicomweb import Instance, Server
from studies.imports.transport import session_of
from studies.models import Study
from studies.refusals import NotReady, Refused

NOTHING = "No original of study {} was DICOM: there is nothing to send."
STOPPED = "{} takes nothing more ({}). Look at it, then run this again: what it has is not sent twice."


@dataclass(frozen=True)
class Failure:
    """A copy that the server did not keep, or that could not be built."""

    case: str
    image: int
    file: str
    reason: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"case {self.case}, {self.file}: {self.rule}{reason}. {self.remedy}".rstrip()


@dataclass(frozen=True)
class Sent:
    """What became of a study's copies; `sent` counts those with a warning, too."""

    study: str
    server: str
    notice: str
    copies: int
    sent: int
    with_warning: int
    there_already: int
    failures: tuple[Failure, ...]
    stopped: str

    @property
    def is_whole(self) -> bool:
        """Whether the server has every copy now."""
        return self.sent + self.there_already == self.copies


def send(study: Study, at: Server, actor: str, tick: Callable[[int, int], None]) -> Sent:
    """Sends what the server does not have yet; NotReady before the lock, or where nothing was DICOM.

    One event stands before the first byte leaves, another tells what became of them, also of a break.
    """
    waiting = list(leaving(study))
    if not waiting:
        raise NotReady([NOTHING.format(study.slug)])
    audit.record(study, "dicom.sending", actor=actor, data={"server": at.name, "copies": len(waiting)})
    fates: Counter[Fate] = Counter()
    failures: list[Failure] = []
    stopped = ""
    try:
        with session_of(at) as session:
            there = Receiver(at, session)
            for number, one in enumerate(waiting):
                tick(number, len(waiting))
                fate = _sent(there, one)
                if isinstance(fate, Failure):
                    failures.append(fate)
                else:
                    fates[fate] += 1
    except Unavailable as error:
        stopped = STOPPED.format(at.name, error)
    finally:
        counts = {
            "sent": fates["sent"] + fates["with_warning"],
            "with_warning": fates["with_warning"],
            "there_already": fates["there_already"],
        }
        told = {"server": at.name, "copies": len(waiting), **counts, "failed": len(failures)}
        audit.record(study, "dicom.sent", actor=actor, data=told)
    return Sent(
        study=study.slug,
        server=at.name,
        notice=notice(study),
        copies=len(waiting),
        **counts,
        failures=tuple(failures),
        stopped=stopped,
    )


def _sent(there: Receiver, one: Leaving) -> Fate | Failure:
    try:
        data = one.copy()
    except Refused as refused:
        reason = refused.refusals[0]
        return Failure(*one.place, "", reason.rule.rstrip("."), reason.remedy)
    made = dcmread(io.BytesIO(data), stop_before_pixels=True)
    place = Instance(made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID)
    if there.holds(place):
        return "there_already"
    fate = there.take(place, data)
    return Failure(*one.place, *fate) if isinstance(fate, Fault) else fate
