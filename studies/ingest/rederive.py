"""A draft's image made anew from its vaulted original, with rectangles that a person drew blacked out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from studies import audit
from studies.filestore import FileStore
from studies.imaging.blackout import Rectangle
from studies.imaging.placement import Placement
from studies.imaging.processed import Refusal as ImageRefusal
from studies.imaging.recipe import Derivation
from studies.imaging.sandbox import process_images
from studies.ingest import rows, sizes
from studies.ingest.pictures import Picture, stored
from studies.ingest.staging import Staging, forget_frames, staging
from studies.ingest.way import one_at_a_time
from studies.models import Image, Study
from studies.refusals import Refusal, Refused
from studies.sealing import Sealed


def rederive(image: Image, rectangles: Sequence[Rectangle], actor: str = audit.OPERATOR) -> None:
    """Replaces the image's derivative by one that is black in these rectangles and in no others.

    They are in the original's pixels; `on_original` takes them there. Raises Refused, with nothing changed,
    where the study is no draft or the original cannot be had."""
    study = image.case.study
    with one_at_a_time(settings.DATA_DIR), staging(FileStore(settings.DATA_DIR)) as staged:
        _refuse_other_than_draft(study)
        masks = _checked(image, rectangles)
        picture = _made(image, Derivation(study.definition.normalise, masks), staged)
        recipe = study.definition.normalise
        names = [*sizes.names_of([picture]), *sizes.names_in(study, besides=image)]
        if recipe or sizes.may_be_evened([picture], study, besides=image):
            renamed = sizes.evened(names, staged, lambda: None, most=None if recipe else sizes.MOST)
        else:
            renamed = sizes.bucketed(names, staged, lambda: None)
        picture = sizes.with_names(picture, renamed)
        staged.settle()
        with transaction.atomic():
            _refuse_other_than_draft(Study.objects.select_for_update().get(pk=study.pk))
            _replace(image, picture, renamed, actor)
        staged.forget_unused()


def on_original(image: Image, drawn: Sequence[Rectangle]) -> tuple[Rectangle, ...]:
    """Rectangles drawn on the derivative, in the original's pixels; without what lies beside it."""
    if image.placement is None:
        return tuple(drawn)
    placement = Placement.from_json(image.placement)
    return tuple(found for one in drawn if (found := placement.on_original(one)))


def on_derivative(image: Image) -> tuple[Rectangle, ...]:
    """The rectangles that an image has, where they lie on its derivative."""
    masks = tuple(Rectangle(*mask) for mask in image.masks)
    if image.placement is None:
        return masks
    placement = Placement.from_json(image.placement)
    return tuple(
        found for mask in masks if (found := placement.on_derivative(mask, image.rows, image.columns))
    )


def _checked(image: Image, rectangles: Sequence[Rectangle]) -> tuple[Rectangle, ...]:
    size = Placement.from_json(image.placement) if image.placement else image
    if any(one.x + one.width > size.columns or one.y + one.height > size.rows for one in rectangles):
        rule = f"A rectangle leaves the image, which has {size.columns} x {size.rows} pixels."
        raise Refused([Refusal(str(image), rule, "Draw it within the image.")])
    return tuple(rectangles)


def _refuse_other_than_draft(study: Study) -> None:
    if study.state != Study.State.DRAFT:
        rule = f"Study {study.slug} is {study.state}: its images stay as they are."
        raise Refused([Refusal("the image", rule, "Black out while the study is a draft.")])


def _made(image: Image, derivation: Derivation, staged: Staging) -> Picture:
    with _original(image, staged.store) as path:
        ((_, result),) = process_images([path], workers=1, derivations={path: derivation})
    if isinstance(result, ImageRefusal):
        raise Refused([Refusal(str(image), result.message)])
    if result.sha256_of_original != image.original_sha256:
        raise Refused([Refusal(str(image), "The vault's files are not its original.", "Restore a backup.")])
    return stored(result, staged, derivation)


@contextmanager
def _original(image: Image, store: FileStore) -> Iterator[Path]:
    """As it was received, unsealed while it is decoded."""
    # What a killed process leaves there is swept with imports.
    area = Path(settings.DATA_DIR) / "staging"
    area.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=area) as folder:
        path = Path(folder) / "original"
        try:
            if not image.parts:
                path.write_bytes(store.read("vault", image.original_sha256))
            else:
                path.mkdir()
                for number, sha256 in enumerate(image.parts):
                    (path / f"{number:06}").write_bytes(store.read("vault", sha256))
        except (OSError, Sealed) as error:
            remedy = "Load the study's folder again, or restore the vault and its keys."
            raise Refused([Refusal(str(image), f"Its original cannot be had: {error}.", remedy)]) from error
        yield path


def _replace(image: Image, picture: Picture, renamed: dict[str, str], actor: str) -> None:
    before, study = image.derivative_sha256, image.case.study
    old = {name for frame in image.frames.all() for name in (frame.sha256, frame.overlay_sha256) if name}
    columns = rows.derivative_columns(picture)
    Image.objects.filter(pk=image.pk).update(**columns)
    image.frames.all().delete()
    rows.write_frames([(image, picture)])
    sizes.rename(study, renamed)
    image.refresh_from_db()
    data = {"before_sha256": before, "after_sha256": image.derivative_sha256, "masks": image.masks}
    data |= {"recipe_sha256": image.recipe_sha256}
    audit.record(study, "image.rederived", actor=actor, subject=f"image:{image.pk}", data=data)
    transaction.on_commit(lambda: _forget(old | set(renamed), before))


def _forget(frames: set[str], derivative: str) -> None:
    """Removes the files of before, if no study refers to them."""
    store = FileStore(settings.DATA_DIR)
    forget_frames(store, frames)
    if not Image.objects.filter(derivative_sha256=derivative).exists():
        store.forget("thumbnails", derivative, ".png")
