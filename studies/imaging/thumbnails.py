"""Small pictures for coordinators' lists. Readers never get them."""

from __future__ import annotations

import io

from PIL import Image

from studies.imaging.decoded import Decoded
from studies.imaging.display import apply_8bit

SIDE = 128  # pixels: twice what the lists show
RUNS = 3  # zlib's Z_RLE: the search for matches takes twenty times its time and finds hardly any


def thumbnail(decoded: Decoded, size: int = SIDE) -> bytes:
    """The middle frame as shown, 8 bits, its longer side `size` pixels at most, as PNG."""
    frame = decoded.frames[len(decoded.frames) // 2]
    stride = max(1, max(frame.shape) // (3 * size))  # three samples a pixel are enough for a thumbnail
    picture = Image.fromarray(apply_8bit(decoded.display, frame[::stride, ::stride]))
    if decoded.showing.aspect != 1:
        picture = picture.resize((picture.width, max(1, round(picture.height * decoded.showing.aspect))))
    picture.thumbnail((size, size), Image.Resampling.BOX)
    kept = io.BytesIO()
    picture.save(kept, format="PNG", compress_type=RUNS)
    return kept.getvalue()
