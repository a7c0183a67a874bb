"""PNG, JPEG and TIFF by Pillow. Only these formats are named to it: no other of its parsers is reached."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from studies.imaging.decoded import Decoded
from studies.imaging.display import full_range
from studies.imaging.errors import (
    Refused,
    TooLarge,
    Truncated,
    UnreadableImage,
    UnsupportedColour,
    UnsupportedPixels,
)
from studies.imaging.limits import Limits
from studies.imaging.luminance import luminance
from studies.imaging.types import Grey

SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
}
PNG_END = b"IEND\xaeB`\x82"
PNG_BIT_DEPTH_AT, PNG_COLOUR_TYPE_AT = 24, 25
TIFF_BITS_PER_SAMPLE, TIFF_PHOTOMETRIC, TIFF_WHITE_IS_ZERO = 258, 262, 0
SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises on damaged files, by experience and by its sources; anything else is a fault of ours.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)
EIGHT_OF_SIXTEEN = "Colour or transparency of 16 bits is read with its upper 8 bits."
FIRST_OF_MANY = "The file holds several pictures; the first is taken."


def raster_format(data: bytes) -> str | None:
    return next((name for start, name in SIGNATURES.items() if data.startswith(start)), None)


def decode_raster(data: bytes, kind: str, limits: Limits) -> Decoded:
    try:
        return _decode(data, kind, limits)
    except Image.DecompressionBombError:
        raise TooLarge(
            f"A frame may have {limits.pixels_per_frame / 1e6:,.0f} megapixels; the header says more. "
            "Export the image smaller."
        ) from None
    except (Refused, MemoryError):
        raise
    except DAMAGE as error:
        raise _named(error, kind) from error


def _decode(data: bytes, kind: str, limits: Limits) -> Decoded:
    formats = ("JPEG", "MPO") if kind == "JPEG" else (kind,)
    with Image.open(io.BytesIO(data), formats=formats) as image:
        limits.check_frames(image.height, image.width)
        if kind == "PNG" and PNG_END not in data:
            raise Truncated("A PNG must end with its IEND chunk; the file is cut short. Copy it again.")
        count = int(getattr(image, "n_frames", 1))
        pages = count if kind == "TIFF" else 1
        limits.check_frames(image.height, image.width, pages)
        notes = [FIRST_OF_MANY] if count > pages else []
        if _is_deep_colour(data, kind, image):
            notes.append(EIGHT_OF_SIXTEEN)
        frames, bits = _pages(image, pages, limits)
    return Decoded(frames, full_range(bits), kind.lower(), bits, notes=tuple(notes))


def _pages(image: Image.Image, pages: int, limits: Limits) -> tuple[tuple[Grey, ...], int]:
    frames, depths = [], set()
    for page in range(pages):
        if page:
            image.seek(page)
        limits.check_frames(image.height, image.width, pages)
        values, bits = _grey(image)
        frames.append(values)
        depths.add((bits, values.shape))
    if len(depths) > 1:
        raise UnsupportedPixels(
            "The pages of a TIFF are one stack and must have one size and one bit depth; these differ. "
            "Save the pages as images of their own."
        )
    return tuple(frames), depths.pop()[0]


def _grey(image: Image.Image) -> tuple[Grey, int]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in SIXTEEN_BIT_MODES:
        return _sixteen_bits(upright, getattr(image, "tag_v2", {}))
    if upright.mode == "F":
        raise UnsupportedPixels("Values must be whole numbers of 1 to 16 bits; this file's are fractions.")
    if upright.mode in ("LAB", "HSV"):
        raise UnsupportedColour(f"Colour must be grey, RGB, palette or CMYK, not {image.mode}. Save as grey.")
    opaque = _on_black(upright)
    if opaque.mode == "L":
        return np.asarray(opaque).astype(np.uint16), 8
    return luminance(np.asarray(opaque)), 8


def _on_black(image: Image.Image) -> Image.Image:
    """L or RGB without transparency: what lies behind the picture is black."""
    if "transparency" not in image.info and image.mode not in ("LA", "La", "PA", "RGBA", "RGBa"):
        return image.convert("L" if image.mode in ("1", "L") else "RGB")
    with_alpha = image.convert("RGBA")
    black = Image.new("RGB", image.size)
    black.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return black


def _sixteen_bits(image: Image.Image, tags: Mapping[int, Any]) -> tuple[Grey, int]:
    values = np.asarray(image).astype(np.int32)
    bits = min(16, int(tags.get(TIFF_BITS_PER_SAMPLE, (16,))[0]))
    if -32768 <= values.min() < 0:  # signed: shifted, as DICOM's are
        values += 32768
    if values.min() < 0 or values.max() > 65535:
        raise UnsupportedPixels("Values must fit 16 bits; this file's go beyond. Export it with 16 bits.")
    if tags.get(TIFF_PHOTOMETRIC) == TIFF_WHITE_IS_ZERO:
        values = (1 << bits) - 1 - values
    return values.astype(np.uint16), bits


def _is_deep_colour(data: bytes, kind: str, image: Image.Image) -> bool:
    if kind == "PNG":
        return data[PNG_BIT_DEPTH_AT] == 16 and data[PNG_COLOUR_TYPE_AT] != 0
    return kind == "TIFF" and image.mode not in SIXTEEN_BIT_MODES and _tiff_bits(image) == 16


def _tiff_bits(image: Image.Image) -> int:
    return int(getattr(image, "tag_v2", {}).get(TIFF_BITS_PER_SAMPLE, (8,))[0])


def _named(error: Exception, kind: str) -> Refused:
    cut = isinstance(error, EOFError | struct.error) or "truncated" in str(error).lower()
    if cut:
        return Truncated(f"A {kind} must be whole; this one ends before its pixels do. Copy it again.")
    return UnreadableImage(f"The file must be a sound {kind}; it is damaged. Export it again.")
