"""Looks for burned-in text: what persons decided of each image, and what still waits for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Literal, get_args

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from studies import audit, locks
from studies.burned_in.forgetting import forget
from studies.imaging.blackout import Rectangle
from studies.ingest.rederive import on_derivative, on_original, rederive
from studies.models import FoundText, Image, ImageLook, Study
from studies.refusals import NotReady

Verdict = ImageLook.Verdict
State = Literal["waiting", "clear", "excluded", "undone"]
STATES: tuple[State, ...] = get_args(State)
UNOPENED = (Study.State.DRAFT, Study.State.PILOTING)
NAMED = 5  # images that a sentence names
FROZEN = "Study {} is {}: its images are frozen, so only accepting is left."


@dataclass(frozen=True)
class Seen:
    """An image as it stands. undone: somebody blacked parts of it out, and nothing is black any more.
    `rectangles`: what is black, on the derivative.

    `alone`: a person looked at this very derivative, not a command at many."""

    image: Image
    state: State
    rectangles: tuple[Rectangle, ...]
    alone: bool


def seen(study: Study) -> list[Seen]:
    """Every image of a study, in the order of cases and images."""
    newest: dict[tuple[str, int, str], ImageLook] = {}
    blackouts: dict[tuple[str, int, str], ImageLook] = {}
    for look in study.looks.order_by("pk"):
        key = look.case_code, look.position, look.original_sha256
        newest[key] = look
        if look.verdict == Verdict.BLACKOUT:
            blackouts[key] = look
    images = (
        Image.objects.filter(case__study=study)
        .select_related("case__study")
        .order_by("case__code", "position")
    )
    return [_seen(image, newest.get(_key(image)), blackouts.get(_key(image))) for image in images]


def of_image(image: Image) -> Seen:
    """The same of one image."""
    return next(found for found in seen(image.case.study) if found.image.pk == image.pk)


def _key(image: Image) -> tuple[str, int, str]:
    return image.case.code, image.position, image.original_sha256


def _seen(image: Image, newest: ImageLook | None, blackout: ImageLook | None) -> Seen:
    state: State = "waiting"
    if newest and newest.verdict == Verdict.EXCLUDE:
        state = "excluded"
    elif newest and newest.verdict == Verdict.ACCEPT and newest.derivative_sha256 == image.derivative_sha256:
        state = "clear"
    elif blackout and blackout.rectangles and not image.masks:
        state = "undone"
    alone = newest is not None and state == "clear" and not newest.bulk_reason
    return Seen(image, state, on_derivative(image), alone)


def look(image: Image, verdict: str, actor: str, rectangles: Sequence[Rectangle] = ()) -> ImageLook:
    """Keeps a person's verdict with its event. Blacking out derives the image anew, which then waits for
    another look; `rectangles`, on the derivative, are all that are to be black from now on."""
    study = image.case.study
    if verdict != Verdict.ACCEPT and study.state not in UNOPENED:
        raise NotReady([FROZEN.format(study.slug, study.state)])
    kept = _look(image, verdict, actor, [list(astuple(place)) for place in rectangles])
    if verdict == Verdict.BLACKOUT:
        if set(rectangles) == set(on_derivative(image)):
            raise NotReady(["These rectangles are black already. Draw another one, or accept the image."])
        rederive(image, on_original(image, rectangles), actor)
    with transaction.atomic():
        study = locks.alone(study.pk)
        kept.save(force_insert=True)
        data = {"look": kept.pk, "verdict": kept.verdict, "derivative_sha256": kept.derivative_sha256}
        data |= {"rectangles": len(rectangles)} if rectangles else {}
        subject = f"image:{image.pk}"
        audit.record(study, "image.looked_at", actor=actor, subject=subject, data=data, utc=kept.utc)
        forget([kept.derivative_sha256])
    return kept


@transaction.atomic
def accept_rest(study: Study, actor: str, reason: str) -> int:
    """Accepts every image that still waits, unseen, for a reason that stays; answers how many."""
    study = locks.alone(study.pk)
    waiting = [found.image for found in seen(study) if found.state == "waiting"]
    for image in waiting:
        _look(image, Verdict.ACCEPT, actor, [], reason).save(force_insert=True)
    if waiting:
        data = {"images": len(waiting)}
        audit.record(study, "images.accepted_unseen", actor=actor, reason=reason, data=data)
        forget([image.derivative_sha256 for image in waiting])
    return len(waiting)


def _look(image: Image, verdict: str, actor: str, rectangles: list[list[int]], reason: str = "") -> ImageLook:
    """As the image stands now; not kept yet."""
    found = FoundText.objects.filter(derivative_sha256=image.derivative_sha256).first()
    return ImageLook(
        study=image.case.study,
        case_code=image.case.code,
        position=image.position,
        original_sha256=image.original_sha256,
        derivative_sha256=image.derivative_sha256,
        verdict=verdict,
        rectangles=rectangles,
        hints=[place for _, *place in found.words] if found else [],
        bulk_reason=reason,
        looked_by=actor,
        utc=timezone.now(),
    )


def waiting_words(study: Study, found: Sequence[Seen]) -> str:
    """For the checklist: which and how many wait, where to look at them, and what an operator can do else."""
    waiting = [one.image for one in found if one.state == "waiting"]
    if not waiting:
        return "every image was looked at, or accepted for a reason"
    named = ", ".join(f"{image.case.code} image {image.position + 1}" for image in waiting[:NAMED])
    more = ", …" if len(waiting) > NAMED else ""
    return (
        f"{len(waiting)} of {len(found)} images wait for a person to look for names and dates in the picture "
        f"({named}{more}): "
        f"{address(study)}. The operator may accept them unseen: "
        f"manage.py look_at {study.slug} --all --reason REASON, or open with --override unseen=REASON"
    )


def stopped_words(found: Sequence[Seen]) -> str:
    """For the checklist: what a person refused, with the remedy."""
    excluded = sorted({one.image.case.code for one in found if one.state == "excluded"})
    undone = sorted({one.image.case.code for one in found if one.state == "undone"})
    said = []
    if excluded:
        remedy = "take their rows out of cases.csv and load the folder again"
        said.append(f"cases that a person excluded: {', '.join(excluded)}; {remedy}")
    if undone:
        said.append(f"cases whose black parts are gone: {', '.join(undone)}; black them out again")
    return "; ".join(said) or "none"


def address(study: Study) -> str:
    """Where the gallery is."""
    return f"{settings.PUBLIC_URL}{reverse('admin:studies_study_looks', args=[study.pk])}"


def unseen_words(study: Study) -> str:
    """For whatever leaves the study: which of its images were accepted unseen, and why. Else nothing."""
    reasons: dict[str, int] = {}
    for reason in _reasons(study):
        reasons[reason] = reasons.get(reason, 0) + 1
    total = Image.objects.filter(case__study=study).count()
    said = [f"{count} OF {total} IMAGES ACCEPTED UNSEEN: {reason}" for reason, count in reasons.items()]
    return " ".join(said)


def _reasons(study: Study) -> Iterator[str]:
    newest = {
        (look.case_code, look.position, look.derivative_sha256): look for look in study.looks.order_by("pk")
    }
    for image in Image.objects.filter(case__study=study).select_related("case"):
        look = newest.get((image.case.code, image.position, image.derivative_sha256))
        if look and look.bulk_reason:
            yield look.bulk_reason
