"""The tables. Truth's own are in `studies.models.reference`, for `studies.truth` alone; what originals say of
their origin is in `studies.models.provenance`, for `studies.provenance` alone."""

from studies.models import provenance as _provenance  # noqa: F401  Django must know the tables
from studies.models import reference as _reference  # noqa: F401  Django must know the tables
from studies.models.assignment import Assignment, Reading
from studies.models.audit import AuditEvent
from studies.models.case import Case, CaseSet, Frame, Image
from studies.models.image_look import FoundText, ImageLook
from studies.models.imports import Import, ImportToken, Job
from studies.models.invitation import Invitation
from studies.models.leak_audit import LeakAudit
from studies.models.reader import Profile, Reader, ReaderPreferences
from studies.models.record import Answer, DisplayCheck, InteractionLog, Mark
from studies.models.study import Protocol, Session, Study

__all__ = [
    "Answer",
    "Assignment",
    "AuditEvent",
    "Case",
    "CaseSet",
    "DisplayCheck",
    "FoundText",
    "Frame",
    "Image",
    "ImageLook",
    "Import",
    "ImportToken",
    "InteractionLog",
    "Invitation",
    "Job",
    "LeakAudit",
    "Mark",
    "Profile",
    "Protocol",
    "Reader",
    "ReaderPreferences",
    "Reading",
    "Session",
    "Study",
]
