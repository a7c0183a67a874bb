"""Texts in PNG, JPEG and TIFF that tell which program made the file: chunks, EXIF, XMP, comments."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice

from PIL import ExifTags, Image

from studies.imaging.provenance.record import Text

PNG_START = 8
PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
LONGEST_UNDONE = 1024 * 1024
MOST_CHUNKS, MOST_TEXTS = 10_000, 256
EXIF = {
    ExifTags.Base.Software: "Software",
    ExifTags.Base.Artist: "Artist",
    ExifTags.Base.ImageDescription: "ImageDescription",
    ExifTags.Base.Make: "Make",
    ExifTags.Base.Model: "Model",
    ExifTags.Base.UserComment: "UserComment",
}
TIFF_XMP = 700
# By pattern and not by an XML parser: nothing in a hostile file is expanded or fetched.
XMP = re.compile(
    r"\b\w+:(CreatorTool|DigitalSourceType|DigitalSourceFileType|AISystemUsed|Credit)\b"
    r"(?:\s*=\s*[\"']([^\"'<>]{1,500})[\"']|(?:\s+rdf:resource\s*=\s*[\"']([^\"'<>]{1,500})[\"'])"
    r"|[^<>]{0,200}>\s*([^<>]{1,500}?)\s*<)"
)


def read_texts(data: bytes, kind: str) -> list[Text]:
    """The texts of one file of that format. What is damaged beyond reading is passed over."""
    found = _of_png(data) if kind == "PNG" else _of_pillow(data, kind)
    texts = (Text.found(place, text) for place, raw in found if (text := raw.strip("\0 \r\n\t")))
    return list(islice(texts, MOST_TEXTS))


def _of_pillow(data: bytes, kind: str) -> Iterator[tuple[str, str]]:
    formats = ("JPEG", "MPO") if kind == "JPEG" else (kind,)
    with Image.open(io.BytesIO(data), formats=formats) as image:
        comment, packet = image.info.get("comment"), image.info.get("xmp")
        yield from _of_exif(image.getexif(), kind)
        packet = packet or image.getexif().get(TIFF_XMP)
    if isinstance(comment, bytes | str):
        yield "JPEG comment", _decoded(comment)
    if isinstance(packet, bytes | str):
        yield from _of_xmp(_decoded(packet))


def _of_exif(exif: Image.Exif, kind: str) -> Iterator[tuple[str, str]]:
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for tag, name in EXIF.items():
        value = inner.get(tag, exif.get(tag))
        if isinstance(value, bytes | str) and value:
            yield f"{'TIFF' if kind == 'TIFF' else 'EXIF'} {name}", _comment(value)


def _comment(value: bytes | str) -> str:
    """UserComment begins with eight bytes that name its encoding (EXIF 2.32, 4.6.5)."""
    if isinstance(value, bytes) and value[:8] == b"UNICODE\0":
        big = value[8:10] != b"\xff\xfe" and value[8:9] == b"\0"
        return value[8:].decode("utf-16-be" if big else "utf-16-le", "replace")
    return _decoded(value[8:] if isinstance(value, bytes) and value[:8] == b"ASCII\0\0\0" else value)


def _of_xmp(packet: str) -> Iterator[tuple[str, str]]:
    for match in XMP.finditer(packet[:LONGEST_UNDONE]):
        yield f"XMP {match[1]}", match[2] or match[3] or match[4]


def _of_png(data: bytes) -> Iterator[tuple[str, str]]:
    for kind, body in _chunks(data):
        if kind == b"eXIf":
            exif = Image.Exif()
            exif.load(b"Exif\0\0" + body)
            yield from _of_exif(exif, "PNG")
        elif kind in PNG_TEXTS:
            key, _, rest = body.partition(b"\0")
            name, text = key.decode("latin-1"), _png_text(kind, rest)
            if name == "XML:com.adobe.xmp":
                yield from _of_xmp(text)
            else:
                yield f"PNG {name}", text


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = PNG_START
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _png_text(kind: bytes, rest: bytes) -> str:
    """tEXt is plain, zTXt packed, iTXt either, behind a language and a translated key (PNG 11.3.3)."""
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        return _undone(rest[1:]).decode("latin-1")
    packed, tail = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    return (_undone(tail) if packed else tail).decode("utf-8", "replace")


def _undone(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, LONGEST_UNDONE)
    except zlib.error:
        return b""


def _decoded(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
