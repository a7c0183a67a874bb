"""The demonstration: a study of phantoms, opened, with log-ins and links; made once, told every time."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from studies import audit, looks, roles
from studies.enrolment import invite
from studies.ingest import load
from studies.lifecycle import open_study
from studies.models import Reader, Study
from studies.phantoms import generate
from studies.signing.seal import signing_key

SEED = 20260324
DRAWN = "Phantoms that this software drew; none shows a patient."
PEOPLE = {
    "coordinator1": "coordinators",
    "coordinator2": "coordinators",
    "truthkeeper": "truth keepers",
    "statistician": "statisticians",
}


def prepare(folder: Path | None = None) -> str:
    """Makes what is missing and answers the addresses, log-ins and links, as they were first made."""
    kept = Path(settings.DATA_DIR) / "demo-logins.txt"
    if kept.exists():
        return _told(kept.read_text())
    with tempfile.TemporaryDirectory() as temporary:
        source = folder or Path(temporary)
        generate(source, SEED)
        slug = load(source, audit.OPERATOR).slug
    signing_key()
    with transaction.atomic():
        text = "\n".join([*_addresses(), *_log_ins(), *_links(slug)]) + "\n"
    _keep(kept, text)
    return _told(text)


def _told(text: str) -> str:
    """With the address under which it is served this time."""
    return text.replace("{url}", settings.PUBLIC_URL)


def _addresses() -> list[str]:
    return ["Start page    {url}/", "Admin site    {url}/admin/", "Readers' API  {url}/api/v1/schema/", ""]


def _log_ins() -> list[str]:
    lines = ["Log-ins (no second factor in this version)"]
    for name, role in PEOPLE.items():
        password = secrets.token_urlsafe(12)
        person, _ = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True})
        person.set_password(password)
        person.save()
        roles.grant(person, role)
        lines.append(f"  {name:<14}{password}   of the {role}")
    return [*lines, ""]


def _links(slug: str) -> list[str]:
    study = Study.objects.get(slug=slug)
    if study.state == Study.State.DRAFT:
        looks.accept_rest(study, audit.OPERATOR, DRAWN)
        open_study(study, audit.OPERATOR)
    lines = ["Reader links"]
    for reader in study.readers.filter(kind=Reader.Kind.RADIOLOGIST):
        secret = invite(reader, audit.OPERATOR)
        lines.append(f"  {reader.code}  {{url}}/read/{secret}/  {reader.specialty}")
    return lines


def _keep(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
