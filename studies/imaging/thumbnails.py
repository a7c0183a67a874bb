"""Small pictures for coordinators' lists. Readers never get them."""

from __future__ import annotations

import io

from PIL import Image

from studies.imaging.decoded import Decoded
from studies.imaging.display import Display, apply_8bit
from studies.imaging.types import Grey


def thumbnail(decoded: Decoded, size: int = 256) -> bytes:
    """The middle frame as shown, 8 bits, its longer side `size` pixels at most, as PNG."""
    middle = decoded.frames[len(decoded.frames) // 2]
    return thumbnail_of(middle, decoded.display, decoded.showing.aspect, size)


def thumbnail_of(frame: Grey, display: Display, aspect: float, size: int = 256) -> bytes:
    """The same of a frame by itself; `aspect`: a pixel's height for a width of 1."""
    stride = max(1, max(frame.shape) // (3 * size))  # three samples a pixel are enough for a thumbnail
    picture = Image.fromarray(apply_8bit(display, frame[::stride, ::stride]))
    if aspect != 1:
        picture = picture.resize((picture.width, max(1, round(picture.height * aspect))))
    picture.thumbnail((size, size), Image.Resampling.BOX)
    kept = io.BytesIO()
    picture.save(kept, format="PNG")
    return kept.getvalue()
