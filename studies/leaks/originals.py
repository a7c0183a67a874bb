"""Facts of an original file: container, size, and what its header carries beside the picture.

Headers alone are read. Import has decoded the file in a child process before; a header that cannot be
read here makes its facts missing, and no more."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from PIL import Image

from studies.imaging.raster import DAMAGE, raster_format
from studies.leaks.dicom_headers import facts_of_dicom
from studies.leaks.features import Facts
from studies.leaks.names import facts_of_name

EXIF_SOFTWARE, EXIF_MAKE, EXIF_MODEL = 0x0131, 0x010F, 0x0110
TIFF_XMP, TIFF_ICC, TIFF_C2PA = 700, 34675, 52545
START_OF_SCAN, NO_LENGTH = 0xDA, {0x01, *range(0xD0, 0xD9)}
PNG_START = 8


def facts_of_original(
    name: str, size: int, kind: str, bits: int, data: bytes | None, files: int = 1
) -> Facts:
    """name: as loaded; size: bytes; kind: format as import found it; bits: of its grey values; data: the
    file, or of a stack of many the first, whose header stands for all.

    data None (not in the vault): what stands in the header is missing."""
    facts: Facts = {**facts_of_name(name), "format": kind, "bytes": float(size), "bits": float(bits)}
    facts["files"] = float(files)
    if data is not None:
        raster = raster_format(data) if data[128:132] != b"DICM" else None
        facts |= _raster(data, raster) if raster else facts_of_dicom(data)
        width, height = facts.get("width"), facts.get("height")
        if isinstance(width, float) and isinstance(height, float):
            facts |= {
                "pixel size": f"{width:.0f} x {height:.0f}",
                "aspect": width / height,
                "megapixels": width * height / 1e6,
                "bytes per pixel": size / files / (width * height),
            }
    return facts


def _raster(data: bytes, kind: str) -> Facts:
    formats = ("JPEG", "MPO") if kind == "JPEG" else (kind,)
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            exif = image.getexif()
            facts: Facts = {
                "width": float(image.width),
                "height": float(image.height),
                "mode": image.mode,
                "transparency": _yes("A" in image.mode or "transparency" in image.info),
                "resolution": "x".join(f"{float(dot):g}" for dot in image.info["dpi"])
                if "dpi" in image.info
                else "none",
                "EXIF": _yes(len(exif) > 0),
                "EXIF software": str(exif.get(EXIF_SOFTWARE) or "none"),
                "EXIF device": f"{exif.get(EXIF_MAKE, '')} {exif.get(EXIF_MODEL, '')}".strip() or "none",
            }
            if kind == "JPEG":
                facts |= _quantised(image)
            tags = set(getattr(image, "tag_v2", {}))
        return facts | _CARRIED[kind](data, tags)
    except DAMAGE:
        return {}


def _quantised(image: Image.Image) -> Facts:
    tables = getattr(image, "quantization", {})
    coarse = sum(tables[0]) / len(tables[0]) if tables.get(0) else None
    return {"JPEG quantisation": coarse, "JPEG progressive": _yes("progressive" in image.info)}


def _png(data: bytes, tags: set[int]) -> Facts:
    chunks = list(_png_chunks(data))
    kinds = {kind for kind, _ in chunks}
    texts = [body for kind, body in chunks if kind in (b"tEXt", b"zTXt", b"iTXt")]
    keys = sorted({body.split(b"\0")[0].decode("latin-1") for body in texts})
    return {
        "bit depth": float(data[24]),
        "C2PA": _yes(b"caBX" in kinds),
        "XMP": _yes(any(key.startswith("XML:com.adobe.xmp") for key in keys)),
        "ICC profile": _yes(b"iCCP" in kinds),
        "text chunks": ", ".join(keys) or "none",
        "chunks": " ".join(sorted(kind.decode("latin-1") for kind in kinds)),
    }


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = PNG_START
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _jpeg(data: bytes, tags: set[int]) -> Facts:
    segments = list(_jpeg_segments(data))
    return {
        "C2PA": _yes(any(marker == 0xEB and b"jumb" in body[:64] for marker, body in segments)),
        "XMP": _yes(any(marker == 0xE1 and b"ns.adobe.com/xap" in body[:64] for marker, body in segments)),
        "ICC profile": _yes(any(marker == 0xE2 and body[:11] == b"ICC_PROFILE" for marker, body in segments)),
        "chunks": " ".join(sorted({f"{marker:02X}" for marker, _ in segments})),
    }


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == START_OF_SCAN:
            return
        length = 0 if marker in NO_LENGTH else struct.unpack_from(">H", data, at + 2)[0]
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _tiff(data: bytes, tags: set[int]) -> Facts:
    return {
        "C2PA": _yes(TIFF_C2PA in tags),
        "XMP": _yes(TIFF_XMP in tags),
        "ICC profile": _yes(TIFF_ICC in tags),
        "chunks": " ".join(str(tag) for tag in sorted(tags)),
    }


_CARRIED = {"PNG": _png, "JPEG": _jpeg, "TIFF": _tiff}


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
