"""The least that an import must do to one file: the same library calls, nothing kept, no other process."""

from __future__ import annotations

import hashlib
import io
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard
from pydicom import dcmread
from pydicom.pixels.decoders.base import get_decoder

from studies.imaging import coding
from studies.imaging.types import Grey

Work = Callable[[Grey], None]


def seconds(paths: list[Path], plug_in: str, work: Work) -> float:
    """CPU time for each image."""
    start = time.process_time()
    for path in paths:
        data = path.read_bytes()
        hashlib.sha256(data).hexdigest()
        work(_decoded(data, plug_in))
    return (time.process_time() - start) / len(paths)


def with_our_coding(values: Grey) -> None:
    """Both codings as they are kept, both undone and compared, and the values' hash."""
    coding.encode(values)


def with_plain_coding(values: Grey) -> None:
    """The least that fills our container: differences to the left, two planes, each library called once."""
    delta = np.diff(values, axis=1, prepend=np.uint16(0)).view(np.int16)
    zigzag = ((delta << 1) ^ (delta >> 15)).view(np.uint16)
    planes = np.stack([zigzag.astype(np.uint8), (zigzag >> 8).astype(np.uint8)])
    zstd = zstandard.ZstdCompressor(level=1).compress(planes.data)
    gzip = b"".join(_deflated(plane.data, level) for plane, level in zip(planes, (0, 1), strict=True))
    low, high = np.frombuffer(zstandard.ZstdDecompressor().decompress(zstd), np.uint8).reshape(planes.shape)
    again = low.astype(np.uint16) | high.astype(np.uint16) << 8
    again = np.cumsum((again >> 1) ^ -(again & 1), axis=1, dtype=np.uint16)
    if not np.array_equal(again, values) or not zlib.decompressobj(-15).decompress(gzip):
        raise AssertionError("the floor's coding is broken")
    hashlib.sha256(values.data).hexdigest()


def _deflated(data: memoryview, level: int) -> bytes:
    coder = zlib.compressobj(level, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return coder.compress(data) + coder.flush(zlib.Z_SYNC_FLUSH)


def _decoded(data: bytes, plug_in: str) -> Grey:
    image = dcmread(io.BytesIO(data))
    syntax = image.file_meta.TransferSyntaxUID
    values, _ = get_decoder(syntax).as_array(image, raw=True, decoding_plugin=plug_in)
    return np.ascontiguousarray(values, np.uint16)
