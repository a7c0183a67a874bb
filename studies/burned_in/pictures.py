"""An image as a person at the gallery sees it: 8 bits in its default window, as readers would."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.conf import settings

from studies.filestore import FileStore
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.display import Display, apply_8bit
from studies.imaging.types import Bytes, Grey
from studies.models import Frame, Image


def shown(frame: Frame) -> Bytes:
    """One frame, with its overlay in white where the study's readers see overlays."""
    image = frame.image
    own = image.frame_displays.get(str(frame.number), image.display)
    grey = apply_8bit(Display.from_json(own), _values(frame.sha256))
    if frame.overlay_sha256 and image.case.study.definition.viewer.overlays:
        grey[_values(frame.overlay_sha256) > 0] = 255
    return grey


def projections(image: Image) -> tuple[Bytes, Bytes]:
    """The lightest and the darkest grey of each pixel over all frames, one frame at a time in memory."""
    frames = _frames(image)
    light = shown(next(frames))
    dark = light.copy()
    for frame in frames:
        grey = shown(frame)
        np.maximum(light, grey, out=light)
        np.minimum(dark, grey, out=dark)
    return light, dark


def to_search(image: Image) -> Iterator[Bytes]:
    """The frame; of a stack its first, middle and last, and both projections."""
    frames = list(_frames(image))
    yield from (shown(frames[place]) for place in sorted({0, len(frames) // 2, len(frames) - 1}))
    if len(frames) > 1:
        yield from projections(image)


def _frames(image: Image) -> Iterator[Frame]:
    rows = Frame.objects.filter(image=image).select_related("image__case__study__protocol")
    return rows.order_by("number").iterator()


def _values(name: str) -> Grey:
    return decode_payload(unpack_zstd(FileStore(settings.DATA_DIR).read("derivatives", name, ".zst")))
