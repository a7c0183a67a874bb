"""Derives an image anew with rectangles that a person blacked out; the vaulted original stays as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple
from functools import partial

import numpy as np
from django.conf import settings
from django.db import transaction

from studies import audit
from studies.filestore import FileStore
from studies.imaging.blackout import Rectangle, black_out
from studies.imaging.coding import EncodedFrame, decode_payload, encode, unpack_zstd
from studies.imaging.display import Display, apply
from studies.imaging.placement import Placement
from studies.imaging.processed import digest_of_derivative
from studies.imaging.thumbnails import thumbnail_of
from studies.imaging.types import Grey
from studies.ingest.pictures import Staging, forget_frames, frame_name, overlay_name
from studies.models import Frame, Image


@transaction.atomic
def rederive(image: Image, rectangles: Sequence[Rectangle], actor: str = audit.OPERATOR) -> None:
    """Frames, overlays and thumbnail with these rectangles black; what showed more is removed from the store.

    They are in the original's pixels; `on_original` takes them there.
    It works on the derivative: what is black already stays so until the folder is loaded again."""
    store = FileStore(settings.DATA_DIR)
    frames = list(image.frames.order_by("number"))
    before = {name for frame in frames for name in (frame.sha256, frame.overlay_sha256) if name}
    staged = Staging(store)
    image.masks = [list(astuple(place)) for place in rectangles]
    made = [_frame(frame, image, on_derivative(image), staged) for frame in frames]
    small, image.derivative_sha256 = image.derivative_sha256, digest_of_derivative(made)
    image.save(update_fields=["derivative_sha256", "masks"])
    middle = _values(store, frames[len(frames) // 2].sha256)
    picture = thumbnail_of(middle, Display.from_json(image.display), image.aspect)
    store.keep("thumbnails", picture, ".png", image.derivative_sha256)
    data = {"after_sha256": image.derivative_sha256, "masks": image.masks}
    audit.record(image.case.study, "image.rederived", actor=actor, subject=f"image:{image.pk}", data=data)
    transaction.on_commit(partial(_forget, store, before, small))


def on_original(image: Image, rectangles: Sequence[Rectangle]) -> tuple[Rectangle, ...]:
    """Where they lie in the original's pixels; what lies beside the picture is left out."""
    if image.placement is None:
        return tuple(rectangles)
    place = Placement.from_json(image.placement)
    return tuple(inside for drawn in rectangles if (inside := place.on_original(drawn)))


def on_derivative(image: Image) -> tuple[Rectangle, ...]:
    """The rectangles that an image has, where they lie on its derivative."""
    masks = tuple(Rectangle(*mask) for mask in image.masks)
    if image.placement is None:
        return masks
    place = Placement.from_json(image.placement)
    return tuple(_moved(mask, place) for mask in masks)


def _moved(mask: Rectangle, place: Placement) -> Rectangle:
    left, top = (max(math.floor(edge), 0) for edge in place.moved(mask.x, mask.y))
    right, bottom = (math.ceil(edge) for edge in place.moved(mask.x + mask.width, mask.y + mask.height))
    return Rectangle(left, top, right - left, bottom - top)


def _frame(frame: Frame, image: Image, rectangles: Sequence[Rectangle], staged: Staging) -> EncodedFrame:
    """Writes a frame and its overlay and names them in the frame's row."""
    values = _values(staged.store, frame.sha256)
    shown = Display.from_json(image.frame_displays.get(str(frame.number), image.display))
    coded = encode(black_out(values, rectangles, _black(values, shown)))
    frame.sha256 = frame_name(coded)
    staged.keep_frame(coded, frame.sha256)
    if frame.overlay_sha256:
        layer = encode(
            black_out(_values(staged.store, frame.overlay_sha256), rectangles, 0), at_least=len(coded.zstd)
        )
        frame.overlay_sha256 = overlay_name(layer)
        staged.keep_frame(layer, frame.overlay_sha256)
    frame.save(update_fields=["sha256", "overlay_sha256"])
    return coded


def _values(store: FileStore, name: str) -> Grey:
    return decode_payload(unpack_zstd(store.read("derivatives", name, ".zst")))


def _black(values: Grey, shown: Display) -> int:
    """The smallest value that is shown darkest."""
    return int(np.argmin(apply(shown, np.arange(int(values.max()) + 1, dtype=np.int64))))


def _forget(store: FileStore, names: set[str], small: str) -> None:
    forget_frames(store, names)
    if not Image.objects.filter(derivative_sha256=small).exists():
        store.forget("thumbnails", small, ".png")
